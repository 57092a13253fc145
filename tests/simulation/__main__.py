"""`python -m tests.simulation --visits 100000`: so many visits on every core; or `--explain SEED`, a story that fails."""

import argparse
import json
import platform
import sys
from functools import partial

from rich.console import Console
from rich.table import Table

from tests.simulation.faults import KINDS
from tests.simulation.many import Sum, explained, many
from tests.simulation.sweep import sweep


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--visits", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--explain", type=int, default=None, metavar="SEED")
    parser.add_argument("--processes", type=int, default=None)
    parser.add_argument("--sweep", action="append", metavar="KIND", help="a kind of fault at each boundary, or all")
    parser.add_argument("--every", type=int, default=1, help="with --sweep: at every so many boundaries")
    given = parser.parse_args()
    console = Console()
    if given.sweep:
        return 1 if sweep(given.sweep, given.every, given.processes, partial(tells_of, console)) else 0
    if given.explain is not None:
        console.print(
            explained(given.explain, tells=lambda what: console.print(f"[dim]{what}")), markup=False, highlight=False
        )
        return 0
    told: set[int] = set()
    total = many(
        given.visits,
        given.first,
        processes=given.processes,
        tells=lambda so_far: progress(console, told, so_far, given.visits),
    )
    show(console, total)
    for result in total.broken[:3]:
        console.print(explained(result.seed), markup=False, highlight=False)
    return 1 if total.broken else 0


def tells_of(console: Console, kind: str, count: int, broken: list[str]) -> None:
    """One kind has been tried at its boundaries."""
    console.print(f"{kind}: {count} boundaries, broken: {len(broken)}", highlight=False)
    for one in broken[:3]:
        console.print(f"  {one}", markup=False, highlight=False)


def progress(console: Console, told: set[int], so_far: Sum, wanted: int) -> None:
    """How far it is, and each seed that fails as soon as that is known."""
    for result in so_far.broken:
        if result.seed not in told:
            told.add(result.seed)
            console.print(f"seed {result.seed}: {result.broken}", markup=False, highlight=False)
    done = so_far.total("visits")
    if sys.stdout.isatty() or len(so_far.results) % 80 == 0:
        console.print(f"{done} of {wanted} visits, {so_far.wall:.0f} s, broken: {len(so_far.broken)}")


def show(console: Console, total: Sum) -> None:
    """The table for people, and one line of JSON."""
    seeds = [result.seed for result in total.results]
    figures = {
        "seeds": f"{seeds[0]} to {seeds[-1]}",
        "runs": len(total.results),
        "visits": total.total("visits"),
        "texts": total.total("texts"),
        "alarms": total.total("alarms"),
        "looks at the invariants": total.total("steps"),
        "commits and calls crossed": total.total("boundaries"),
        "lives of the process": total.total("lives"),
        "runs compared with a twin": total.total("twin"),
        "kinds of fault met": f"{len(total.kinds())} of {len(KINDS)}",
        "faults": total.kinds().total(),
        "copies beyond what was owed": total.total("extra_copies"),
        "broken": len(total.broken),
        "seconds": round(total.wall),
        "seconds of processor": round(total.cpu),
    }
    table = Table("figure", "value")
    for name, value in figures.items():
        table.add_row(name, str(value))
    console.print(table)
    for result in total.broken:
        console.print(f"seed {result.seed}: {result.broken}", markup=False, highlight=False)
    console.print_json(
        json.dumps(figures | {"machine": platform.machine(), "python": platform.python_version()}), indent=None
    )


if __name__ == "__main__":
    raise SystemExit(main())
