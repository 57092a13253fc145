"""A code word that is said on the telephone: whoever hears it at school texts it, and the alarm is the visitor's."""

from pathlib import Path

import pytest

from bot.people import Role
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


async def raised_for(world: World, *names: str) -> None:
    """The office and the headteacher are alarmed for each of these, and for nobody else; then all is well again."""
    for name in names:
        for one in (world.olive, world.henry):
            one.receives("ALARM", f"CODE WORD from {name}")
    assert await world.open_alarms() == ["code word"] * len(names)
    for code in [line.text.split()[1] for line in world.olive.read if line.text.startswith("ALARM")]:
        await world.olive.texts(f"safe {code} the police are with her")


@pytest.mark.parametrize("role", [Role.VISITOR, None])
async def test_the_phone_of_a_contact_who_goes_on_visits_shows_nothing(tmp_path: Path, role: Role | None) -> None:
    """Dee may be in a home that nobody knows of: her own cry in the school's words counts, and her phone tells nothing."""
    world = World(tmp_path, school=f'{SCHOOL}code_words = ["silver kettle"]\n')
    dee = world.dee
    dee.roles = frozenset({Role.DSL, *([role] if role else [])})
    await world.opens()
    await world.plans(world.asha)
    await world.asha.texts("1")
    if role is None:
        await world.plans(dee, start="09:00", end="09:30", days=3)
    await dee.texts("Asha asked whether the silver kettle is on")
    dee.receives("Not sure what you mean")
    dee.receives_nothing()
    await raised_for(world, "Asha at 14 High Street", "Dee")
    await world.asha.texts("left")
    for one in world.everyone:
        one.ignores()
    await world.closes()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Zo\u00eb", "code word zoe"),
        ("Zoe\u0308 Dee", "safe word from Zo\u00eb!"),
        ("Anne-Marie Dee", "code word Anne Marie"),
        ("Anne-Marie Dee", "code word annemarie"),
        ("Bruno O'Dee", "code word Bruno O\u2019Dee"),
    ],
)
async def test_a_name_is_heard_however_it_is_typed(world: World, name: str, text: str) -> None:
    """Accents and hyphens are left out on the telephone's keys: the alarm is hers alone all the same."""
    world.asha.name, asha = name, world.ids.pop("Asha")
    world.ids[name] = asha
    await world.records(world.asha)
    await world.plans(world.asha)
    await world.plans(world.ben, address="3 Weir Close")
    await world.bruno.texts(text)
    world.bruno.receives("CODE WORD from ", "noted 14:00", "14 High Street")
    await raised_for(world, "")
    for one in (world.asha, world.ben):
        one.receives_nothing()
        await one.texts("called off")
    for one in world.everyone:
        one.ignores()


async def test_a_name_that_is_nobodys_raises_for_everybody_who_is_out(world: World) -> None:
    """ "Code word Ahsa" may be anybody's: one alarm for each visit, and whoever heard it is told so."""
    await world.plans(world.asha)
    await world.plans(world.ben, address="3 Weir Close")
    for one in (world.asha, world.ben):
        await one.texts("1")
        one.receives("ARRIVED")
    await world.bruno.texts("code word Ahsa")
    world.bruno.receives("name not known: alarm for all who are out: Asha+Ben", "14 High Street / 3 Weir Close")
    await raised_for(world, "Asha at 14 High Street", "Ben at 3 Weir Close")
    for one in (world.asha, world.ben):
        one.receives_nothing()
        await one.texts("left")
    for one in world.everyone:
        one.ignores()


async def test_a_name_that_is_nobodys_raises_where_nobody_is_known_to_be_out(world: World) -> None:
    """Somebody is in danger whom we do not know to be out: the alarm has no name, and is one."""
    await world.bruno.texts("code word Ahsa")
    world.bruno.receives("CODE WORD from not known noted 14:00", "Ring 999")
    await raised_for(world, "not known")
    for one in world.everyone:
        one.ignores()


async def test_a_word_about_code_words_raises_nothing(world: World) -> None:
    """The office's answer of each term, a visitor's own choice, and the answer to the question for one are no cry."""
    ben = world.ben
    ben.roles = frozenset({Role.VISITOR, Role.DSL})
    await world.records(ben)
    await world.plans(world.asha)
    await world.olive.texts("code word known")
    await ben.texts("code word tartan ukulele")
    ben.receives("code word")
    assert await world.open_alarms() == []
    await world.asha.texts("called off")
    for one in world.everyone:
        one.ignores()


