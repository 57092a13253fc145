"""After the visit: its record in a few texts, whenever there is time for it, and never in the visit's way."""

from pathlib import Path

import pytest

from bot.people import Channel
from tests.world.after import agreements_of, chores, feedback, record_of, visited
from tests.world.phones import Human
from tests.world.world import SCHOOL, World

ANSWERS = (
    ("What was said?", "Mother and gran"),
    ("What was agreed, and by when?", "The bus is missed when the brother is late"),
    ("Which class or year", "Mum rings by 8.30 when ill, by Fri 4 Dec; bus pass by 7/12"),
    ("Attendance over three months", "4 Oak"),
)


async def answers(human: Human, *pairs: tuple[str, str]) -> None:
    """Answer a question, and be asked the next."""
    for coming, text in pairs:
        await human.texts(text)
        human.receives(coming)


async def test_the_record_is_asked_for_after_the_visit_and_made_in_five_texts(world: World) -> None:
    """P18: who was there, what was said, what was agreed by when, class and attendance; then it is complete."""
    asha = world.asha
    number = await visited(world)
    await chores(world)
    asha.receives_nothing()
    await world.passes("5m")
    await chores(world)
    asha.receives(f"Record of visit {number}, 14:00: who was there?")
    await answers(asha, *ANSWERS)
    await asha.texts("95")
    asha.receives(f"Record of visit {number} is complete")
    written = await record_of(world, number)
    assert written.completed_by == world.ids["Asha"]
    assert written.answers["summary"] == "The bus is missed when the brother is late"
    assert [(one.what, str(one.by)) for one in await agreements_of(world, number)] == [
        ("Mum rings by 8.30 when ill", "2026-12-04"),
        ("bus pass", "2026-12-07"),
    ]
    await world.passes("1h")
    await chores(world)
    asha.receives_nothing()


async def test_nobody_is_asked_while_any_of_them_is_still_inside(world: World) -> None:
    """Asha has left, Ben has not: the visit is not over, and its words come first."""
    asha, ben = world.asha, world.ben
    number = await world.plans(asha, ben)
    await asha.texts("we have arrived")
    await asha.texts("left, no concerns")
    await world.passes("9m")
    await chores(world)
    for human in (asha, ben):
        assert not [line for line in human.ignores() if "Record" in line.text]
    await asha.texts(f"record {number}")
    asha.receives(f"Visit {number} is not over yet")
    await ben.texts("left, no concerns")
    await world.passes("6m")
    for human in (ben, world.olive, world.henry, world.dana):
        human.ignores()
    await chores(world)
    asha.receives(f"Record of visit {number}")
    ben.receives_nothing()


async def test_inside_a_home_record_is_no_command(world: World) -> None:
    """Whatever is typed there is read for the visit."""
    asha = world.asha
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await asha.texts("record 1")
    asha.receives("Not sure what you mean", "There since 14:00")


async def test_later_keeps_what_was_said_and_record_takes_it_up(world: World) -> None:
    """Put off, crashed, taken up the next morning by the bare word: the second question is asked, not the first."""
    asha = world.asha
    number = await visited(world)
    await world.passes("5m")
    await chores(world)
    asha.receives("who was there?")
    await asha.texts("Mother")
    asha.receives("What was said?")
    await asha.texts("later")
    asha.receives(f"Kept as far as it goes. Text RECORD {number} to go on.")
    await world.crashes()
    await world.passes("18h")
    await world.reopens()
    await asha.texts("record")
    asha.receives("What was said?")
    await asha.texts("never mind")
    asha.receives("Left, and what was said is kept")
    assert (await record_of(world, number)).answers == {"present": "Mother"}


