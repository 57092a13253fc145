"""What a family and the school agreed on after a visit, and what becomes of it (P21, C16).

The theory. An agreement has a day. On that day the one who visited and the office are asked whether it was kept. Not kept
the first time, a reminder letter is made ready and there is a second day; not kept again, a follow-up visit is proposed.
TABLE says for every state and every event where the agreement goes; it is total, as an answer may come late or twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

SECOND_CHANCE = timedelta(days=14)
"""From the reminder letter to the day by which it asks for what was agreed."""
WITHOUT_A_DAY = timedelta(days=14)
"""How long after the visit an agreement without a day of its own is asked about."""
ASK_AGAIN = timedelta(days=7)
"""How long a question that nobody answers waits before it is asked again."""


class State(StrEnum):
    """How an agreement stands."""

    OPEN = "open"
    ASKED = "asked"
    KEPT = "kept"
    REMINDED = "reminded"  # not kept: the letter is ready
    ASKED_AGAIN = "asked again"
    FOLLOW_UP = "follow-up"  # not kept again: another visit is proposed


class Event(StrEnum):
    """What can happen to an agreement."""

    DUE = "due"
    YES = "kept"
    NO = "not kept"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One thing that was agreed on at a visit. `due_on` is when it is next asked about; None when it is settled."""

    what: str
    by: date | None = None
    state: State = State.OPEN
    due_on: date | None = None
    id: int | None = None
    school_id: int = 0
    visit_id: int = 0
    version: int = 0


_SETTLED = {Event.DUE: State.KEPT, Event.YES: State.KEPT, Event.NO: State.KEPT}

TABLE: Mapping[State, Mapping[Event, State]] = {
    State.OPEN: {Event.DUE: State.ASKED, Event.YES: State.KEPT, Event.NO: State.REMINDED},
    State.ASKED: {Event.DUE: State.ASKED, Event.YES: State.KEPT, Event.NO: State.REMINDED},
    State.REMINDED: {Event.DUE: State.ASKED_AGAIN, Event.YES: State.KEPT, Event.NO: State.REMINDED},
    State.ASKED_AGAIN: {Event.DUE: State.ASKED_AGAIN, Event.YES: State.KEPT, Event.NO: State.FOLLOW_UP},
    State.KEPT: _SETTLED,
    State.FOLLOW_UP: {Event.DUE: State.FOLLOW_UP, Event.YES: State.KEPT, Event.NO: State.FOLLOW_UP},
}
ASKED = frozenset({State.ASKED, State.ASKED_AGAIN})


def agreed(what: str, by: date | None, today: date) -> Agreement:
    """A new agreement. One without a day is asked about all the same, a while later."""
    return Agreement(what, by, due_on=by or today + WITHOUT_A_DAY)


def decide(agreement: Agreement, event: Event, today: date) -> Agreement:
    """What becomes of an agreement, and when it is asked about next."""
    state = TABLE[agreement.state][event]
    if state in ASKED:
        return replace(agreement, state=state, due_on=today + ASK_AGAIN)
    if state is State.REMINDED and agreement.state is not State.REMINDED:
        return replace(agreement, state=state, due_on=today + SECOND_CHANCE)
    return replace(agreement, state=state, due_on=agreement.due_on if state is agreement.state else None)
