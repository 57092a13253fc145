"""How updates reach us: our own durable long poll, or a webhook. Kept first, then acknowledged (law 4).

The library's Updater confirms what it has only queued in memory, and stops for ever at an update that it
cannot parse (DESIGN §5). Here updates stay raw JSON, and `offset`, which deletes at Telegram all that is
below it, moves only when they are kept.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.delivery import Keep
from bot.people import Channel
from handlers.telegram.updates import ALLOWED, age_of, with_age
from handlers.telegram.wire import Wire, base_url

log = structlog.get_logger(__name__)

Json = dict[str, Any]
T = TypeVar("T")
TIME_LIMIT = 10.0  # s, for one call, and for a long poll on top of its own wait
PRESS_LIMIT = 3.0  # s, to answer the press of a button: a courtesy
PAUSES = (0.5, 1.0, 2.0, 4.0, 5.0)  # s, between tries
# Telegram remembers the kinds last asked for, also by another program: they are passed each time.
_KINDS = urlencode({"allowed_updates": json.dumps(ALLOWED)})
STUBBORN = 3  # after so many tries, what cannot be kept no longer holds up what is behind it


class TelegramDoor:
    """The receiving side of one bot. `healthy`: the last round succeeded, from asking Telegram to keeping."""

    def __init__(
        self,
        token: str,
        api_url: str,
        keep: Keep,
        *,
        poll_seconds: int = 25,
        on_conflict: Callable[[], None],
        on_drained: Callable[[], None] = lambda: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._keep, self._sleep = keep, sleep
        self._on_conflict, self._on_drained = on_conflict, on_drained
        self._poll_seconds = poll_seconds
        self._wire = Wire(TIME_LIMIT)
        self._bot = Bot(token, base_url(api_url), request=self._wire, get_updates_request=self._wire)
        self._updates_url = f"{base_url(api_url)}{token}/getUpdates"
        self._offset = 0
        self._failed: Counter[int] = Counter()
        self._answers: set[asyncio.Task[None]] = set()
        self._username = ""
        self.healthy = False
        self.drained = False
        """Whether all that waited at the start has been kept."""

    # -- polling ------------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until `stop` is set. Every fault is logged and tried again; none ends it."""
        stopping = asyncio.create_task(stop.wait())
        try:
            await self._poll(stopping)
        finally:
            stopping.cancel()

    async def _poll(self, stopping: "asyncio.Task[Any]") -> None:
        webhook_gone = False
        failures = 0
        while not stopping.done():
            try:
                if not webhook_gone:
                    await _unless(stopping, self._delete_webhook())
                    webhook_gone = True
                updates = await _unless(stopping, self._fetch(self._poll_seconds if self.drained else 0))
                if updates is None:
                    return
                await self._take(updates)
                self.healthy, failures = True, 0
            except Exception as error:
                self.healthy = False
                self.tell(error)
                await _unless(stopping, self._pause(PAUSES[min(failures, len(PAUSES) - 1)]))
                failures += 1

    async def poll_once(self, wait: int = 0) -> int:
        """Ask once and keep all that came; how many that was. `wait`, s: how long Telegram may wait for some.

        Raises what Telegram, the network or `keep` raised; what was not kept comes again next time.
        """
        self.healthy = False
        updates = await self._fetch(wait)
        await self._take(updates)
        self.healthy = True
        return len(updates)

    async def close(self) -> None:
        """Let go of the connections; call it when `run` has ended."""
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)
        await self._wire.shutdown()

    async def _fetch(self, wait: int) -> list[Json]:
        offset = f"&offset={self._offset}" if self._offset else ""
        url = f"{self._updates_url}?{_KINDS}&timeout={wait}{offset}"
        async with asyncio.timeout(wait + TIME_LIMIT):
            code, payload = await self._wire.do_request(url, "POST", read_timeout=wait + TIME_LIMIT)
        if code == 409:
            raise Conflict("another poller or a webhook")
        if code in (401, 404):
            raise InvalidToken
        if code != 200:
            raise TelegramError(f"status {code}")
        updates = [one for one in Wire.parse_json_payload(payload)["result"] if isinstance(one, dict)]
        if not updates:
            # All below the offset is confirmed. Ids start again anywhere after a quiet week, and an old
            # offset could then delete new updates unseen: so none is kept longer than needed.
            self._offset = 0
        return updates

    async def _take(self, updates: list[Json]) -> None:
        """Keep in order. The offset stops before the first that could not be kept, which is then raised."""
        refused: Exception | None = None
        for update in updates:
            update_id = update.get("update_id")
            if not isinstance(update_id, int):
                log.error("telegram_update_without_id")
                continue
            try:
                aged = with_age(update, age_of(update, self._wire.their_now()))
                await self._keep(Channel.TELEGRAM, str(update_id), _compact(aged))
            except Exception as error:
                self._failed[update_id] += 1
                log.error("telegram_update_not_kept", update_id=update_id, error=type(error).__name__)
                if self._failed[update_id] < STUBBORN:
                    raise
                refused = refused or error
                continue
            del self._failed[update_id]
            self._offset = self._offset if refused else update_id + 1
            self._answer_soon(update)
        if refused:
            raise refused
        if not updates:
            self._drain()

    def _drain(self) -> None:
        if not self.drained:
            self.drained = True
            self._on_drained()

    async def _delete_webhook(self) -> None:
        # Never with drop_pending_updates: what waits there are people's words.
        async with asyncio.timeout(TIME_LIMIT):
            await self._bot.delete_webhook()

    async def _pause(self, seconds: float) -> None:
        await self._sleep(seconds)

    def tell(self, error: Exception) -> None:
        """Say what went wrong with a round: in the log, and to the office where another program polls our bot."""
        # The class only: the library's messages can hold the token, and a store's the values.
        log.warning("telegram_poll_failed", error=type(error).__name__)
        if isinstance(error, Conflict):
            try:
                self._on_conflict()
            except Exception as fault:
                log.error("telegram_conflict_not_told", error=type(fault).__name__)

    # -- webhook, links, presses --------------------------------------------------------------------

    async def use_webhook(self, url: str, secret_token: str) -> None:
        """Have updates pushed to `url`, the secret in X-Telegram-Bot-Api-Secret-Token.

        Raises TelegramError, TimeoutError.
        """
        self.healthy = False
        async with asyncio.timeout(TIME_LIMIT):
            await self._bot.set_webhook(url, secret_token=secret_token, allowed_updates=ALLOWED)
        self.healthy = True

    async def has_pushed_all(self) -> bool:
        """Whether nothing waits at Telegram to be pushed. Raises TelegramError, TimeoutError."""
        async with asyncio.timeout(TIME_LIMIT):
            info = await self._bot.get_webhook_info()
        waiting = info.pending_update_count
        self.healthy = not (waiting and info.last_error_date)
        if not waiting:
            self._drain()
        return not waiting

    async def keep_pushed(self, channel: Channel, external_id: str, raw: bytes) -> bool:
        """Keep what Telegram has pushed. An update that it had to push again tells how old it is."""
        update = json.loads(raw)
        aged = with_age(update, age_of(update, self._wire.their_now()))
        return await self._keep(channel, external_id, raw if aged is update else _compact(aged))

    async def username(self) -> str:
        """The bot's name without @, asked once. Raises TelegramError, TimeoutError."""
        if not self._username:
            async with asyncio.timeout(TIME_LIMIT):
                self._username = (await self._bot.get_me()).username or ""
        return self._username

    async def link(self, payload: str) -> str:
        """The link that opens the bot and sends `/start payload` (1 to 64 of A-Z a-z 0-9 _ -)."""
        return f"https://t.me/{await self.username()}?start={payload}"

    async def answer_press(self, query_id: str) -> None:
        """Take the waiting sign off a pressed button. Never raises: the press itself is kept."""
        try:
            async with asyncio.timeout(PRESS_LIMIT):
                await self._bot.answer_callback_query(query_id)
        except (TelegramError, TimeoutError) as error:
            log.info("telegram_press_not_answered", error=type(error).__name__)

    def _answer_soon(self, update: Json) -> None:
        query = update.get("callback_query")
        if isinstance(query, dict) and query.get("id"):
            task = asyncio.create_task(self.answer_press(str(query["id"])))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)


async def _unless(stopping: "asyncio.Task[Any]", work: Coroutine[Any, Any, T]) -> T | None:
    """The result of `work`; None when the stop came first, and `work` is then given up."""
    doing = asyncio.create_task(work)
    try:
        await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        doing.cancel()
        if not doing.done():
            await asyncio.gather(doing, return_exceptions=True)
    return None if doing.cancelled() else doing.result()


def _compact(update: Json) -> bytes:
    return json.dumps(update, separators=(",", ":")).encode()
