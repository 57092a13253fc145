"""Two go: each has a place of their own, one may speak for both, and who stays behind alone is not forgotten."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world.world import SCHOOL, World

ONE = SCHOOL + '[marsh-lane.overrides]\npair_check_in = "one"\n'


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane Primary, where one of a pair answers the check-in for both."""
    world = World(tmp_path, school=ONE)
    await world.opens()
    yield world
    await world.closes()


async def both_there(world: World, **plan: str) -> None:
    """Asha and Ben are on one visit, and Asha has said that both are there."""
    await world.plans(world.asha, world.ben, **plan)  # type: ignore[arg-type]
    await world.asha.texts("we are both here")
    for visitor in (world.asha, world.ben):
        visitor.receives("ARRIVED 14:00")


async def ends(world: World) -> None:
    await world.asha.texts("we have both left, no concerns, not coming back")
    for human in world.everyone:
        human.ignores()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("we're running 20 late", "LATE noted 14:00: start now 14:20"),
        ("we are at the door, nobody home", "NOBODY HOME 14:00"),
        ("we are both at the door, mum is late", "FAMILY LATE 14:00"),
        ("we have both arrived", "ARRIVED 14:00"),
        ("both of us are setting off now", "SET OUT 14:00"),
    ],
)
async def test_we_and_both_count_for_both(world: World, text: str, answer: str) -> None:
    """Each hears it on their own phone, and each is watched by it."""
    await world.plans(world.asha, world.ben)
    await world.asha.texts(text)
    for visitor in (world.asha, world.ben):
        visitor.receives(answer)
    await world.asha.texts("we are calling it off")
    for human in world.everyone:
        human.ignores()


async def test_each_of_a_pair_answers_for_themselves(world: World) -> None:
    """Where the policy has it so, Asha's OK is Asha's: Ben is asked again, and then the alarm is about him."""
    asha, ben, olive = world.asha, world.ben, world.olive
    await both_there(world)
    await world.until("14:10")
    for visitor in (asha, ben):
        visitor.receives("Is all OK?")
    await asha.texts("2")
    await world.until("14:14")
    ben.receives("No answer yet")
    asha.receives_nothing()
    olive.receives("ALARM", "Ben missed check-in")
    await asha.texts("we are both fine")
    olive.receives("ENDED 14:14: Ben texted OK")
    await ends(world)


async def test_one_answers_the_check_in_for_both(one: World) -> None:
    """Where the policy has it so, Asha's OK is Ben's as well, and nobody is looked for."""
    asha, ben = one.asha, one.ben
    await both_there(one)
    await one.until("14:10")
    for visitor in (asha, ben):
        visitor.receives("Is all OK?")
    await asha.texts("2")
    await one.until("14:29")
    for human in (asha, ben, one.olive):
        human.receives_nothing()
    await ends(one)


async def test_an_ok_from_the_road_is_not_of_the_one_who_is_still_inside(one: World) -> None:
    """Asha has left and is well; Ben is alone in the home, and only he can say how he is. Not even "we" says it for him."""
    asha, ben, olive = one.asha, one.ben, one.olive
    await both_there(one, back="15:30")
    await asha.texts("left, no concerns")
    asha.receives("LEFT 14:00", "Has B. left too?")
    ben.receives("Your partner has left. Is all OK?")
    for said in ("all ok", "we are both ok"):
        await asha.texts(said)
        asha.receives()
    ben.receives_nothing()
    await one.until("14:04")
    ben.receives("No answer yet")
    olive.receives("A. LEFT")
    olive.receives("ALARM", "Ben is alone at 14 High Street, heard 14:00. Ring +447700900002.")
    await ben.texts("all ok")
    ben.receives("OK 14:04")
    olive.receives("ENDED 14:04: Ben texted OK")
    await ben.texts("left, no concerns")
    await asha.texts("we are back at school")
    for human in one.everyone:
        human.ignores()


@pytest.mark.parametrize("minute", [2, 7])
async def test_who_is_left_alone_has_the_check_in_that_was_promised(world: World, minute: int) -> None:
    """ "Is all OK?" is asked at once of who stays behind; that answer is not the check-in, which comes at its time (0009)."""
    asha, ben, olive = world.asha, world.ben, world.olive
    await both_there(world)
    await world.until("14:02")
    await asha.texts("left, no concerns")
    ben.receives("Your partner has left. Is all OK?")
    await world.until(f"14:0{minute}")
    for human in (asha, ben, olive):
        human.ignores()
    await ben.texts("2")
    await world.until("14:10")
    ben.ignores()
    assert "Is all OK?" in ben.read[-1].text and await world.state(ben) == "asked"
    await world.until("14:14")
    assert await world.open_alarms() == ["split pair"]
    await ben.texts("left, no concerns")
    for human in world.everyone:
        human.ignores()


async def test_both_left_is_the_answer_to_whether_the_other_has_left(world: World) -> None:
    """Asha left without "we": asked about Ben, she says it for both, and nobody looks for him."""
    asha, ben, olive = world.asha, world.ben, world.olive
    await both_there(world)
    await asha.texts("left")
    asha.receives("LEFT 14:00", "Has B. left too? Reply BOTH LEFT")
    ben.receives("Your partner has left. Is all OK?")
    await asha.texts("BOTH LEFT")
    ben.receives("LEFT 14:00")
    for initials in "AB":
        olive.receives(f"{initials}. LEFT")
    asha.ignores()
    await world.passes("2h")
    assert (await world.state(asha), await world.state(ben)) == ("left", "left")


