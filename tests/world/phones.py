"""The people of the stories and their phones: real texts over real HTTP, and a note of what was not expected."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from bot.particulars import Dbs, Particulars, Training
from bot.people import NOTHING_ON_RECORD, Channel, Role

if TYPE_CHECKING:
    from tests.world.world import World


WHOLE = Particulars(
    dbs=Dbs.ENHANCED,
    dbs_on=date(2026, 1, 9),
    training=tuple(Training(name, date(2026, 1, 12)) for name in ("home visits", "violence prevention")),
    insured_until=date(2027, 3, 31),
)
"""What is on record of the cast's visitors: nothing lacks, and nothing runs out soon."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message that reached a phone."""

    channel: Channel
    text: str
    buttons: tuple[str, ...]


@dataclass(slots=True)
class Human:
    """One of the cast, with a phone that has SMS and, where enrolled, Telegram."""

    world: "World"
    name: str
    roles: frozenset[Role]
    number: str
    chat: int
    code_word: str = ""
    vehicle: str = ""
    particulars: Particulars = NOTHING_ON_RECORD
    telegram: bool = False
    unread: deque[Line] = field(default_factory=deque)
    read: list[Line] = field(default_factory=list)
    last_message_id: int = 0

    # -- what they do -------------------------------------------------------------------------------

    async def texts(self, text: str, by: Channel = Channel.SMS) -> None:
        """Text Doorstep, and wait until everything that follows at this instant has happened."""
        if by is Channel.SMS:
            await self.hands_in(text)
        else:
            posted = self.world.telegram.texts(self.chat, text)
            self.last_message_id = posted.message_id
        await self.world.settles()

    async def hands_in(self, text: str) -> None:
        """Text Doorstep, whose webhook takes it: it is kept, and nobody has read it yet."""
        status = await asyncio.to_thread(self.world.twilio.texts, self.number, text)
        assert status == 200, f"the webhook answered {status}"

    async def texts_in_vain(self, text: str) -> None:
        """Text Doorstep; Twilio has it, and no webhook brings it."""
        await asyncio.to_thread(self.world.twilio.texts, self.number, text, lost=True)

    async def writes(self, text: str) -> None:
        """The same on Telegram."""
        await self.texts(text, Channel.TELEGRAM)

    async def taps(self, label: str) -> None:
        """Tap a button that is under the Telegram chat now."""
        self.world.telegram.taps(self.chat, label)
        await self.world.settles()

    async def edits(self, text: str) -> None:
        """Change the last Telegram message."""
        self.world.telegram.edits(self.last_message_id, text)
        await self.world.settles()

    async def starts(self, payload: str = "") -> None:
        """Open the bot by a link."""
        self.world.telegram.starts(self.chat, payload)
        await self.world.settles()

    async def shares_contact(self, own: bool = True) -> None:
        self.world.telegram.shares_contact(self.chat, self.number, own=own)
        await self.world.settles()

    async def blocks(self) -> None:
        self.world.telegram.blocks(self.chat)
        await self.world.settles()

    async def unblocks(self) -> None:
        self.world.telegram.unblocks(self.chat)
        await self.world.settles()

    # -- what they see ------------------------------------------------------------------------------

    def receives(self, *fragments: str, by: Channel | None = None) -> Line:
        """The earliest unread message that holds each of these; gives it.

        Alarms overtake prompts on their way (DESIGN §2), so the order of the two on one phone is nobody's promise.
        """
        self.world.collects()
        for line in self.unread:
            if all(fragment in line.text for fragment in fragments) and by in (None, line.channel):
                self.unread.remove(line)
                self.read.append(line)
                return line
        waiting = [f"{line.channel}: {line.text}" for line in self.unread]
        raise AssertionError(
            f"{self.name}'s phone got nothing with {fragments} by {by or 'any channel'}; it got {waiting}"
        )

    def receives_nothing(self) -> None:
        self.world.collects()
        assert not self.unread, f"{self.name}'s phone got {[line.text for line in self.unread]}, expected nothing"

    def ignores(self) -> list[Line]:
        """Look at everything that came and expect nothing of it; gives it."""
        self.world.collects()
        lines = list(self.unread)
        self.read += lines
        self.unread.clear()
        return lines

    def code(self) -> str:
        """The reply code of the last alarm this phone was told of."""
        for line in reversed(self.read):
            words = line.text.split()
            if words[0] == "ALARM":
                return words[1]
        raise AssertionError(f"{self.name}'s phone was told of no alarm")
