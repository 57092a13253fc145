"""The visit machine: one visitor's place in a visit, from planned to left, or to back at school.

The theory. A place is always in one State. What happens to it is an Event: the visitor's own words, or a deadline that has
come. TABLE says for every state and every event where the place goes and what is done on the way; there is no other
program. While a visit is open its place has exactly one deadline, so silence always has a consequence:

    due (arrival, check-in, end, wait, return) -> asked -> nudged on every channel -> alarm, and nudged again while it lasts

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
    answered,
    answered_early,
    arrive,
    ask,
    asked_later,
    call_off,
    child_danger,
    come_back,
    concern,
    danger,
    expect_back,
    go,
    incident,
    leave,
    left_alone,
    life,
    miss,
    miss_check_in,
    nudge,
    nudge_return,
    open_unplanned,
    put_off_end,
    put_off_return,
    put_off_start,
    renudge,
    say,
    say_ok,
    set_out,
    stay,
    still_out,
    still_there,
    tell_arrived,
    wait_family_late,
    wait_nobody_home,
)
from bot.alarm import Kind as AlarmKind
from bot.events import Event, Happening
from bot.place import (
    BACKWARD,
    CLOSED,
    COMING,
    INSIDE,
    OPEN,
    Decision,
    Effect,
    LifeSign,
    Place,
    Raise,
    Rule,
    Say,
    State,
    Tell,
    Turn,
)
from bot.policy import Policy, Returns
from bot.standing import taken_for, waits_for

__all__ = [
    "BACKWARD",
    "CLOSED",
    "COMING",
    "INSIDE",
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
    "count_anew",
    "decide",
    "plan",
]

_ANYWHERE: Mapping[Event, Rule] = {
    Event.DANGER: stay(danger, alarm(AlarmKind.DANGER)),
    Event.CHILD_DANGER: stay(say("child_danger"), child_danger),
    Event.CONCERN: stay(say("concern"), concern),
    Event.INCIDENT: stay(say("incident"), incident),
    Event.STATUS: stay(say("status")),
    Event.HELP: stay(say("help")),
    Event.UNCLEAR: stay(say("unclear")),
    Event.UNREACHABLE: stay(alarm(AlarmKind.CONTACT_LOST)),
    Event.PARTNER_LEFT: stay(),
    Event.JOINED: stay(),
}
_TOO_LATE: Mapping[Event, Rule] = {
    event: stay()
    for event in (
        Event.ARRIVAL_DUE,
        Event.CHECK_IN_DUE,
        Event.END_DUE,
        Event.WAIT_OVER,
        Event.RETURN_DUE,
        Event.NUDGE_DUE,
        Event.ANSWER_DUE,
        Event.AGAIN_DUE,
    )
}
_NOTHING_OPEN: Mapping[Event, Rule] = {
    **{event: stay(say("nothing_open")) for event in Event},
    **_TOO_LATE,
    **_ANYWHERE,
    Event.ARRIVED: go(State.THERE, open_unplanned, arrive, say("arrived_unplanned")),
    Event.NOBODY_HOME: go(State.AT_DOOR, open_unplanned, wait_nobody_home),
    Event.FAMILY_LATE: go(State.AT_DOOR, open_unplanned, wait_family_late),
    Event.UNREACHABLE: stay(),
}
_COMING: Mapping[Event, Rule] = {
    **_TOO_LATE,
    **_ANYWHERE,
    Event.SET_OUT: go(State.ON_WAY, life, asked_later, set_out),
    Event.ARRIVED: go(State.THERE, arrive, say("arrived"), tell_arrived),
    Event.NOBODY_HOME: go(State.AT_DOOR, life, wait_nobody_home),
    Event.FAMILY_LATE: go(State.AT_DOOR, life, wait_family_late),
    Event.OK: stay(life, say("not_there_yet")),
    Event.LEFT: stay(life, say("not_there_yet")),
    Event.LEFT_FOR_SCHOOL: stay(life, say("not_there_yet")),
    Event.LATE: go(State.PLANNED, put_off_start),
    Event.LONGER: stay(put_off_end),
    Event.BACK_BY: stay(put_off_return),
    Event.CALLED_OFF: go(State.CALLED_OFF, life, call_off, say("called_off")),
    Event.OFF_FOR_SCHOOL: go(State.HOMEWARD, life, call_off, expect_back, say("off_back")),
    Event.RETURNED: go(State.RETURNED, life, come_back, say("returned", spare=True)),
    Event.RETURN_DUE: go(State.RETURN_ASKED, ask("ask_return")),
    Event.JOINED: go(State.RETURNED),
}
_INSIDE: Mapping[Event, Rule] = {
    **_TOO_LATE,
    **_ANYWHERE,
    Event.SET_OUT: stay(say("status")),
    Event.ARRIVED: stay(say("already_there")),
    Event.NOBODY_HOME: go(State.AT_DOOR, life, wait_nobody_home),
    Event.FAMILY_LATE: go(State.AT_DOOR, life, wait_family_late),
    Event.OK: stay(life, answered_early, say_ok),
    Event.LEFT: go(State.LEFT, life, leave, say("left")),
    Event.LEFT_FOR_SCHOOL: go(State.HOMEWARD, life, leave, expect_back, say("left_back")),
    Event.LATE: stay(put_off_end),
    Event.LONGER: stay(put_off_end),
    Event.BACK_BY: stay(put_off_return),
    Event.CALLED_OFF: go(State.CALLED_OFF, life, call_off, say("called_off")),
    Event.OFF_FOR_SCHOOL: go(State.HOMEWARD, life, call_off, expect_back, say("off_back")),
    Event.RETURNED: go(State.RETURNED, life, leave, come_back, say("returned", spare=True)),
    Event.PARTNER_LEFT: go(State.ASKED, left_alone, ask("ask_alone")),
}
_OUT_LATE: Mapping[Event, Rule] = {**_INSIDE, Event.PARTNER_LEFT: stay(left_alone)}
"""Those who are being asked already: the question that is open stays open."""
_BACKWARD: Mapping[Event, Rule] = {
    **_TOO_LATE,
    **_ANYWHERE,
    Event.SET_OUT: stay(life, say("homeward")),
    Event.ARRIVED: stay(life, say("back_or_arrived")),
    Event.NOBODY_HOME: stay(life, say("homeward")),
    Event.FAMILY_LATE: stay(life, say("homeward")),
    Event.OK: go(State.HOMEWARD, life, still_out, say("homeward")),
    Event.LEFT: stay(life, say("already_left")),
    Event.LEFT_FOR_SCHOOL: stay(life, say("already_left")),
    Event.LATE: go(State.HOMEWARD, life, put_off_return),
    Event.LONGER: go(State.HOMEWARD, life, put_off_return),
    Event.BACK_BY: go(State.HOMEWARD, life, put_off_return),
    Event.CALLED_OFF: stay(life, say("homeward")),
    Event.OFF_FOR_SCHOOL: stay(life, say("homeward")),
    Event.RETURNED: go(State.RETURNED, life, come_back, say("returned", spare=True)),
    Event.JOINED: go(State.RETURNED),
}

TABLE: Mapping[State, Mapping[Event, Rule]] = {
    State.NONE: _NOTHING_OPEN,
    State.PLANNED: {**_COMING, Event.ARRIVAL_DUE: go(State.DUE, ask("ask_arrival"))},
    State.ON_WAY: {**_COMING, Event.ARRIVAL_DUE: go(State.DUE, ask("ask_arrival"))},
    State.DUE: {
        **_COMING,
        Event.NUDGE_DUE: stay(nudge("nudge_arrival")),
        Event.ANSWER_DUE: go(State.MISSING, miss(AlarmKind.MISSED_ARRIVAL)),
    },
    State.MISSING: {
        **_COMING,
        Event.ARRIVED: go(State.THERE, life, arrive, say("arrived"), tell_arrived),
        Event.OK: go(State.PLANNED, life, asked_later, say("not_there_yet")),
        Event.LEFT: go(State.PLANNED, life, asked_later, say("not_there_yet")),
        Event.LEFT_FOR_SCHOOL: go(State.PLANNED, life, asked_later, say("not_there_yet")),
        Event.LATE: go(State.PLANNED, life, put_off_start),
        Event.AGAIN_DUE: stay(renudge("nudge_arrival"), miss(AlarmKind.MISSED_ARRIVAL)),
    },
    State.AT_DOOR: {
        **_INSIDE,
        Event.ARRIVED: go(State.THERE, life, arrive, say("arrived"), tell_arrived),
        Event.OK: stay(life, say("at_door")),
        Event.WAIT_OVER: go(State.WAITED, ask("ask_wait_over")),
        Event.PARTNER_LEFT: stay(left_alone),
    },
    State.WAITED: {
        **_OUT_LATE,
        Event.ARRIVED: go(State.THERE, life, arrive, say("arrived"), tell_arrived),
        Event.OK: stay(life, say("ask_wait_over")),
        Event.NOBODY_HOME: stay(life, say("ask_wait_over")),
        Event.LATE: stay(life, put_off_end),
        Event.LONGER: stay(life, put_off_end),
        Event.NUDGE_DUE: stay(nudge("nudge_wait_over")),
        Event.ANSWER_DUE: stay(miss(AlarmKind.OVERDUE)),
        Event.AGAIN_DUE: stay(renudge("nudge_wait_over"), miss(AlarmKind.OVERDUE)),
    },
    State.THERE: {
        **_INSIDE,
        Event.CHECK_IN_DUE: go(State.ASKED, ask("ask_check_in")),
        Event.END_DUE: go(State.ENDING, ask("ask_end")),
    },
    State.ASKED: {
        **_OUT_LATE,
        Event.ARRIVED: stay(say("ask_check_in")),
        Event.OK: go(State.THERE, life, answered, say("ok", spare=True)),
        Event.NUDGE_DUE: stay(nudge("nudge_check_in")),
        Event.ANSWER_DUE: go(State.SILENT, miss_check_in),
    },
    State.SILENT: {
        **_OUT_LATE,
        Event.ARRIVED: stay(say("ask_check_in")),
        Event.OK: go(State.THERE, life, answered, still_there, say("ok")),
        Event.AGAIN_DUE: stay(renudge("nudge_check_in"), miss_check_in),
    },
    State.ENDING: {
        **_OUT_LATE,
        Event.OK: go(State.THERE, life, still_there, say("ok")),
        Event.LATE: go(State.THERE, put_off_end),
        Event.LONGER: go(State.THERE, put_off_end),
        Event.NUDGE_DUE: stay(nudge("nudge_end")),
        Event.ANSWER_DUE: go(State.OVERDUE, miss(AlarmKind.OVERDUE)),
    },
    State.OVERDUE: {
        **_OUT_LATE,
        Event.OK: go(State.THERE, life, still_there, say("ok")),
        Event.LATE: go(State.THERE, life, put_off_end),
        Event.LONGER: go(State.THERE, life, put_off_end),
        Event.AGAIN_DUE: stay(renudge("nudge_end"), miss(AlarmKind.OVERDUE)),
    },
    State.HOMEWARD: {**_BACKWARD, Event.RETURN_DUE: go(State.RETURN_ASKED, ask("ask_return"))},
    State.RETURN_ASKED: {
        **_BACKWARD,
        Event.NUDGE_DUE: stay(nudge_return),
        Event.ANSWER_DUE: go(State.NOT_BACK, miss(AlarmKind.NOT_RETURNED)),
    },
    State.NOT_BACK: {
        **_BACKWARD,
        Event.AGAIN_DUE: stay(renudge("nudge_return"), miss(AlarmKind.NOT_RETURNED)),
    },
    State.LEFT: {**_NOTHING_OPEN, Event.LEFT: stay(say("already_left"))},
    State.CALLED_OFF: _NOTHING_OPEN,
    State.RETURNED: {**_NOTHING_OPEN, Event.LEFT: stay(say("already_left"))},
}


def decide(place: Place, happening: Happening, policy: Policy, now: datetime) -> Decision:
    """What becomes of a place when something happens to it, and what follows. Pure and total.

    A change of plan to a time that cannot be believed (past, or further away than the policy allows) is an unclear text.
    """
    turn = Turn(place, happening, policy, now)
    turn.happening = taken_for(turn)
    rule = TABLE[place.state][turn.happening.event]
    if happening.event in WORDS:
        turn.set(heard_at=now)
    if rule.to is not None:
        turn.set(state=rule.to)
    for act in rule.acts:
        act(turn)
    return Decision(count_anew(turn.place, policy, now), tuple(turn.effects), turn.happening)


WORDS = frozenset(Event) - {Event.UNREACHABLE, Event.PARTNER_LEFT, Event.JOINED, *_TOO_LATE}
"""The events that are a visitor's own words."""


