"""The auditor in the simulation: it lives beside the machine, and the look at it can fail."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.audit import Finding, Kind
from tests.simulation.auditing import Auditing
from tests.simulation.draw import draw
from tests.simulation.loop import VirtualLoop
from tests.simulation.many import SIZE
from tests.simulation.plan import Fault, Plan
from tests.simulation.record import store_for
from tests.simulation.run import Outcome, live
from tests.simulation.sweep import afternoon
from tests.simulation.town import Town
from tests.simulation.twins import for_twins

SEEDS = 60
OFF = Fault("off for long", 400.0, 900.0)


def audited(*faults: Fault) -> Plan:
    return replace(afternoon(), audits=30.0, faults=faults)


def heard(lived: Outcome) -> list[str]:
    """What Bruno's phone showed, but for its first words."""
    return [what.partition("sms: ")[2] for _, who, what in lived.story.lines if who == "Bruno"]


def test_a_dead_process_is_told_of_and_nothing_else_is(tmp_path: Path) -> None:
    """Killed at 14:06:40: told within a minute, then of what it missed. The same afternoon without that is no news."""
    lived = live(audited(OFF), tmp_path)
    assert lived.broken is None
    first, second = heard(lived)
    assert first.startswith("AUDIT 14:07: Doorstep may not be watching: it has stopped.")
    assert second.startswith("AUDIT 14:15: Doorstep may not be watching: it has stopped, a deadline passed unnoticed.")
    assert heard(live(audited(), tmp_path)) == []


def test_the_phones_are_the_same_with_and_without_it(tmp_path: Path) -> None:
    """It reads, and changes nothing."""
    assert live(audited(), tmp_path).ledger.got == live(afternoon(), tmp_path).ledger.got


def test_the_seeds_of_ci_have_it_beside_them() -> None:
    """In a few runs: it costs. A run with a twin has none."""
    assert 1 < sum(bool(draw(seed, SIZE).audits) for seed in range(SEEDS)) < SEEDS / 5
    assert for_twins(audited()).audits == 0.0


@pytest.fixture
def auditing(tmp_path: Path) -> Iterator[Auditing]:
    """Of a town in which nobody lives, and whose process has never served."""
    with closing(VirtualLoop()) as loop:
        loop.frozen = 1
        path, cast = loop.run_until_complete(store_for(tmp_path, audited(OFF)))
        asyncio.set_event_loop(loop)
        town = Town(audited(OFF), loop, path, cast)
        assert town.auditing is not None
        yield town.auditing
        town.books.close()
        asyncio.set_event_loop(None)


STOPPED = [Finding(Kind.PULSE, "no pass of the service has ended for 50 s")]


def test_a_watchdog_that_is_called_while_the_process_is_dead_is_found(auditing: Auditing) -> None:
    """The look can fail: after thirty seconds that is no call to make."""
    auditing.town.loop.passes(25.0)
    auditing.pings()
    auditing.shows([])
    assert auditing.town.broken is None
    auditing.town.loop.passes(10.0)
    auditing.pings()
    auditing.shows([])
    assert "told that all is well, and the process is dead" in str(auditing.town.broken)


def test_a_cry_of_wolf_is_found(auditing: Auditing) -> None:
    """The look can fail: what has served for a minute and a half has not stopped."""
    auditing.town.able.serves()
    auditing.town.loop.passes(90.0)
    auditing.shows(STOPPED)
    assert "it cries wolf: no pass of the service" in str(auditing.town.broken)


def test_silence_about_a_dead_process_is_found(auditing: Auditing) -> None:
    """The look can fail: it finds that the process is dead, and a phone that could be reached hears nothing of it."""
    for _ in range(3):
        auditing.town.loop.passes(35.0)
        auditing.shows(STOPPED)
        assert auditing.town.broken is None
    auditing.town.loop.passes(35.0)
    auditing.shows(STOPPED)
    assert "and Bruno does not know" in str(auditing.town.broken)


def test_a_well_that_calls_nobody_is_found(auditing: Auditing) -> None:
    """The look can fail: all is well, and the watchdog hears nothing."""
    auditing.town.able.serves()
    auditing.shows([])
    assert "did not when all was well" in str(auditing.town.broken)
