"""The authorisation machine: from a plan that wants a yes to the yes, or the no, that it gets (P1 B1 C1 E9b).

The theory. A request stands where its visit's Authorisation says. It is put to those whose yes the policy wants, role by
role: who is off duty is passed over, and each reminder asks one role more. The first of them who answers counts. Whatever
changes what they said yes to makes it wanted anew. TABLE is total over state and event, and no answer is ever an error:
what nobody may say yes to stays asked, with the reason.

The machine knows nothing of what goes on at the door. Whoever sets out without a yes is watched over like anybody else, and
told of (WENT); a request waits for nothing that a visit waits for, and a visit for nothing of this.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.authorising.request import (
    GATHER,
    PATIENCE,
    Act,
    Answer,
    Ask,
    Brief,
    CallOff,
    Consult,
    Decision,
    Event,
    Happening,
    Report,
    Request,
    Scene,
    State,
    TellGoers,
    Turn,
    Untellable,
    gathered,
    next_asked,
    wait,
)
from bot.policy import Policy


def put(turn: Turn) -> None:
    """Put the question to those whose turn it is; tell those who are consulted."""
    people = next_asked(turn, 0)
    turn.set(asked=tuple(dict.fromkeys((*turn.request.asked, *people))), asked_at=turn.now, reminders=0)
    turn.owe(Ask(people))
    others = tuple(person for person in turn.scene.consulted if person not in people)
    if others:
        turn.owe(Consult(others))
    wait(turn)


def remind(turn: Turn) -> None:
    """Ask again, and one role more."""
    count = turn.request.reminders + 1
    people = next_asked(turn, count)
    turn.set(asked=tuple(dict.fromkeys((*turn.request.asked, *people))), asked_at=turn.now, reminders=count)
    turn.owe(Ask(people, again=True))
    wait(turn)


def nobody(turn: Turn) -> None:
    """Nobody may say yes: the office is told, and it is tried again."""
    turn.owe(Untellable())
    turn.set(reminders=turn.request.reminders + 1, asked_at=turn.now)
    wait(turn)


def warn(turn: Turn) -> None:
    """The visitors are told not to set out, once; who is asked is asked once more."""
    if turn.request.warned_at is None:
        turn.set(warned_at=turn.now)
        turn.owe(TellGoers("do_not_set_out"))
    lately = turn.request.asked_at is not None and turn.now - turn.request.asked_at < GATHER + PATIENCE
    people = next_asked(turn, turn.request.reminders)
    if people and not lately:
        turn.set(asked=tuple(dict.fromkeys((*turn.request.asked, *people))), asked_at=turn.now)
        turn.owe(Ask(people, again=True))
    wait(turn)


def authorise(turn: Turn) -> None:
    by = turn.happening.by
    yes_by, lead_by = _counted(turn)
    turn.set(yes_by=yes_by, lead_by=lead_by, answered_by=by, answered_at=turn.now, due=None, due_at=None)
    turn.owe(Answer("yes"), Brief())


def half(turn: Turn) -> None:
    """One yes of the two is there: the other is asked for."""
    yes_by, lead_by = _counted(turn)
    turn.set(yes_by=yes_by, lead_by=lead_by)
    turn.owe(Answer("half"))
    people = next_asked(turn, turn.request.reminders) if turn.request.state is State.ASKED else ()
    missing = tuple(person for person in people if person not in turn.request.asked)
    if missing:
        turn.set(asked=(*turn.request.asked, *missing))
        turn.owe(Ask(missing))


def decline(turn: Turn) -> None:
    by, reason = turn.happening.by, turn.happening.reason
    turn.set(reason=reason, answered_by=by, answered_at=turn.now, due=None, due_at=None)
    turn.owe(Answer("no"), CallOff())


def withdraw(turn: Turn) -> None:
    """Who said yes may take it back; another who says no is told who said yes."""
    if turn.happening.by in (turn.request.answered_by, turn.request.yes_by, turn.request.lead_by):
        turn.set(state=State.DECLINED)
        decline(turn)
    else:
        turn.owe(Answer("already"))


def void(turn: Turn) -> None:
    """What they said yes to is no more: the yes is asked for anew, and whoever goes is told."""
    if turn.request.state is State.AUTHORISED:
        turn.owe(TellGoers("reopened"))
    made = gathered(turn.request, turn.scene, turn.policy, turn.now)
    turn.request = replace(
        made, asked=(), reminders=0, yes_by=None, lead_by=None, answered_by=None, answered_at=None, warned_at=None
    )


def report(turn: Turn) -> None:
    """Told once: somebody is out there without a yes."""
    if turn.request.reported_at is None:
        turn.set(reported_at=turn.now)
        turn.owe(Report())
    turn.set(due=None, due_at=None)


def rest(turn: Turn) -> None:
    """Nothing more is waited for."""
    turn.set(due=None, due_at=None)


def answer(what: str) -> Act:
    """Answer the one who spoke, and change nothing."""

    def act(turn: Turn) -> None:
        turn.owe(Answer(what))

    act.__name__ = f"answer {what}"
    return act


def _counted(turn: Turn) -> tuple[int | None, int | None]:
    """The two who have said yes, this one counted in."""
    request, by = turn.request, turn.happening.by
    yes_by = by if by in turn.scene.authorisers else request.yes_by
    return yes_by, by if by in turn.scene.leads else request.lead_by


class Rule(NamedTuple):
    """Where the request goes and what is done. `to` None: it stays."""

    to: State | None
    acts: tuple[Act, ...] = ()


def _go(to: State, *acts: Act) -> Rule:
    return Rule(to, acts)


def _stay(*acts: Act) -> Rule:
    return Rule(None, acts)


_PENDING: Mapping[Event, Rule] = {
    Event.ASK: _go(State.ASKED, put),
    Event.NOBODY: _stay(nobody),
    Event.YES: _go(State.AUTHORISED, authorise),
    Event.HALF_YES: _stay(half),
    Event.BLOCKED: _stay(answer("blocked")),
    Event.NOT_THEIRS: _stay(answer("not_theirs")),
    Event.NO: _go(State.DECLINED, decline),
    Event.CHANGED: _go(State.WANTED, void),
    Event.LIFTED: _stay(answer("lifted")),
    Event.REMIND_DUE: _go(State.ASKED, put),
    Event.START_DUE: _stay(warn),
    Event.WENT: _stay(report),
    Event.OVER: _stay(rest),
}
_ANSWERED: Mapping[Event, Rule] = {
    Event.ASK: _stay(),
    Event.NOBODY: _stay(),
    Event.YES: _stay(answer("already")),
    Event.HALF_YES: _stay(answer("already")),
    Event.BLOCKED: _stay(answer("already")),
    Event.NOT_THEIRS: _stay(answer("already")),
    Event.NO: _stay(answer("already")),
    Event.CHANGED: _stay(),
    Event.LIFTED: _stay(answer("lifted")),
    Event.REMIND_DUE: _stay(rest),
    Event.START_DUE: _stay(rest),
    Event.WENT: _stay(rest),
    Event.OVER: _stay(rest),
}
TABLE: Mapping[State, Mapping[Event, Rule]] = {
    State.NOT_NEEDED: {**_ANSWERED, **dict.fromkeys((Event.YES, Event.NO), _stay(answer("not_needed")))},
    State.WANTED: _PENDING,
    State.ASKED: {**_PENDING, Event.ASK: _stay(put), Event.REMIND_DUE: _stay(remind)},
    State.AUTHORISED: {**_ANSWERED, Event.NO: _stay(withdraw), Event.CHANGED: _go(State.WANTED, void)},
    State.DECLINED: {**_ANSWERED, Event.WENT: _stay(report)},
}


def _taken_for(turn: Turn) -> Happening:
    """What an event comes to: a question nobody can be asked, a yes that may not be, or of one who may not say it."""
    said, scene = turn.happening, turn.scene
    if not turn.request.is_pending:
        return said
    if said.event in (Event.ASK, Event.REMIND_DUE) and not scene.authorisers:
        return said._replace(event=Event.NOBODY)
    if said.event not in (Event.YES, Event.NO):
        return said
    if said.by not in scene.authorisers and said.by not in scene.leads:
        return said._replace(event=Event.NOT_THEIRS)
    if said.event is Event.YES and scene.blocked:
        return said._replace(event=Event.BLOCKED)
    yes_by, lead_by = _counted(turn)
    if said.event is Event.YES and not (yes_by and (lead_by or not scene.leads)):
        return said._replace(event=Event.HALF_YES)
    return said


def decide(request: Request, happening: Happening, policy: Policy, scene: Scene, now: datetime) -> Decision:
    """What becomes of a request when something happens to it, and what follows. Pure and total."""
    turn = Turn(request, happening, policy, scene, now)
    turn.happening = _taken_for(turn)
    rule = TABLE[request.state][turn.happening.event]
    for act in rule.acts:
        act(turn)
    if rule.to is not None:
        turn.set(state=rule.to)
    return Decision(turn.request, tuple(turn.effects))