async def test_a_colleagues_name_becomes_nobodys_code_word(world: World) -> None:
    """Dee goes on visits too: "code word Asha Marsh" raises Asha's alarm, and is no choice of Dee's."""
    asha, dee = world.asha, world.dee
    dee.roles, dee.code_word = frozenset({Role.VISITOR, Role.DSL}), "green ukulele"
    await world.records(dee)
    await world.plans(asha)
    await dee.texts("code word Asha Ukulele")
    dee.receives("Not sure what you mean")
    await raised_for(world, "Asha at 14 High Street")
    await dee.texts("is the green ukulele back?")
    await raised_for(world, "Dee")
    await asha.texts("called off")
    for one in world.everyone:
        one.ignores()


async def test_a_partner_is_named_from_inside_the_same_home(world: World) -> None:
    """Dee stands beside Asha, who has said it to her: Asha's alarm is raised, and neither phone shows it."""
    asha, dee = world.asha, world.dee
    await world.plans(asha, dee)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await dee.texts("1")
    dee.receives("ARRIVED")
    await dee.texts("code word Asha")
    dee.receives("Not sure what you mean")
    for one in (asha, dee):
        one.receives_nothing()
    await raised_for(world, "Asha+Dee")
    await asha.texts("we have both left")
    for one in world.everyone:
        one.ignores()


async def test_a_name_beside_a_phrase_of_hers_is_enough_where_no_visit_is_known(world: World) -> None:
    """Asha has gone without a word to anybody, and rings: her name and her phrase are her alarm."""
    await world.olive.texts("Asha asked for the blue folder")
    world.olive.receives("CODE WORD from Asha noted 14:00")
    await raised_for(world, "Asha")
    for one in world.everyone:
        one.ignores()


async def quietly_alarmed(world: World) -> str:
    """Asha has said her code word on the telephone, and the office has the alarm; gives its code."""
    await world.plans(world.asha)
    await world.asha.texts("1")
    world.asha.receives("ARRIVED")
    await world.bruno.texts("Asha asked for the blue folder")
    for one in (world.bruno, world.olive, world.henry):
        one.receives("CODE WORD from Asha")
    return world.olive.code()


async def test_an_alarm_is_ended_by_its_code_with_the_phrase_as_the_reason(world: World) -> None:
    """What a contact says of the alarm is heard, and the phrase in it is no second cry."""
    code = await quietly_alarmed(world)
    await world.olive.texts(f"FALSE {code} Asha just wanted the blue folder, it is hers")
    for one in (world.olive, world.henry):
        one.receives(code, "ENDED", "just wanted the blue folder")
        one.receives_nothing()
    assert await world.open_alarms() == []
    await world.asha.texts("left")
    for one in world.everyone:
        one.ignores()


async def test_mine_is_heard_in_a_text_that_holds_the_phrase(world: World) -> None:
    """Olive is asked whether she has it, as after any such text; and that it was said again goes to everybody."""
    code = await quietly_alarmed(world)
    await world.olive.texts("Mine, she said blue folder")
    world.olive.receives(f"Do you have it? Reply MINE {code}")
    for one in (world.olive, world.henry):
        one.receives(code, "code word AGAIN, Asha")
    await world.henry.texts(f"safe {code} police have been")
    await world.asha.texts("left")
    for one in world.everyone:
        one.ignores()


@pytest.mark.parametrize("goes", [True, False])
@pytest.mark.parametrize(
    "text", ["safe, spoke to her, she asked for the blue folder", "safe word from Asha, spoke to her on the phone"]
)
async def test_a_text_ends_no_alarm_that_it_raises(world: World, text: str, goes: bool) -> None:
    """ "Safe, spoke to her", and her code word in it: an alarm is open afterwards, whoever on the ladder texts it."""
    henry = world.henry
    henry.roles = frozenset({Role.HEADTEACHER, *([Role.VISITOR] if goes else [])})
    await world.records(henry)
    await quietly_alarmed(world)
    await henry.texts(text)
    assert await world.open_alarms() == ["code word"]
    for line in [*world.olive.ignores(), *world.olive.read]:
        if line.text.startswith("ALARM"):
            await world.olive.texts(f"safe {line.text.split()[1]} police have been")
    assert await world.open_alarms() == []
    await world.asha.texts("left")
    for one in world.everyone:
        one.ignores()
