"""Whose a code word is that somebody else texts: a name brings somebody into its alarm, and takes nobody out."""

from pathlib import Path

import pytest

from bot.people import Role
from tests.stories.test_overheard import raised_for
from tests.world.world import SCHOOL, World

KETTLE = f'{SCHOOL}code_words = ["silver kettle"]\n'


async def both_out(folder: Path, **roles: frozenset[Role]) -> World:
    """Asha is in one home and Dee in another; the school has a phrase of its own."""
    world = World(folder, school=KETTLE)
    for name, held in roles.items():
        getattr(world, name).roles = held
    await world.opens()
    await world.plans(world.asha)
    await world.plans(world.dee, address="3 Weir Close")
    for one in (world.asha, world.dee):
        await one.texts("1")
        one.receives("ARRIVED")
    return world


async def all_leave(world: World) -> None:
    for one in (world.asha, world.dee):
        one.receives_nothing()
        await one.texts("left")
    for one in world.everyone:
        one.ignores()
    await world.closes()


@pytest.mark.parametrize(
    "text",
    ["Hi Ben, can you put the silver kettle on", "Henry, please put the silver kettle on", "silver kettle please"],
)
async def test_a_name_on_a_borrowed_phone_takes_nobodys_alarm_over(tmp_path: Path, text: str) -> None:
    """It may be of whom it is written to: all who are out are alarmed for, on no phone of theirs, and Henry is told."""
    world = await both_out(tmp_path, henry=frozenset({Role.HEADTEACHER, Role.VISITOR}))
    await world.sam.texts(text)
    world.sam.ignores()
    await raised_for(world, "Asha at 14 High Street", "Dee at 3 Weir Close")
    await all_leave(world)


@pytest.mark.parametrize(
    ("text", "also"),
    [
        ("code word: Ben took the call and she asked for the blue folder", ("Ben",)),
        ("code word from Asher, Ben took the call", ("Ben", "Dee at 3 Weir Close")),
        ("Ben says somebody asked for the silver kettle", ("Ben", "Dee at 3 Weir Close")),
    ],
)
async def test_a_name_that_stands_beside_takes_nobodys_alarm_away(
    tmp_path: Path, text: str, also: tuple[str, ...]
) -> None:
    """Ben only took the call: her phrase is hers, and where nobody is surely named it may be anybody's who is out."""
    world = await both_out(tmp_path)
    await world.bruno.texts(text)
    world.bruno.receives("CODE WORD")
    await raised_for(world, "Asha at 14 High Street", *also)
    await all_leave(world)


async def test_a_surname_is_a_name(tmp_path: Path) -> None:
    """ "Mrs Marsh rang": nobody at school says Asha to a parent, and so not to the office either."""
    world = World(tmp_path, school=KETTLE)
    await world.opens()
    world.asha.name, number = "Asha Marsh", world.ids.pop("Asha")
    world.ids[world.asha.name] = number
    await world.records(world.asha)
    await world.plans(world.asha)
    await world.olive.texts("Mrs Marsh rang and asked for the silver kettle")
    world.olive.receives("CODE WORD from Asha Marsh noted")
    await raised_for(world, "Asha Marsh at 14 High Street")
    await world.asha.texts("called off")
    for one in world.everyone:
        one.ignores()
    await world.closes()


async def test_the_schools_phrase_without_a_name_is_of_anybody_who_is_out(tmp_path: Path) -> None:
    """It may be Bruno's own cry, and he may have heard it: his phone shows nothing, and those who are out are alarmed for."""
    world = await both_out(tmp_path)
    await world.bruno.texts("she rang and asked for the silver kettle")
    assert "CODE WORD" not in world.bruno.receives().text
    world.bruno.receives_nothing()
    await raised_for(world, "Bruno", "Asha at 14 High Street", "Dee at 3 Weir Close")
    await all_leave(world)


@pytest.mark.parametrize("text", ["safe word from Asher on the phone", "code word from Asher"])
async def test_a_contact_who_goes_on_visits_raises_for_all_who_are_out_but_herself(tmp_path: Path, text: str) -> None:
    """The name is nobody's: her phone answers as ever, and "from Asher" becomes no code word of hers."""
    world = await both_out(tmp_path, dee=frozenset({Role.DSL, Role.VISITOR}))
    await world.dee.texts(text)
    assert "CODE WORD" not in world.dee.receives().text
    await raised_for(world, "Asha at 14 High Street")
    await world.dee.texts("did anybody see from asher?")
    world.dee.receives()
    assert await world.open_alarms() == []
    await all_leave(world)


async def test_a_code_word_of_nobody_knows_whom_ends_every_chase(world: World) -> None:
    """Asha is silent, and somebody's code word comes: it may be hers, so nobody is led to ring her."""
    await world.plans(world.asha)
    await world.asha.texts("1")
    await world.until("14:14")
    world.asha.ignores()
    world.olive.receives("ALARM", "missed check-in")
    await world.olive.texts("1")
    world.olive.receives("Ring Asha")
    await world.asha.texts("left")
    await world.bruno.texts("code word Ahsa")
    await world.olive.texts("no answer")
    for line in world.olive.ignores():
        assert "Ring whoever" not in line.text
    for line in world.olive.read:
        if line.text.startswith("ALARM"):
            await world.olive.texts(f"safe {line.text.split()[1]} police have been")
    for one in world.everyone:
        one.ignores()


@pytest.mark.parametrize(
    "more", ["Ben is out, but Asha rang and asked for the blue folder", "wait, she asked for the blue folder"]
)
async def test_a_word_that_ends_one_alarm_swallows_no_other(world: World, more: str) -> None:
    """With her own name, or a "but", the phrase in it is a new cry: an alarm is open afterwards."""
    await world.plans(world.asha, world.ben)
    await world.asha.texts("we are both here")
    await world.bruno.texts("code word Ben")
    world.olive.receives("ALARM", "CODE WORD from Ben")
    code = world.olive.code()
    await world.olive.texts(f"safe {code} {more}")
    assert await world.open_alarms() == ["code word"]
    for line in [*world.olive.ignores(), *world.olive.read]:
        if line.text.startswith("ALARM"):
            await world.olive.texts(f"safe {line.text.split()[1]} police have been")
    await world.asha.texts("we have both left")
    for one in world.everyone:
        one.ignores()
