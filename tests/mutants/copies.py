"""A copy of the tree to make mistakes in, and the tests run there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.mistakes import Mistake

HOUSE = Path(__file__).parent.parent.parent
PARTS = ("bot", "handlers", "store", "tests", "pyproject.toml", "schools.example.toml", ".env.example", "docs", "bench")
FAILED = re.compile(r"^(?:FAILED|ERROR) ([^\s\[]+)", re.MULTILINE)
"""The test by its name, whichever of its values it failed with."""
SECONDS = 600.0
ALL_WELL, SOME_FAILED = 0, 1


def copy_of_the_tree(into: Path) -> Path:
    """What the tests need, without what can be made again."""
    leave = shutil.ignore_patterns("__pycache__", "node_modules", ".*cache")
    for part in PARTS:
        here = HOUSE / part
        if here.is_dir():
            shutil.copytree(here, into / part, ignore=leave)
        elif here.exists():
            shutil.copy2(here, into / part)
    return into


def failing(tree: Path, tests: Sequence[str]) -> list[str]:
    """Which of these tests fail in that tree. Raises RuntimeError where they do not run at all."""
    words = ["-q", "-rfE", "--tb=no", "-p", "no:cacheprovider", "-n", "0", *tests]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode not in (ALL_WELL, SOME_FAILED):
        raise RuntimeError(f"the tests did not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return list(dict.fromkeys(FAILED.findall(done.stdout)))


def caught_by(mistake: Mistake, folder: Path) -> list[str]:
    """Make it in a copy, and give the tests that fail there; those that fail without it as well have caught nothing."""
    tree = copy_of_the_tree(folder)
    source = tree / mistake.file
    right = source.read_text(encoding="utf-8")
    mistake.put_into(tree)
    found = failing(tree, mistake.looks)
    source.write_text(right, encoding="utf-8")
    red = failing(tree, found) if found else []
    return [test for test in found if test not in red]
