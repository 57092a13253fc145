"""What the five policies want after a visit, row by row: the record, what was agreed, the slip, the car, the review."""

from datetime import UTC, datetime
from pathlib import Path

from bot.agreement import State
from bot.details import Details
from handlers.papers import gather
from store import visits
from tests.world.after import (
    SAID,
    agreements_of,
    at_school,
    chores,
    feedback,
    lives_to_day,
    paper,
    reads_all,
    records_it,
    visited,
)
from tests.world.world import World


async def recorded(world: World, said: dict[str, str] | None = None) -> int:
    """Asha has visited and answered what she was asked; gives the visit's number."""
    number = await visited(world)
    reads_all(world)
    await records_it(world, said or SAID)
    return number


async def record_paper(world: World, number: int) -> str:
    return await paper(world, lambda tx, schools: gather.record(tx, schools, number, world.clock()))


async def _record(folder: Path, preset: str) -> str:
    """The visit record of a school with this preset, and that it was asked for by itself."""
    world = at_school(folder, preset)
    await world.opens()
    number = await visited(world)
    reads_all(world)
    await world.passes("5m")
    await chores(world)
    assert [line for line in reads_all(world) if f"Asha: Record of visit {number}" in line]
    await records_it(world)
    text = await record_paper(world, number)
    reads_all(world)
    await world.closes()
    return text


EVERYWHERE = (
    *("K.T.", "4 Oak", "Monday 23 November 2026", "14:00 – 14:30", "Asha: arrived 14:00, left 14:00", "attendance"),
    *("Mother and gran", "The bus is missed", "Mum rings by 8.30", "Friday 4 December 2026", "64.5 %", "31", "9", "22"),
    *("Follow-up", "asked about on its day", "Completed by", "visitor", "Confidential"),
)


async def _has_all_of_it(folder: Path, preset: str) -> None:
    text = await _record(folder, preset)
    assert [wanted for wanted in EVERYWHERE if wanted not in text] == []


async def test_P18_the_record_is_asked_for_and_has_all_of_it(tmp_path: Path) -> None:
    """Pupil, class, date, time, staff, reason, people, summary, actions, figures, follow-up and by whom, to be filed."""
    await _has_all_of_it(tmp_path, "potton")


async def test_B9_the_record_is_asked_for_and_has_all_of_it(tmp_path: Path) -> None:
    """In a timely manner, with everything that was said, as a paper for the safeguarding system."""
    await _has_all_of_it(tmp_path, "birchwood")


async def test_C18_the_record_is_asked_for_and_has_all_of_it(tmp_path: Path) -> None:
    """Every line of the school's own form has its place on the paper."""
    await _has_all_of_it(tmp_path, "coteford")


async def test_W8_the_record_is_asked_for_and_has_all_of_it(tmp_path: Path) -> None:
    """Time, address, pupil and what was said are complete, and ready to be filed."""
    await _has_all_of_it(tmp_path, "willows")


async def _not_kept(folder: Path, preset: str) -> list[str]:
    """Not kept, and not kept again; gives who was proposed another visit."""
    world = at_school(folder, preset)
    await world.opens()
    number = await recorded(world)
    reads_all(world)
    await lives_to_day(world, 4)
    await chores(world)
    assert "Asha: Visit 1, agreed by 04/12: Mum rings by 8.30. Was it kept? 1 Yes, 2 No." in reads_all(world)
    await world.asha.texts("no")
    assert [line for line in reads_all(world) if "reminder letter is ready" in line and line.startswith("Olive")]
    letter = await paper(world, lambda tx, schools: gather.letter(tx, schools, number, None, world.clock()))
    assert "Mum rings by 8.30" in letter
    assert "Please see to it by Friday 18 December 2026" in letter
    await lives_to_day(world, 18)
    await chores(world)
    reads_all(world)
    await world.asha.texts("no")
    proposed = [line.split(":")[0] for line in reads_all(world) if "follow-up visit is proposed" in line]
    assert [one.state for one in await agreements_of(world, number)] == [State.FOLLOW_UP]
    await world.closes()
    return [name for name in proposed if name != "Asha"]


async def test_P21_not_kept_is_a_letter_and_then_another_visit(tmp_path: Path) -> None:
    """A reminder letter the first time; the second time a visit is proposed to the headteacher, who authorises it."""
    assert await _not_kept(tmp_path, "potton") == ["Henry"]


async def test_C16_not_kept_is_a_letter_and_then_another_visit(tmp_path: Path) -> None:
    """A reminder letter the first time; the second time a visit is proposed to headteacher and deputy."""
    assert await _not_kept(tmp_path, "coteford") == ["Henry", "Dana"]


async def _marked(folder: Path, preset: str, percent: str, threshold: int) -> bool:
    """Whether an attendance marks the record; the headteacher is told so when it does, and only then."""
    world = at_school(folder, preset)
    await world.opens()
    number = await recorded(world, {**SAID, "Attendance over": percent})
    marked = f"{percent} % is below {threshold} %" in await record_paper(world, number)
    told = [line for line in reads_all(world) if line.startswith("Henry") and "marked for referral" in line]
    assert len(told) == int(marked)
    await world.closes()
    return marked


