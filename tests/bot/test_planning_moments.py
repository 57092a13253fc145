"""From days and times to instants, and what cannot be."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.planning import Moments, moments, settled
from bot.talk import Again

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # a Monday, two o'clock
LONDON = ZoneInfo("Europe/London")
USUAL = timedelta(minutes=45)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """An instant of that autumn, when London's clocks show UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def plan(day: str = "2026-11-24", start: str = "14:00", **more: Any) -> dict[str, Any]:
    """A plan that has a day and a start."""
    return {"day": day, "start": start, **more}


def test_a_plan_with_all_its_times() -> None:
    """Start, end and return are instants."""
    found = moments(plan(end="14:45", back="15:30"), NOW, LONDON, USUAL)
    assert found == Moments(at(24, 14), at(24, 14, 45), at(24, 15, 30))


def test_without_an_end_it_lasts_as_long_as_usual_and_never_longer_than_the_return() -> None:
    """A length counts from the start; a return before the usual end is believed."""
    assert moments(plan(), NOW, LONDON, USUAL) == Moments(at(24, 14), at(24, 14, 45), None)
    assert moments(plan(minutes=20), NOW, LONDON, USUAL) == Moments(at(24, 14), at(24, 14, 20), None)
    assert moments(plan(back="14:30"), NOW, LONDON, USUAL) == Moments(at(24, 14), at(24, 14, 30), at(24, 14, 30))


WRONG = [
    (plan("2026-11-23", "13:00"), "plan_fault_past"),
    (plan("2026-11-20"), "plan_fault_past"),
    (plan("2028-01-01"), "plan_fault_far"),
    (plan(end="13:00"), "plan_fault_order"),
    (plan(end="14:00"), "plan_fault_order"),
    (plan(back="13:30"), "plan_fault_back"),
    (plan(end="15:00", back="14:30"), "plan_fault_back_early"),
    (plan("2027-03-28", "01:30"), "plan_fault_gap"),
]


@pytest.mark.parametrize(("answers", "fault"), WRONG)
def test_what_cannot_be_is_named_and_asked_again(answers: dict[str, Any], fault: str) -> None:
    """Each is a fault of its own, and what has to be said again is cleared."""
    found = moments(answers, NOW, LONDON, USUAL)
    assert isinstance(found, Again)
    assert found.fault.notice == fault
    assert found.clear


def test_a_start_that_has_only_just_passed_is_now() -> None:
    """Somebody who plans at the door is no mistake."""
    assert isinstance(moments(plan("2026-11-23", "13:50"), NOW, LONDON, USUAL), Moments)


def test_in_summer_the_schools_clock_counts() -> None:
    """Two o'clock in June is one o'clock UTC; of an hour that comes twice, the earlier."""
    summer = moments(plan("2027-06-01"), NOW, LONDON, USUAL)
    assert isinstance(summer, Moments)
    assert summer.starts_at == datetime(2027, 6, 1, 13, 0, tzinfo=UTC)
    autumn = moments(plan("2027-10-31", "01:30"), NOW, LONDON, USUAL)
    assert isinstance(autumn, Moments)
    assert autumn.starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


SETTLED = [
    ({"start": "15:00"}, {"start": "15:00", "day": "2026-11-23"}),
    ({"start": "13:00"}, {"start": "13:00"}),
    ({"day": "2026-11-23", "weekly": True, "start": "15:00"}, {"day": "2026-11-23", "weekly": True, "start": "15:00"}),
    ({"day": "2026-11-23", "weekly": True, "start": "14:00"}, {"day": "2026-11-30", "weekly": True, "start": "14:00"}),
    ({"day": "2026-11-23", "start": "13:00"}, {"day": "2026-11-23", "start": "13:00"}),
    ({"day": "2026-11-23", "weekly": True}, {"day": "2026-11-23", "weekly": True}),
]


@pytest.mark.parametrize(("said", "meant"), SETTLED)
def test_monday_is_today_if_it_is_still_ahead(said: dict[str, Any], meant: dict[str, Any]) -> None:
    """Else it is in a week; a time alone is today's if it is still ahead, and else the day is asked for."""
    assert settled(said, NOW, LONDON) == meant
