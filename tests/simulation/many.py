"""Many runs on every core: `python -m tests.simulation --visits 100000`, or from a test."""

import gc
import os
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulation.draw import draw
from tests.simulation.plan import BY_NAME, Plan, Size
from tests.simulation.run import Outcome, live
from tests.simulation.shrink import shrunk
from tests.simulation.twins import differs, for_twins
from tests.world.laid import compile_once, forget_routes

MEMORY = Path("/dev/shm")
TWIN_EVERY = 25
"""One run in so many is lived twice, with and without a code word (I8)."""
SIZE = Size()


@dataclass(slots=True)
class Result:
    """What one seed came to, small enough to be sent from one process to another."""

    seed: int
    visits: int
    steps: int = 0
    boundaries: int = 0
    texts: int = 0
    alarms: int = 0
    lives: int = 0
    extra_copies: int = 0
    twin: bool = False
    kinds: tuple[str, ...] = ()
    broken: str = ""
    cpu: float = 0.0


@dataclass(slots=True)
class Sum:
    """What all of them came to."""

    results: list[Result] = field(default_factory=list)
    wall: float = 0.0

    @property
    def broken(self) -> list[Result]:
        return [one for one in self.results if one.broken]

    def total(self, name: str) -> int:
        return sum(getattr(one, name) for one in self.results)

    @property
    def cpu(self) -> float:
        return sum(one.cpu for one in self.results)

    def kinds(self) -> Counter[str]:
        return Counter(kind for one in self.results for kind in one.kinds)


def folder() -> "tempfile.TemporaryDirectory[str]":
    """In memory where there is such a place: what is proven here is not the disk."""
    return tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)


def lived(plan: Plan, where: Path) -> Outcome:
    """One run; what breaks it in a way of its own is a broken promise too."""
    try:
        return live(plan, where)
    except Exception as error:
        told = "".join(traceback.format_exception(error)[-3:])
        raise RuntimeError(f"seed {plan.seed} broke the simulation itself:\n{told}") from error
    finally:
        forget_routes()


def one(seed: int, where: Path, size: Size = SIZE) -> Result:
    """Live one seed, and where it has a twin, that too."""
    begun = time.process_time()
    plan, twin = draw(seed, size), seed % TWIN_EVERY == 0
    plan = for_twins(plan) if twin else plan
    outcome = lived(plan, where)
    broken = outcome.broken
    if twin and broken is None:
        broken = differs(outcome, lived(plan.without_code_words(), where))
    return Result(
        seed=seed,
        visits=len(plan.visits) * (1 + twin),
        steps=outcome.steps,
        boundaries=outcome.boundaries,
        texts=len(outcome.ledger.said) + len(outcome.ledger.got),
        alarms=outcome.alarms,
        lives=outcome.lives,
        extra_copies=outcome.extra_copies,
        twin=twin,
        kinds=tuple(fault.kind for fault in plan.faults),
        broken=str(broken or ""),
        cpu=time.process_time() - begun,
    )


def several(seeds: Sequence[int], size: Size = SIZE) -> list[Result]:
    """Live these seeds, here and now."""
    compile_once()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    with folder() as where:
        return [one(seed, Path(where), size) for seed in seeds]


def seeds_of(visits: int, first: int, size: Size = SIZE) -> range:
    """The seeds from the first on whose runs hold that many visits: what is lived twice counts twice."""
    seed, count = first, 0
    while count < visits:
        count += size.visits * (1 + (seed % TWIN_EVERY == 0))
        seed += 1
    return range(first, seed)


def many(
    visits: int,
    first: int = 0,
    *,
    size: Size = SIZE,
    processes: int | None = None,
    tells: Callable[[Sum], None] = lambda sum_: None,
    batch: int = 8,
) -> Sum:
    """As many runs as hold that many visits, their twins' among them. `tells` is called as batches come back."""
    begun, total = time.monotonic(), Sum()
    seeds = seeds_of(visits, first, size)
    with ProcessPoolExecutor(processes or os.cpu_count() or 2) as pool:
        for results in _in_turn(pool, seeds, batch, size):
            total.results += results
            total.wall = time.monotonic() - begun
            tells(total)
    total.results.sort(key=lambda result: result.seed)
    return total


def _in_turn(pool: ProcessPoolExecutor, seeds: range, batch: int, size: Size) -> Iterator[list[Result]]:
    futures = [pool.submit(several, list(seeds[at : at + batch]), size) for at in range(0, len(seeds), batch)]
    for future in as_completed(futures):
        yield future.result()


def explained(seed: int, size: Size = SIZE, tells: Callable[[str], None] = lambda what: None) -> str:
    """A failing seed's story, shrunk to the smallest that still fails, for a person to read."""
    with folder() as name:
        where = Path(name)

        def breaks(plan: Plan) -> str:
            outcome = live(plan, where)
            return outcome.broken.which if outcome.broken else ""

        plan = draw(seed, size)
        if not breaks(plan):
            plan = for_twins(plan)
            twin = differs(live(plan, where), live(plan.without_code_words(), where))
            return f"seed {seed} keeps every promise" + (f", but for its twin: {twin}" if twin else "")
        small, tries = shrunk(plan, breaks, tells)
        outcome = live(small, where)
    names = sorted({name for visit in small.visits for name in visit.goers})
    people = ", ".join(f"{name} ({BY_NAME[name].number})" for name in names)
    faults = "\n".join(f"  {fault}" for fault in small.faults) or "  none"
    return (
        f"seed {seed}, shrunk in {tries} tries: {len(small.visits)} visits ({people})\nfaults:\n{faults}\n\n"
        f"{outcome.story.written()}\n\nBROKEN {outcome.broken}"
    )
