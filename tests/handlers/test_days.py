"""A day at each of the five schools goes as its transcript has it."""

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from handlers.demo import transcript
from handlers.demo.days import DAYS, Day


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.name)
def test_a_day_goes_as_it_is_pinned(day: Day) -> None:
    """Every message on every phone, at its minute, in a process of its own; the transcript can be read by anybody."""
    assert transcript.play(day) == transcript.pinned(day)


def test_there_is_a_day_for_each_of_the_five_schools() -> None:
    """And another name is refused with those there are."""
    assert [day.name for day in DAYS] == ["potton", "birchwood", "coteford", "early-years", "willows"]
    refused = CliRunner().invoke(app, ["demo", "--school", "pottn"])
    assert refused.exit_code == 2
    assert "choose one of: potton, birchwood" in refused.stderr
