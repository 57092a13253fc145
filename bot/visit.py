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

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.acts import (
    alarm,
    answered_early,
    arrive,
    ask,
    asked_later,
    believable,
    call_off,
    checked,
    concern,
    go,
    leave,
    life,
    miss,
    nudge,
    open_unplanned,
    put_off_end,
    put_off_start,
    renudge,
    say,
    stay,
    still_there,
    tell_arrived,
)
from bot.alarm import Kind as AlarmKind
from bot.events import Event, Happening
from bot.place import CLOSED, OPEN, Decision, Effect, LifeSign, Place, Raise, Rule, Say, State, Tell, Turn
from bot.policy import Policy

__all__ = [
    "CLOSED",
    "MOVES",
    "OPEN",
    "TABLE",
    "WORDS",
    "Decision",
    "Effect",
    "LifeSign",
    "Place",
    "Raise",
    "Rule",
    "Say",
    "State",
    "Tell",
    "decide",
    "plan",
]

_ANYWHERE: Mapping[Event, Rule] = {
    Event.DANGER: stay(say("danger"), alarm(AlarmKind.DANGER)),
    Event.CONCERN: stay(say("concern"), concern),
    Event.STATUS: stay(say("status")),
    Event.HELP: stay(say("help")),
    Event.UNCLEAR: stay(say("unclear")),
    Event.UNREACHABLE: stay(alarm(AlarmKind.CONTACT_LOST)),
}
_TOO_LATE: Mapping[Event, Rule] = {
    event: stay()
    for event in (
        Event.ARRIVAL_DUE,
        Event.CHECK_IN_DUE,
        Event.END_DUE,
        Event.NUDGE_DUE,
        Event.ANSWER_DUE,
        Event.AGAIN_DUE,
    )
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
    Event.CALLED_OFF: go(State.CALLED_OFF, life, call_off, say("called_off")),
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
        Event.OK: stay(life, say("not_there_yet")),
        Event.LEFT: stay(life, say("not_there_yet")),
        Event.ARRIVAL_DUE: go(State.DUE, ask("ask_arrival")),
    },
    State.DUE: {
        **_COMING,
        Event.OK: stay(life, say("not_there_yet")),
        Event.LEFT: stay(life, say("not_there_yet")),
        Event.NUDGE_DUE: stay(nudge("nudge_arrival")),
        Event.ANSWER_DUE: go(State.MISSING, miss(AlarmKind.MISSED_ARRIVAL)),
    },
    State.MISSING: {
        **_COMING,
        Event.ARRIVED: go(State.THERE, life, arrive, say("arrived"), tell_arrived),
        Event.OK: go(State.PLANNED, life, asked_later, say("not_there_yet")),
        Event.LEFT: go(State.PLANNED, life, asked_later, say("not_there_yet")),
        Event.LATE: go(State.PLANNED, life, put_off_start),
        Event.AGAIN_DUE: stay(renudge("nudge_arrival"), miss(AlarmKind.MISSED_ARRIVAL)),
    },
    State.THERE: {
        **_INSIDE,
        Event.OK: stay(life, answered_early, say("ok")),
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
    if happening.event in (Event.LATE, Event.LONGER) and place.is_open and not believable(turn):
        turn.happening = Happening(Event.UNCLEAR, ask="change", note=happening.note)
    rule = TABLE[place.state][turn.happening.event]
    if happening.event in WORDS:
        turn.set(heard_at=now)
    if rule.to is not None:
        turn.set(state=rule.to)
    for act in rule.acts:
        act(turn)
    _rest(turn)
    return Decision(turn.place, tuple(turn.effects), turn.happening)


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
