"""The alarm machine: from raised to stood down, rung by rung, until a person says "mine".

The theory. An alarm is CLIMBING until a contact owns it, OWNED until it is stood down or the ownership runs out, and then
climbs on. Past the top of the ladder everybody is told again, with the words for 999, for as long as nobody answers: there
is no silent end. TABLE is total over state and event. The machine speaks to contacts only and has no way to write to a
visitor (law 7): what a visitor's phone shows can never depend on it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.policy import Policy


class Kind(StrEnum):
    """Why an alarm is raised."""

    CODE_WORD = "code word"
    DANGER = "danger"
    MISSED_ARRIVAL = "missed arrival"
    MISSED_CHECK_IN = "missed check-in"
    OVERDUE = "overdue"
    NOT_RETURNED = "not returned"
    CONTACT_LOST = "contact lost"
    SPLIT_PAIR = "split pair"
    UNKNOWN = "unknown"  # raised by another version, for a reason that this one does not know


DURESS = frozenset({Kind.CODE_WORD, Kind.DANGER, Kind.UNKNOWN})
"""Kinds that no visitor can end: only a contact, who has made sure."""


class State(StrEnum):
    CLIMBING = "climbing"
    OWNED = "owned"
    STOOD_DOWN = "stood down"


class Event(StrEnum):
    """What can happen to an alarm."""

    RAISED = "raised"
    AGAIN = "raised again"  # the same thing happened once more while it was open
    RUNG_DUE = "rung due"  # the rung's time, or the owner's, is up
    REFUSED = "refused"  # a contact of the rung cannot be told by any channel
    MINE = "mine"
    STAND_DOWN = "stand down"
    LIFE = "sign of life"  # the visitor texted OK or left
    DETAILS = "details"
    AT_WORK = "at work"  # the owner has answered a step of the chase


ROUND = "alarm_999"
"""The notice of each round past the top of the ladder: the words for 999."""
Ladder = tuple[tuple[int, ...], ...]
"""Rung by rung, the ids of the people to tell."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm. Instants are aware UTC. `told` are those who have it, in order; `rung` counts the rungs told so far."""

    code: str
    kind: Kind
    school_id: int
    raised_at: datetime
    id: int | None = None
    visit_id: int | None = None
    visitor_id: int | None = None
    state: State = State.CLIMBING
    ladder: Ladder = ()
    told: tuple[int, ...] = ()
    rung: int = 0
    rounds: int = 0
    owner_id: int | None = None
    owned_at: datetime | None = None
    deadline_at: datetime | None = None
    outcome: str = ""
    reason: str = ""
    ended_at: datetime | None = None
    version: int = 0

    @property
    def is_open(self) -> bool:
        return self.state is not State.STOOD_DOWN

    @property
    def is_duress(self) -> bool:
        return self.kind in DURESS

    @property
    def is_anybodys(self) -> bool:
        """Whether it is a duress of nobody knows whom: it may be of anybody who is out."""
        return self.is_duress and self.visit_id is None and self.visitor_id is None

    def is_beside(self, other: "Alarm") -> bool:
        """Whether both are, or may be, of one visit or about one person: a ring for the one is a ring into the other."""
        same_visit = self.visit_id is not None and self.visit_id == other.visit_id
        same_person = self.visitor_id is not None and self.visitor_id == other.visitor_id
        may_be_same = self.is_anybodys or other.is_anybodys
        return self.id != other.id and (same_visit or same_person or may_be_same)


class Happening(NamedTuple):
    """An event, who caused it, and what came with it. `said_at`: when a sign of life was given that came in late."""

    event: Event
    by: int | None = None
    outcome: str = ""
    reason: str = ""
    said_at: datetime | None = None


class Notify(NamedTuple):
    """A notice owed to one contact. `about` is another person the sentence names."""

    person_id: int
    notice: str
    about: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    alarm: Alarm
    effects: tuple[Notify, ...]


@dataclass(slots=True)
class Turn:
    """One decision in the making."""

    alarm: Alarm
    happening: Happening
    policy: Policy
    now: datetime
    effects: list[Notify] = field(default_factory=list)

    def set(self, **changes: object) -> None:
        self.alarm = replace(self.alarm, **changes)  # type: ignore[arg-type]

    def notify(self, people: Iterable[int], notice: str, about: int | None = None) -> None:
        self.effects += [Notify(person, notice, about) for person in people]


Act = Callable[[Turn], None]


def climb(turn: Turn) -> None:
    """Tell the next rung, and the earlier ones that it was told; past the top, everybody again with the words for 999."""
    alarm = turn.alarm
    turn.set(deadline_at=turn.now + turn.policy.rung)
    while turn.alarm.rung < len(turn.alarm.ladder):
        rung = [person for person in turn.alarm.ladder[turn.alarm.rung] if person not in turn.alarm.told]
        turn.set(rung=turn.alarm.rung + 1)
        if rung:
            turn.notify(alarm.told, "alarm_climbs", about=rung[0])
            turn.notify(rung, "alarm")
            turn.set(told=(*alarm.told, *rung))
            return
    turn.set(rounds=alarm.rounds + 1)
    turn.notify(alarm.told, ROUND)


def remind(turn: Turn) -> None:
    """It happened once more: those who have the alarm are told, nothing else moves."""
    turn.notify(turn.alarm.told, "alarm_again")


def skip(turn: Turn) -> None:
    """A contact who cannot be told: the next person is told at once (DESIGN §2), while there is a next."""
    rung = turn.alarm.rung
    waiting_on = turn.alarm.ladder[rung - 1] if 0 < rung < len(turn.alarm.ladder) else ()
    if turn.happening.by in waiting_on:
        climb(turn)


