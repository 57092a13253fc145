"""Drills in the simulation: what is rehearsed stays apart from what is real, and the look at that can fail."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.people import Channel
from tests.simulation.broken import Broken
from tests.simulation.draw import draw
from tests.simulation.loop import VirtualLoop
from tests.simulation.many import SIZE
from tests.simulation.plan import BY_NAME, Fault, Habit, Plan
from tests.simulation.record import store_for
from tests.simulation.rehearsing import DRILL, Rehearsal
from tests.simulation.run import live
from tests.simulation.sweep import afternoon
from tests.simulation.town import Town

SEEDS = 60


def rehearsed(at: float) -> Plan:
    return replace(afternoon(), faults=(Fault(DRILL, at),))


def test_a_drill_lets_go_whoever_has_a_real_alarm_and_reports_of_the_rest(tmp_path: Path) -> None:
    """Begun by the command a minute before a code word; all three who are asked read TEST first and last."""
    lived = live(rehearsed(650.0), tmp_path)
    assert lived.broken is None
    read = [one.words.partition(":")[0] for one in lived.ledger.screen(BY_NAME["Henry"]) if "TEST" in one.words]
    assert read == ["TEST 14", "TEST OFF 14", "TEST OVER 14"]
    assert lived.alarms == live(afternoon(), tmp_path).alarms == 2


def test_a_drill_that_is_wanted_while_an_alarm_is_open_is_refused(tmp_path: Path) -> None:
    """By the command, in its own words."""
    lived = live(rehearsed(722.0), tmp_path)
    assert lived.broken is None
    assert any("no drill before it has ended" in what for _, _, what in lived.story.lines)
    assert not any(one.words.startswith("TEST") for one in lived.ledger.got)


def test_an_answer_to_a_drill_takes_no_alarm_that_has_not_reached_them(tmp_path: Path) -> None:
    """Henry's answer comes while Twilio is closed, and the code word of that minute has not come to his phone."""
    habits = (Habit("Henry", 45.0, 100.0), Habit("Olive", 20.0, 20.0, Channel.TELEGRAM))
    faults = (Fault(DRILL, 678.3), Fault("Twilio closed", 700.0, 100.0))
    assert live(replace(afternoon(), habits=habits, faults=faults), tmp_path).broken is None


def test_the_seeds_of_ci_hold_drills() -> None:
    """Without one more draw in the rest of a run: what a seed was, it is."""
    held = [seed for seed in range(SEEDS) if any(fault.kind == DRILL for fault in draw(seed, SIZE).faults)]
    assert len(held) > SEEDS / 10


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    """Of a town that nobody lives in."""
    with closing(VirtualLoop()) as loop:
        plan = rehearsed(0.0)
        loop.frozen = 1
        path, cast = loop.run_until_complete(store_for(tmp_path, plan))
        asyncio.set_event_loop(loop)
        town = Town(plan, loop, path, cast)
        assert town.rehearsal is not None
        yield town.rehearsal
        town.books.close()
        asyncio.set_event_loop(None)


@pytest.mark.parametrize(
    ("who", "words", "why"),
    [
        ("Henry", "14:00: this is a drill, nobody is in danger.", "without its mark"),
        ("Asha 1", "TEST 14:00: this is a drill, nobody is in danger.", "is out"),
        ("Henry", "TEST 14:00: ALARM K7Q4 CODE WORD from Ben 2", "a real alarm marked TEST"),
    ],
)
def test_words_that_could_be_mistaken_are_found(rehearsal: Rehearsal, who: str, words: str, why: str) -> None:
    """The look can fail: a drill without its mark, one on a visitor's phone, an alarm that wears the mark."""
    rehearsal.asked = True
    rehearsal.shows(BY_NAME["Henry"], "ALARM K7Q4 14:00: CODE WORD from Ben 2.")
    assert rehearsal.town.broken is None
    rehearsal.shows(BY_NAME[who], words)
    assert why in str(rehearsal.town.broken)


def test_a_test_that_nobody_had_asked_for_is_found(rehearsal: Rehearsal) -> None:
    """Nobody has typed the command."""
    rehearsal.shows(BY_NAME["Henry"], "TEST 14:00: this is a drill.")
    assert "nobody had asked for a drill" in str(rehearsal.town.broken)


def test_a_drill_that_does_not_begin_is_found(rehearsal: Rehearsal) -> None:
    """It waits for its beginning, and is as late as a deadline would be."""
    town, loop = rehearsal.town, rehearsal.town.loop
    rehearsal.asked = True
    town.able.serves()
    loop.run_until_complete(rehearsal._types())
    rehearsal.looks()
    loop.passes(10.0)
    with pytest.raises(Broken, match="has not begun"):
        rehearsal.looks()
