"""The visit machine: one visitor's place in a visit, from planned to left.

The theory. A place is always in one State. What happens to it is an Event: the visitor's own words, or a deadline that has
come. TABLE says for every state and every event where the place goes and what is done on the way; there is no other
program. While a visit is open its place has exactly one deadline, so silence always has a consequence:

    due (arrival, check-in, end) -> asked -> nudged on every channel -> alarm, and nudged again for as long as it lasts

Rules for its editors. Keep TABLE total: a person's text is never an error. A word may raise from anywhere; it may lower
(close, calm, put off) only when the text was certain, which the caller has judged before it sends OK, LEFT, LATE,
LONGER or CALLED_OFF here. The machine knows nothing of alarms: it asks for them, and never hears what became of them
(law 7), so that nothing on the visitor's phone can depend on one. It has no clock: `now` is an argument.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.alarm import Kind as AlarmKind
from bot.events import Event, Happening
from bot.people import Role
from bot.policy import CheckInFrom, Policy


class State(StrEnum):
    """Where a visitor stands in a visit."""

    NONE = "none"  # no visit of theirs is open
    PLANNED = "planned"  # to come
    DUE = "due"  # should have arrived: asked, then nudged
    MISSING = "missing"  # has not arrived and does not answer
    THERE = "there"  # arrived
    ASKED = "asked"  # the check-in is asked, then nudged
    SILENT = "silent"  # the check-in was missed
    ENDING = "ending"  # the expected end has passed: asked, then nudged
    OVERDUE = "overdue"  # has not left and does not answer
    LEFT = "left"
    CALLED_OFF = "called off"


CLOSED = frozenset({State.NONE, State.LEFT, State.CALLED_OFF})
OPEN = frozenset(State) - CLOSED


@dataclass(frozen=True, slots=True)
class Place:
    """One visitor's part in one visit. Every instant is aware UTC; `version` counts the changes kept in the store."""

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

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Say(NamedTuple):
    """A notice owed to the visitor, on the channel they last wrote on, or on every one they have."""

    notice: str
    everywhere: bool = False


class Tell(NamedTuple):
    """A notice owed to the contacts with these roles. `first_only`: to the first role that anybody has."""

    notice: str
    roles: tuple[Role, ...]
    first_only: bool = False


class Raise(NamedTuple):
    """An alarm to be raised for this place, or raised anew where one of its kind is still open."""

    kind: AlarmKind


class LifeSign(NamedTuple):
    """The visitor has spoken for themselves: it ends their quiet alarms, and no others."""

    word: str


Effect = Say | Tell | Raise | LifeSign


@dataclass(frozen=True, slots=True)
class Decision:
    place: Place
    effects: tuple[Effect, ...]


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


def go(to: State, *acts: Act) -> Rule:
    return Rule(to, acts)


def stay(*acts: Act) -> Rule:
    return Rule(None, acts)


def say(notice: str) -> Act:
    def act(turn: Turn) -> None:
        turn.effects.append(Say(notice))

    act.__name__ = f"say {notice}"
    return act


def alarm(kind: AlarmKind) -> Act:
    def act(turn: Turn) -> None:
        turn.effects.append(Raise(kind))

    act.__name__ = f"alarm: {kind}"
    return act


def ask(notice: str) -> Act:
    """Put a question to the visitor; unanswered, it becomes a nudge."""

    def act(turn: Turn) -> None:
        turn.effects.append(Say(notice))
        turn.wait(Event.NUDGE_DUE, turn.now + turn.policy.answer_within)

    act.__name__ = f"ask {notice}"
    return act


def nudge(notice: str) -> Act:
    """Put the question again on every channel; unanswered, it becomes an alarm."""

    def act(turn: Turn) -> None:
        turn.effects.append(Say(notice, everywhere=True))
        turn.wait(Event.ANSWER_DUE, turn.now + turn.policy.nudge)

    act.__name__ = f"nudge {notice}"
    return act


def miss(kind: AlarmKind) -> Act:
    """Raise the quiet alarm, and go on watching whatever becomes of it."""

    def act(turn: Turn) -> None:
        turn.effects.append(Raise(kind))
        turn.wait(Event.AGAIN_DUE, turn.now + turn.policy.again)

    act.__name__ = f"alarm: {kind}"
    return act