async def test_a_record_not_made_in_its_time_is_asked_for_once_more_and_the_office_told(world: World) -> None:
    """A day later, in school hours, and then no more; the office may write it itself."""
    asha, olive = world.asha, world.olive
    number = await visited(world)
    await world.passes("5m")
    await chores(world)
    asha.receives("who was there?")
    await world.passes("18h")
    await chores(world)
    asha.receives_nothing()
    await world.passes("6h")
    await chores(world)
    asha.receives("who was there?")
    olive.receives(f"Record of visit {number} by A. is not complete")
    await olive.texts(f"record {number}")
    olive.receives("who was there?")
    await answers(olive, *ANSWERS)
    await olive.texts("none")
    olive.receives("is complete")
    asha.receives("O. has answered already")
    assert (await record_of(world, number)).completed_by == world.ids["Olive"]


async def test_a_concern_in_a_record_goes_to_the_safeguarding_lead_at_once(world: World) -> None:
    """P19b: never only into a record. What was said is on the record as well."""
    asha, dee = world.asha, world.dee
    number = await visited(world)
    await asha.texts("record")
    asha.receives("who was there?")
    await asha.texts("Mother")
    asha.receives("What was said?")
    await asha.texts("I am concerned about the little brother, the house is very cold")
    asha.receives("CONCERN noted")
    asha.receives("What was agreed")
    dee.receives("CONCERN", f"visit {number}")
    assert "little brother" in (await record_of(world, number)).answers["summary"]
    await asha.texts("none")
    asha.receives("Which class")
    dee.receives_nothing()


async def test_a_bare_digit_is_not_put_on_the_record(world: World) -> None:
    """A second "3" comes behind the first question: it says again that they have left, and nothing of who was there."""
    asha = world.asha
    number = await visited(world)
    await asha.texts("record")
    asha.receives("who was there?")
    await asha.texts("3")
    asha.receives("is noted already", "Any concerns?")
    assert "present" not in (await record_of(world, number)).answers
    await asha.texts("no")
    asha.receives("who was there?")


@pytest.mark.parametrize("words", ["left", "left now", "I'm back", "all ok"])
async def test_that_they_have_left_or_are_well_is_not_put_on_the_record(world: World, words: str) -> None:
    """In so few words it is of a visit, and no answer to who was there; more words are."""
    asha = world.asha
    number = await visited(world)
    await asha.texts("record")
    asha.receives("who was there?")
    await asha.texts(words)
    asha.ignores()
    assert "present" not in (await record_of(world, number)).answers
    await asha.texts("no" if words in ("left", "left now") else "record")
    asha.receives("who was there?")
    await asha.texts("mum and gran, both for the whole hour")
    asha.receives("What was said?")


async def test_danger_in_a_record_raises_the_alarm_as_anywhere(world: World) -> None:
    """Whatever conversation is open, a cry for help is one; the question waits."""
    asha = world.asha
    await visited(world)
    await asha.texts("record")
    asha.receives("who was there?")
    await asha.texts("he has followed me to the car, help")
    asha.receives("Noted")
    assert await world.open_alarms() == ["danger"]
    world.olive.ignores()
    world.henry.ignores()


async def test_record_names_what_is_wrong(world: World) -> None:
    """No visit, no number, somebody else's visit: each has its answer, and nothing is begun."""
    asha, ben = world.asha, world.ben
    await asha.texts("record")
    asha.receives("No record of yours is waiting")
    await asha.texts("record 99")
    asha.receives("There is no visit 99 that is yours to record")
    number = await visited(world)
    await ben.texts(f"record {number}")
    ben.receives(f"There is no visit {number} that is yours to record")


async def test_a_complete_record_can_be_written_anew(world: World) -> None:
    """Asked for again it says since when it is complete; anew, it begins with the first question."""
    asha = world.asha
    number = await visited(world)
    await asha.texts("record")
    asha.receives("who was there?")
    await answers(asha, *ANSWERS)
    await asha.texts("none")
    asha.receives("is complete")
    await asha.texts(f"record {number}")
    asha.receives(f"Record of visit {number} is complete since 14:00")
    await asha.texts(f"record {number} anew")
    asha.receives("who was there?")
    await answers(asha, ("What was said?", "Father"), ("What was agreed", "All well"), ("Which class", "none"))
    await asha.texts("later")
    asha.receives("Kept as far as it goes")
    assert (await record_of(world, number)).answers["present"] == "Father"


