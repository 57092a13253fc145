"""The rota, absences, and the holes they leave."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.calendar import Days, Hours, parse_calendar
from bot.duty import ALL_DAY, Absence, Hole, Shift, holes, on_rota, watch
from bot.people import Person, Role
from tests.bot.values import CAST, DANA, DEE, HENRY, OLIVE, person

LONDON = ZoneInfo("Europe/London")
CALENDAR = parse_calendar(
    {
        "terms": ["2026-09-02..2026-12-18"],
        "inset": ["2026-11-27"],
        "half_terms": ["2026-10-26..2026-10-30"],
        "hours": {"friday": "08:00-15:30"},
    },
    LONDON,
    Hours(time(8), time(17)),
)
WEEK = frozenset(range(5))
MORNINGS, SCHOOL_HOURS = Hours(time(8), time(13)), None


def local(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=LONDON)


def absent(member: Person, start: str, end: str) -> Absence:
    return Absence(member.id, local(start), local(end))


LINES = [  # a line, a time, whether it holds
    (Shift(weekdays=WEEK, hours=MORNINGS), "2026-11-23T08:00", True),
    (Shift(weekdays=WEEK, hours=MORNINGS), "2026-11-23T12:59", True),
    (Shift(weekdays=WEEK, hours=MORNINGS), "2026-11-23T13:00", False),
    (Shift(weekdays=WEEK, hours=MORNINGS), "2026-11-23T07:59", False),
    (Shift(weekdays=frozenset({0}), hours=MORNINGS), "2026-11-24T09:00", False),
    (Shift(weekdays=WEEK, hours=MORNINGS), "2026-11-27T09:00", False),  # INSET day
    (Shift(weekdays=WEEK, hours=MORNINGS), "2026-10-28T09:00", False),  # half-term
    (Shift(weekdays=frozenset({5}), hours=MORNINGS), "2026-11-28T09:00", True),  # a Saturday is no holiday
    (Shift(weekdays=WEEK, hours=Hours(time(17), time(20))), "2026-11-23T18:00", True),
    (Shift(weekdays=WEEK), "2026-11-20T15:29", True),
    (Shift(weekdays=WEEK), "2026-11-20T15:30", False),  # the school's own hours of a Friday
    (Shift(weekdays=WEEK, hours=ALL_DAY), "2026-11-23T23:59", True),
    (Shift(days=Days(date(2026, 12, 21), date(2026, 12, 22)), hours=MORNINGS), "2026-12-22T09:00", True),
    (Shift(days=Days(date(2026, 12, 21), date(2026, 12, 22)), hours=MORNINGS), "2026-12-23T09:00", False),
    (Shift(days=Days(date(2026, 11, 27), date(2026, 11, 27))), "2026-11-27T20:00", True),  # no hours on a closed day
    (Shift(days=Days(date(2026, 11, 23), date(2026, 11, 23))), "2026-11-23T20:00", False),
    (
        Shift(weekdays=frozenset({6}), hours=Hours(time(0, 30), time(1, 30))),
        "2026-10-25T01:15",
        True,
    ),  # the autumn hour
]


@pytest.mark.parametrize(("line", "when", "holds"), LINES)
def test_a_line_of_the_rota_holds_on_its_days_in_its_hours(line: Shift, when: str, holds: bool) -> None:
    """Weekdays on school days only; named days whatever they are; no hours means the school's."""
    assert line.covers(CALENDAR, local(when)) is holds


def test_the_hour_that_comes_twice_is_covered_both_times() -> None:
    """In the autumn night 01:15 comes twice, and a line until 01:30 holds both times."""
    line = Shift(weekdays=frozenset({6}), hours=Hours(time(0, 30), time(1, 30)))
    assert [line.covers(CALENDAR, local("2026-10-25T01:15").replace(fold=fold)) for fold in (0, 1)] == [True, True]


