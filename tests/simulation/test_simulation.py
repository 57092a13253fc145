"""The whole system in virtual time: seeded afternoons with faults, and one afternoon killed at its boundaries in turn.

Every run is looked at whenever everything of an instant is done (`invariants.py`). `make simulate VISITS=100000` lives more
of them; a seed that fails tells its story, shrunk, with `python -m tests.simulation --explain SEED`.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.people import Channel
from tests.simulation import record
from tests.simulation.able import Able
from tests.simulation.broken import Broken
from tests.simulation.copies import counts
from tests.simulation.draw import draw, lengths_of
from tests.simulation.invariants import PROMPTLY, Reckoning
from tests.simulation.ledger import Books, Got
from tests.simulation.many import SIZE, several
from tests.simulation.parts import ByText
from tests.simulation.plan import VISITORS, Fault, Means, Plan, Size, Whose
from tests.simulation.record import BEGINS
from tests.simulation.run import Outcome, live
from tests.simulation.shrink import shrunk
from tests.simulation.sweep import afternoon, boundary_by_boundary
from tests.simulation.telegram import TelegramCloud
from tests.simulation.truth import Visitor
from tests.simulation.twilio import TwilioCloud
from tests.simulation.twins import for_twins

SEEDS, SHARDS = 100, 20
"""Two thousand visits."""
EVERY, IN_TURN = 32, 2
"""CI kills at every thirty-second boundary, in two parts."""
SWEPT = (
    "Twilio dumb",
    "Telegram takes, 500",
    "suspended",
    "kept and denied",
    "wedged",
    "stopped",
    "Twilio 403",
    "drill",
)
RARELY = 90


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_promise_is_kept_in_every_run(shard: int) -> None:
    """I1 to I7, and I8 where a run has its twin, whatever goes wrong: at every rest of every run."""
    results = several(range(shard, SEEDS, SHARDS))
    assert {result.seed: result.broken for result in results if result.broken} == {}
    assert all(result.steps for result in results)


@pytest.mark.parametrize("part", range(IN_TURN))
def test_a_kill_at_any_boundary_breaks_nothing(part: int, tmp_path: Path) -> None:
    """Before and after each commit and each call the process dies, once, and is started again."""
    first, every = 1 + part * EVERY, EVERY * IN_TURN
    lived = list(boundary_by_boundary(afternoon(), tmp_path, every=every, first=first))
    assert [one.broken for one in lived if one.broken] == []
    assert len(lived) >= 3


@pytest.mark.parametrize("kind", SWEPT)
def test_a_fault_that_begins_at_any_boundary_breaks_nothing(kind: str, tmp_path: Path) -> None:
    """As it commits, or is about to send, or has just sent: a few boundaries here, and every one with `--sweep`."""
    lived = list(boundary_by_boundary(afternoon(), tmp_path, kind, RARELY, 1 + 7 * SWEPT.index(kind)))
    assert [one.broken for one in lived if one.broken] == []
    assert lived


def test_a_lease_that_was_kept_and_denied_holds_up_no_alarm(tmp_path: Path) -> None:
    """The store keeps what delivery takes in hand, and says that it does not: the code word is sent in time (I4)."""
    plan = replace(afternoon(), faults=(Fault("kept and denied", 719.9, 3.0),))
    assert live(plan, tmp_path).broken is None


def test_a_clock_that_was_set_forward_sends_no_text_again_and_again(tmp_path: Path) -> None:
    """Twilio takes six seconds, and what it has is looked up: an hour ahead of it, we find that all the same (I6)."""
    faults = (Fault("clock set forward", 430.0, 60.0, 3600.0), Fault("Twilio slow", 715.0, 244.0))
    assert live(replace(afternoon(), receipts="never", faults=faults), tmp_path).broken is None


def test_the_same_seed_is_the_same_run(tmp_path: Path) -> None:
    """To the word, to the instant, to the last boundary: so what fails once fails again."""
    plan = draw(7)
    one, other = live(plan, tmp_path, remembers=True), live(plan, tmp_path, remembers=True)
    assert one.ledger.got == other.ledger.got
    assert one.crossed == other.crossed
    assert one.journal == other.journal


def test_the_seeds_of_ci_meet_the_kinds_of_fault() -> None:
    """More than thirty kinds of fault are met, drawn or swept."""
    met = {fault.kind for seed in range(SEEDS) for fault in draw(seed, SIZE).faults}
    assert len(met | set(SWEPT)) > 30


@pytest.mark.parametrize(("seed", "whose"), [(13, Whose.SCHOOL), (7, Whose.VISIT)])
def test_a_code_word_of_the_school_or_of_the_visit_is_heard(
    seed: int, whose: Whose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """These runs have one said, and break where another one is on record."""
    plan = replace(draw(seed), faults=())
    assert plan.whose is whose and any(step.means is Means.CODE_WORD for one in plan.visits for step in one.steps)
    assert live(plan, tmp_path).broken is None
    monkeypatch.setattr(record, "CODE_WORD", "yellow kettle")
    assert live(plan, tmp_path).broken is not None


def test_what_is_lived_twice_counts_nothing_that_is_done() -> None:
    """A twin differs in its alarms, so a fault that counts what is done would not meet both alike."""
    plan = replace(draw(1, Size(visits=1)), faults=(Fault("killed at a boundary", 0.0), Fault("killed", 5.0)))
    assert [fault.kind for fault in for_twins(plan).faults] == ["killed"]


def test_a_failing_run_shrinks_to_what_it_fails_for() -> None:
    """Of many visits and faults the one is left that breaks the promise."""
    faults = (Fault("killed", 5.0, 3.0), Fault("Twilio 500", 60.0, 5.0), Fault("stopped", 90.0, 5.0))
    plan = replace(draw(3), faults=faults)

    def breaks(tried: Plan) -> str:
        twilio = any(fault.kind == "Twilio 500" for fault in tried.faults)
        return "I4" if twilio and any(visit.visitor == "Ben 2" for visit in tried.visits) else ""

    small, _ = shrunk(plan, breaks)
    assert [fault.kind for fault in small.faults] == ["Twilio 500"]
    assert [(visit.visitor, visit.steps) for visit in small.visits] == [("Ben 2", ())]


def reckoning(lived: Outcome, folder: Path, time: Callable[[], float]) -> Reckoning:
    """Another look at what a run has left behind, by whoever knows none of its people."""
    telegram = TelegramCloud(time, lambda: 0, "", lambda *_: None)
    twilio = TwilioCloud(time, lambda: BEGINS, "", ("",), _nobody, lambda *_: None)
    books = Books(folder / "doorstep.db", BEGINS)
    able = Able(time, dead=[])
    visitors = {actor.name: Visitor(lengths_of(0)) for actor in VISITORS}
    return Reckoning(
        time, books, lived.ledger, able, telegram, twilio, {}, visitors, frozenset(), ByText({}, {}), set, in_doubt=True
    )


async def _nobody(path: str, form: Mapping[str, str]) -> None:
    """Nobody takes a webhook any more."""


def test_an_alarm_that_ends_by_a_word_about_another_is_found(tmp_path: Path) -> None:
    """The reckoning can fail (I5): Olive ended both alarms, and had she said one code twice, one had ended by itself."""
    lived = live(afternoon(), tmp_path, verifies=False)
    reckoning(lived, tmp_path, lambda: lived.plan.ends).looks()
    one, other = [known for known, said in lived.ledger.said.items() if said.words.startswith("safe ")][:2]
    assert lived.ledger.said[one].words != lived.ledger.said[other].words
    lived.ledger.says(lived.ledger.said[one]._replace(known_as=other[1]))
    with pytest.raises(Broken, match="I5"):
        reckoning(lived, tmp_path, lambda: lived.plan.ends).looks()


def test_a_receipt_that_nobody_misses_is_found(tmp_path: Path) -> None:
    """The reckoning can fail (I3): an alarm's receipt was due, and the next beat that would have seen it never came."""
    lived, now = live(afternoon(), tmp_path, verifies=False), [0.0]
    with closing(sqlite3.connect(tmp_path / "doorstep.db")) as store, store:
        store.execute("UPDATE outbox SET receipt_by = sent_at WHERE id = (SELECT max(id) FROM outbox)")
    looking = reckoning(lived, tmp_path, lambda: now[0])
    (due,) = looking.books.awaited().values()
    assert looking.books.next_due()["desk"] == due
    for now[0] in (due, due + PROMPTLY):
        looking.looks()
    now[0] = due + PROMPTLY + 1
    with pytest.raises(Broken, match="I3"):
        looking.looks()


def test_a_copy_that_nobody_owed_is_found(tmp_path: Path) -> None:
    """The reckoning can fail: it counts what phones got, not what the store says of it."""
    lived = live(afternoon(), tmp_path, verifies=False)
    books = Books(tmp_path / "doorstep.db", BEGINS)
    assert counts(books, lived.ledger, blind=False) == 0
    lived.ledger.got.append(Got(0.0, "Olive", Channel.SMS, "ALARM, and none was raised", ()))
    with pytest.raises(Broken, match="I6"):
        counts(books, lived.ledger, blind=False)
