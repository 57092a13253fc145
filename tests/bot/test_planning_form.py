"""What is asked for a plan: what the policy wants and no more, in words that no option turns into a cry."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import notices, planning, words
from bot.planning import Desk, Staff, Wants, form
from bot.policy import parse_policy
from bot.talk import Answers, Field, label

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
DESK = Desk(NOW, LONDON, staff=(Staff(1, "Asha"), Staff(2, "Ben")), me=1)
SAID = {"day": "2026-11-24", "start": "14:00", "address": "14 High St", "pupil": "K.T.", "reason": "attendance"}
PRESETS = ("default", "potton", "birchwood", "coteford", "early-years", "willows")
LABELS = {key for key in notices.catalogue("en")["labels"] if key.startswith("plan_")}


def asked(preset: str, answers: Answers, *, car: bool = True) -> list[str]:
    """The names of the fields that this policy still asks for."""
    wants = Wants(parse_policy(preset), goes=True, visitors=DESK.staff, car=car)
    return [
        field.name for field in form(wants, answers, DESK) if field.name not in answers and not field.skipped(answers)
    ]


WANTED = [
    ("potton", ["partners", "assessment", "end", "family_told", "back"]),
    ("birchwood", ["family_told", "code_word", "back"]),
    ("coteford", ["partners", "assessment", "confirmed", "parents", "attendance"]),
    ("early-years", ["partners", "family_told", "house_phone", "named_contact", "back"]),
    ("willows", ["signature"]),
]


@pytest.mark.parametrize(("preset", "fields"), WANTED)
def test_each_policy_asks_for_what_it_wants(preset: str, fields: list[str]) -> None:
    """P2 B3 C6 E2 W2, P9 B5 C9 E1, P9b C4, B2 C5: the log entry's parts, by the school's own policy."""
    assert asked(preset, SAID) == fields


def test_a_car_is_asked_for_where_none_is_on_record() -> None:
    """P17, C8."""
    assert "vehicle" in asked("potton", SAID, car=False)
    assert "vehicle" not in asked("willows", SAID, car=False)


def test_concerns_want_two_and_an_assessment() -> None:
    """B5: one may go where there are none, and not where there are."""
    worried = {**SAID, "kind": "safeguarding"}
    assert {"partners", "assessment"} <= set(asked("birchwood", worried))
    assert not {"partners", "assessment"} & set(asked("birchwood", SAID))
    assert "partners" not in asked("birchwood", {**worried, "partners": [2]})


def every_field() -> dict[str, Field]:
    """Each question there can be about a plan, by the sentence that asks it."""
    found: dict[str, Field] = {}
    for preset in PRESETS:
        for goes in (True, False):
            wants = Wants(parse_policy(preset), goes=goes, visitors=DESK.staff, round=True)
            for answers in ({}, {"start": "14:00"}):
                found |= {field.notice: field for field in form(wants, answers, DESK)}
    return found


@pytest.mark.parametrize("language", notices.languages())
def test_no_option_is_a_cry_or_ends_a_visit(language: str) -> None:
    """Whoever taps a button of a plan raises no alarm, and nothing of a visit is lowered by it."""
    for field in every_field().values():
        for option in field.options:
            reading = words.read(label(option, language), now=NOW, zone=LONDON, language=language)
            assert not reading.danger, label(option, language)
            assert not reading.lowers, label(option, language)


def test_every_sentence_of_plans_is_in_the_book() -> None:
    """Each question, fault and label that the rooms of planning name."""
    rooms = [*Path(planning.__file__).parent.glob("*.py")]
    rooms += [
        Path(planning.__file__).parents[2] / "handlers" / "desk" / f"{name}.py"
        for name in ("planning", "plans", "orders")
    ]
    named = {
        name
        for room in rooms
        for name in re.findall(r"""["'](plan_[a-z_]+[a-z])["']""", room.read_text(encoding="utf-8"))
    }
    known = set(notices.catalogue("en")["planning"]) | LABELS
    assert named <= known
    assert set(notices.catalogue("en")["planning"]) <= named