def renudge(notice: str) -> Act:
    """The silence goes on: nudge again on every channel."""

    def act(turn: Turn) -> None:
        turn.effects.append(Say(notice, everywhere=True))

    act.__name__ = f"nudge {notice}"
    return act


def life(turn: Turn) -> None:
    """A sign of life: quiet alarms of this place are over."""
    turn.effects.append(LifeSign(turn.happening.event.value))


def open_unplanned(turn: Turn) -> None:
    """An arrival nobody planned is protected at once; the paperwork follows (DESIGN §3)."""
    turn.set(starts_at=turn.now, ends_at=turn.now + turn.policy.unplanned_length, unplanned=True)
    turn.effects.append(Tell("office_unplanned", turn.policy.tell_unplanned))


def arrive(turn: Turn) -> None:
    """Count the check-in from the scheduled start (P13) or from the arrival (C3).

    Somebody who comes long before or after the scheduled start is still asked within one check-in's length of arriving.
    """
    turn.set(arrived_at=turn.now)
    length = turn.policy.check_in
    if length is None:
        turn.set(check_in_at=None)
        return
    scheduled = (turn.place.starts_at or turn.now) + length
    in_reach = turn.now < scheduled <= turn.now + 2 * length
    counts = turn.policy.check_in_from is CheckInFrom.SCHEDULED and in_reach
    turn.set(check_in_at=scheduled if counts else turn.now + length)
    ends_at = turn.place.ends_at
    if ends_at is None or ends_at <= turn.now:
        turn.set(ends_at=turn.now + turn.policy.unplanned_length)


def tell_arrived(turn: Turn) -> None:
    if turn.policy.tell_arrived:
        turn.effects.append(Tell("office_arrived", turn.policy.tell_arrived))


def checked(turn: Turn) -> None:
    """The check-in is answered; the expected end is awaited next."""
    turn.set(check_in_at=None)


def still_there(turn: Turn) -> None:
    """All is well past the expected end: it is put off a little and asked again."""
    turn.set(ends_at=max(turn.place.ends_at or turn.now, turn.now + turn.policy.end_grace))
    if turn.place.check_in_at and turn.place.check_in_at <= turn.now:
        checked(turn)


def asked_later(turn: Turn) -> None:
    """Safe but not there yet: the arrival is asked for again after another grace."""
    turn.set(starts_at=max(turn.place.starts_at or turn.now, turn.now))


def leave(turn: Turn) -> None:
    turn.set(left_at=turn.now)
    turn.effects.append(Tell("office_left", turn.policy.tell_left))


def call_off(turn: Turn) -> None:
    turn.set(left_at=turn.now)
    turn.effects.append(Tell("office_called_off", turn.policy.tell_called_off))


def concern(turn: Turn) -> None:
    """P19b: to the DSL at once, or the deputy, never only into a record."""
    turn.effects.append(Tell("dsl_concern", turn.policy.tell_concern, first_only=True))


def put_off_start(turn: Turn) -> None:
    """ "Running 20 late" before arriving: start and end move together (P16)."""
    old, new = turn.place.starts_at or turn.now, _new_time(turn)
    turn.set(starts_at=new, ends_at=(turn.place.ends_at or new) + (new - old))
    turn.effects += [Say("late"), Tell("office_changed", turn.policy.tell_changed)]


def put_off_end(turn: Turn) -> None:
    """ "Another 20 mins": the expected end moves (P16). A question that is open stays open."""
    turn.set(ends_at=_new_time(turn))
    asking = turn.place.state in (State.ASKED, State.SILENT)
    turn.effects += [Say("longer_but_answer" if asking else "longer"), Tell("office_changed", turn.policy.tell_changed)]


def _new_time(turn: Turn) -> datetime:
    """The time a change of plan names: a clock time, or so much after what was expected, or after now when that is past."""
    coming = turn.happening.event is Event.LATE and turn.place.state in (State.PLANNED, State.DUE, State.MISSING)
    expected = (turn.place.starts_at if coming else turn.place.ends_at) or turn.now
    by = turn.happening.by or timedelta(0)
    return turn.happening.at or (expected + by if expected + by > turn.now else turn.now + by)


