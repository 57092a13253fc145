"""Who is on duty when: the rota, absences, and whom an alarm looks for first.

The theory. Somebody of whom nothing is said is on duty always. A rota takes hours away: it is lines for a person or for a
role, and whoever has a line is on duty when one of theirs holds. An absence takes days away, whatever the rota says. A rota is
a guess made weeks ago, and an absence is somebody's word: so duress, which cannot wait, believes the second and doubts the
first (docs/decisions/0015).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from bot.calendar import Calendar, Days, Hours, Why
from bot.people import CONTACT_ROLES, Person, Role

ALL_DAY = Hours(time.min, time.max)
_STILL_WORKED = (Why.WEEKDAY, Why.UNKNOWN)
"""A closed day of these kinds is no holiday: a line of the rota may hold on a Saturday."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One line of the rota, of a person or of everybody with a role. `hours` None: the school's own of that day.

    A line of `weekdays` (Monday is 0) holds on days when the school is not on holiday; a line of `days` on just those days.
    """

    person_id: int | None = None
    role: Role | None = None
    weekdays: frozenset[int] = frozenset()
    days: Days | None = None
    hours: Hours | None = None

    def covers(self, calendar: Calendar, now: datetime) -> bool:
        day = calendar.day(now)
        closed = calendar.closed_on(day)
        if self.days is None and (day.weekday() not in self.weekdays or (closed and closed.why not in _STILL_WORKED)):
            return False
        if self.days is not None and day not in self.days:
            return False
        if self.hours is None:
            return calendar.is_open(now) or (self.days is not None and closed is not None)
        return calendar.instant(day, self.hours.opens) <= now < calendar.instant(day, self.hours.closes, late=True)


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody's word that a person is not on duty from one instant until another."""

    person_id: int
    from_at: datetime
    until_at: datetime
    id: int | None = None

    def covers(self, now: datetime) -> bool:
        return self.from_at <= now < self.until_at


class Watch(NamedTuple):
    """Who is on duty at an instant, as a ladder needs to know it.

    `off`: not on the rota now. `away`: absent by somebody's word. `outside`: outside school hours, when `responsible` is the
    contact whom the visit in question has for just that.
    """

    off: frozenset[int] = frozenset()
    away: frozenset[int] = frozenset()
    outside: bool = False
    responsible: int | None = None

    @property
    def off_duty(self) -> frozenset[int]:
        return self.off | self.away


def on_rota(person: Person, shifts: Sequence[Shift], calendar: Calendar, now: datetime) -> bool:
    """Whether the rota has a person on duty: by their own lines, else by those of their roles; without any, always."""
    own = [shift for shift in shifts if shift.person_id == person.id]
    if own:
        return any(shift.covers(calendar, now) for shift in own)
    roles = person.roles & CONTACT_ROLES
    lines = [[shift for shift in shifts if shift.role is role] for role in sorted(roles)]
    return not lines or any(not of_role or any(s.covers(calendar, now) for s in of_role) for of_role in lines)


def watch(
    people: Iterable[Person],
    shifts: Sequence[Shift],
    absences: Iterable[Absence],
    calendar: Calendar,
    now: datetime,
    responsible: int | None = None,
) -> Watch:
    """Who of these is off duty now. `responsible` is the contact whom the visit has for outside hours, if it has one."""
    off = frozenset(person.id for person in people if not on_rota(person, shifts, calendar, now))
    away = frozenset(absence.person_id for absence in absences if absence.covers(now))
    return Watch(off, away, not calendar.is_open(now), responsible)


class Hole(NamedTuple):
    """From when on a role that somebody has is left with nobody on duty, in school hours."""

    at: datetime
    role: Role


def holes(
    people: Sequence[Person],
    roles: Iterable[Role],
    shifts: Sequence[Shift],
    absences: Sequence[Absence],
    calendar: Calendar,
    start: datetime,
    until: datetime,
) -> Iterator[Hole]:
    """The first hole of each of these roles in that time, earliest first. A role that nobody has leaves none.

    With absences only the holes that they make are found: the rota's own are its makers' plan, and were told to them.
    """
    left = {role: [p for p in people if role in p.roles] for role in roles}
    left = {role: having for role, having in left.items() if having}
    for now in _moments(shifts, absences, calendar, start, until):
        seen = watch(people, shifts, absences, calendar, now)
        for role, having in list(left.items()):
            planned = absences and seen.off.issuperset(person.id for person in having)
            if seen.off_duty.issuperset(person.id for person in having) and not planned:
                del left[role]
                yield Hole(now, role)


def _moments(
    shifts: Sequence[Shift], absences: Sequence[Absence], calendar: Calendar, start: datetime, until: datetime
) -> Iterator[datetime]:
    """When in school hours somebody's duty may end: each opening, each end of a line, each beginning of an absence."""
    day, last = calendar.day(start), calendar.day(until)
    while day <= last:
        opening = calendar.opening(day)
        if opening is not None:
            ends = [calendar.instant(day, shift.hours.closes, late=True) for shift in shifts if shift.hours]
            begins = [absence.from_at for absence in absences]
            found = {max(opening[0], start), *ends, *begins}
            yield from sorted(at for at in found if opening[0] <= at < opening[1] and start <= at < until)
        day += timedelta(days=1)
