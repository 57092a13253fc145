"""The cast of Marsh Lane Primary, its clock, and the builders in which the judge's tests are written."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot import alarm, visit
from bot.alarm import Alarm, Kind
from bot.events import Event, Happening
from bot.ladder import ladder
from bot.people import Person, Role
from bot.policy import Policy, parse_policy
from bot.visit import Effect, Place, Raise, State

MARSH_LANE = 1
HOUSE = "14a Sandpiper Close, Marsh Lane, ZZ9 9ZZ"  # 40 characters: the longest address an alarm must hold


def person(number: int, name: str, *roles: Role, **changes: Any) -> Person:
    """One of the cast, with a phone whose last digits are the number."""
    return Person(number, MARSH_LANE, name, frozenset(roles), f"+4477009000{number:02}", **changes)


ASHA = person(1, "Asha", Role.VISITOR)
BEN = person(2, "Ben", Role.VISITOR)
OLIVE = person(3, "Olive", Role.OFFICE)
HENRY = person(4, "Henry", Role.HEADTEACHER)
DANA = person(5, "Dana", Role.DEPUTY)
DEE = person(6, "Dee", Role.DSL)
BRUNO = person(7, "Bruno", Role.BUSINESS_MANAGER)
SAM = 99  # the stranger: nobody's number
CAST = (ASHA, BEN, OLIVE, HENRY, DANA, DEE, BRUNO)
CONTACTS = (OLIVE, HENRY, DANA, DEE, BRUNO)
NAMES = {member.id: member.name for member in CAST} | {SAM: "Sam"}
POLICY = parse_policy("default")


def policy(**overrides: object) -> Policy:
    """The default policy with a few values of its own."""
    return parse_policy("default", overrides)


def at(clock: str) -> datetime:
    """An instant of the Monday on which everything happens: winter, so school time is UTC."""
    return datetime.combine(date(2026, 11, 23), time.fromisoformat(clock), UTC)


def clock(instant: datetime | None) -> str:
    """The inverse of `at`; "" for none."""
    return f"{instant:%H:%M}" if instant else ""


def mins(count: float) -> timedelta:
    return timedelta(minutes=count)


def planned(start: str = "14:00", end: str = "15:00", rules: Policy = POLICY, back: str = "") -> Place:
    """Asha's place in a visit that is to come; with `back`, her return is awaited."""
    returns_at = at(back) if back else None
    place = Place(ASHA.id, id=1, visit_id=1, starts_at=at(start), ends_at=at(end), returns_at=returns_at)
    return visit.plan(place, rules)


class Visiting:
    """A visit told as a transcript: what Asha texts, what the silence brings, and where she then stands."""

    def __init__(self, place: Place | None = None, rules: Policy = POLICY, now: str = "13:00") -> None:
        self.place = place or Place(ASHA.id)
        self.rules = rules
        self.now = at(now)
        self.taken_for: Happening | None = None

    def hears(self, when: str, event: Event, **carried: Any) -> list[Effect]:
        """At this time of the clock, this happens; gives what follows."""
        self.now = at(when)
        return self._decide(Happening(event, **carried))

    def waits(self) -> list[Effect]:
        """Nobody says anything until the deadline comes; gives what follows."""
        assert self.place.deadline is not None
        assert self.place.deadline_at is not None
        self.now = max(self.now, self.place.deadline_at)
        return self._decide(Happening(self.place.deadline))

    def _decide(self, happening: Happening) -> list[Effect]:
        decision = visit.decide(self.place, happening, self.rules, self.now)
        self.place, self.taken_for = decision.place, decision.happening
        return list(decision.effects)

    @property
    def stands(self) -> tuple[State, Event | None, str]:
        """The state, what is waited for, and when that is due."""
        return self.place.state, self.place.deadline, clock(self.place.deadline_at)

    def until(self, state: State) -> "Visiting":
        """Stays silent until that state is reached."""
        for _ in range(10):
            if self.place.state is state:
                return self
            self.waits()
        raise AssertionError(f"silence never leads to {state}")


