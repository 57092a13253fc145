"""One visitor's place in a visit, and what a decision about it is made of."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.alarm import Kind as AlarmKind
from bot.events import Event, Happening
from bot.people import Role
from bot.policy import Policy


class State(StrEnum):
    """Where a visitor stands in a visit."""

    NONE = "none"  # no visit of theirs is open
    PLANNED = "planned"  # to come
    ON_WAY = "setting out"  # has left the school
    DUE = "due"  # should have arrived: asked, then nudged
    MISSING = "missing"  # has not arrived and does not answer
    AT_DOOR = "waiting at the door"  # nobody is home yet, or the family is late
    WAITED = "waited long enough"  # told to leave: asked whether they have, then nudged, also after the alarm
    THERE = "there"  # arrived
    ASKED = "asked"  # the check-in is asked, then nudged
    SILENT = "silent"  # the check-in was missed
    ENDING = "ending"  # the expected end has passed: asked, then nudged
    OVERDUE = "overdue"  # has not left and does not answer
    HOMEWARD = "on the way back"  # has left, and is awaited at school
    RETURN_ASKED = "return asked"  # should be back: asked for a new time, then nudged
    NOT_BACK = "not back"  # is not back and does not answer
    LEFT = "left"
    CALLED_OFF = "called off"
    RETURNED = "returned"


CLOSED = frozenset({State.NONE, State.LEFT, State.CALLED_OFF, State.RETURNED})
OPEN = frozenset(State) - CLOSED
COMING = frozenset({State.PLANNED, State.ON_WAY, State.DUE, State.MISSING})
BACKWARD = frozenset({State.HOMEWARD, State.RETURN_ASKED, State.NOT_BACK})
INSIDE = OPEN - COMING - BACKWARD
"""Before the door has opened, after it has closed, and everything between."""


@dataclass(frozen=True, slots=True)
class Place:
    """One visitor's part in one visit. Every instant is aware UTC; `version` counts the changes kept in the store.

    `waiting_for` and `off_reason` are reasons of a visit that does not happen ("nobody home", "family late", "unsafe", …);
    `alone`: their partners have left. Places of one `outing_id` share one return.
    """

    visitor_id: int
    state: State = State.NONE
    id: int | None = None
    visit_id: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    heard_at: datetime | None = None
    check_in_at: datetime | None = None
    deadline: Event | None = None
    deadline_at: datetime | None = None
    version: int = 0
    unplanned: bool = False
    outing_id: int | None = None
    set_out_at: datetime | None = None
    waiting_for: str = ""
    wait_until: datetime | None = None
    returns_at: datetime | None = None
    returned_at: datetime | None = None
    alone: bool = False
    off_reason: str = ""
    briefed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_inside(self) -> bool:
        return self.state in INSIDE

    @property
    def due_out(self) -> datetime | None:
        """When they are to be gone: at the door when the wait is over, else at the expected end."""
        return self.wait_until if self.waiting_for and self.wait_until else self.ends_at

    def is_to_come(self, now: datetime) -> bool:
        """Whether nothing of it has begun: from its start on, who is expected is watched over until they are heard.

        Who has set out is out, also when they have put off the start since.
        """
        return self.state is State.PLANNED and self.set_out_at is None and now < (self.starts_at or now)


class Say(NamedTuple):
    """A notice owed to the visitor, on the channel they last wrote on, or on every one they have.

    `spare`: the quiet answer to a question of ours. On a channel that charges by the text it may be left out: had the
    answer not come through, they would be asked again (docs/decisions/0016).
    """

    notice: str
    everywhere: bool = False
    spare: bool = False


class Tell(NamedTuple):
    """A notice owed to the contacts with these roles.

    `first_only`: to the first role that anybody has. `urgent`: by the quickest way, before all that is not.
    """

    notice: str
    roles: tuple[Role, ...]
    first_only: bool = False
    urgent: bool = False


class Raise(NamedTuple):
    """An alarm to be raised for this place, or raised anew where one of its kind is still open."""

    kind: AlarmKind


class LifeSign(NamedTuple):
    """The visitor has spoken for themselves: it ends their quiet alarms, and no others."""

    word: str


Effect = Say | Tell | Raise | LifeSign


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the place and what follows. `happening` is what it was taken for in the end."""

    place: Place
    effects: tuple[Effect, ...]
    happening: Happening


@dataclass(slots=True)
class Turn:
    """One decision in the making."""

    place: Place
    happening: Happening
    policy: Policy
    now: datetime
    effects: list[Effect] = field(default_factory=list)

    def set(self, **changes: object) -> None:
        self.place = replace(self.place, **changes)  # type: ignore[arg-type]

    def wait(self, event: Event | None, at: datetime | None) -> None:
        self.set(deadline=event, deadline_at=at)


Act = Callable[[Turn], None]


class Rule(NamedTuple):
    """Where the place goes, and what is done on the way, in order. `to` None: it stays."""

    to: State | None
    acts: tuple[Act, ...]
