"""Sending by Telegram, and what each of its errors means for the message."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace

from telegram import Bot, KeyboardButton, LinkPreviewOptions, ReplyKeyboardMarkup
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from bot.delivery import Attempt, Parcel, Verdict
from handlers.telegram.wire import FloodWait, NeverLeft, NotTelegram, ServerFault, Wire, base_url

KEYS_IN_A_ROW = 2


class ChatGone(BadRequest):
    """A 400 about the person and not about the message; Telegram tells the two apart by words only."""


# Descriptions are English, capitalised in various ways, and not part of the documented API.
CHAT_GONE = re.compile(
    r"(chat|user) not found|(chat|user|peer)_id_invalid|chat_id is empty|deactivated|is deleted",
    re.IGNORECASE,
)

ERRORS: Mapping[type[Exception], Attempt] = {
    # Telegram will not bring anything to this person: blocked, account closed, never wrote to the bot.
    Forbidden: Attempt(Verdict.REFUSED, error="blocked or not started", lost=True),
    ChatGone: Attempt(Verdict.REFUSED, error="no such chat", lost=True),
    ChatMigrated: Attempt(Verdict.REFUSED, error="no such chat", lost=True),
    # This message is wrong; the next one need not be.
    BadRequest: Attempt(Verdict.REFUSED, error="message refused"),
    # The fault is in the settings (401, 404): an administrator mends it, so nothing is given up meanwhile.
    InvalidToken: Attempt(Verdict.AGAIN, error="token refused"),
    # Told to wait: not accepted.
    FloodWait: Attempt(Verdict.AGAIN, error="flood wait"),
    # It never reached Telegram.
    NeverLeft: Attempt(Verdict.AGAIN, error="no connection"),
    NotTelegram: Attempt(Verdict.AGAIN, error="something between answered"),
    # It may be on the phone already: a 5xx, a connection that broke, no answer in time.
    ServerFault: Attempt(Verdict.UNKNOWN, error="server fault"),
    TimedOut: Attempt(Verdict.UNKNOWN, error="no answer in time"),
    TimeoutError: Attempt(Verdict.UNKNOWN, error="no answer in time"),
    NetworkError: Attempt(Verdict.UNKNOWN, error="connection broke"),
    # A 200 whose body is not what Telegram documents, or that the library cannot read.
    TelegramError: Attempt(Verdict.UNKNOWN, error="answer not understood"),
    Exception: Attempt(Verdict.UNKNOWN, error="answer not understood"),
}
"""The nearest class of an error decides. Its words hold no number, name or text: they are logged."""


class TelegramCarrier:
    """A `Carrier` over the library's `Bot`. `time_limit`, s, is the whole of one try."""

    def __init__(self, token: str, api_url: str, *, time_limit: float = 8.0) -> None:
        self._time_limit = time_limit
        self._wire = Wire(time_limit)
        self._bot = Bot(token, base_url(api_url), request=self._wire, get_updates_request=self._wire)

    async def start(self) -> None:
        """Make ready. Telegram is not asked for anything: it may be down when we start."""
        await self._wire.initialize()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._wire.shutdown()

    async def send(self, parcel: Parcel) -> Attempt:
        """Try once. Never raises."""
        try:
            async with asyncio.timeout(self._time_limit):
                message = await self._bot.send_message(
                    parcel.address,
                    parcel.text,
                    reply_markup=keyboard(parcel),
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                )
        except Exception as error:  # whatever it is, the message is still owed
            return verdict(error)
        return Attempt(Verdict.SENT, provider_id=str(message.message_id))

    async def find(self, parcel: Parcel) -> Attempt | None:
        """Always None: a bot cannot look up what it has sent."""
        return None


def keyboard(parcel: Parcel) -> ReplyKeyboardMarkup | None:
    """The parcel's buttons as a reply keyboard, two in a row; for a number, the one button that shares it."""
    if not parcel.buttons:
        return None
    if parcel.asks_number:
        rows = [[KeyboardButton(parcel.buttons[0], request_contact=True)]]
    else:
        keys = [KeyboardButton(label) for label in parcel.buttons]
        rows = [keys[at : at + KEYS_IN_A_ROW] for at in range(0, len(keys), KEYS_IN_A_ROW)]
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, is_persistent=True)


def verdict(error: Exception) -> Attempt:
    """The row of `ERRORS` for this error."""
    kind = type(error)
    if kind is BadRequest and CHAT_GONE.search(str(error)):
        kind = ChatGone
    attempt = next(ERRORS[one] for one in kind.__mro__ if one in ERRORS)
    return replace(attempt, after=error.after) if isinstance(error, FloodWait) else attempt