def test_without_a_rota_everybody_is_on_duty_always() -> None:
    """Nothing said means nothing skipped, at night too."""
    assert all(on_rota(member, [], CALENDAR, local("2026-11-22T03:00")) for member in CAST)
    assert watch(CAST, [], [], CALENDAR, local("2026-11-23T09:00")).off_duty == frozenset()


def test_a_persons_own_lines_come_before_those_of_their_role() -> None:
    """Olive's mornings are hers; the other office staff have the role's line."""
    bruno = person(7, "Bruno", Role.OFFICE)
    lines = [Shift(role=Role.OFFICE, weekdays=WEEK), Shift(person_id=OLIVE.id, weekdays=WEEK, hours=MORNINGS)]
    afternoon = local("2026-11-23T14:00")
    assert watch([OLIVE, bruno, HENRY], lines, [], CALENDAR, afternoon).off == {OLIVE.id}


def test_a_role_without_lines_keeps_who_has_it_on_duty() -> None:
    """A rota for the DSL takes nothing from the deputy that the same person is."""
    dana = person(5, "Dana", Role.DEPUTY, Role.DSL)
    lines = [Shift(role=Role.DSL, weekdays=WEEK, hours=MORNINGS)]
    assert on_rota(dana, lines, CALENDAR, local("2026-11-23T14:00"))
    assert not on_rota(DEE, lines, CALENDAR, local("2026-11-23T14:00"))


def test_an_absence_counts_whatever_the_rota_says() -> None:
    """From its first instant until its last, that one left out."""
    lines = [Shift(person_id=HENRY.id, weekdays=WEEK, hours=ALL_DAY)]
    away = [absent(HENRY, "2026-11-23T10:00", "2026-11-24T00:00")]
    seen = [
        bool(watch(CAST, lines, away, CALENDAR, local(when)).away)
        for when in ("2026-11-23T09:59", "2026-11-23T10:00", "2026-11-23T23:59", "2026-11-24T00:00")
    ]
    assert seen == [False, True, True, False]


def test_outside_is_said_by_the_calendar() -> None:
    """What the ladder calls outside hours is what the school calls closed."""
    assert watch(CAST, [], [], CALENDAR, local("2026-11-27T10:00")).outside
    assert not watch(CAST, [], [], CALENDAR, local("2026-11-23T10:00")).outside


def left(*lines: Shift, away: tuple[Absence, ...] = (), start: str, days: int = 7) -> list[Hole]:
    roles = (Role.OFFICE, Role.HEADTEACHER, Role.DEPUTY, Role.SLT)
    begins = local(start)
    return list(holes(CAST, roles, lines, away, CALENDAR, begins, begins + timedelta(days=days)))


def test_a_hole_is_found_when_it_begins() -> None:
    """In school hours only, once a role, and never for a role that nobody has."""
    mornings = Shift(role=Role.OFFICE, weekdays=WEEK, hours=MORNINGS)
    assert left(start="2026-11-23T07:00") == []
    assert left(mornings, start="2026-11-23T07:00") == [Hole(local("2026-11-23T13:00"), Role.OFFICE)]
    assert left(mornings, start="2026-11-23T14:00") == [Hole(local("2026-11-23T14:00"), Role.OFFICE)]
    assert left(mornings, start="2026-11-23T18:00", days=0) == []


def test_an_absence_that_leaves_a_rung_empty_is_found() -> None:
    """From the moment in school hours at which nobody is left."""
    tomorrow = absent(HENRY, "2026-11-24T00:00", "2026-11-25T00:00")
    assert left(away=(tomorrow,), start="2026-11-23T09:00") == [Hole(local("2026-11-24T08:00"), Role.HEADTEACHER)]
    at_ten = absent(DANA, "2026-11-24T10:00", "2026-11-24T11:00")
    assert left(away=(at_ten,), start="2026-11-23T09:00") == [Hole(local("2026-11-24T10:00"), Role.DEPUTY)]
    weekend = absent(HENRY, "2026-11-21T00:00", "2026-11-23T00:00")
    assert left(away=(weekend,), start="2026-11-20T16:00") == []
