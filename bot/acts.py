"""What can be done on the way from one state of a visit to another: the acts that the visit machine's table is made of."""

from datetime import datetime, timedelta

from bot.alarm import Kind as AlarmKind
from bot.events import Event
from bot.place import Act, LifeSign, Raise, Rule, Say, State, Tell, Turn
from bot.policy import CheckInFrom


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
    turn.set(arrived_at=turn.now, left_at=None, check_in_at=_check_in_at(turn))
    ends_at = turn.place.ends_at
    if ends_at is None or ends_at <= turn.now:
        turn.set(ends_at=turn.now + turn.policy.unplanned_length)


def _check_in_at(turn: Turn) -> datetime | None:
    length = turn.policy.check_in
    if length is None:
        return None
    scheduled = (turn.place.starts_at or turn.now) + length
    in_reach = turn.now < scheduled <= turn.now + 2 * length
    counts = turn.policy.check_in_from is CheckInFrom.SCHEDULED and in_reach
    return scheduled if counts else turn.now + length


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


def answered_early(turn: Turn) -> None:
    """An OK that came before the question could be put (after an outage) answers it all the same."""
    if turn.place.deadline_at and turn.place.deadline_at <= turn.now:
        still_there(turn)


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


def _expected(turn: Turn) -> datetime:
    """What a change of plan moves: the start for "late" before arriving, else the end."""
    coming = turn.happening.event is Event.LATE and turn.place.state in (State.PLANNED, State.DUE, State.MISSING)
    return (turn.place.starts_at if coming else turn.place.ends_at) or turn.now


def _new_time(turn: Turn) -> datetime:
    """The time a change of plan names: a clock time, or so much after what was expected, or after now when that is past."""
    expected, by = _expected(turn), turn.happening.by or timedelta(0)
    return turn.happening.at or (expected + by if expected + by > turn.now else turn.now + by)


def believable(turn: Turn) -> bool:
    """Whether the new time lies ahead, and no further from what was expected than the policy's longest change."""
    return turn.now < _new_time(turn) <= max(turn.now, _expected(turn)) + turn.policy.longest_change
