"""One case on the desk: a transaction, the time, and what is needed to write sentences to people."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot import notices
from bot.duty import Watch, watch
from bot.held import EARLY
from bot.people import OFFICE_FIRST, Channel, Person, Role
from bot.policy import Policy
from bot.school import School
from store import duty, journal, outbox, people, underway, visits
from store.database import Transaction
from store.visits import Visit

if TYPE_CHECKING:
    from handlers.desk.talks import Topic


@dataclass(frozen=True, slots=True)
class Habits:
    """What stays the same from case to case: the schools, the open channels, where reply codes are drawn from, the topics."""

    schools: Mapping[int, School]
    channels: frozenset[Channel]
    draw_code: Callable[[set[str]], str]
    draw_seed: Callable[[], int]
    draw_hold: Callable[[], timedelta] = timedelta
    """How long after its text came in an answer leaves: drawn without a look at what the text set off."""
    topics: Mapping[str, "Topic"] = field(default_factory=dict)
    """What there can be conversations about, by name."""
    ailing: Set[Channel] = frozenset()
    """The channels whose provider has last failed: an alarm goes by these and by the next at once."""
    spare: frozenset[Channel] = frozenset()
    """The channels that have a second sender, for a second copy."""


def when_late(said_at: datetime | None) -> dict[str, Any]:
    """For the journal: when words were said that have come in late."""
    return {"said_at": said_at} if said_at else {}


@dataclass(slots=True)
class Case:
    """What one decision needs to be carried out. Everything done through it is one transaction (law 5)."""

    tx: Transaction
    now: datetime
    habits: Habits
    spoke_at: datetime | None = None
    """When the text in hand was said; None where there is none, and something has come due instead."""
    _people: dict[int, list[Person]] = field(default_factory=dict)
    _policies: dict[tuple[int, int], Policy] = field(default_factory=dict)
    """By the school and the number of the visit: what it began under stays."""
    _persons: dict[tuple[int, int], Person | None] = field(default_factory=dict)

    def school(self, school_id: int) -> School:
        return self.habits.schools[school_id]

    def language(self, school_id: int | None) -> str:
        """What to write in: the school's own; to somebody of no school we know, that of the only school, else English."""
        schools = self.habits.schools
        known = schools.get(school_id) if school_id is not None else None
        only = next(iter(schools.values())) if len(schools) == 1 else None
        school = known or only
        return school.language if school else "en"

    async def people(self, school_id: int) -> list[Person]:
        """Everybody of a school, read once a case."""
        if school_id not in self._people:
            self._people[school_id] = await people.of_school(self.tx, school_id)
        return self._people[school_id]

    async def person(self, school_id: int, person_id: int) -> Person | None:
        """One of a school, read once a case: alone, where not everybody has been read."""
        if school_id in self._people:
            return next((person for person in self._people[school_id] if person.id == person_id), None)
        which = (school_id, person_id)
        if which not in self._persons:
            self._persons[which] = await people.by_id(self.tx, school_id, person_id)
        return self._persons[which]

    def forget_people(self) -> None:
        """After a channel is lost or found again."""
        self._people.clear()
        self._persons.clear()

    async def policy(self, school_id: int, visit_id: int | None) -> Policy:
        """The policy the visit began under, or the school's own where there is no visit."""
        which = (school_id, visit_id or 0)
        if visit_id and which not in self._policies:
            visit = await visits.by_id(self.tx, school_id, visit_id)
            if visit is not None:
                self._policies[which] = visit.policy
        return self._policies.get(which, self.school(school_id).policy)

    async def watch(self, school_id: int, responsible: int | None = None) -> Watch:
        """Who of a school is off duty now; `responsible` is whom the visit in question has for outside hours."""
        shifts = await duty.rota(self.tx, school_id)
        absences = await duty.absences(self.tx, school_id, self.now)
        calendar = self.school(school_id).calendar
        return watch(await self.people(school_id), shifts, absences, calendar, self.now, responsible)

    def clock(self, school_id: int, instant: datetime | None) -> str:
        """An instant as the school's people read it: 14:32, with the day when it is another one, never to be misread."""
        if instant is None:
            return notices.label("unknown", self.language(school_id))
        zone = self.school(school_id).zone
        local = instant.astimezone(zone)
        same_day = local.date() == self.now.astimezone(zone).date()
        hour = notices.hour(local)
        return hour if same_day else f"{notices.weekday(local, self.language(school_id))} {hour}"

    def where(self, school_id: int, plan: Visit | None) -> str:
        """The address of a visit, or the words for having none."""
        return (plan.address if plan else "") or notices.label("nowhere", self.school(school_id).language)

    def usable(self, channels: Iterable[Channel]) -> tuple[Channel, ...]:
        return tuple(channel for channel in channels if channel in self.habits.channels)

    async def owe(
        self,
        person: Person,
        notice: str,
        text: str,
        channels: Iterable[Channel],
        *,
        buttons: tuple[str, ...] = (),
        urgent: bool = False,
        visit_id: int | None = None,
        alarm_id: int | None = None,
        not_before: datetime | None = None,
    ) -> bool:
        """Write a notice into the outbox once a channel, and into the journal. False when no channel is left to try."""
        wanted = [(channel, person.address(channel)) for channel in channels]
        for channel, address in wanted:
            if address is None:
                continue
            row = outbox.Notice(
                school_id=person.school_id,
                person_id=person.id,
                channel=channel,
                address=address,
                notice=notice,
                text=text,
                buttons=buttons,
                urgent=urgent,
                visit_id=visit_id,
                alarm_id=alarm_id,
            )
            await outbox.owe(self.tx, row, self.now, not_before)
        names = [str(channel) for channel, address in wanted if address]
        await self.note(
            person.school_id, "notice", visit_id, alarm_id, person.id, notice=notice, text=text, channels=names
        )
        return bool(names)

    def _is_told(self, person: Person, roles: Iterable[Role]) -> bool:
        return bool(person.roles.intersection(roles) and self.usable(person.channels()))

    async def office(self, school_id: int, besides: frozenset[int] = frozenset()) -> list[Person]:
        """The office; where none of it can be told, the next who can, and is not out (law 7: it may be of an alarm)."""
        out = {visitor_id for _, visitor_id in await underway.visitors(self.tx, self.now + EARLY)}
        for role in OFFICE_FIRST:
            some = [one for one in people.with_role(await self.people(school_id), role) if one.id not in besides]
            able = [one for one in some if self.usable(one.channels()) and (role is Role.OFFICE or one.id not in out)]
            if able:
                return able
        return []

    async def note(
        self,
        school_id: int,
        kind: str,
        visit_id: int | None = None,
        alarm_id: int | None = None,
        person_id: int | None = None,
        **body: object,
    ) -> None:
        """Add to the journal."""
        await journal.append(
            self.tx, school_id, self.now, kind, visit_id=visit_id, alarm_id=alarm_id, person_id=person_id, **body
        )

    async def tell(
        self,
        school_id: int,
        roles: Iterable[Role],
        notice: str,
        *,
        first_only: bool = False,
        urgent: bool = False,
        besides: frozenset[int] = frozenset(),
        also: frozenset[int] = frozenset(),
        visit_id: int | None = None,
        **values: Any,
    ) -> None:
        """Owe a notice that is no alarm to the contacts with these roles and to those `also`, each once.

        `urgent`: before all that is not. `first_only`: to the first of them that has anybody on duty; to all of them when
        none has. What is the office's goes to who stands in for it where nobody of these can be told.
        """
        roles = tuple(roles)
        staff = [person for person in await self.people(school_id) if person.id not in besides]
        groups = [people.with_role(staff, role) for role in roles]
        if first_only:
            off = (await self.watch(school_id)).off_duty
            on_duty = [[person for person in group if person.id not in off] for group in groups]
            groups = [group for group in on_duty if group][:1] or groups
        told = dict.fromkeys(person for group in groups for person in group)
        if Role.OFFICE in roles and not any(self._is_told(person, roles) for person in staff):
            told |= dict.fromkeys(await self.office(school_id, besides))
        told |= dict.fromkeys(person for person in staff if person.id in also)
        language = self.school(school_id).language
        values = {"now": self.clock(school_id, self.now), **values}
        text = notices.render(notice, language, **values)
        for person in told:
            # What is urgent goes by every way at once: nobody knows which is the quickest today (P19b).
            ways = self.usable(person.alarm_channels()) if urgent else self.usable(person.channels())[:1]
            await self.owe(person, notice, text, ways, urgent=urgent, visit_id=visit_id)
