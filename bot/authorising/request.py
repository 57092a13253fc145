"""A request for a visit's authorisation: what it holds, what can happen to it, whom it is put to and when, and what follows."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.alarm import Ladder
from bot.calendar import Calendar
from bot.details import Authorisation
from bot.policy import Policy

State = Authorisation
GATHER = timedelta(minutes=2)
"""How long a request waits for others of the same sitting, so that they are asked in one text."""
PATIENCE = timedelta(minutes=5)
"""How long those asked have at the least, before visitors are told not to set out."""
MORNING = timedelta(hours=2)
"""How long before a visit a request must be put: nobody is woken at night for one that can wait until school opens."""


class Event(StrEnum):
    """What can happen to a request."""

    ASK = "asked"  # it is put to those whose yes it needs
    NOBODY = "nobody to ask"  # there is nobody who may say yes
    YES = "yes"
    HALF_YES = "one yes of two"  # the safeguarding lead's is wanted beside it, or has come first (P19)
    BLOCKED = "yes, but it may not be"  # something stands in the way that no yes can mend
    NOT_THEIRS = "answered by another"  # by somebody who may not: it is their own visit, or not their role
    NO = "no"
    CHANGED = "changed"
    LIFTED = "mark lifted"  # the high-risk mark, with a reason (E10)
    REMIND_DUE = "reminder due"
    START_DUE = "start due"  # the visitors would set out about now
    WENT = "gone without a yes"
    OVER = "over"  # the visit is over, or called off


class Happening(NamedTuple):
    """An event, who caused it, and what they said."""

    event: Event
    by: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request for a visit's authorisation. Instants are aware UTC; `version` counts the changes kept in the store.

    `asked` are those who have it, in order. `yes_by` is the authoriser and `lead_by` the safeguarding lead, where both are
    wanted. `own`: it lies outside school hours, and no yes to others covers it (P3).
    """

    school_id: int
    visit_id: int
    made_at: datetime
    id: int | None = None
    state: State = State.WANTED
    asked: tuple[int, ...] = ()
    asked_at: datetime | None = None
    reminders: int = 0
    due: Event | None = None
    due_at: datetime | None = None
    yes_by: int | None = None
    lead_by: int | None = None
    answered_by: int | None = None
    answered_at: datetime | None = None
    reason: str = ""
    own: bool = False
    warned_at: datetime | None = None
    reported_at: datetime | None = None
    version: int = 0

    @property
    def is_pending(self) -> bool:
        return self.state in (State.WANTED, State.ASKED)


@dataclass(frozen=True, slots=True)
class Scene:
    """What stands around a request: who may say yes, role by role; who is off duty; what stands in the way.

    `leads` are the safeguarding leads of whom one must say yes as well; () where none need. `consulted` are told of it.
    """

    starts_at: datetime
    calendar: Calendar
    tiers: Ladder
    leads: tuple[int, ...] = ()
    consulted: tuple[int, ...] = ()
    off_duty: frozenset[int] = frozenset()
    blocked: bool = False

    @property
    def authorisers(self) -> frozenset[int]:
        return frozenset(person for tier in self.tiers for person in tier)


@dataclass(frozen=True, slots=True)
class Ask:
    """The request is to be put to these people, or put to them `again`."""

    people: tuple[int, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class Consult:
    """These are told of it, and may add to the risks."""

    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the one who spoke is to hear."""

    what: str


@dataclass(frozen=True, slots=True)
class TellGoers:
    """A notice owed to everybody who goes."""

    notice: str


@dataclass(frozen=True, slots=True)
class Untellable:
    """Nobody may say yes: the office is told, with what mends it."""


@dataclass(frozen=True, slots=True)
class CallOff:
    """The visit is off, for the reason of the refusal."""


@dataclass(frozen=True, slots=True)
class Brief:
    """Those who go are told that they may, and briefed."""


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody is on their way without a yes: those are told whom the policy names."""


Effect = Ask | Consult | Answer | TellGoers | Untellable | CallOff | Brief | Report


@dataclass(frozen=True, slots=True)
class Decision:
    request: Request
    effects: tuple[Effect, ...]


@dataclass(slots=True)
class Turn:
    """One decision in the making."""

    request: Request
    happening: Happening
    policy: Policy
    scene: Scene
    now: datetime
    effects: list[Effect] = field(default_factory=list)

    def set(self, **changes: object) -> None:
        self.request = replace(self.request, **changes)  # type: ignore[arg-type]

    def owe(self, *effects: Effect) -> None:
        self.effects += effects


Act = Callable[[Turn], None]


def whom(scene: Scene, roles: int) -> tuple[int, ...]:
    """The people of the first so many roles that have anybody on duty; of all of them where none has."""
    on_duty = [tuple(person for person in tier if person not in scene.off_duty) for tier in scene.tiers]
    chosen = [tier for tier in on_duty if tier][:roles] or list(scene.tiers)
    return tuple(dict.fromkeys(person for tier in chosen for person in tier))


def hurries(turn: Turn) -> bool:
    """Whether the visit is so near that nobody is spared: a reminder would come too late."""
    return turn.scene.starts_at - turn.now <= turn.policy.remind_authoriser


def next_asked(turn: Turn, reminders: int) -> tuple[int, ...]:
    roles = len(turn.scene.tiers) if hurries(turn) else 1 + reminders
    asked = () if turn.request.yes_by else whom(turn.scene, roles)
    leads = () if turn.request.lead_by else turn.scene.leads
    return tuple(dict.fromkeys((*asked, *leads)))


def gathered(request: Request, scene: Scene, policy: Policy, now: datetime) -> Request:
    """A request that is wanted from now on.

    It waits a little for others, and out of school hours for the morning, where there is time for that.
    """
    ask_at = now if scene.starts_at - now <= policy.remind_authoriser else now + GATHER
    morning = scene.calendar.next_opening(ask_at)
    if morning and scene.starts_at - morning > MORNING:
        ask_at = morning
    return replace(request, state=State.WANTED, made_at=now, due=Event.ASK, due_at=ask_at)


def wait(turn: Turn) -> None:
    """What is due next: a reminder, in school time and each after twice as long; or the warning before the start."""
    request, policy, starts_at = turn.request, turn.policy, turn.scene.starts_at
    coming: list[tuple[datetime, Event]] = []
    after = (request.asked_at or turn.now) + policy.remind_authoriser * 2**request.reminders
    remind_at = turn.scene.calendar.next_opening(max(after, turn.now))
    if remind_at and remind_at < starts_at:
        coming.append((remind_at, Event.REMIND_DUE))
    if request.warned_at is None:
        warn_at = max(starts_at - policy.journey, request.made_at + PATIENCE)
        coming.append((max(min(warn_at, starts_at), turn.now), Event.START_DUE))
    at, event = min(coming, default=(None, None))
    turn.set(due=event, due_at=at)
