"""What stands on each paper: everything that its clause asks for, and what is not known said in so many words."""

from dataclasses import replace
from datetime import date

import pytest

from bot.alarm import Kind
from bot.papers import (
    Authorised,
    Callout,
    Paragraph,
    Shape,
    Signatures,
    VisitFacts,
    day_list,
    incident_pack,
    missed_slip,
    reminder_letter,
    visit_record,
)
from bot.papers.document import printable
from bot.papers.words import book
from bot.record import Attendance, Record
from bot.visit import State
from tests.bot.paper_values import (
    AGREED,
    ALARMS,
    ASHA,
    HOLDS,
    NOW,
    RECORD,
    below,
    callouts,
    facts,
    grids,
    on,
    school,
    step,
    visit,
    words,
)

# -- the visit record -------------------------------------------------------------------------------


def test_the_record_has_all_that_a_policy_asks_for() -> None:
    """P18, C18, W8: pupil, class, date, time, staff, reason, who was there, what was said, figures, follow-up, by whom."""
    paper = visit_record(visit(), RECORD, AGREED, 70, NOW)
    told = facts(paper)
    assert told["Pupil"] == "K.T."
    assert told["Class"] == "4 Oak"
    assert told["Date"] == "Monday 23 November 2026"
    assert told["Time"] == "14:00 – 14:45"
    assert told["Reason for the visit"] == "Attendance since half-term"
    assert told["Staff"] == "Asha: arrived 14:02, left 14:41\nBen: arrived 14:02, left 14:41"
    assert told["Authorised by"] == "Henry, Monday 23 November 2026 08:12"
    assert below(paper, "People present at home") == Paragraph("Mother and grandmother")
    assert below(paper, "What was said") == Paragraph("The bus is missed when the brother is late.")
    assert below(paper, "Follow-up") == Paragraph(
        "The office rings on Friday\n"
        "What was agreed is asked about on its day: Monday 7 December 2026.\n"
        "Referral to the authorities because of the attendance."
    )
    actions, figures, completed = grids(paper)
    assert [row[:2] for row in actions.rows] == [
        ("Mother rings by 8:30 when K.T. is ill", "Monday 7 December 2026"),
        ("A place at the breakfast club", "no date"),
    ]
    assert [row[2] for row in actions.rows] == ["not yet due", "kept"]
    assert figures.rows == (("31", "9", "22", "64.5 %"),)
    assert completed.rows == (("Asha", "visitor", "Monday 23 November 2026"),)
    assert paper.mark == "Confidential"


def test_follow_up_says_what_has_come_of_what_was_agreed() -> None:
    """P21: the letter and the next visit stand on the record, each with its agreement."""
    agreed = [replace(AGREED[0], state="asked again"), replace(AGREED[1], state="follow-up")]
    assert below(visit_record(visit(), Record(), agreed, None, NOW), "Follow-up") == Paragraph(
        "Reminder letter about: Mother rings by 8:30 when K.T. is ill.\nFollow-up visit about: A place at the breakfast club."
    )
    assert below(visit_record(visit(), Record(), [], None, NOW), "Follow-up") == Paragraph("not recorded")


def test_what_was_not_recorded_is_said_and_not_left_blank() -> None:
    """A reader of an empty record sees that it is empty, not that there was nothing."""
    bare = VisitFacts(12, school(), "", "", "", (replace(ASHA, state=State.PLANNED, arrived_at=None, left_at=None),))
    paper = visit_record(bare, Record(), [], None, NOW)
    told = facts(paper)
    assert {told[label] for label in ("Pupil", "Class", "Address", "Reason for the visit")} == {"not recorded"}
    assert told["Authorised by"] == "not authorised"
    assert told["Staff"] == "Asha: planned"
    assert below(paper, "Actions agreed") == Paragraph("None on record.")
    figures, completed = grids(paper)
    assert set(figures.rows[0]) == set(completed.rows[0]) == {"not recorded"}
    assert callouts(paper) == []


@pytest.mark.parametrize(
    ("percent", "threshold", "marked"),
    [(69.9, 70, True), (70.0, 70, False), (89.9, 90, True), (50.0, None, False), (None, 70, False), (0.0, 70, True)],
)
def test_the_threshold_is_below_and_not_at(percent: float | None, threshold: float | None, marked: bool) -> None:
    """P21b, C17: seventy is not below seventy, no threshold refers nobody, and an unknown figure accuses nobody."""
    assert Attendance(percent=percent).below(threshold) is marked


def test_a_record_for_referral_says_so_first() -> None:
    """P21b: the figure and the school's threshold stand on top of the sheet."""
    paper = visit_record(visit(), RECORD, AGREED, 70, NOW)
    assert isinstance(paper.blocks[0], Callout)
    assert "64.5 % is below 70 %" in paper.blocks[0].text
    assert callouts(visit_record(visit(), replace(RECORD, referral=False), AGREED, 70, NOW)) == []


def test_signature_and_transport_stand_where_they_were_asked_for() -> None:
    """W2b and C20: obtained or not, insured or not, and who else was in the car; elsewhere no line for them."""
    told = facts(visit_record(visit(), RECORD, AGREED, 70, NOW))
    assert (told["Parent's signature"], told["Car insured for it"], told["Escort in the car"]) == (
        "obtained",
        "yes",
        "Ben",
    )
    refused = facts(visit_record(visit(), replace(RECORD, signature=False), AGREED, 70, NOW))
    assert refused["Parent's signature"] == "not obtained"
    without = facts(visit_record(visit(), Record(), AGREED, 70, NOW))
    assert not {"Parent's signature", "Car insured for it", "Escort in the car"} & set(without)


