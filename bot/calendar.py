"""A school's days: its terms, its closed days and its hours. Whether it is open, when it opens next, and why it is closed.

A school that says nothing is open from Monday to Friday in its hours, all the year round. Each thing it says takes something
away: days outside its terms, half-terms, INSET days, days it names itself, weekdays on which it is closed. A day beyond the
terms it has given is not known to be open: whoever plans a visit on it is told so, and so is asked for the dates.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.policy import PolicyError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST = timedelta(days=366)
LOOK_AHEAD = 800
"""Days after which nobody looks further for an opening."""
NAME_LENGTH = 40
_HOURS = re.compile(r"\s*(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)\s*", re.ASCII)
_DAY = r"\d{4}-\d\d-\d\d"
_DAYS = re.compile(rf"\s*({_DAY})\s*(?:\.\.\s*({_DAY})\s*)?", re.ASCII)


class Why(StrEnum):
    """Why a school is closed; each has its words in the notices."""

    WEEKDAY = "weekday"  # a day of the week on which it never opens
    HOLIDAYS = "holidays"  # between two terms
    UNKNOWN = "unknown"  # before the first term that is given, or after the last
    HALF_TERM = "half-term"
    INSET = "inset"
    NAMED = "named"  # a day that the school names itself, such as a bank holiday
    BEFORE = "before"  # earlier than it opens on that day
    AFTER = "after"  # later than it closes on that day


class Closed(NamedTuple):
    """Why a school is closed on a day. `name` is its own word for the day, `at` when it opens or has closed."""

    why: Why
    day: date
    name: str = ""
    at: time | None = None


class Hours(NamedTuple):
    """From when to when a school is open on a day."""

    opens: time
    closes: time


class Days(NamedTuple):
    """A run of days, the first and the last of them included."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a school is open. `week` has the hours of each weekday, Monday first; None where it is closed."""

    zone: ZoneInfo
    week: tuple[Hours | None, ...]
    terms: tuple[Days, ...] = ()
    half_terms: tuple[Days, ...] = ()
    inset: tuple[Days, ...] = ()
    closed: Mapping[Days, str] = field(default_factory=dict)

    def closed_on(self, day: date) -> Closed | None:
        """Why the school is closed on the whole of a day; None when it opens."""
        if name := next((name for days, name in self.closed.items() if day in days), None):
            return Closed(Why.NAMED, day, name)
        if any(day in days for days in self.inset):
            return Closed(Why.INSET, day)
        if any(day in days for days in self.half_terms):
            return Closed(Why.HALF_TERM, day)
        beyond = bool(self.terms) and not self.terms[0].first <= day <= self.terms[-1].last
        if self.terms and not beyond and not any(day in term for term in self.terms):
            return Closed(Why.HOLIDAYS, day)
        if self.week[day.weekday()] is None:
            return Closed(Why.WEEKDAY, day)
        return Closed(Why.UNKNOWN, day) if beyond else None

    def opening(self, day: date) -> tuple[datetime, datetime] | None:
        """From which instant to which the school is open on a day; None when it is closed."""
        hours = self.week[day.weekday()]
        if hours is None or self.closed_on(day):
            return None
        return self.instant(day, hours.opens), self.instant(day, hours.closes, late=True)

    def instant(self, day: date, clock: time, *, late: bool = False) -> datetime:
        """A time of the school's day in UTC: where the clock shows it twice, the earlier one, or the `late` one."""
        return datetime.combine(day, clock, self.zone).replace(fold=int(late)).astimezone(UTC)

    def day(self, instant: datetime) -> date:
        """The day that an instant belongs to at the school."""
        return instant.astimezone(self.zone).date()

    def why_closed(self, instant: datetime) -> Closed | None:
        """Why the school is closed at an instant; None when it is open."""
        day = self.day(instant)
        hours, opening = self.week[day.weekday()], self.opening(day)
        if hours is None or opening is None:
            return self.closed_on(day)
        if instant < opening[0]:
            return Closed(Why.BEFORE, day, at=hours.opens)
        return Closed(Why.AFTER, day, at=hours.closes) if instant >= opening[1] else None

    def is_open(self, instant: datetime) -> bool:
        return self.why_closed(instant) is None

    def next_opening(self, instant: datetime) -> datetime | None:
        """When the school is next open: at once when it is; None when no day of the coming two years is known to be open."""
        if self.is_open(instant):
            return instant
        today = self.day(instant)
        openings = (self.opening(today + timedelta(days=ahead)) for ahead in range(LOOK_AHEAD))
        return next((opens for opens, _ in filter(None, openings) if opens > instant), None)

    def term_of(self, day: date) -> Days | None:
        """The term that a day is in, or the one before it in the holidays; None where no term is known."""
        if not self.terms or not self.terms[0].first <= day <= self.terms[-1].last:
            return None
        return [term for term in self.terms if term.first <= day][-1]

    def known_until(self) -> date | None:
        """The last day of the last term that is given; None when there are none, and nothing runs out."""
        return self.terms[-1].last if self.terms else None


