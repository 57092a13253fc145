"""The rows of the five policies, by their ids: each needs a test of its own, named after it.

A row that stands in the policies of several schools has an id for each, and so a test for each: `test_P13_…`.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
SCHOOLS = {"P": "Potton", "B": "Birchwood", "C": "Coteford", "E": "Early years", "W": "Willows"}
ROWS: dict[str, tuple[str, ...]] = {
    "Before the visit": (
        "P1",
        "B1",
        "C1",
        "E9b",
        "P2",
        "B3",
        "C6",
        "E2",
        "W2",
        "P3",
        "B12",
        "E9",
        "P9",
        "B5",
        "C9",
        "E1",
        "P9b",
        "C4",
        "P10",
        "P11",
        "W1",
        "P17",
        "C8",
        "P19",
        "P20",
        "B2",
        "C5",
        "C1b",
        "C10",
        "E3",
        "E10",
        "E12",
    ),
    "Setting out, arriving, being there": (
        "B6",
        "E14",
        "C2",
        "B14",
        "P13",
        "C3",
        "P15",
        "B10",
        "B11",
        "P12",
        "C7",
        "W3",
        "E13",
        "P16",
        "B15",
        "C13",
        "E5",
        "P4",
        "C11",
        "W4",
        "C12",
        "W5",
        "P5",
        "C14",
        "W6",
        "E7",
        "P6",
        "C14b",
        "W7",
        "P23",
        "B13",
    ),
    "Leaving, returning, closing": ("P14", "P19b", "B8", "E15", "B7", "E2b", "E4", "E5b", "E6", "P8", "P7"),
    "Afterwards": ("P18", "B9", "C18", "W8", "P21", "C16", "P21b", "C17", "C19", "E8", "C20", "P22", "W2b"),
}


class Proof(NamedTuple):
    """A test of one row: its file, its name, and the promise it states."""

    row: str
    file: str
    name: str
    promise: str


def proofs() -> Iterator[Proof]:
    """Every test that is named after a row, in the order of the files."""
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                row = node.name.split("_")[1]
                if any(row in rows for rows in ROWS.values()):
                    promise = " ".join((ast.get_docstring(node) or "").split())
                    yield Proof(row, path.name, node.name, promise)
