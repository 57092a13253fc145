"""What is done with plans that are there: listed, moved, repeated, called off; by number, by those who may."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store import visits
from tests.stories.test_planning import WILLOWS, kept, starts
from tests.world.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane Primary under the policy that wants least; Asha and Ben are to go at three."""
    world = World(tmp_path, school=WILLOWS)
    await world.opens()
    await world.asha.texts("visit 3pm 14 High St KT attendance with ben, 07700 900123, mum told by phone, back 4")
    world.asha.receives("signature?")
    await world.asha.texts("no")
    world.asha.receives("PLANNED 1")
    world.ben.receives("PLANNED 1 with you")
    yield world
    await world.closes()


async def test_my_visits(world: World) -> None:
    """A visitor's own, the school's for the office, and kind words where there are none."""
    for one in (world.asha, world.ben, world.olive):
        await one.texts("my visits")
        one.receives("1: 15:00 14 High St, KT, A., B., back 16:00.")
    await world.until("15:00")
    await world.asha.texts("called off")
    for one in world.everyone:
        one.ignores()
    await world.asha.texts("my visits")
    world.asha.receives("No visit is planned")


async def test_moved_to_another_time(world: World) -> None:
    """As long as it was, the return as much later; the partner is told, and the deadlines go along."""
    asha, ben = world.asha, world.ben
    await asha.texts("move 1 to 3.30")
    asha.receives("MOVED 1: 15:30 14 High St, KT, A., B., back 16:30.")
    ben.receives("A. MOVED 1: 15:30")
    await asha.texts("move visit 1 to Tue 10am")
    asha.receives("MOVED 1: Tue 10:00 14 High St")
    ben.receives("A. MOVED 1: Tue 10:00")
    assert await starts(world, asha) == await starts(world, ben) == ["24 10:00-10:45 11:00"]
    await world.passes("4h")
    asha.receives_nothing()
    ben.receives_nothing()


async def test_moved_where_it_cannot_be(world: World) -> None:
    """Past, taken or unclear: named, and nothing changes."""
    asha, ben = world.asha, world.ben
    before = await starts(world, asha)
    for said, answer in (
        ("move 1 to 1pm", "That is in the past"),
        ("move 1", "To when? Text MOVE 1 TO MON 2PM."),
        ("move 1 to 31/2", "There is no 31/2"),
        ("move 99 to 4pm", "There is no visit 99 of yours."),
    ):
        await asha.texts(said)
        asha.receives(answer)
    other = await world.plans(ben, start="16:00", end="16:30")
    await asha.texts("move 1 to 4")
    asha.receives(f"B. is on visit {other} then (16:00)")
    assert await starts(world, asha) == before


async def test_a_visit_that_has_begun_is_not_moved(world: World) -> None:
    """Who is there texts how much longer it takes."""
    asha, olive = world.asha, world.olive
    await world.until("15:00")
    for one in (asha, world.ben):
        await one.texts("1")
        one.receives("ARRIVED")
    await olive.texts("move 1 to 5pm")
    olive.receives("Visit 1 has begun or is over")
    await olive.texts("call off 1")
    olive.receives("Somebody is inside on visit 1: only they can call it off.")
    for one in (asha, world.ben):
        assert await world.state(one) == "there"
    await asha.texts("we have left")
    for one in world.everyone:
        one.ignores()


async def test_called_off_by_number(world: World) -> None:
    """E12: those who go are told with the reason, the family's part is noted, and nobody is asked for later."""
    asha, ben, olive = world.asha, world.ben, world.olive
    await olive.texts("call off 1 family ill")
    olive.receives("CALLED OFF 1. Whoever goes is told. Please tell the family. +447700900123")
    for one in (asha, ben):
        one.receives("O. CALLED OFF 1: 15:00 14 High St, KT, A., B., back 16:00. family ill")
        assert await world.state(one) == "called off"
    for one in world.everyone:
        one.ignores()
    kinds = [entry.kind for entry in await world.journal() if entry.visit_id == 1]
    assert {"called off", "tell the family"} <= set(kinds)
    await world.passes("4h")
    for one in world.everyone:
        one.receives_nothing()
    await olive.texts("call off 1")
    olive.receives("Visit 1 is over already")