def standing(state: State, rules: Policy = POLICY) -> Visiting:
    """Asha, in that state of a visit from 14:00 to 15:00, got there by the shortest way."""
    if state is State.NONE:
        return Visiting(None, rules)
    back = "15:30" if state in visit.BACKWARD or state is State.RETURNED else ""
    asha = Visiting(planned(rules=rules, back=back), rules)
    if state in (State.PLANNED, State.DUE, State.MISSING):
        return asha.until(state)
    if state in _SAID_BEFORE:
        asha.hears(*_SAID_BEFORE[state])
        return asha.until(state)
    asha.hears("14:00", Event.ARRIVED)
    if state in (State.ENDING, State.OVERDUE):
        asha.until(State.ASKED)
        asha.hears("14:11", Event.OK)
    if state is State.LEFT or back:
        asha.hears("14:05", Event.LEFT)
    if state is State.RETURNED:
        asha.hears("14:20", Event.RETURNED)
    return asha.until(state)


_SAID_BEFORE = {
    State.CALLED_OFF: ("13:30", Event.CALLED_OFF),
    State.ON_WAY: ("13:40", Event.SET_OUT),
    State.AT_DOOR: ("14:00", Event.NOBODY_HOME),
    State.WAITED: ("14:00", Event.NOBODY_HOME),
}
"""The one text that leads to a state without going in."""


def raised(effects: Sequence[Effect]) -> list[Kind]:
    """The alarms among what follows."""
    return [effect.kind for effect in effects if isinstance(effect, Raise)]


class Climb:
    """An alarm told as a transcript. Each step gives who is told what, as in "Olive: alarm_climbs Henry"."""

    def __init__(
        self, kind: Kind, people: Sequence[Person] = CAST, rules: Policy = POLICY, absent: Sequence[Person] = (ASHA,)
    ) -> None:
        rungs = ladder(kind, rules, people, frozenset(member.id for member in absent))
        self.alarm = Alarm("K7Q4", kind, MARSH_LANE, at("14:14"), id=1, visit_id=1, visitor_id=ASHA.id, ladder=rungs)
        self.rules = rules
        self.now = at("14:14")
        self.first = self._decide(alarm.Happening(alarm.Event.RAISED))

    def hears(
        self, when: str, event: alarm.Event, by: Person | None = None, outcome: str = "", reason: str = ""
    ) -> list[str]:
        """At this time of the clock, this happens; gives who is told what."""
        self.now = at(when)
        return self._decide(alarm.Happening(event, by.id if by else None, outcome, reason))

    def waits(self) -> list[str]:
        """Nobody answers until the deadline comes; gives who is told what."""
        assert self.alarm.deadline_at is not None
        self.now = self.alarm.deadline_at
        return self._decide(alarm.Happening(alarm.Event.RUNG_DUE))

    def _decide(self, happening: alarm.Happening) -> list[str]:
        decision = alarm.decide(self.alarm, happening, self.rules, self.now)
        self.alarm = replace(decision.alarm)
        return [told(notify) for notify in decision.effects]

    @property
    def stands(self) -> tuple[alarm.State, str, str]:
        """The state, the owner, and when the deadline is."""
        return self.alarm.state, NAMES.get(self.alarm.owner_id or 0, ""), clock(self.alarm.deadline_at)


def told(notify: alarm.Notify) -> str:
    """ "Olive: alarm_climbs Henry": who, which notice, about whom."""
    about = f" {NAMES[notify.about]}" if notify.about else ""
    return f"{NAMES[notify.person_id]}: {notify.notice}{about}"


def names(ladder: alarm.Ladder) -> list[str]:
    """A ladder for reading: ["Olive", "Henry Dana"]."""
    return [" ".join(NAMES[number] for number in rung) for rung in ladder]