def _believable(turn: Turn) -> bool:
    return turn.now < _new_time(turn) <= turn.now + turn.policy.longest_change


_LOST = AlarmKind.CONTACT_LOST
_ANYWHERE: Mapping[Event, Rule] = {
    Event.DANGER: stay(say("danger"), alarm(AlarmKind.DANGER)),
    Event.CONCERN: stay(say("concern"), concern),
    Event.STATUS: stay(say("status")),
    Event.HELP: stay(say("help")),
    Event.UNCLEAR: stay(say("unclear")),
    Event.UNREACHABLE: stay(alarm(_LOST)),
}
_TOO_LATE: Mapping[Event, Rule] = {
    event: stay()
    for event in (Event.ARRIVAL_DUE, Event.CHECK_IN_DUE, Event.END_DUE, Event.NUDGE_DUE, Event.ANSWER_DUE, Event.AGAIN_DUE)
}
_NOTHING_OPEN: Mapping[Event, Rule] = {
    **_TOO_LATE,
    **_ANYWHERE,
    Event.ARRIVED: go(State.THERE, open_unplanned, arrive, say("arrived_unplanned")),
    Event.OK: stay(say("nothing_open")),
    Event.LEFT: stay(say("nothing_open")),
    Event.LATE: stay(say("nothing_open")),
    Event.LONGER: stay(say("nothing_open")),
    Event.CALLED_OFF: stay(say("nothing_open")),
    Event.UNREACHABLE: stay(),
}
_COMING: Mapping[Event, Rule] = {
    **_TOO_LATE,
    **_ANYWHERE,
    Event.ARRIVED: go(State.THERE, arrive, say("arrived"), tell_arrived),
    Event.LATE: go(State.PLANNED, put_off_start),
    Event.LONGER: stay(put_off_end),
    Event.CALLED_OFF: go(State.CALLED_OFF, call_off, say("called_off")),
}
_INSIDE: Mapping[Event, Rule] = {
    **_TOO_LATE,
    **_ANYWHERE,
    Event.ARRIVED: stay(say("already_there")),
    Event.LEFT: go(State.LEFT, life, leave, say("left")),
    Event.LATE: stay(put_off_end),
    Event.LONGER: stay(put_off_end),
    Event.CALLED_OFF: go(State.CALLED_OFF, life, call_off, say("called_off")),
}

TABLE: Mapping[State, Mapping[Event, Rule]] = {
    State.NONE: _NOTHING_OPEN,
    State.PLANNED: {
        **_COMING,
        Event.OK: stay(say("not_there_yet")),
        Event.LEFT: stay(say("not_there_yet")),
        Event.ARRIVAL_DUE: go(State.DUE, ask("ask_arrival")),
    },
    State.DUE: {
        **_COMING,
        Event.OK: stay(say("not_there_yet")),
        Event.LEFT: stay(say("not_there_yet")),
        Event.NUDGE_DUE: stay(nudge("nudge_arrival")),
        Event.ANSWER_DUE: go(State.MISSING, miss(AlarmKind.MISSED_ARRIVAL)),
    },
    State.MISSING: {
        **_COMING,
        Event.ARRIVED: go(State.THERE, life, arrive, say("arrived"), tell_arrived),
        Event.OK: go(State.PLANNED, life, asked_later, say("not_there_yet")),
        Event.LEFT: go(State.PLANNED, life, asked_later, say("not_there_yet")),
        Event.LATE: go(State.PLANNED, life, put_off_start),
        Event.CALLED_OFF: go(State.CALLED_OFF, life, call_off, say("called_off")),
        Event.AGAIN_DUE: stay(renudge("nudge_arrival"), miss(AlarmKind.MISSED_ARRIVAL)),
    },
    State.THERE: {
        **_INSIDE,
        Event.OK: stay(life, say("ok")),
        Event.CHECK_IN_DUE: go(State.ASKED, ask("ask_check_in")),
        Event.END_DUE: go(State.ENDING, ask("ask_end")),
    },
    State.ASKED: {
        **_INSIDE,
        Event.ARRIVED: stay(say("ask_check_in")),
        Event.OK: go(State.THERE, life, checked, say("ok")),
        Event.NUDGE_DUE: stay(nudge("nudge_check_in")),
        Event.ANSWER_DUE: go(State.SILENT, miss(AlarmKind.MISSED_CHECK_IN)),
    },
    State.SILENT: {
        **_INSIDE,
        Event.ARRIVED: stay(say("ask_check_in")),
        Event.OK: go(State.THERE, life, checked, still_there, say("ok")),
        Event.AGAIN_DUE: stay(renudge("nudge_check_in"), miss(AlarmKind.MISSED_CHECK_IN)),
    },
    State.ENDING: {
        **_INSIDE,
        Event.OK: go(State.THERE, life, still_there, say("ok")),
        Event.LATE: go(State.THERE, put_off_end),
        Event.LONGER: go(State.THERE, put_off_end),
        Event.NUDGE_DUE: stay(nudge("nudge_end")),
        Event.ANSWER_DUE: go(State.OVERDUE, miss(AlarmKind.OVERDUE)),
    },
    State.OVERDUE: {
        **_INSIDE,
        Event.OK: go(State.THERE, life, still_there, say("ok")),
        Event.LATE: go(State.THERE, life, put_off_end),
        Event.LONGER: go(State.THERE, life, put_off_end),
        Event.AGAIN_DUE: stay(renudge("nudge_end"), miss(AlarmKind.OVERDUE)),
    },
    State.LEFT: {**_NOTHING_OPEN, Event.LEFT: stay(say("already_left"))},
    State.CALLED_OFF: _NOTHING_OPEN,
}