def plan(place: Place, policy: Policy) -> Place:
    """A planned place with its first deadline. Raises ValueError for a place without a start."""
    if place.starts_at is None:
        raise ValueError("a planned place has a start")
    returns_at = place.returns_at
    if policy.returns is Returns.ALWAYS and returns_at is None:
        returns_at = (place.ends_at or place.starts_at) + policy.journey
    return count_anew(replace(place, state=State.PLANNED, returns_at=returns_at), policy, place.starts_at)


def count_anew(place: Place, policy: Policy, now: datetime) -> Place:
    """The same place after its plan has changed, with the deadline that now holds. A question that is open stays open."""
    waiting = waits_for(place, policy, now)
    return replace(place, deadline=waiting[0], deadline_at=waiting[1]) if waiting else place


MOVES: Mapping[State, tuple[str, ...]] = {
    State.NONE: ("arrived",),
    State.PLANNED: ("arrived", "late"),
    State.ON_WAY: ("arrived", "late"),
    State.DUE: ("arrived", "late"),
    State.MISSING: ("arrived", "late"),
    State.AT_DOOR: ("arrived", "left"),
    State.WAITED: ("left", "arrived"),
    State.THERE: ("ok", "left"),
    State.ASKED: ("ok", "left"),
    State.SILENT: ("ok", "left"),
    State.ENDING: ("left", "longer"),
    State.OVERDUE: ("left", "longer"),
    State.HOMEWARD: ("back",),
    State.RETURN_ASKED: ("back", "back_later"),
    State.NOT_BACK: ("back", "back_later"),
    State.LEFT: ("arrived",),
    State.CALLED_OFF: ("arrived",),
    State.RETURNED: ("arrived",),
}
"""The moves that make sense now: the buttons under a Telegram chat, by their names in the notices."""
