"""I9: one run of the whole system leaves the same journal on SQLite and on PostgreSQL, and the same texts on every phone."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from store.journal import Entry
from tests.simulation.draw import draw
from tests.simulation.plan import Fault, Plan, Size
from tests.simulation.postgres import Beside, Server
from tests.simulation.run import Outcome, live
from tests.store.conftest import POSTGRES, Shelf

SIZE = Size(visits=4, faults=0)
TROUBLED = (
    Fault("Twilio 500", 700.0, 120.0),
    Fault("Telegram dumb", 900.0, 60.0),
    Fault("drill", 1100.0),
    Fault("stopped", 1200.0, 10.0),
    Fault("receipts twice", 0.0, 3600.0),
)


@pytest.fixture
def beside() -> Iterator[Beside]:
    thread = Beside()
    yield thread
    thread.close()


SEEDS = (3, 4, 5)


def plans() -> list[Plan]:
    """Calm afternoons and troubled ones; none with a fault of SQLite's own."""
    calm = [draw(seed, SIZE) for seed in SEEDS]
    return [*calm, *(replace(plan, faults=TROUBLED) for plan in calm)]


def named(plan: Plan) -> str:
    return f"seed {plan.seed}, {'troubled' if plan.faults else 'calm'}"


def told(entries: "tuple[Entry, ...] | list[Entry]") -> list[tuple[object, ...]]:
    return [(e.seq, e.at, e.kind, e.visit_id, e.alarm_id, e.person_id, e.body) for e in entries]


@pytest.mark.parametrize("plan", plans(), ids=named)
async def test_the_same_run_leaves_the_same_journal(plan: Plan, shelf: Shelf, tmp_path: Path, beside: Beside) -> None:
    """Entry by entry, to the microsecond; every promise is kept on both, and the phones show the same."""
    on_sqlite = await asyncio.to_thread(live, plan, tmp_path)
    url = await shelf.new(POSTGRES)
    server = Server(url.render_as_string(hide_password=False), beside)
    on_postgres: Outcome = await asyncio.to_thread(live, plan, tmp_path, server=server)
    await shelf.drop(url)
    assert (on_sqlite.broken, on_postgres.broken) == (None, None)
    assert told(list(on_sqlite.journal)) == told(list(on_postgres.journal))
    assert on_sqlite.ledger.got == on_postgres.ledger.got
    assert on_sqlite.alarms == on_postgres.alarms