async def test_P21b_attendance_below_seventy_marks_the_record(tmp_path: Path) -> None:
    """Over three months; below it, and not at it."""
    assert await _marked(tmp_path / "below", "potton", "69.9", 70)
    assert not await _marked(tmp_path / "at", "potton", "70", 70)


async def test_C17_attendance_below_ninety_marks_the_record(tmp_path: Path) -> None:
    """Over three months; below it, and not at it."""
    assert await _marked(tmp_path / "below", "coteford", "89.9", 90)
    assert not await _marked(tmp_path / "at", "coteford", "90", 90)


async def _slip(folder: Path, preset: str, told: str, leaves: str) -> None:
    """Nobody is in at 14:07: what they are told to do, what stands on the slip, and what does not."""
    world = at_school(folder, preset)
    await world.opens()
    number = await world.plans(world.asha, world.ben)
    await world.until("14:07")
    await world.asha.texts("we are at the door, nobody home")
    for one in (world.asha, world.ben):
        one.receives(f"NOBODY HOME 14:07. {told}")
    await world.until(leaves)
    for one in (world.asha, world.ben):
        one.receives_nothing()
    await world.asha.texts("we have left")
    for one in (world.asha, world.ben):
        one.receives(f"CALLED OFF {leaves}")
    world.olive.receives(f"CALLED OFF {leaves}", "nobody home")
    slip = await paper(world, lambda tx, schools: gather.slip(tx, schools, number, world.clock()))
    for wanted in ("Monday 23 November 2026", "14:07", "Asha, Ben", "07700 900990"):
        assert wanted in slip
    for secret in ("K.T.", "attendance", "High Street", "14:00", leaves):
        assert secret not in slip
    await world.asha.texts("we are both back at school")
    reads_all(world)
    await world.closes()


async def test_C19_a_slip_has_date_time_name_and_number(tmp_path: Path) -> None:
    """Ready to print or to send when nobody was home, with the time at the door; it names no pupil and no reason."""
    await _slip(tmp_path, "coteford", "Wait till 14:27, then leave the slip.", "14:26")


async def test_E8_a_slip_has_time_name_and_number(tmp_path: Path) -> None:
    """Left at once when nobody is in, no wait is named; it has the time at the door, and names no pupil and no reason."""
    await _slip(tmp_path, "early-years", "Leave the slip and go. Text 3 when you leave", "14:09")


async def plans_with(world: World, number: int, details: Details) -> None:
    async with world.attached.service.database.transaction() as tx:
        plan = await visits.by_id(tx, world.school_id, number)
        assert plan is not None
        await visits.change(tx, plan, details=details)


async def test_C20_transporting_a_pupil_records_insurance_and_escort(tmp_path: Path) -> None:
    """Coteford: asked for where a pupil was to be driven, and on the record."""
    world = at_school(tmp_path, "coteford")
    await world.opens()
    number = await visited(world)
    await plans_with(world, number, Details(transport="to school"))
    reads_all(world)
    asked = await records_it(world)
    assert [text for text in asked if "Was a pupil in the car?" in text]
    text = await record_paper(world, number)
    assert "Car insured for it\nyes\nEscort in the car\nBen" in text
    reads_all(world)
    await world.closes()


REVIEW = "The home visits policy is to be reviewed on 01/10/2026. Feedback given: 1. To print it: doorstep feedback marsh-lane"


async def test_P22_the_head_is_reminded_of_the_review_and_feedback_is_kept(tmp_path: Path) -> None:
    """Potton: four weeks before its review of October, not sooner and once; what Asha said after her visit is on the paper."""
    world = at_school(tmp_path, "potton", begins=datetime(2026, 9, 2, 13, 0, tzinfo=UTC))
    await world.opens()
    number = await recorded(world)
    reads_all(world)
    reminded = []
    for day in (2, 3, 4):
        await lives_to_day(world, day, "14:00", month=9)
        await chores(world)
        reminded.append([line for line in reads_all(world) if "to be reviewed" in line])
    assert reminded == [[], [f"Henry: {REVIEW}"], []]
    assert [(one.said, one.visit_id) for one in await feedback(world)] == [("the slip is hard to read", number)]
    text = await paper(
        world, lambda tx, schools: gather.feedback(tx, world.school_id, schools[world.school_id], world.clock())
    )
    assert "the slip is hard to read" in text
    await world.closes()


async def _signed(world: World, reason: bool, said: str) -> tuple[bool, str]:
    """Whether Asha is asked after a visit if the parent has signed, and what stands of it on the paper."""
    number = await visited(world)
    await plans_with(world, number, Details(signature=reason))
    reads_all(world)
    asked = await records_it(world, {**SAID, "Has the parent signed?": said})
    _, _, stands = (await record_paper(world, number)).partition("Parent's signature\n")
    reads_all(world)
    return any("Has the parent signed?" in text for text in asked), stands.split("\n")[0]


async def test_W2b_a_signature_that_was_the_reason_is_on_the_record(tmp_path: Path) -> None:
    """Willows: that it was obtained, or that it was not; a visit for another reason is not asked about it."""
    world = at_school(tmp_path, "willows")
    await world.opens()
    assert await _signed(world, True, "1") == (True, "obtained")
    assert await _signed(world, True, "2") == (True, "not obtained")
    assert await _signed(world, False, "1") == (False, "")
    await world.closes()
