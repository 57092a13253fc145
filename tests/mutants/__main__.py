"""`make mutants`: each mistake made in a copy of the tree, and a table of the tests that caught it."""

import argparse
import json
import platform
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.mutants.copies import caught_by, copy_of_the_tree, failing
from tests.mutants.mistakes import MISTAKES

SHOWN = 4


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", default="", help="mistakes with this in their name")
    wanted = parser.parse_args().only
    console, begun = Console(), time.monotonic()
    chosen = [mistake for mistake in MISTAKES if wanted in mistake.name]
    with tempfile.TemporaryDirectory(prefix="doorstep-right-") as name:
        every = tuple(sorted({look for mistake in chosen for look in mistake.looks}))
        red = failing(copy_of_the_tree(Path(name)), every)
    if red:
        console.print(f"these fail without any mistake, and catch nothing: {red}", markup=False)
    table = Table("mistake", "where", "caught by")
    caught: dict[str, list[str]] = {}
    for mistake in chosen:
        with tempfile.TemporaryDirectory(prefix="doorstep-wrong-") as name:
            caught[mistake.name] = [test for test in caught_by(mistake, Path(name)) if test not in red]
        tests = [test.partition("::")[2] for test in caught[mistake.name]]
        more = [f"and {len(tests) - SHOWN} more"] if len(tests) > SHOWN else []
        table.add_row(mistake.name, mistake.file, "\n".join([*tests[:SHOWN], *more]) or "NOTHING")
    console.print(table)
    missed = [name for name, tests in caught.items() if not tests]
    figures = {"mistakes": len(chosen), "caught": len(chosen) - len(missed), "missed": missed}
    figures |= {"seconds": round(time.monotonic() - begun), "python": platform.python_version()}
    console.print_json(json.dumps(figures), indent=None)
    return 1 if missed or red else 0


if __name__ == "__main__":
    raise SystemExit(main())
