"""What two lives of one run may differ in, with and without a code word (I8), and what they may not."""

import math
from dataclasses import replace
from datetime import datetime

import pytest

from bot.people import Channel
from handlers.service import BEAT
from tests.simulation.draw import draw
from tests.simulation.ledger import Got, Ledger
from tests.simulation.plan import Fault, Means, Plan, Step, Visit
from tests.simulation.run import Outcome
from tests.simulation.story import Story
from tests.simulation.twins import TRY, differs, looked_at_until, may_be_apart

OFF = Fault("off for long", 1_000.0, 1_800.0)
FAILS, BRIEFLY = Fault("Twilio 429", 1_000.0, 3_600.0), Fault("Twilio 500", 1_000.0, 20.0)
ASHA, BEN = "Asha 1", "Ben 2"


def visit(number: int, who: str, since: float, *by: Channel, partner: str = "") -> Visit:
    steps = tuple(Step(since + 10.0 * at, "all ok", Means.OK, by=channel) for at, channel in enumerate(by))
    return Visit(number, who, 0.0, 1_000.0, steps, partner=partner)


def plan(*visits: Visit, faults: tuple[Fault, ...] = ()) -> Plan:
    return replace(draw(0), visits=visits, faults=faults)


def outcome(of: Plan, *got: Got) -> Outcome:
    """A run of which only the phones are looked at."""
    return Outcome(of, None, Story(datetime.fromtimestamp, float), Ledger(got=list(got)))


def answer(at: float, who: str = ASHA, words: str = "OK 14:10.") -> Got:
    return Got(at, who, Channel.SMS, words, ())


def test_the_same_words_come_at_the_same_instant() -> None:
    """Where nothing fails, half a second is a sign."""
    of = plan(visit(1, ASHA, 0.0, Channel.SMS))
    assert differs(outcome(of, answer(5.0)), outcome(of, answer(5.0))) is None
    assert differs(outcome(of, answer(5.0)), outcome(of, answer(5.1)))
    assert differs(outcome(of, answer(5.0)), outcome(of, answer(5.0, words="LEFT 14:10.")))
    assert differs(outcome(of, answer(5.0)), outcome(of))


@pytest.mark.parametrize(
    ("faults", "at", "apart"),
    [
        ((), 2_000.0, 0.0),
        ((OFF,), 2_000.0, 0.0),
        ((BRIEFLY,), 1_010.0, BEAT),
        ((FAILS,), 999.0, BEAT),
        ((FAILS,), 2_000.0, BEAT),
        ((FAILS,), 4_600.0, TRY),
        ((FAILS,), 4_600.0 + TRY, TRY),
        ((FAILS,), 4_601.0 + TRY, BEAT),
    ],
)
def test_how_far_apart_they_may_come_while_a_provider_fails(faults: tuple[Fault, ...], at: float, apart: float) -> None:
    """Until the next try of an alarm just after one has failed for minutes, until the next beat else."""
    assert may_be_apart(plan(faults=faults))(at) == apart


@pytest.mark.parametrize(
    ("visits", "until"),
    [
        ([visit(1, ASHA, 1_500.0, Channel.SMS, Channel.SMS)], math.inf),
        ([visit(1, ASHA, 1_500.0, Channel.SMS, Channel.TELEGRAM)], OFF.at),
        ([visit(1, ASHA, 500.0, Channel.SMS, Channel.TELEGRAM)], math.inf),
        ([visit(1, ASHA, 2_900.0, Channel.SMS, Channel.TELEGRAM)], math.inf),
        ([visit(1, ASHA, 500.0, Channel.TELEGRAM), visit(2, ASHA, 1_500.0, Channel.SMS)], math.inf),
        ([visit(1, ASHA, 1_400.0, Channel.TELEGRAM), visit(2, ASHA, 1_500.0, Channel.SMS)], OFF.at),
        ([visit(1, BEN, 1_500.0, Channel.SMS, Channel.TELEGRAM, partner=ASHA)], OFF.at),
        ([visit(1, BEN, 1_500.0, Channel.SMS, Channel.TELEGRAM)], math.inf),
    ],
)
def test_who_texts_by_both_channels_while_the_machine_is_off_is_looked_at_until_then(
    visits: list[Visit], until: float
) -> None:
    """In one visit or in two, or one of a pair; before it and after it, or by one channel, changes nothing."""
    assert looked_at_until(plan(*visits, faults=(OFF,)), ASHA) == until
    assert looked_at_until(plan(*visits), ASHA) == math.inf


def test_what_came_before_the_machine_was_off_is_compared_all_the_same() -> None:
    """And what came after it, on the phone of who texts by one channel."""
    by_one = plan(visit(1, ASHA, 1_500.0, Channel.SMS, Channel.SMS), faults=(OFF,))
    by_both = plan(visit(1, ASHA, 1_500.0, Channel.SMS, Channel.TELEGRAM), faults=(OFF,))
    early, late = answer(900.0), answer(2_900.0)
    assert differs(outcome(by_one, late), outcome(by_one))
    assert differs(outcome(by_both, late), outcome(by_both)) is None
    assert differs(outcome(by_both, early), outcome(by_both))