def test_a_visit_called_off_says_when_and_why() -> None:
    """Nobody left a home they never entered: "called off", with its time and its outcome."""
    off = replace(ASHA, state=State.CALLED_OFF, arrived_at=None, left_at=on(23, "14:15"))
    told = facts(visit_record(replace(visit(goers=(off,)), outcome="nobody home"), Record(), [], None, NOW))
    assert told["Staff"] == "Asha: called off 14:15"
    assert told["Outcome"] == "nobody home"
    back = replace(off, state=State.RETURNED, off=True, returned_at=on(23, "14:40"))
    assert facts(visit_record(visit(goers=(back,)), Record(), [], None, NOW))["Staff"] == (
        "Asha: called off 14:15, returned 14:40"
    )


# -- slip and letter --------------------------------------------------------------------------------


def test_the_slip_says_when_who_and_whom_to_ring_and_no_more() -> None:
    """C19, E8: date, time, name and number; the mat is read by anybody, so no pupil, no reason, no address."""
    paper = missed_slip(visit(), on(23, "14:15"), NOW)
    assert facts(paper) == {
        "Date": "Monday 23 November 2026",
        "Time": "14:15",
        "Who came": "Asha, Ben",
        "Please ring": "07700 900990",
    }
    assert paper.shape is Shape.SLIP
    for secret in ("K.T.", "Attendance", "High Street", "Confidential"):
        assert secret not in words(paper)


def test_a_slip_without_a_number_or_a_time_leaves_room_for_a_pen() -> None:
    """A school that gave no number still has a slip; what is open is empty, not "not recorded"."""
    told = facts(missed_slip(replace(visit(), school=school(phone="")), None, NOW))
    assert (told["Date"], told["Time"], told["Please ring"]) == ("", "", "")


def test_the_reminder_names_what_was_agreed_and_the_new_day() -> None:
    """P21, C16: when the visit was, what was agreed by when, by when now, and what follows."""
    paper = reminder_letter(visit(), AGREED[0], date(2026, 12, 21), NOW)
    told = words(paper)
    assert facts(paper)["We agreed"] == "Mother rings by 8:30 when K.T. is ill"
    for wanted in ("Monday 23 November 2026", "Monday 7 December 2026", "Monday 21 December 2026", "another visit"):
        assert wanted in told
    assert "07700 900990" in told
    assert any(isinstance(block, Signatures) for block in paper.blocks)


def test_a_reminder_without_days_still_reads_as_a_letter() -> None:
    """What was agreed without a date is reminded of without one."""
    told = words(reminder_letter(replace(visit(), school=school(phone="")), AGREED[1], None, NOW))
    assert "no date" in told
    assert "Please see to it soon." in told
    assert "not recorded" not in told


# -- the day's list ---------------------------------------------------------------------------------


def test_the_days_list_has_a_row_a_visit_and_a_line_to_sign() -> None:
    """C10: who, where, when, why, by whom authorised, for one signature."""
    paper = day_list(school(), date(2026, 11, 23), [visit(), visit(number=13)], NOW)
    (grid,) = grids(paper)
    assert [row[0] for row in grid.rows] == ["12", "13"]
    row = dict(zip(grid.head, grid.rows[0], strict=True))
    assert row["Staff"] == "Asha +447700900001\nBen +447700900002"
    assert (row["Time"], row["Back"]) == ("14:00 – 14:45", "15:15")
    assert row["Authorised by"].startswith("Henry")
    assert paper.subject == "Monday 23 November 2026"
    assert isinstance(paper.blocks[-1], Signatures)
    assert callouts(paper) == []


def test_a_visit_nobody_authorised_is_named_on_top_of_the_list() -> None:
    """The one that may not go ahead is not one among many."""
    waiting = replace(visit(number=13), authorised=Authorised())
    (warning,) = callouts(day_list(school(), date(2026, 11, 23), [visit(), waiting], NOW))
    assert "visit 13" in warning


def test_a_day_without_visits_is_a_list_all_the_same() -> None:
    """It says that there are none."""
    paper = day_list(school(), date(2026, 11, 24), [], NOW)
    assert "No visits are planned" in words(paper)
    assert grids(paper) == []


# -- words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_paper_can_be_made_in_every_language(language: str) -> None:
    """No label is missing and none is left unfilled."""
    papers = [
        visit_record(visit(language), RECORD, AGREED, 70, NOW),
        missed_slip(visit(language), NOW, NOW),
        reminder_letter(visit(language), AGREED[0], date(2026, 12, 21), NOW),
        day_list(school(language), date(2026, 11, 23), [replace(visit(language), authorised=Authorised())], NOW),
        incident_pack(visit(language), ALARMS, [step(1)], HOLDS, NOW),
    ]
    assert {paper.language for paper in papers} == {language}
    assert not any("{" in words(paper) for paper in papers)
    assert len({paper.title for paper in papers}) == len(papers)
    assert all("{page}" in paper.page and "{pages}" in paper.page for paper in papers)


def test_every_state_and_every_kind_of_alarm_has_its_word() -> None:
    """What a paper says of a visit is in the school's language, whatever became of it."""
    for language in ("en", "cy"):
        assert {state.value.replace(" ", "_") for state in State} <= set(book(language)["states"])
        kinds = {kind.value.replace(" ", "_").replace("-", "_") for kind in Kind}
        assert kinds <= set(book(language)["alarm_kinds"])


def test_marks_that_no_paper_shows_are_left_out() -> None:
    """A null byte or a bell in a text breaks no file; letters, digits and emoji stay."""
    assert printable("a\x00b\x07\tc\r\nd\u200be\ufe0f ŵ Ł 😀") == "ab c\nde ŵ Ł 😀"
