"""The smallest run that still breaks the same promise: fewer faults, fewer visits, fewer texts, then less of everything."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.simulation.plan import Plan

Breaks = Callable[[Plan], str]
"""Which promise a run breaks, or nothing."""
MOST_TRIES = 400


def smaller(plan: Plan) -> Iterator[Plan]:
    """Plans with less in them, those with much less first."""
    for name in ("faults", "visits", "habits"):
        parts = getattr(plan, name)
        size = len(parts)
        while size:
            for begin in range(0, len(parts), size):
                yield replace(plan, **{name: parts[:begin] + parts[begin + size :]})
            size //= 2
    for number, visit in enumerate(plan.visits):
        for at in range(len(visit.steps)):
            less = replace(visit, steps=visit.steps[:at] + visit.steps[at + 1 :])
            yield replace(plan, visits=(*plan.visits[:number], less, *plan.visits[number + 1 :]))
    for number, fault in enumerate(plan.faults):
        if fault.lasts > 10:
            shorter = replace(fault, lasts=round(fault.lasts / 2, 1))
            yield replace(plan, faults=(*plan.faults[:number], shorter, *plan.faults[number + 1 :]))
    if plan.holds:
        yield replace(plan, holds=False)
    if plan.audits:
        yield replace(plan, audits=0.0)
    if plan.receipts != "never":
        yield replace(plan, receipts="never")
    if plan.school:
        yield replace(plan, school=0)


def shrunk(plan: Plan, breaks: Breaks, tells: Callable[[str], None] = lambda what: None) -> tuple[Plan, int]:
    """The smallest plan found that breaks what `plan` breaks, and how many were tried."""
    wanted, tries = breaks(plan), 1
    found = True
    while found and tries < MOST_TRIES:
        found = False
        for candidate in smaller(plan):
            tries += 1
            if tries >= MOST_TRIES:
                break
            if breaks(candidate) == wanted:
                plan, found = candidate, True
                tells(
                    f"{len(plan.visits)} visits, {sum(len(v.steps) for v in plan.visits)} texts, {len(plan.faults)} faults"
                )
                break
    return plan, tries
