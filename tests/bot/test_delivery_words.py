"""The words in which the doors answer delivery: four verdicts, three receipts, and the waits between tries."""

from datetime import timedelta

import pytest

from bot.delivery import PAUSE, URGENT_PAUSE, Attempt, Parcel, Receipted, Verdict, pause_before
from bot.people import Channel

PAUSES = [  # tries so far, seconds before the next for a prompt, for an alarm
    (0, 0, 0),
    (1, 2, 1),
    (2, 10, 3),
    (3, 30, 10),
    (4, 60, 10),
    (5, 60, 10),
    (1000, 60, 10),
]


@pytest.mark.parametrize(("tries", "prompt", "alarm"), PAUSES)
def test_the_wait_before_the_next_try(tries: int, prompt: int, alarm: int) -> None:
    """The first try is at once; alarms are pressed harder than prompts, and neither is ever given up."""
    assert pause_before(tries, urgent=False) == timedelta(seconds=prompt)
    assert pause_before(tries, urgent=True) == timedelta(seconds=alarm)


@pytest.mark.parametrize("steps", [PAUSE, URGENT_PAUSE])
def test_waits_grow_and_an_alarm_never_waits_longer_than_i4_allows(steps: tuple[timedelta, ...]) -> None:
    """I4: accepted within 10 s while a provider is up."""
    assert list(steps) == sorted(steps)
    assert max(URGENT_PAUSE) <= timedelta(seconds=10)


def test_a_verdict_is_one_of_four_and_unknown_is_not_again() -> None:
    """What may have been accepted is looked up before it is sent again."""
    assert {str(verdict) for verdict in Verdict} == {"sent", "again", "refused", "unknown"}


def test_a_receipt_can_only_move_forward() -> None:
    """Receipts come late, twice and out of order: delivered is last, and failed does not undo it."""
    assert list(Receipted) == [Receipted.ON_ITS_WAY, Receipted.FAILED, Receipted.DELIVERED]


def test_an_attempt_and_a_parcel_are_values() -> None:
    """Delivery compares and keeps them: equal when the same, and unchangeable."""
    assert Attempt(Verdict.SENT, "SM1") == Attempt(Verdict.SENT, "SM1")
    parcel = Parcel(7, Channel.SMS, "+447700900003", "K7Q4 14:32: ...")
    assert (parcel.buttons, parcel.urgent, parcel.tries) == ((), False, 0)
    with pytest.raises(AttributeError):
        parcel.tries = 1  # type: ignore[misc]