async def test_both_left_is_of_the_visit_that_was_asked_about(world: World) -> None:
    """Asha is still awaited from the visit before, too: "both left" is of the one with Ben, and nobody looks for him."""
    asha, ben = world.asha, world.ben
    await world.plans(asha, address="2 High Street", back="15:30")
    await asha.texts("arrived")
    await asha.texts("left, no concerns")
    await world.plans(asha, ben, start="14:10", end="14:40")
    await world.until("14:05")
    await asha.texts("we are both at 14 High Street")
    asha.ignores()
    ben.receives("ARRIVED 14:05")
    await asha.texts("left")
    asha.receives("Has B. left too? Reply BOTH LEFT")
    ben.receives("Your partner has left. Is all OK?")
    await asha.texts("BOTH LEFT")
    ben.receives("LEFT 14:05")
    await asha.texts("back at school")
    await world.passes("2h")
    assert (await world.open_alarms(), await world.state(ben)) == ([], "left")
    for human in world.everyone:
        human.ignores()


async def test_one_who_never_arrived_is_looked_for_while_the_other_is_there(one: World) -> None:
    """Asha's OK is no arrival of Ben's: he is asked, and then the alarm is raised for him."""
    asha, ben, olive = one.asha, one.ben, one.olive
    await one.plans(asha, ben)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await one.until("14:10")
    asha.receives("Is all OK?")
    ben.receives("have you arrived?")
    await asha.texts("2")
    await one.until("14:14")
    ben.ignores()
    olive.receives("ALARM", "Ben not arrived at 14 High Street")
    await ben.texts("3, never went in")
    await one.olive.texts(f"safe {olive.code()} he is at school")
    await ends(one)
    await ben.texts("called off")
    for human in one.everyone:
        human.ignores()


async def test_the_code_word_of_either_is_heard_from_either_phone(world: World) -> None:
    """Ben has no phrase and texts Asha's: whose phone comes to hand is the one that is used. It shows on neither."""
    asha, ben, olive, henry = world.asha, world.ben, world.olive, world.henry
    await both_there(world)
    await ben.texts("did Asha pack the blue folder?")
    ben.receives("nothing has changed")
    for contact in (olive, henry):
        contact.receives("CODE WORD from Ben", "Do NOT ring")
    asha.receives_nothing()
    await olive.texts("1")
    for contact in (olive, henry):
        contact.receives("Olive has it" if contact is henry else "is yours")
    await olive.texts(f"real {olive.code()} police are with them")
    for contact in (olive, henry):
        contact.receives("ENDED 14:00 by Olive")
    await ends(world)


async def test_an_ok_that_answers_for_both_says_nothing_of_who_is_not_there(one: World) -> None:
    """Ben is looked for, and Asha answers her own check-in: his alarm goes on. "We are both fine" is of him too."""
    asha, ben, olive = one.asha, one.ben, one.olive
    await one.plans(asha, ben)
    await one.until("14:08")
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await one.until("14:14")
    olive.receives("ALARM", "Ben not arrived")
    for visitor in (asha, ben):
        visitor.ignores()
    await asha.texts("2")
    assert await one.open_alarms() == ["missed arrival"]
    assert await one.state(ben) == "missing"
    await asha.texts("we are both fine")
    olive.receives("ENDED 14:14: Ben texted OK")
    await asha.texts("left, no concerns")
    await ben.texts("called off")
    for human in one.everyone:
        human.ignores()


async def test_what_one_says_of_the_other_by_name_makes_no_word_of_theirs_an_earlier_one(world: World) -> None:
    """Asha asks about Ben, and is asked back: "left", which he had said before and is read behind it, is his last word."""
    asha, ben = world.asha, world.ben
    await both_there(world)
    world.twilio.fails_next(503, method="list", times=99)
    await world.until("14:02")
    await ben.texts_in_vain("left")
    await world.passes("5s")
    await asha.texts("Ben has left")
    ben.ignores()
    world.twilio.mends()
    await world.passes("10s")
    assert await world.state(ben) == "left"
    await ends(world)


async def test_an_ok_from_before_the_other_left_does_not_answer_whether_all_is_well_since(world: World) -> None:
    """Ben said it while Asha was with him: read when he is alone and asked, it is asked back about, and his silence is told."""
    asha, ben, olive = world.asha, world.ben, world.olive
    await both_there(world)
    await world.until("14:10")
    for visitor in (asha, ben):
        visitor.receives("Is all OK?")
        await visitor.texts("2")
    world.twilio.fails_next(503, method="list", times=99)
    await world.until("14:14")
    await ben.texts_in_vain("all ok")
    await world.until("14:15")
    await asha.texts("left, no concerns")
    ben.ignores()
    world.twilio.mends()
    await world.passes("30s")
    assert await world.state(ben) == "asked"
    await world.until("14:19")
    assert await world.open_alarms() == ["split pair"]
    await ben.texts("left, no concerns")
    for human in (asha, ben, olive):
        human.ignores()
