"""The local phones' room: what they text is read here, and what is owed to them is at once delivered."""

import json
from collections.abc import Iterable
from datetime import datetime

from bot.delivery import Attempt, Parcel, Verdict
from bot.events import Incoming, Sort
from bot.people import Channel
from store import inbox, outbox, people
from store.database import Database, Transaction


def parse(raw: bytes) -> list[Incoming]:
    """Read a kept text of a local phone. Raises ValueError for anything else."""
    try:
        kept = json.loads(raw)
        channel, sender, text = Channel(kept["channel"]), str(kept["sender"]), str(kept["text"])
    except (TypeError, KeyError) as error:
        raise ValueError("not a kept text of a local phone") from error
    return [Incoming(channel, sender, Sort.TEXT, text=_legible(text))]


def _legible(text: str) -> str:
    """JSON may hold half of a surrogate pair; to a reader it is a replacement character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class LocalCarrier:
    """Both channels at once: a local phone gets everything, in the instant it is sent."""

    async def send(self, parcel: Parcel) -> Attempt:
        return Attempt(Verdict.SENT, f"local-{parcel.reference}")

    async def find(self, parcel: Parcel) -> Attempt | None:
        """What an earlier try came to was written down or never happened: there is nobody to ask."""
        return None


async def address_of(database: Database, channel: Channel, number: str) -> str:
    """Where this phone is on a channel: its number, or on Telegram the id of whoever has the number."""
    if channel is Channel.SMS:
        return number
    async with database.transaction() as tx:
        return next(iter(await _telegram_ids(tx, number)), number)


async def phone_log(database: Database, number: str) -> list[dict[str, object]]:
    """All that a phone sent and got on both channels, oldest first; of one instant, what it sent first."""
    async with database.transaction() as tx:
        ways = [(Channel.SMS, number), (Channel.TELEGRAM, number)]
        ways += [(Channel.TELEGRAM, chat) for chat in await _telegram_ids(tx, number) if chat != number]
        sent, got = [], []
        for channel, address in ways:
            sent += [_line(at, channel, "sent", text) for at, text in await inbox.sent_by(tx, channel, address)]
            got += [
                _line(one.sent_at, channel, "got", one.text, one.buttons)
                for one in await outbox.got_by(tx, channel, address)
            ]
    lines = sorted(sent + got, key=lambda line: line[0])
    return [{"at": at.isoformat(), **rest} for at, rest in lines]


async def _telegram_ids(tx: Transaction, number: str) -> list[str]:
    found = await people.by_address(tx, Channel.SMS, number)
    return list(dict.fromkeys(person.telegram_id for person in found if person.telegram_id))


def _line(
    at: datetime, channel: Channel, direction: str, text: str, buttons: Iterable[str] = ()
) -> tuple[datetime, dict[str, object]]:
    return at, {"channel": channel, "direction": direction, "text": text, "buttons": list(buttons)}