def decide(place: Place, happening: Happening, policy: Policy, now: datetime) -> Decision:
    """What becomes of a place when something happens to it, and what follows. Pure and total.

    A change of plan to a time that cannot be believed (past, or further away than the policy allows) is an unclear text.
    """
    turn = Turn(place, happening, policy, now)
    if happening.event in (Event.LATE, Event.LONGER) and place.is_open and not _believable(turn):
        turn.happening = Happening(Event.UNCLEAR, ask="change", note=happening.note)
    rule = TABLE[place.state][turn.happening.event]
    if happening.event in WORDS:
        turn.set(heard_at=now)
    if rule.to is not None:
        turn.set(state=rule.to)
    for act in rule.acts:
        act(turn)
    _rest(turn)
    return Decision(turn.place, tuple(turn.effects))


WORDS = frozenset(Event) - {Event.UNREACHABLE, *_TOO_LATE}
"""The events that are a visitor's own words."""


def plan(place: Place, policy: Policy) -> Place:
    """A planned place with its first deadline. Raises ValueError for a place without a start."""
    if place.starts_at is None:
        raise ValueError("a planned place has a start")
    deadline_at = place.starts_at + policy.arrival_grace
    return replace(place, state=State.PLANNED, deadline=Event.ARRIVAL_DUE, deadline_at=deadline_at)


def _rest(turn: Turn) -> None:
    """Set the deadline of the states that wait for the plan; the others set theirs as they ask."""
    place, policy = turn.place, turn.policy
    if place.state in CLOSED:
        turn.wait(None, None)
    elif place.state is State.PLANNED and place.starts_at:
        turn.wait(Event.ARRIVAL_DUE, place.starts_at + policy.arrival_grace)
    elif place.state is State.THERE:
        end = (place.ends_at or turn.now) + policy.end_grace
        if place.check_in_at and place.check_in_at <= end:
            turn.wait(Event.CHECK_IN_DUE, place.check_in_at)
        else:
            turn.wait(Event.END_DUE, end)


MOVES: Mapping[State, tuple[str, ...]] = {
    State.NONE: ("arrived",),
    State.PLANNED: ("arrived", "late"),
    State.DUE: ("arrived", "late"),
    State.MISSING: ("arrived", "late"),
    State.THERE: ("ok", "left"),
    State.ASKED: ("ok", "left"),
    State.SILENT: ("ok", "left"),
    State.ENDING: ("left", "longer"),
    State.OVERDUE: ("left", "longer"),
    State.LEFT: ("arrived",),
    State.CALLED_OFF: ("arrived",),
}
"""The moves that make sense now: the buttons under a Telegram chat, by their names in the notices."""