def outside(calendar: Calendar, starts_at: datetime, ends_at: datetime) -> Closed | None:
    """Why a visit at these times lies outside school hours, in whole or in part; None when it lies within (P3 B12 E9)."""
    if why := calendar.why_closed(starts_at):
        return why
    day = calendar.day(starts_at)
    hours, opening = calendar.week[day.weekday()], calendar.opening(day)
    late = hours is not None and opening is not None and ends_at > opening[1]
    return Closed(Why.AFTER, day, at=hours.closes) if hours and late else None


def in_hours(calendar: Calendar, starts_at: datetime, ends_at: datetime) -> bool:
    return outside(calendar, starts_at, ends_at) is None


# -- reading what a school writes -------------------------------------------------------------------


def parse_hours(written: object) -> Hours:
    """Read "08:00-17:00". Raises ValueError for anything else."""
    match = _HOURS.fullmatch(written) if isinstance(written, str) else None
    try:
        opens, closes = (
            (time(int(a), int(b)) for a, b in (match.group(1, 2), match.group(3, 4))) if match else (time(0), time(0))
        )
    except ValueError:
        opens = closes = time(0)
    if opens >= closes:
        raise ValueError(f'{written!r} are not school hours; write them like "08:00-17:00"')
    return Hours(opens, closes)


def parse_days(written: object) -> Days:
    """Read "2026-09-01" or "2026-09-02..2026-12-18". Raises ValueError for anything else."""
    if isinstance(written, date) and not isinstance(written, datetime):
        return Days(written, written)
    match = _DAYS.fullmatch(written) if isinstance(written, str) else None
    try:
        first, last = (date.fromisoformat(day) for day in (match[1], match[2] or match[1])) if match else (None, None)
    except ValueError:
        first = last = None
    if first is None or last is None:
        raise ValueError(f'{written!r} names no days; write "2026-09-01", or "2026-09-02..2026-12-18" for several')
    if last < first:
        raise ValueError(f"{written!r} ends before it begins; write the earlier day first")
    if last - first > LONGEST:
        raise ValueError(f"{written!r} is longer than a year; mend the year")
    return Days(first, last)


def parse_calendar(table: Mapping[str, object], zone: ZoneInfo, hours: Hours) -> Calendar:
    """Read a school's `calendar`. Raises PolicyError that names every fault, each with its mend."""
    faults = [
        f"calendar.{name}: there is no such setting; these are: terms, half_terms, inset, closed, hours"
        for name in table
        if name not in ("terms", "half_terms", "inset", "closed", "hours")
    ]
    terms, half_terms, inset = (
        tuple(sorted(_runs(table.get(name, []), name, faults))) for name in ("terms", "half_terms", "inset")
    )
    named = dict(_named(table.get("closed", {}), faults))
    week = _week(table.get("hours", {}), hours, faults)
    faults += _clashes(terms, half_terms)
    if not any(week):
        faults.append("calendar.hours: every weekday is closed; give the hours of one at least")
    if faults:
        raise PolicyError("; ".join(faults))
    return Calendar(zone, week, terms, half_terms, inset, named)


def _runs(written: object, name: str, faults: list[str]) -> Iterator[Days]:
    if not isinstance(written, list):
        faults.append(f'calendar.{name}: {written!r} is not a list; write it like ["2026-09-02..2026-12-18"]')
        return
    for days in written:
        try:
            yield parse_days(days)
        except ValueError as error:
            faults.append(f"calendar.{name}: {error}")


def _named(written: object, faults: list[str]) -> Iterator[tuple[Days, str]]:
    if not isinstance(written, dict):
        faults.append(
            f'calendar.closed: {written!r} is not a table; write "2027-05-03" = "early May bank holiday" in it'
        )
        return
    for days, name in written.items():
        try:
            run = parse_days(days)
        except ValueError as error:
            faults.append(f"calendar.closed: {error}")
            continue
        if not isinstance(name, str) or not 0 < len(name.strip()) <= NAME_LENGTH:
            faults.append(
                f"calendar.closed: {days} wants the school's word for it, of at most {NAME_LENGTH} characters"
            )
        else:
            yield run, " ".join(name.split())


def _week(written: object, usual: Hours, faults: list[str]) -> tuple[Hours | None, ...]:
    week: list[Hours | None] = [usual if number < 5 else None for number in range(7)]
    if not isinstance(written, dict):
        faults.append(f'calendar.hours: {written!r} is not a table; write friday = "08:00-15:30" in it')
        return tuple(week)
    for name, hours in written.items():
        if name not in WEEKDAYS:
            faults.append(f"calendar.hours: {name!r} is no weekday; write one of: {', '.join(WEEKDAYS)}")
            continue
        try:
            week[WEEKDAYS.index(name)] = None if hours == "closed" else parse_hours(hours)
        except ValueError as error:
            faults.append(f'calendar.hours.{name}: {error}, or "closed"')
    return tuple(week)


def _clashes(terms: tuple[Days, ...], half_terms: tuple[Days, ...]) -> Iterator[str]:
    for earlier, later in pairwise(terms):
        if later.first <= earlier.last:
            yield f"calendar.terms: {earlier} and {later} overlap; a day is in one term only"
    for days in half_terms:
        if terms and not any(days.first in term and days.last in term for term in terms):
            yield f"calendar.half_terms: {days} lies in no term; mend it, or the term's dates"