async def test_several_visits_are_recorded_one_after_the_other(world: World) -> None:
    """One question at a time, also where three doors have closed in one afternoon."""
    asha = world.asha
    first, second = await visited(world), await visited(world)
    await world.passes("5m")
    await chores(world)
    asha.receives(f"Record of visit {first}")
    asha.receives_nothing()
    await asha.texts("later")
    asha.receives("Kept")
    await chores(world)
    asha.receives(f"Record of visit {second}")


async def test_a_visit_called_off_wants_no_record(world: World) -> None:
    """Nobody was there; who wants to record it all the same can."""
    asha = world.asha
    number = await world.plans(asha)
    await asha.texts("called off, family ill")
    for human in (asha, world.olive, world.henry):
        human.ignores()
    await world.passes("1h")
    await chores(world)
    asha.receives_nothing()
    await asha.texts(f"record {number}")
    asha.receives("who was there?")


async def test_a_school_that_wants_no_record_asks_for_none(tmp_path: Path) -> None:
    """ "never" is a policy too."""
    world = World(tmp_path, school=SCHOOL + '[marsh-lane.overrides]\nrecord_within = "never"\n')
    await world.opens()
    await visited(world)
    await world.passes("1h")
    await chores(world)
    world.asha.receives_nothing()
    await world.closes()


async def test_feedback_is_kept_from_the_record_and_at_any_time(tmp_path: Path) -> None:
    """P22: the last question of the record, or the word by itself, from whoever has something to say."""
    world = World(tmp_path, school=SCHOOL + "[marsh-lane.overrides]\nreview_on = 2027-09-01\n")
    await world.opens()
    asha, henry = world.asha, world.henry
    number = await visited(world)
    await asha.texts("record")
    asha.receives("who was there?")
    await answers(asha, *ANSWERS, ("Anything for the review", "95"))
    await asha.texts("the slip is hard to read")
    asha.receives("is complete")
    await henry.texts("feedback: more light at the gate")
    henry.receives("Kept for the review of the policy")
    said = [(one.said, one.person_id, one.visit_id) for one in await feedback(world)]
    assert said == [
        ("the slip is hard to read", world.ids["Asha"], number),
        ("more light at the gate", world.ids["Henry"], None),
    ]
    await world.closes()


async def test_on_telegram_it_is_the_same_conversation(world: World) -> None:
    """Asked where they last wrote, answered where they like."""
    asha = world.asha
    await world.enrols(asha)
    number = await world.plans(asha)
    await asha.writes("arrived")
    await asha.writes("left, no concerns")
    asha.ignores()
    world.olive.ignores()
    await world.passes("5m")
    await chores(world)
    asha.receives(f"Record of visit {number}", by=Channel.TELEGRAM)
    await asha.texts("Mother")
    asha.receives("What was said?", by=Channel.SMS)


async def test_back_at_school_is_the_visits_whatever_record_waits(world: World) -> None:
    """ "Back at school" ends the visit whose return is awaited, while the record of an earlier one is still asked for."""
    asha, olive = world.asha, world.olive
    await visited(world)
    await world.passes("5m")
    await chores(world)
    asha.receives("who was there?")
    olive.ignores()
    await world.plans(asha, start="14:10", end="14:30", back="15:00")
    await asha.texts("arrived")
    await asha.texts("left")
    asha.receives("ARRIVED")
    asha.receives("LEFT", "expected 15:00")
    olive.receives("A. LEFT 14:05")
    await asha.texts("back at school")
    asha.receives_nothing()
    await asha.texts("status")
    asha.receives("No visit of yours is open")
    assert await world.open_alarms() == []
