"""`make mutants`: each mistake made in a copy of the tree, and a table of the tests that caught it."""

import argparse
import json
import platform
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.mutants.copies import caught_by
from tests.mutants.mistakes import MISTAKES, Mistake

AT_ONCE, SHOWN = 2, 4


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", default="", help="mistakes with this in their name")
    wanted = parser.parse_args().only
    console, begun = Console(), time.monotonic()
    chosen = [mistake for mistake in MISTAKES if wanted in mistake.name]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        caught = dict(zip((mistake.name for mistake in chosen), pool.map(tried, chosen), strict=True))
    table = Table("mistake", "where", "caught by")
    for mistake in chosen:
        tests = [test.partition("::")[2] for test in caught[mistake.name]]
        more = [f"and {len(tests) - SHOWN} more"] if len(tests) > SHOWN else []
        table.add_row(mistake.name, mistake.file, "\n".join([*tests[:SHOWN], *more]) or "NOTHING")
    console.print(table)
    missed = [name for name, tests in caught.items() if not tests]
    figures = {"mistakes": len(chosen), "caught": len(chosen) - len(missed), "missed": missed}
    figures |= {"seconds": round(time.monotonic() - begun), "python": platform.python_version()}
    console.print_json(json.dumps(figures), indent=None)
    return 1 if missed else 0


def tried(mistake: Mistake) -> list[str]:
    """What catches it, in a copy that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="doorstep-mutant-") as name:
        return caught_by(mistake, Path(name))


if __name__ == "__main__":
    raise SystemExit(main())
