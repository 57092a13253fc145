"""The briefing machine: from a visit that may go ahead to "read", for each who goes (P10).

The theory. A briefing is sent when the visit is authorised, and asked for once more an hour before the start. Whoever goes
without having read it goes all the same, and is watched over like anybody else: the office is told, once. TABLE is total over
state and event. Like the authorisation machine it knows nothing of what goes on at the door.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

BEFORE = timedelta(hours=1)
"""How long before the start an unread briefing is sent once more."""
LATER = timedelta(minutes=30)
"""How long after the first it is sent once more at the soonest."""


class State(StrEnum):
    """How a briefing stands."""

    WANTED = "wanted"  # to be sent, or waiting for the visit's yes
    SENT = "sent"
    READ = "read"


class Event(StrEnum):
    """What can happen to a briefing."""

    SEND_DUE = "send due"
    REMIND_DUE = "reminder due"
    READ = "read"
    CHANGED = "changed"  # there is something new to know
    WENT = "gone"  # they have set out, or arrived
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Briefing:
    """One visitor's briefing for one visit. Instants are aware UTC; `version` counts the changes kept in the store."""

    school_id: int
    visit_id: int
    person_id: int
    made_at: datetime
    state: State = State.WANTED
    id: int | None = None
    sent_at: datetime | None = None
    read_at: datetime | None = None
    due: Event | None = None
    due_at: datetime | None = None
    told_at: datetime | None = None
    version: int = 0


class Effect(StrEnum):
    """What follows."""

    SEND = "send"
    REMIND = "send once more"
    NOTED = "noted as read"
    TELL = "the office is told"


class Decision(NamedTuple):
    briefing: Briefing
    effects: tuple[Effect, ...]


@dataclass(slots=True)
class Turn:
    """One decision in the making."""

    briefing: Briefing
    starts_at: datetime
    now: datetime
    effects: list[Effect] = field(default_factory=list)

    def set(self, **changes: object) -> None:
        self.briefing = replace(self.briefing, **changes)  # type: ignore[arg-type]


Act = Callable[[Turn], None]


def send(turn: Turn) -> None:
    """Send it, and wait for "read"."""
    turn.effects.append(Effect.SEND)
    remind_at = max(turn.starts_at - BEFORE, turn.now + LATER)
    due = (Event.REMIND_DUE, remind_at) if remind_at < turn.starts_at else (None, None)
    turn.set(sent_at=turn.now, read_at=None, due=due[0], due_at=due[1])


def remind(turn: Turn) -> None:
    """Send it once more, and no more than that."""
    turn.effects.append(Effect.REMIND)
    rest(turn)


def note(turn: Turn) -> None:
    turn.effects.append(Effect.NOTED)
    turn.set(read_at=turn.now, due=None, due_at=None)


def tell(turn: Turn) -> None:
    """They went without having read it: the office is told, once."""
    if turn.briefing.told_at is None:
        turn.effects.append(Effect.TELL)
        turn.set(told_at=turn.now)
    rest(turn)


def rest(turn: Turn) -> None:
    """Nothing more is waited for."""
    turn.set(due=None, due_at=None)


class Rule(NamedTuple):
    """Where the briefing goes and what is done. `to` None: it stays."""

    to: State | None
    acts: tuple[Act, ...] = ()


TABLE: Mapping[State, Mapping[Event, Rule]] = {
    State.WANTED: {
        Event.SEND_DUE: Rule(State.SENT, (send,)),
        Event.REMIND_DUE: Rule(None, (rest,)),
        Event.READ: Rule(None),
        Event.CHANGED: Rule(None),
        Event.WENT: Rule(None, (tell,)),
        Event.OVER: Rule(None, (rest,)),
    },
    State.SENT: {
        Event.SEND_DUE: Rule(None, (send,)),
        Event.REMIND_DUE: Rule(None, (remind,)),
        Event.READ: Rule(State.READ, (note,)),
        Event.CHANGED: Rule(State.WANTED, (rest,)),
        Event.WENT: Rule(None, (tell,)),
        Event.OVER: Rule(None, (rest,)),
    },
    State.READ: {
        Event.SEND_DUE: Rule(None, (rest,)),
        Event.REMIND_DUE: Rule(None, (rest,)),
        Event.READ: Rule(None, (note,)),
        Event.CHANGED: Rule(State.WANTED, (rest,)),
        Event.WENT: Rule(None, (rest,)),
        Event.OVER: Rule(None, (rest,)),
    },
}


def decide(briefing: Briefing, event: Event, starts_at: datetime, now: datetime) -> Decision:
    """What becomes of a briefing when something happens to it, and what follows. Pure and total."""
    turn = Turn(briefing, starts_at, now)
    rule = TABLE[briefing.state][event]
    for act in rule.acts:
        act(turn)
    if rule.to is not None:
        turn.set(state=rule.to)
    return Decision(turn.briefing, tuple(turn.effects))
