"""The twelve mistakes can still be made. That each is caught is the full run: `make mutants`."""

import ast
from pathlib import Path

import pytest

from tests.mutants.copies import HOUSE, caught_by
from tests.mutants.mistakes import MISTAKES, DoesNotApply, Mistake

by_name = pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)


@by_name
def test_every_mistake_still_applies(mistake: Mistake) -> None:
    """Its lines stand in the source exactly once, and what it makes of them is Python still."""
    ast.parse(mistake.made_in((HOUSE / mistake.file).read_text(encoding="utf-8")))


@by_name
def test_the_tests_that_catch_it_are_there(mistake: Mistake) -> None:
    """Each place where a mistake is looked for is a file of this tree."""
    assert mistake.looks
    assert [look for look in mistake.looks if not (HOUSE / look.partition("::")[0]).is_file()] == []


def test_there_are_twelve_each_of_its_own_name() -> None:
    """None has been taken out because it had become hard to make."""
    assert len({mistake.name for mistake in MISTAKES}) == 12


def test_a_mistake_that_no_longer_applies_is_told_loudly() -> None:
    """A change whose lines are gone, or stand twice, makes no mutant that passes for one."""
    gone = Mistake("gone", "bot/alarm.py", "no such line", "nor this", ("tests/bot/test_alarm_table.py",))
    with pytest.raises(DoesNotApply, match="gone: its lines stand 0 times"):
        gone.made_in("def climb(turn: Turn) -> None:\n")
    with pytest.raises(DoesNotApply, match="2 times"):
        gone.made_in("no such line\nno such line\n")


def test_a_mistake_is_made_and_caught(tmp_path: Path) -> None:
    """One of them from end to end: the copy has it, and a test fails there by name."""
    [one] = [mistake for mistake in MISTAKES if mistake.name == "visitor text closing a duress"]
    name = "test_only_a_person_ends_a_duress_alarm_and_only_words_end_a_quiet_one"
    assert any(name in test for test in caught_by(one, tmp_path))
