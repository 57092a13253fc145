"""The questions of a record: what is asked, how each answer is read, and the record that the answers make."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agreement import WITHOUT_A_DAY
from bot.record import Attendance, Record, Transport
from bot.recording import Command, Wanted, agreements, command, compose, feedback, form
from bot.talk import Again, Answers, Ask, Done, Setting, first, go_on, step

ZONE = ZoneInfo("Europe/London")
SETTING = Setting(datetime(2026, 11, 23, 15, 0, tzinfo=ZONE), ZONE)
TODAY = date(2026, 11, 23)
ALL = Wanted(pupil_class=True, attendance=True, signature=True, transport=True, feedback=True)


def answered(wanted: Wanted, *texts: str, language: str = "en") -> Ask | Done:
    """Where the record stands after these texts; one that is no answer fails the test."""
    setting = Setting(SETTING.now, ZONE, language)
    stands = go_on(form(wanted), {})
    for text in texts:
        outcome = step(form(wanted), stands.answers, text, setting)
        assert not isinstance(outcome, Again), (text, outcome)
        stands = outcome
    return stands


def asked_for(wanted: Wanted, name: str) -> Answers:
    """Answers of an earlier hour, up to the question of this name."""
    answers: dict[str, Any] = {}
    while (coming := first(form(wanted), answers)) is not None and coming.name != name:
        answers[coming.name] = [{"what": "a plan", "by": ""}] if coming.name == "agreed" else None
    return answers


def said(name: str, text: str) -> Any:
    """What one answer comes to: its value, or the name of the notice that asks again."""
    outcome = step(form(ALL), asked_for(ALL, name), text, SETTING)
    return outcome.fault.notice if isinstance(outcome, Again) else outcome.answers.get(name)


def test_three_questions_and_only_what_the_policy_wants_beside_them() -> None:
    """Short is what gets answered: who was there, what was said, what was agreed; the rest where it is called for."""
    short = [field.name for field in form(Wanted())]
    assert short == ["present", "summary", "agreed", "agreed_by"]
    assert [field.name for field in form(ALL)] == [
        *short,
        *("pupil_class", "attendance", "signature", "transport", "feedback"),
    ]


def test_a_whole_record_in_eight_texts() -> None:
    """What the school files is what was typed."""
    texts = [
        *("Mother and gran", "The bus is missed", "Mum rings by 8.30 when ill, by Fri 4 Dec; bus pass by 7/12"),
        *("4 Oak", "64.5% 31 missed 9 authorised 22 unauthorised", "yes", "Ben, insured", "none"),
    ]
    done = answered(ALL, *texts)
    assert isinstance(done, Done)
    assert compose(done.answers, 70) == Record(
        pupil_class="4 Oak",
        present="Mother and gran",
        summary="The bus is missed",
        attendance=Attendance(31, 9, 22, 64.5),
        referral=True,
        signature=True,
        transport=Transport(True, "Ben"),
    )
    assert [(one.what, one.by) for one in agreements(done.answers, TODAY)] == [
        ("Mum rings by 8.30 when ill", date(2026, 12, 4)),
        ("bus pass", date(2026, 12, 7)),
    ]


def test_later_keeps_what_was_said_and_asks_no_more() -> None:
    """Put off at the second question, the first answer is there."""
    put_off = answered(ALL, "Mother", "later please".removesuffix(" please"))
    assert isinstance(put_off, Done)
    assert put_off.answers == {"present": "Mother", "later": True}
    taken_up = go_on(form(ALL), {"present": "Mother"})
    assert isinstance(taken_up, Ask)
    assert taken_up.field.name == "summary"
    assert isinstance(answered(Wanted(), "nes ymlaen", language="cy"), Done)


def test_an_agreement_without_a_day_is_asked_for_one_day_for_all() -> None:
    """Tomorrow is a day there, and puts nothing off; none is an answer too, and then it is looked at in two weeks."""
    waits = answered(Wanted(), "Mother", "All well", "a plan for the mornings\nbreakfast club by Fri 4 Dec")
    assert isinstance(waits, Ask)
    assert waits.field.name == "agreed_by"
    tomorrow = step(form(Wanted()), waits.answers, "tomorrow", SETTING)
    assert isinstance(tomorrow, Done)
    assert [one.by for one in agreements(tomorrow.answers, TODAY)] == [date(2026, 11, 24), date(2026, 12, 4)]
    never = step(form(Wanted()), waits.answers, "none", SETTING)
    assert isinstance(never, Done)
    assert [(one.by, one.due_on) for one in agreements(never.answers, TODAY)] == [
        (None, TODAY + WITHOUT_A_DAY),
        (date(2026, 12, 4), date(2026, 12, 4)),
    ]


def test_nothing_agreed_asks_for_no_day() -> None:
    """ "None" goes on to the next question."""
    done = answered(Wanted(), "Mother", "All well", "none")
    assert isinstance(done, Done)
    assert agreements(done.answers, TODAY) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64", {"percent": 64.0}),
        ("64.5%", {"percent": 64.5}),
        ("64,5 %", {"percent": 64.5}),
        ("about 70 percent", {"percent": 70.0}),
        ("31 sessions missed", {"missed": 31}),
        ("87% 31 missed 9 auth 22 unauth", {"percent": 87.0, "missed": 31, "authorised": 9, "unauthorised": 22}),
        ("dont know", {}),
        ("none", {}),
        ("120%", "record_no_percent"),
        ("not good", "record_no_percent"),
        ("0", {"percent": 0.0}),
        ("100 %", {"percent": 100.0}),
    ],
)
def test_attendance_is_a_percentage_and_may_have_its_sessions(text: str, value: object) -> None:
    """A figure that cannot be is asked about; not known is an answer."""
    assert said("attendance", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", None),
        ("nobody", None),
        ("Ben, insured", {"insured": True, "escort": "Ben"}),
        ("Ben, car is insured", {"insured": True, "escort": "Ben"}),
        ("Ben", {"insured": None, "escort": "Ben"}),
        ("Ben, not insured", {"insured": False, "escort": "Ben"}),
        ("the car is uninsured", {"insured": False, "escort": ""}),
    ],
)
def test_the_car_is_insured_only_where_that_was_said(text: str, value: object) -> None:
    """C20: what was not said is not known; "not insured" is never read as insured."""
    assert said("transport", text) == value


@pytest.mark.parametrize(("name", "text"), [("agreed", "a plan by 20 Nov"), ("agreed_by", "20 Nov")])
def test_a_day_that_is_past_is_asked_about(name: str, text: str) -> None:
    """Nobody can keep an agreement by last Friday."""
    assert said(name, text) == "record_day_past"


def test_a_day_that_is_none_is_asked_about() -> None:
    """What names no day is no answer to "by when"."""
    assert said("agreed_by", "soon") == "record_no_day"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("record", Command(None)),
        ("Record 12", Command(12)),
        ("record visit 12", Command(12)),
        ("Record of visit no. 12", Command(12)),
        ("RECORD #12.", Command(12)),
        ("record 12 anew", Command(12, anew=True)),
        ("cofnod 12 eto", Command(12, anew=True)),
        ("please record that we left", None),
        ("record 12 is wrong", None),
        ("12", None),
        ("for the record, 12 is fine", None),
        ("record 99999999999999999999", None),
        ("", None),
    ],
)
def test_record_and_a_number_asks_for_a_record(text: str, found: Command | None) -> None:
    """Just that, in either language, and no sentence that has the word in it."""
    assert command(text, "cy") == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Feedback: the slip is too small", "the slip is too small"),
        ("feedback more light", "more light"),
        ("adborth mwy o olau", "mwy o olau"),
        ("feedback", None),
        ("my feedback is late", None),
        ("feedbacks", None),
        ("", None),
    ],
)
def test_feedback_is_what_follows_the_word(text: str, said: str | None) -> None:
    """P22: at any time, without a form."""
    assert feedback(text, "cy") == said


@given(st.text(max_size=200))
def test_no_text_breaks_a_question(text: str) -> None:
    """Every question takes every text: as an answer, or as one that it names and asks again."""
    for field in form(ALL):
        field.read(text, {"agreed": [{"what": "a plan", "by": ""}]}, SETTING)
    command(text, "en")
    feedback(text, "en")