def own(turn: Turn) -> None:
    owner = turn.happening.by
    turn.set(owner_id=owner, owned_at=turn.now, deadline_at=turn.now + turn.policy.ownership)
    if owner is None:
        return
    if owner not in turn.alarm.told:
        turn.set(told=(*turn.alarm.told, owner))
    turn.notify([owner], "alarm_yours")
    turn.notify(_others(turn), "alarm_owned", about=owner)


def already_owned(turn: Turn) -> None:
    """The first "mine" won; the owner's own second one keeps the alarm for another while."""
    by = turn.happening.by
    if by == turn.alarm.owner_id:
        turn.set(owned_at=turn.now, deadline_at=turn.now + turn.policy.ownership)
        turn.notify([by] if by else [], "alarm_yours")
    else:
        turn.notify([by] if by else [], "alarm_taken", about=turn.alarm.owner_id)


def keep(turn: Turn) -> None:
    """The owner is at it: the alarm stays theirs for another while (E6)."""
    if turn.happening.by == turn.alarm.owner_id:
        turn.set(owned_at=turn.now, deadline_at=turn.now + turn.policy.ownership)


def disown(turn: Turn) -> None:
    """Ten minutes and no outcome: the climb goes on, and the owner is asked to say "mine" again."""
    owner = turn.alarm.owner_id
    turn.set(owner_id=None, owned_at=None)
    turn.notify([owner] if owner else [], "alarm_ran_out")
    climb(turn)
    turn.effects[:] = [notify for index, notify in enumerate(turn.effects) if index == 0 or notify.person_id != owner]


def end(turn: Turn) -> None:
    by, outcome, reason = turn.happening.by, turn.happening.outcome, turn.happening.reason
    turn.set(outcome=outcome, reason=reason, ended_at=turn.now, deadline_at=None)
    people = dict.fromkeys([*([by] if by else []), *turn.alarm.told])
    turn.notify(people, "alarm_ended", about=by)


def life_sign(turn: Turn) -> None:
    """The visitor's own "left" or "OK" ends a quiet alarm; a duress alarm it does not touch (DESIGN §3)."""
    if turn.alarm.is_duress:
        turn.notify(turn.alarm.told, "alarm_words")
        return
    turn.set(state=State.STOOD_DOWN, outcome="safe", reason=turn.happening.reason, ended_at=turn.now, deadline_at=None)
    turn.notify(turn.alarm.told, "alarm_over_late" if turn.happening.said_at else "alarm_over")


def answer(notice: str) -> Act:
    """Answer the one who wrote, and change nothing."""

    def act(turn: Turn) -> None:
        turn.notify([turn.happening.by] if turn.happening.by else [], notice, about=turn.alarm.owner_id)

    act.__name__ = f"answer {notice}"
    return act


def _others(turn: Turn) -> list[int]:
    return [person for person in turn.alarm.told if person != turn.happening.by]


class Rule(NamedTuple):
    """Where the alarm goes and what is done. `to` None: it stays."""

    to: State | None
    acts: tuple[Act, ...] = ()


TABLE: Mapping[State, Mapping[Event, Rule]] = {
    State.CLIMBING: {
        Event.RAISED: Rule(None, (climb,)),
        Event.AGAIN: Rule(None, (remind,)),
        Event.RUNG_DUE: Rule(None, (climb,)),
        Event.REFUSED: Rule(None, (skip,)),
        Event.MINE: Rule(State.OWNED, (own,)),
        Event.STAND_DOWN: Rule(State.STOOD_DOWN, (end,)),
        Event.LIFE: Rule(None, (life_sign,)),
        Event.DETAILS: Rule(None, (answer("alarm_details"),)),
        Event.AT_WORK: Rule(None),
    },
    State.OWNED: {
        Event.RAISED: Rule(None),
        Event.AGAIN: Rule(None, (remind,)),
        Event.RUNG_DUE: Rule(State.CLIMBING, (disown,)),
        Event.REFUSED: Rule(None),
        Event.MINE: Rule(None, (already_owned,)),
        Event.STAND_DOWN: Rule(State.STOOD_DOWN, (end,)),
        Event.LIFE: Rule(None, (life_sign,)),
        Event.DETAILS: Rule(None, (answer("alarm_details"),)),
        Event.AT_WORK: Rule(None, (keep,)),
    },
    State.STOOD_DOWN: {
        Event.RAISED: Rule(None),
        Event.AGAIN: Rule(None),
        Event.RUNG_DUE: Rule(None),
        Event.REFUSED: Rule(None),
        Event.MINE: Rule(None, (answer("alarm_was_ended"),)),
        Event.STAND_DOWN: Rule(None, (answer("alarm_was_ended"),)),
        Event.LIFE: Rule(None),
        Event.DETAILS: Rule(None, (answer("alarm_was_ended"),)),
        Event.AT_WORK: Rule(None),
    },
}


def decide(alarm: Alarm, happening: Happening, policy: Policy, now: datetime) -> Decision:
    """What becomes of an alarm when something happens to it, and who is told what. Pure and total.

    Those it is about cannot answer it: from the visitor's own phone nothing is owned, ended or told (law 7, DESIGN §3).
    """
    if happening.by is not None and happening.by == alarm.visitor_id:
        return Decision(alarm, ())
    turn = Turn(alarm, happening, policy, now)
    rule = TABLE[alarm.state][happening.event]
    if rule.to is not None:
        turn.set(state=rule.to)
    for act in rule.acts:
        act(turn)
    return Decision(turn.alarm, tuple(turn.effects))