async def test_nobody_lowers_a_watch_for_another(world: World) -> None:
    """From its start on, whoever is expected stays watched, and their alarm open, until they are heard themselves."""
    asha, ben, olive = world.asha, world.ben, world.olive
    await world.until("15:14")
    olive.receives("ALARM", "Asha not arrived")
    for one in world.everyone:
        one.ignores()
    await olive.texts("move 1 to 5pm")
    olive.receives("Visit 1 has begun or is over")
    await olive.texts("call off 1 family ill")
    olive.receives("CALLED OFF 1", "Still watched, until they text CALLED OFF too: A., B.")
    for one in (asha, ben):
        one.receives("O. CALLED OFF visit 1", "Text CALLED OFF too")
        assert await world.state(one) == "missing"
    assert len(await world.open_alarms()) == 2
    await world.passes("5m")
    world.henry.receives("ALARM", "Asha not arrived")
    for one in world.everyone:
        one.ignores()
    await asha.texts("call off 1")
    asha.receives("CALLED OFF 1", "Still watched, until they text CALLED OFF too: B.")
    assert (await world.state(asha), await world.state(ben)) == ("called off", "missing")
    olive.receives("Asha", "CALLED OFF")
    await ben.texts("called off")
    for one in world.everyone:
        one.ignores()


async def test_the_office_calls_off_with_no_word_of_the_visitors(world: World) -> None:
    """A code word before the visit stays an alarm, and nobody is told that a phone texts what it has not."""
    asha, olive = world.asha, world.olive
    await asha.texts("is the blue folder there?")
    olive.receives("CODE WORD from Asha")
    code = olive.code()
    for one in world.everyone:
        one.ignores()
    await olive.texts("call off 1 family ill")
    olive.receives("CALLED OFF 1. Whoever goes is told.")
    asha.receives("O. CALLED OFF 1")
    world.ben.receives("O. CALLED OFF 1")
    world.henry.receives("O. CALLED OFF 1")  # he was asked for his yes
    for one in (olive, world.henry, world.dana):
        one.receives_nothing()
    await olive.texts(f"false {code} she is here")
    for one in world.everyone:
        one.ignores()


async def test_a_stranger_to_the_visit_may_not_touch_it(world: World) -> None:
    """Only those who go, who planned it and the school's contacts."""
    number = await world.plans(world.ben, start="16:00", end="16:30")
    for said in (f"move {number} to 5pm", f"call off {number}", f"repeat {number} fri 2pm"):
        await world.asha.texts(said)
        world.asha.receives(f"There is no visit {number} of yours.")
    assert await world.state(world.ben) == "planned"


async def test_repeated_with_what_is_true_of_the_family(world: World) -> None:
    """Who, where and why are taken over; what was arranged for the day is not."""
    asha, ben = world.asha, world.ben
    await asha.texts("repeat 1 next Mon 2pm")
    asha.receives("signature?")
    await asha.texts("no")
    asha.receives("PLANNED 2: Mon 30/11 14:00 14 High St, KT, A., B.")
    ben.receives("A. PLANNED 2 with you: Mon 30/11 14:00")
    made = await kept(world, 2)
    assert (made.address, made.pupil, made.reason) == ("14 High St", "KT", "attendance")
    assert (made.details.house_phone, made.details.family_told) == ("+447700900123", "")
    await asha.texts("repeat 1")
    asha.receives("Which day and time?")
    await asha.texts("never mind")
    asha.receives("Never mind")


async def test_a_concern_in_an_order_is_a_concern(world: World) -> None:
    """Anything may raise: words of worry go to the safeguarding lead, whatever else the text orders."""
    await world.asha.texts("call off 1, worried about the child")
    world.asha.receives("CONCERN noted")
    world.dee.receives("CONCERN")
    for one in world.everyone:
        one.ignores()


async def test_a_planned_visit_is_watched_like_any_other(world: World) -> None:
    """What was planned by chat has its deadlines: nobody arrives, and the climb begins."""
    await world.until("15:10")
    for one in (world.asha, world.ben):
        one.receives("15:00 visit: have you arrived?")
    await world.passes("4m")
    world.olive.receives("ALARM", "not arrived at 14 High St")
    async with world.attached.service.database.transaction() as tx:
        assert len(await visits.places_of_visit(tx, world.school_id, 1)) == 2
    for one in (world.asha, world.ben):
        await one.texts("called off")
    for one in world.everyone:
        one.ignores()
