"""One story again and again, with a fault that begins at each commit and each call in turn."""

import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from bot.people import Channel
from tests.simulation.faults import KINDS, drawn
from tests.simulation.many import folder
from tests.simulation.plan import Fault, Habit, Means, Plan, Step, Visit
from tests.simulation.run import Outcome, live

KILLED, KILLED_FOR = "killed at a boundary", 5.0
LAST_WORDS, MINUTE = 30.0, 60.0


def afternoon() -> Plan:
    """A visit that ends well, one with a code word behind "left", and one that falls silent; both sorts of phone."""

    def says(at: float, words: str, means: Means, by: Channel) -> Step:
        return Step(at * MINUTE, words, means, by=by)

    chat, sms = Channel.TELEGRAM, Channel.SMS
    visits = (
        Visit(1, "Asha 1", 300.0, 1200.0, (says(5, "1", Means.ARRIVED, chat), says(15, "left", Means.LEFT, sms))),
        Visit(
            2,
            "Ben 2",
            300.0,
            1200.0,
            (
                says(6, "arrived", Means.ARRIVED, sms),
                says(12, "left", Means.LEFT, sms),
                says(12, "blue folder", Means.CODE_WORD, sms),
            ),
        ),
        Visit(3, "Asha 3", 300.0, 1200.0, (says(6, "arrived", Means.ARRIVED, chat),)),
    )
    return Plan(seed=1, visits=visits, habits=(Habit("Olive", 5.0, 20.0, Channel.TELEGRAM),), faults=())


@dataclass(slots=True)
class Swept:
    """A story lived with one fault beginning at one boundary."""

    kind: str
    number: int
    where: str
    outcome: Outcome

    @property
    def broken(self) -> str:
        said = f"{self.kind} at boundary {self.number}, {self.where}: {self.outcome.broken}"
        return said if self.outcome.broken else ""


def boundary_by_boundary(
    plan: Plan, where: Path, kind: str = KILLED, every: int = 1, first: int = 1
) -> Iterator[Swept]:
    """Live a plan to count its boundaries; then again and again, a fault beginning at each of them, or at every so many."""
    calm = live(plan, where, remembers=True)
    if calm.broken:
        raise calm.broken
    for number in range(first, calm.boundaries + 1, every):
        at, named = calm.crossed[number - 1]
        if at > plan.ends + LAST_WORDS:
            return  # from here on everybody brings to an end what is open
        yield Swept(kind, number, named, live(replace(plan, faults=(*plan.faults, _at(kind, number, at))), where))


def _at(kind: str, number: int, at: float) -> Fault:
    """The fault of this kind that a boundary draws: always the same one."""
    if kind == KILLED:
        return Fault(kind, 0.0, KILLED_FOR, float(number))
    return replace(drawn(random.Random(f"{kind} {number}"), kind, at), at=at, boundary=number)


def swept(kind: str, every: int = 1, first: int = 1) -> tuple[str, int, list[str]]:
    """One kind at every so many boundaries: how many that were, and what broke."""
    with folder() as name:
        lived = list(boundary_by_boundary(afternoon(), Path(name), kind, every, first))
    return kind, len(lived), [one.broken for one in lived if one.broken]


def sweep(
    kinds: Sequence[str], every: int, processes: int | None, tells: Callable[[str, int, list[str]], None]
) -> list[str]:
    """These kinds (or "all" of them), on every core; gives all that broke."""
    chosen = sorted(KINDS) if "all" in kinds else kinds
    broken: list[str] = []
    with ProcessPoolExecutor(processes or os.cpu_count() or 2) as pool:
        for future in as_completed([pool.submit(swept, kind, every, 1 + n % every) for n, kind in enumerate(chosen)]):
            kind, count, found = future.result()
            tells(kind, count, found)
            broken += found
    return broken
