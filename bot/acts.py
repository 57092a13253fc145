"""What can be done on the way from one state of a visit to another: the acts that the visit machine's table is made of."""

from datetime import datetime, timedelta

from bot.alarm import Kind as AlarmKind
from bot.events import Event
from bot.place import BACKWARD, COMING, Act, LifeSign, Raise, Rule, Say, State, Tell, Turn
from bot.policy import CheckInFrom, First, Returns

NOBODY_HOME, FAMILY_LATE = "nobody home", "family late"
UNSAFE = ("unsafe", "animals")
_SAID = {Event.LEFT_FOR_SCHOOL: Event.LEFT, Event.OFF_FOR_SCHOOL: Event.CALLED_OFF}


def go(to: State, *acts: Act) -> Rule:
    return Rule(to, acts)


def stay(*acts: Act) -> Rule:
    return Rule(None, acts)


def say(notice: str, *, spare: bool = False) -> Act:
    def act(turn: Turn) -> None:
        turn.effects.append(Say(notice, spare=spare))

    act.__name__ = f"say {notice}"
    return act


def say_ok(turn: Turn) -> None:
    """An OK of their own accord is answered; where check-ins repeat it is the check-in (C3), and may be spared as such."""
    turn.effects.append(Say("ok", spare=turn.policy.check_in_every is not None))


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


def miss_check_in(turn: Turn) -> None:
    """The check-in was missed; by one who was left behind alone, it is the pair that has come apart."""
    miss(AlarmKind.SPLIT_PAIR if turn.place.alone else AlarmKind.MISSED_CHECK_IN)(turn)


miss_check_in.__name__ = f"alarm: {AlarmKind.MISSED_CHECK_IN} or {AlarmKind.SPLIT_PAIR}"


def renudge(notice: str) -> Act:
    """The silence goes on: nudge again on every channel."""

    def act(turn: Turn) -> None:
        turn.effects.append(Say(notice, everywhere=True))

    act.__name__ = f"nudge {notice}"
    return act


def life(turn: Turn) -> None:
    """A sign of life: quiet alarms of this place are over."""
    event = turn.happening.event
    turn.effects.append(LifeSign(_SAID.get(event, event).value))


def open_unplanned(turn: Turn) -> None:
    """An arrival nobody planned is protected at once; the paperwork follows (DESIGN §3)."""
    turn.set(starts_at=turn.now, ends_at=turn.now + turn.policy.unplanned_length, unplanned=True, left_at=None)
    turn.effects.append(Tell("office_unplanned", turn.policy.tell_unplanned))


def arrive(turn: Turn) -> None:
    """Count the check-in from the scheduled start (P13) or from the arrival (C3).

    Somebody who comes long before or after the scheduled start is still asked within one check-in's length of arriving.
    """
    turn.set(arrived_at=turn.now, left_at=None, check_in_at=_check_in_at(turn), waiting_for="", wait_until=None)
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
    """The check-in is answered; the next one is awaited where they repeat (C3), else the expected end."""
    every = turn.policy.check_in_every
    turn.set(check_in_at=turn.now + every if every else None)


def answered(turn: Turn) -> None:
    """All is well. Where the check-in is still to come ("your partner has left" was asked before it), it comes (0009)."""
    due = turn.place.check_in_at
    if due is None or due <= turn.now or turn.policy.check_in_every:
        checked(turn)


def still_there(turn: Turn) -> None:
    """All is well past the expected end: it is put off a little and asked again."""
    turn.set(ends_at=max(turn.place.ends_at or turn.now, turn.now + turn.policy.end_grace))
    if turn.place.check_in_at and turn.place.check_in_at <= turn.now:
        checked(turn)


def answered_early(turn: Turn) -> None:
    """An OK that came before the question could be put (after an outage) answers it all the same.

    Where check-ins repeat, staff check in of their own accord (C3): then any OK counts as the next one.
    """
    if turn.place.deadline_at and turn.place.deadline_at <= turn.now:
        still_there(turn)
    elif turn.policy.check_in_every:
        checked(turn)


def asked_later(turn: Turn) -> None:
    """Safe but not there yet: the arrival is asked for again after another grace."""
    turn.set(starts_at=max(turn.place.starts_at or turn.now, turn.now))


def set_out(turn: Turn) -> None:
    """B6 E2 E14: they have left the school."""
    turn.set(set_out_at=turn.now)
    turn.effects.append(Say("set_out" if turn.policy.await_arrival else "set_out_back"))
    if turn.policy.tell_set_out:
        turn.effects.append(Tell("office_set_out", turn.policy.tell_set_out))


def wait_nobody_home(turn: Turn) -> None:
    """P4 C11 W4: how long nobody home is waited for; where no wait is set they go at once (E8). A slip is left: C19 E8."""
    wait = turn.policy.nobody_home_wait
    _wait_at_door(turn, NOBODY_HOME, wait or turn.policy.end_grace)
    slip = "_slip" if turn.policy.slip else ""
    turn.effects.append(Say(f"nobody_home{slip}" if wait else f"nobody_home_go{slip}"))


def wait_family_late(turn: Turn) -> None:
    """C12 W5: nobody goes in before the family is there, and nobody waits past the limit."""
    _wait_at_door(turn, FAMILY_LATE, turn.policy.family_late_limit or turn.policy.end_grace)
    turn.effects.append(Say("family_late"))


def _wait_at_door(turn: Turn, reason: str, length: timedelta) -> None:
    """The wait is counted from the planned start where they came a little early. Said again, it does not begin anew."""
    place, since = turn.place, max(turn.now, turn.place.starts_at or turn.now)
    since = since if since - turn.now <= turn.policy.arrival_grace else turn.now
    known = place.wait_until if place.waiting_for == reason else None
    until = known if known and known > turn.now else since + length
    turn.set(waiting_for=reason, wait_until=until, arrived_at=place.arrived_at or turn.now)


