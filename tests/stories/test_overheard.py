"""A code word that is said on the telephone: whoever hears it at school texts it, and the alarm is the visitor's."""

from pathlib import Path

import pytest

from tests.world.phones import Human
from tests.world.world import SCHOOL, World


async def said_on_the_phone(world: World, by: Human, text: str, *also: Human) -> None:
    """Somebody at school texts what Asha has said on the telephone: her alarm is raised, and nothing reaches her phone."""
    await by.texts(text)
    by.receives("CODE WORD from Asha noted 14:00, and the alarm is raised. Do NOT ring or text them.", "14 High Street")
    for one in (world.olive, world.henry, *also):
        one.receives("ALARM", "CODE WORD from Asha")
    for one in (world.asha, world.ben):
        one.receives_nothing()
    assert await world.open_alarms() == ["code word"]
    await world.olive.texts(f"safe {world.olive.code()} the police are with her")
    for one in (world.olive, world.henry, *also):
        one.receives("ENDED")


@pytest.mark.parametrize("by", ["olive", "bruno"])
@pytest.mark.parametrize(
    "text",
    [
        "Asha rang and asked for the blue folder",
        "she wants the Bluefolder sent over",
        "code word Asha",
        "Safe word from asha on the phone!",
        "Codeword asha",
    ],
)
async def test_a_code_word_that_is_said_on_the_telephone(world: World, by: str, text: str) -> None:
    """Whoever hears it texts the phrase, or "code word" and her name: the alarm is hers, and her phone shows nothing."""
    await world.plans(world.asha, world.ben)
    await world.asha.texts("we are both here")
    for one in (world.asha, world.ben):
        one.receives("ARRIVED")
    await said_on_the_phone(world, getattr(world, by), text)
    await world.asha.texts("we have both left")
    for one in (world.asha, world.ben, world.olive):
        one.ignores()


async def test_a_code_word_in_the_answer_to_a_chase(world: World) -> None:
    """ "Reached" and what she said: the phrase in it raises the alarm that the first one was not."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    await world.until("14:14")
    asha.ignores()
    olive.receives("ALARM", "missed check-in")
    await olive.texts("1")
    olive.receives("Ring Asha +447700900001")
    await olive.texts("reached, all fine, she left the blue folder here")
    olive.receives("CODE WORD from Asha noted 14:14")
    for one in (olive, world.henry):
        one.receives("CODE WORD from Asha at 14 High Street")
    assert sorted(await world.open_alarms()) == ["code word", "missed check-in"]
    asha.receives_nothing()
    for code in [line.text.split()[1] for line in olive.read if line.text.startswith("ALARM")]:
        await olive.texts(f"safe {code} police were there")
    await asha.texts("left")
    for one in (asha, olive, world.henry):
        one.ignores()


async def test_the_schools_code_word_of_a_colleague_is_theirs_alone(tmp_path: Path) -> None:
    """With a name beside it it is hers whom it names; without one it is the sender's own."""
    world = World(tmp_path, school=f'{SCHOOL}code_words = ["silver kettle"]\n')
    await world.opens()
    await world.plans(world.asha)
    await world.asha.texts("1")
    world.asha.receives("ARRIVED")
    await said_on_the_phone(world, world.olive, "Asha asked whether the silver kettle is on")
    await world.bruno.texts("who has the silver kettle?")
    for one in (world.olive, world.henry):
        one.receives("CODE WORD from Bruno")
    world.bruno.ignores()
    await world.olive.texts(f"false {world.olive.code()} he asked for tea")
    await world.asha.texts("left")
    for one in world.everyone:
        one.ignores()
    await world.closes()


async def test_a_contact_who_is_on_a_visit_herself_is_shown_nothing(world: World) -> None:
    """Dee stands at the door with Asha and texts Asha's phrase: her phone answers as ever, and the alarm is for both."""
    asha, dee, olive = world.asha, world.dee, world.olive
    await world.plans(asha, dee)
    await dee.texts("setting off")
    dee.receives("SET OUT")
    await dee.texts("is the blue folder in?")
    dee.receives("Not sure what you mean")
    for one in (asha, dee):
        one.receives_nothing()
    for one in (olive, world.henry):
        one.receives("CODE WORD from Dee+Asha")
        one.receives_nothing()
    await olive.texts(f"safe {olive.code()} police were there")
    await dee.texts("we are calling it off")
    for one in world.everyone:
        one.ignores()


async def test_a_contact_with_a_visit_of_her_own_to_come_raises_a_colleagues_alarm_all_the_same(world: World) -> None:
    """She hears it at school an hour before her own visit: the alarm is raised, and her phone tells nothing of it."""
    asha, dee = world.asha, world.dee
    await world.plans(asha)
    await world.plans(dee, start="15:00", end="15:30", address="3 Weir Close")
    await asha.texts("1")
    asha.receives("ARRIVED")
    await dee.texts("code word Asha")
    dee.receives("Not sure what you mean")
    for one in (world.olive, world.henry):
        one.receives("CODE WORD from Asha at 14 High Street")
    await world.olive.texts(f"safe {world.olive.code()} police were there")
    await asha.texts("left")
    await dee.texts("called off")
    for one in world.everyone:
        one.ignores()


@pytest.mark.parametrize("text", ["is the blue folder back?", "does Asha know her code word?", "code words known"])
async def test_a_phrase_of_somebody_who_is_on_no_visit_is_a_phrase(world: World, text: str) -> None:
    """Blue folders are asked for at school too; and a word about code words is none."""
    await world.plans(world.asha, start="16:30", end="17:00")
    await world.olive.texts(text)
    world.olive.ignores()
    assert await world.open_alarms() == []
