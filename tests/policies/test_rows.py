"""Every row of the five policies has its test, and the page says so."""

from docs import policies
from tests.policies.rows import ROWS, proofs


def test_every_row_has_a_test_named_after_it() -> None:
    """A row without a passing test is not done."""
    wanted = {row for rows in ROWS.values() for row in rows}
    assert wanted - {proof.row for proof in proofs()} == set()


def test_the_page_is_what_the_tests_say() -> None:
    """docs/policies.md has every row with its test and its promise; each of them passes, or the build fails by it."""
    assert policies.PAGE.read_text(encoding="utf-8") == policies.page({proof.name for proof in proofs()})