def left_alone(turn: Turn) -> None:
    turn.set(alone=True)


def leave(turn: Turn) -> None:
    turn.set(left_at=turn.now)
    awaited = turn.happening.event is Event.LEFT_FOR_SCHOOL
    turn.effects.append(Tell("office_left_back" if awaited else "office_left", turn.policy.tell_left))


def call_off(turn: Turn) -> None:
    """P4 P5 P6 E12: told with its reason to those the policy names for it."""
    reason, policy = turn.happening.reason, turn.policy
    turn.set(left_at=turn.now, off_reason=reason)
    roles = policy.tell_called_off
    if reason in UNSAFE:
        roles = policy.tell_unsafe
    elif reason in (NOBODY_HOME, FAMILY_LATE):
        roles = policy.tell_nobody_home
    turn.effects.append(Tell("office_called_off", roles))


def expect_back(turn: Turn) -> None:
    """From now on the return is awaited (E2b E4): at its time, or after the journey where none was planned or it has passed."""
    planned = turn.place.returns_at
    turn.set(returns_at=planned if planned is not None and planned > turn.now else turn.now + turn.policy.journey)


def come_back(turn: Turn) -> None:
    turn.set(returned_at=turn.now, left_at=turn.place.left_at or turn.now)
    if turn.policy.tell_returned:
        turn.effects.append(Tell("office_returned", turn.policy.tell_returned))


def still_out(turn: Turn) -> None:
    """All is well, and not back yet: the return is put off a little and asked for again."""
    turn.set(returns_at=max(turn.place.returns_at or turn.now, turn.now))


def nudge_return(turn: Turn) -> None:
    """Put the question on every channel; unanswered, the office chases at the time the policy has for it (E4)."""
    turn.effects.append(Say("nudge_return", everywhere=True))
    answer_at, returns_at = turn.now + turn.policy.nudge, turn.place.returns_at
    turn.wait(Event.ANSWER_DUE, max(answer_at, returns_at + turn.policy.return_alarm) if returns_at else answer_at)


def danger(turn: Turn) -> None:
    """P12 C7: police first; W3: the office rings them."""
    turn.effects.append(Say("danger" if turn.policy.danger_first is First.POLICE else "danger_office"))


def concern(turn: Turn) -> None:
    """P19b: to the DSL at once, or the deputy, never only into a record."""
    turn.effects.append(Tell("dsl_concern", turn.policy.tell_concern, first_only=True, urgent=True))


def incident(turn: Turn) -> None:
    """P7: recorded, and reported to the headteacher."""
    turn.effects.append(Tell("head_incident", turn.policy.tell_incident, urgent=True))


def child_danger(turn: Turn) -> None:
    """P23 B13: 999 first; the DSL is told at once."""
    turn.effects.append(Tell("dsl_child_danger", turn.policy.tell_child_danger, urgent=True))


def put_off_start(turn: Turn) -> None:
    """ "Running 20 late" before arriving: start, end and return move together (P16)."""
    old, new = turn.place.starts_at or turn.now, new_time(turn)
    returns_at = turn.place.returns_at
    turn.set(starts_at=new, ends_at=(turn.place.ends_at or new) + (new - old))
    turn.set(returns_at=returns_at + (new - old) if returns_at else None)
    turn.effects += [Say("late"), Tell("office_changed", turn.policy.tell_changed)]


def put_off_end(turn: Turn) -> None:
    """ "Another 20 mins": the expected end moves (P16), and the return with it. A question that is open stays open."""
    old, new = turn.place.ends_at or turn.now, new_time(turn)
    returns_at = turn.place.returns_at
    turn.set(ends_at=new, returns_at=returns_at + max(new - old, timedelta(0)) if returns_at else None)
    asking = turn.place.state in (State.ASKED, State.SILENT)
    turn.effects += [Say("longer_but_answer" if asking else "longer"), Tell("office_changed", turn.policy.tell_changed)]


def put_off_return(turn: Turn) -> None:
    """ "Back by 5": the expected return moves (B15 E5 E5b)."""
    turn.set(returns_at=new_time(turn))
    turn.effects += [Say("back_by"), Tell("office_return_changed", turn.policy.tell_changed)]


def _expected(turn: Turn) -> datetime:
    """What a change of plan moves: the return on the way back, the start for "late" before arriving, else the end."""
    place, event = turn.place, turn.happening.event
    if event is Event.BACK_BY or place.state in BACKWARD:
        return place.returns_at or turn.now
    coming = event is Event.LATE and place.state in COMING
    return (place.starts_at if coming else place.ends_at) or turn.now


def new_time(turn: Turn) -> datetime:
    """The time a change of plan names: a clock time, or so much after what was expected, or after now when that is past."""
    expected, by = _expected(turn), turn.happening.by or timedelta(0)
    return turn.happening.at or (expected + by if expected + by > turn.now else turn.now + by)


def believable(turn: Turn) -> bool:
    """Whether the new time lies ahead, and no further from what was expected than the policy's longest change."""
    return turn.now < new_time(turn) <= max(turn.now, _expected(turn)) + turn.policy.longest_change


def is_awaited_back(turn: Turn) -> bool:
    """Whether leaving, or calling off, is the beginning of a way back that is watched over.

    Somebody who never set out is at school already; somebody with another visit of the outing to come is watched there.
    """
    place, happening = turn.place, turn.happening
    is_out = place.is_inside or place.set_out_at is not None or happening.out
    planned = turn.policy.returns is Returns.PLANNED and place.returns_at is not None
    wanted = turn.policy.returns is Returns.ALWAYS or planned
    return wanted and is_out and not happening.onward
