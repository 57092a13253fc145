"""I8: a run lived twice, with and without a code word on record, and what differs on the visitors' phones."""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

from bot.delivery import URGENT_PAUSE
from bot.people import Channel
from handlers.service import BEAT
from tests.simulation.broken import Broken
from tests.simulation.faults import KINDS
from tests.simulation.ledger import Got
from tests.simulation.plan import CAST, Plan
from tests.simulation.run import Outcome

PROVIDERS = ("Twilio", "Telegram", "flood wait")
"""How the faults of a provider begin."""
OFF = "off"
"""How those begin in which the machine is off across deadlines."""
LONG = 60.0
"""Seconds. What fails for so long has the longest of pauses before the next try."""
TRY = URGENT_PAUSE[-1].total_seconds()
"""Seconds. How long that pause becomes for an alarm, and whatever waits goes along with its try."""


def for_twins(plan: Plan) -> Plan:
    """What can be lived twice alike: no fault that counts what is done, no contact in the visitors' way on Telegram, and
    no auditor, whose looks come later where it has something to tell."""
    faults = tuple(fault for fault in plan.faults if not KINDS[fault.kind].counted)
    habits = tuple(replace(habit, by=Channel.SMS) for habit in plan.habits)
    return replace(plan, faults=faults, habits=habits, audits=0.0)


def differs(outcome: Outcome, twin: Outcome) -> Broken | None:
    """Every visitor's phone is the same, word for word and to the instant, with and without a code word on record.

    To the beat, where a provider fails in the run; to the next try of an alarm, just after one has failed for minutes. Who
    texts by both channels, alone or with a partner, while a machine is off across deadlines is looked at until then: which of
    two doors has its backlog read first goes by which provider answers first, and that by what else it is asked.
    """
    if twin.broken:
        return twin.broken
    plan = outcome.plan
    apart = may_be_apart(plan)
    for actor in CAST:
        if not actor.is_visitor:
            continue
        until = looked_at_until(plan, actor.name)
        one, other = ([got for got in run.ledger.screen(actor) if got.at < until] for run in (outcome, twin))
        if why := same_phone(one, other, apart):
            return Broken("I8", f"{actor.name}'s phone tells of a code word: {why}")
    return None


def looked_at_until(plan: Plan, name: str) -> float:
    """When a machine first goes off across deadlines, and they, alone or with a partner, text by both channels meanwhile."""
    for fault in sorted(plan.faults, key=lambda one: one.at):
        if not fault.kind.startswith(OFF):
            continue
        back = fault.at + fault.lasts + fault.detail
        of_theirs = [step for visit in plan.visits if name in visit.goers for step in visit.steps]
        if len({step.by for step in of_theirs if fault.at <= step.at <= back}) > 1:
            return fault.at
    return math.inf


def may_be_apart(plan: Plan) -> Callable[[float], float]:
    """How far apart, s, the same words may be that come at an instant."""
    failing = [fault for fault in plan.faults if fault.kind.startswith(PROVIDERS)]
    ended = [fault.at + fault.lasts for fault in failing if fault.lasts >= LONG]

    def apart(at: float) -> float:
        return TRY if any(0 <= at - end <= TRY for end in ended) else BEAT if failing else 0.0

    return apart


def same_phone(one: Iterable[Got], other: Iterable[Got], apart: Callable[[float], float]) -> str:
    """What differs between two phones, if anything."""
    first, second = list(one), list(other)
    for a, b in zip(first, second, strict=False):
        if a != b._replace(at=a.at) or abs(a.at - b.at) > apart(a.at):
            return f"one got {a}, the other {b}"
    longer = (first, second)[len(second) > len(first)][min(len(first), len(second)) :]
    return f"one got more: {longer[0]}" if longer else ""
