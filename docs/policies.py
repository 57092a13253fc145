"""Writes docs/policies.md: `PYTHONPATH=. python docs/policies.py`. It runs each row's test, and says what it saw.

A test holds the page to the tests there are, so a row without a test, or one that is not on the page, fails the build.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from tests.policies.rows import ROWS, SCHOOLS, Proof, proofs

PAGE = Path(__file__).parent / "policies.md"
HEAD = """# The five policies, row by row

Doorstep carries out the home-visit policies of five schools. Each row below is a clause that a message, a deadline, a
record or a refusal can carry out. P is Potton, B Birchwood, C Coteford, E an early years setting, W Willows. Beside it
stands what Doorstep does, as its test proves it under that school's preset: texts in, texts out, over Telegram's and
Twilio's own protocols.

This page is written by `PYTHONPATH=. python docs/policies.py`, which runs the tests. To change it, change them.
"""


def page(passed: set[str]) -> str:
    """The page, when these tests have passed."""
    known: dict[str, list[Proof]] = {}
    for proof in proofs():
        known.setdefault(proof.row, []).append(proof)
    parts = [HEAD]
    for heading, rows in ROWS.items():
        parts.append(f"\n## {heading}\n\n| Row | School | What Doorstep does | Test | |\n|---|---|---|---|---|\n")
        for row in rows:
            for proof in known.get(row, [Proof(row, "", "none", "Nothing yet.")]):
                state = "pass" if proof.name in passed else "FAIL"
                school = SCHOOLS[row[0]]
                parts.append(f"| {row} | {school} | {_said(proof)} | `{proof.file}` `{proof.name}` | {state} |\n")
    return "".join(parts)


def _said(proof: Proof) -> str:
    """What a test proves, as its name says it, and its promise."""
    words = proof.name.split("_")[2:]
    sentence = " ".join("DSL" if word == "dsl" else word for word in words)
    return f"**{sentence[:1].upper()}{sentence[1:]}.** {proof.promise}" if words else proof.promise


def run() -> set[str]:
    """The names of the tests in tests/policies that pass."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/policies", f"--junitxml={report}"]
        subprocess.run(command, cwd=PAGE.parent.parent, check=False)
        cases = ElementTree.parse(report).getroot().iter("testcase")
        return {case.get("name", "").split("[")[0] for case in cases if not len(case)}


if __name__ == "__main__":
    PAGE.write_text(page(run()), encoding="utf-8")
