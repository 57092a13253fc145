"""What one try of sending came to, and when the next one is due. The doors answer in these words; delivery acts on them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.people import Channel


class Verdict(StrEnum):
    """The one thing to know of an error is which of these it is."""

    SENT = "sent"  # the provider has accepted it
    AGAIN = "again"  # it may work later: the fault is passing
    REFUSED = "refused"  # it will not work on this channel to this address
    UNKNOWN = "unknown"  # it may have been accepted: look it up before sending again


class Receipted(StrEnum):
    """What a receipt says, in the order in which it can only move forward."""

    ON_ITS_WAY = "on its way"
    FAILED = "failed"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of one try. `after` is a wait that the provider asked for; `lost` marks a channel that is closed to us.

    `receipt`: the provider will say what became of it, so that its silence says something too.
    """

    verdict: Verdict
    provider_id: str = ""
    error: str = ""
    after: timedelta | None = None
    lost: bool = False
    receipt: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message about to leave. `reference` is the outbox row's own, 0 without one; `tries` counts the earlier tries.

    `copy`: the number of an earlier copy of the same words to the same phone; it goes another way than the first. `made_at`:
    when it was written down, by our clock, where that is known: no earlier try is older.
    """

    reference: int
    channel: Channel
    address: str
    text: str
    buttons: tuple[str, ...] = ()
    urgent: bool = False
    asks_number: bool = False
    tries: int = 0
    copy: int = 0
    made_at: datetime | None = None


class Carrier(Protocol):
    """A channel that can send. Neither method raises: every fault is a verdict."""

    async def send(self, parcel: Parcel) -> Attempt:
        """Try once, within a total time limit."""

    async def find(self, parcel: Parcel) -> Attempt | None:
        """Whether the provider already has this parcel from an earlier try; None when it has not, or is never asked.

        UNKNOWN where it could not be asked this time.
        """


RECEIPT_WITHIN = timedelta(seconds=60)
"""How long an alarm may go without a word of its delivery before another way is tried (DESIGN §2)."""
OPTED_OUT = "opted out"
"""What a carrier says of somebody who wants no more texts from us: their own STOP, at the provider."""
URGENT_PAUSE = (timedelta(seconds=1), timedelta(seconds=3), timedelta(seconds=10))
PAUSE = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=30), timedelta(seconds=60))


def pause_before(tries: int, urgent: bool) -> timedelta:
    """How long to wait after so many tries; alarms are pressed, never given up."""
    steps = URGENT_PAUSE if urgent else PAUSE
    return steps[min(tries, len(steps)) - 1] if tries else timedelta(0)


Keep = Callable[[Channel, str, bytes], Awaitable[bool]]
"""A door hands over what it received: channel, the provider's id, the raw bytes. It returns only after the commit; False
when that id was kept before. It raises when nothing was kept, and then the door must not acknowledge (law 4)."""


class Listed(NamedTuple):
    """A text that a provider's list has: by the id that its webhook would have had, as raw bytes for the inbox."""

    external_id: str
    raw: bytes
    sent_at: datetime


class Unlisted(Exception):
    """A provider did not give its list. The words are for the administrator: they name no number, person or text."""


Listing = Callable[[datetime], Awaitable[Sequence[Listed]]]
"""What came in from an instant on, oldest first. Raises Unlisted."""

LookUp = Callable[[str], Awaitable[Listed | None]]
"""What a receipt of one message would say, by the provider's id; None while there is nothing to say. Raises Unlisted."""
