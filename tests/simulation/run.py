"""A run from beginning to end, and what it came to."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store.journal import Entry
from tests.simulation.broken import Broken
from tests.simulation.ledger import Ledger
from tests.simulation.loop import VirtualLoop
from tests.simulation.plan import Actor, Plan
from tests.simulation.postgres import Server, in_place
from tests.simulation.record import BEGINS, on_server, store_for
from tests.simulation.story import Story
from tests.simulation.town import Town


@dataclass(slots=True)
class Outcome:
    """What a run came to."""

    plan: Plan
    broken: Broken | None
    story: Story
    ledger: Ledger
    steps: int = 0
    boundaries: int = 0
    crossed: list[tuple[float, str]] = field(default_factory=list)
    lives: int = 0
    alarms: int = 0
    extra_copies: int = 0
    journal: Sequence[Entry] = ()


def live(
    plan: Plan, folder: Path, *, remembers: bool = False, verifies: bool = True, server: Server | None = None
) -> Outcome:
    """One run from beginning to end, in a folder of its own, or on a PostgreSQL that waits for it."""
    loop = VirtualLoop(plan.seed)
    town: Town | None = None
    outcome = Outcome(plan, None, Story(lambda at: BEGINS, loop.time), Ledger())
    try:
        asyncio.set_event_loop(loop)
        loop.frozen = 1
        with _spoken_to(server, lambda commit: commit()):
            path, cast = loop.run_until_complete(_put_on_record(plan, folder, server))
        loop.frozen = 0
        town = Town(plan, loop, path, cast, server)
        town.boundaries.remembers = remembers
        outcome.story, outcome.ledger = town.story, town.ledger
        loop.set_exception_handler(lambda *_: None)
        with town.edges.in_place(), _spoken_to(server, town.edges.disk.commits):
            loop.at_rest = town.at_rest
            loop.run_until_complete(town.lives())
            loop.at_rest = lambda: False
            if verifies:
                outcome.extra_copies, outcome.journal = loop.run_until_complete(town.reckons())
    except Broken as broken:
        outcome.broken = broken
    finally:
        if town is not None:
            outcome.steps, outcome.lives = town.reckoning.steps, town.machine.lives
            outcome.alarms = town.reckoning.alarms
            outcome.boundaries, outcome.crossed = town.boundaries.count, town.boundaries.crossed
            town.books.close()
            town.machine.ends()
        loop.at_rest = lambda: False
        _empties(loop)
        asyncio.set_event_loop(None)
        loop.close()
    return outcome


async def _put_on_record(plan: Plan, folder: Path, server: Server | None) -> tuple[Path, dict[int, Actor]]:
    if server is None:
        return await store_for(folder, plan)
    return folder / "doorstep.db", await on_server(server.url, plan)


def _spoken_to(server: Server | None, commits: Callable[[Callable[[], Any]], Any]) -> AbstractContextManager[None]:
    return in_place(server.beside, commits) if server else nullcontext()


def _empties(loop: VirtualLoop) -> None:
    for _ in range(20):
        left = asyncio.all_tasks(loop)
        if not left:
            return
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.wait(left))
