"""Code words chosen by chat, and remembered each term."""

from datetime import UTC, datetime
from pathlib import Path

from tests.world.world import SCHOOL, World


async def test_a_code_word_is_chosen_by_chat(world: World) -> None:
    """A good phrase is set without being repeated, and works from then on; the old one does not."""
    ben, olive, henry = world.ben, world.olive, world.henry
    await ben.texts("my code word is tartan ukulele")
    shown = ben.receives("Your code word is set")
    assert "ukulele" not in shown.text
    await ben.texts("did you see the tartan ukulele?")
    ben.receives("Not sure what you mean")
    for one in (olive, henry):
        one.receives("CODE WORD from Ben")
    await olive.texts(f"test {olive.code()} he tried it out")
    for one in (olive, henry):
        one.receives("ENDED")


async def test_a_phrase_that_cannot_work_is_refused_with_three_good_ones(world: World) -> None:
    """It says why, and offers others."""
    await world.ben.texts("code word stop")
    shown = world.ben.receives("cannot be your code word", "STOP", "Good ones:")
    assert shown.text.split("Good ones:")[1].count(",") == 2


async def test_no_code_word_is_changed_while_a_visit_is_open(world: World) -> None:
    """Whoever holds the phone in the home cannot take the phrase away."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await asha.texts("my code word is tartan ukulele")
    asha.receives("not changed while a visit is open")
    await asha.texts("and the blue folder?")
    asha.receives("nothing has changed")
    for one in (olive, henry):
        one.receives("CODE WORD from Asha")
    await olive.texts("safe spoke to her")
    for one in (olive, henry):
        one.receives("ENDED")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_each_term_the_office_is_asked_until_it_says_known(tmp_path: Path) -> None:
    """On the first school morning, again a week later, and not once it is confirmed until the next term."""
    world = World(tmp_path, begins=datetime(2027, 1, 5, 7, 0, tzinfo=UTC))
    await world.opens()
    desk = world.attached.service.desk
    await desk.chores()
    await world.settles()
    world.olive.receives_nothing()
    for day in (5, 12):
        await world.lives_to(datetime(2027, 1, day, 9, day, tzinfo=UTC))
        await desk.chores()
        await desk.chores()
        await world.settles()
        world.olive.receives("New term", "Without one: B.")
    await world.olive.texts("code words known")
    world.olive.receives("Thank you, noted")
    await world.lives_to(datetime(2027, 2, 2, 9, 0, tzinfo=UTC))
    await desk.chores()
    await world.settles()
    world.olive.receives_nothing()
    await world.closes()


CALENDAR = """
[marsh-lane.calendar]
terms = ["2026-09-02..2026-12-18", "2027-01-04..2027-03-25"]
inset = ["2027-01-04"]
closed = { "2027-01-05" = "heating broken" }
"""


async def test_the_question_waits_for_the_first_open_day_of_the_real_term(tmp_path: Path) -> None:
    """Where a school gives its terms, nobody is asked in the holidays, on an INSET day or on a closed one."""
    world = World(tmp_path, school=SCHOOL + CALENDAR, begins=datetime(2026, 12, 21, 9, 0, tzinfo=UTC))
    await world.opens()
    desk = world.attached.service.desk
    for day in (datetime(2026, 12, 22, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC), datetime(2027, 1, 5, tzinfo=UTC)):
        await world.lives_to(day.replace(hour=9))
        await desk.chores()
        await world.settles()
        world.olive.receives_nothing()
    await world.lives_to(datetime(2027, 1, 6, 9, 0, tzinfo=UTC))
    await desk.chores()
    await world.settles()
    world.olive.receives("New term", "Without one: B.")
    await world.closes()
