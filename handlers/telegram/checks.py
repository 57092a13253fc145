"""What the doctor asks of Telegram: is this our bot, do its texts come to us, and is anybody else reading them."""

import json
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot.checkup import About, Sign, amber, clock, red, well
from bot.clock import Clock
from handlers.telegram.updates import ALLOWED
from handlers.telegram.wire import base_url

TIME_LIMIT = 8.0
LISTENS = 3
"""Seconds of a long poll: whoever else polls comes back within them, and one of the two is refused."""
RECENT = timedelta(hours=1)
MANY = 20
"""Updates that wait, beyond which somebody should look."""


class TelegramFault(Exception):
    """Telegram did not answer, or refused; `status` is 0 where nothing came."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class TelegramChecks:
    """One bot. `webhook` is the address that it is to push to, none where it is polled.

    `running`: our service is up. `probe`: look whether anybody else polls, which would be in the way of our own service.
    """

    token: str
    api_url: str
    now: Clock
    webhook: str | None
    running: bool
    probe: bool

    async def __call__(self) -> list[Sign]:
        """Ask, and judge. Raises nothing that is Telegram's fault."""
        async with httpx.AsyncClient(timeout=TIME_LIMIT) as client:
            try:
                me, date = await self._ask(client, "getMe")
                hook, _ = await self._ask(client, "getWebhookInfo")
            except TelegramFault as fault:
                return [_unanswered(fault.status)]
            signs = [well(About.TELEGRAM, f"Telegram knows the bot as @{me.get('username', '?')}"), *self._hook(hook)]
            if date:
                signs.append(clock(parsedate_to_datetime(date), self.now(), "Telegram"))
            if self.probe and self.webhook is None and not hook.get("url"):
                signs.append(await self._alone(client))
            return signs

    async def _ask(self, client: httpx.AsyncClient, method: str, **query: object) -> tuple[dict[str, Any], str]:
        """The result, and when Telegram says it is. Raises TelegramFault."""
        try:
            response = await client.post(f"{base_url(self.api_url)}{self.token}/{method}", data=query)
            body = response.json()
        except (httpx.HTTPError, ValueError):
            raise TelegramFault(0) from None  # its words hold the token
        if not isinstance(body, dict) or body.get("ok") is not True:
            raise TelegramFault(response.status_code)
        result = body.get("result")
        return result if isinstance(result, dict) else {}, response.headers.get("Date", "")

    def _hook(self, hook: dict[str, Any]) -> list[Sign]:
        there = hook.get("url") or ""
        if self.webhook is None and there:
            words = "a webhook is set, so nobody can poll this bot: another program has it"
            mend = "make a new token for Doorstep in @BotFather (/revoke), or stop the other program"
            gone = "doorstep run takes it away at its start"
            return [red(About.TELEGRAM, words, mend) if self.running else amber(About.TELEGRAM, words, gone)]
        if self.webhook is not None and there != self.webhook:
            words = "Telegram pushes to another address" if there else "Telegram has no address to push to"
            mend = "restart Doorstep, which sets it; where it does not stay, another program has this bot"
            return [(red if self.running else amber)(About.TELEGRAM, words, mend)]
        return [*self._trouble(hook)] or [well(About.TELEGRAM, "texts by Telegram come to Doorstep")]

    def _trouble(self, hook: dict[str, Any]) -> list[Sign]:
        failed_at, waiting = hook.get("last_error_date") or 0, hook.get("pending_update_count") or 0
        signs = []
        if failed_at and self.now().timestamp() - failed_at < RECENT.total_seconds():
            words = f"Telegram could not push within the last hour: {hook.get('last_error_message', 'no reason given')}"
            signs.append(
                amber(About.TELEGRAM, words, "look at the certificate and the proxy before DOORSTEP_PUBLIC_URL")
            )
        if waiting > MANY and self.running:
            signs.append(amber(About.TELEGRAM, f"{waiting} texts wait at Telegram", "look at the log of the service"))
        return signs

    async def _alone(self, client: httpx.AsyncClient) -> Sign:
        """Poll for a moment, confirming nothing: what waits goes on waiting. Only while our own service is not up."""
        try:
            await self._ask(client, "getUpdates", timeout=LISTENS, limit=1, allowed_updates=json.dumps(ALLOWED))
        except TelegramFault as fault:
            if fault.status == 409:
                words = "another program reads this bot's texts: two take each other's messages"
                return red(About.TELEGRAM, words, "find it and stop it, or make a new token in @BotFather (/revoke)")
            return _unanswered(fault.status)
        return well(About.TELEGRAM, "nobody else reads this bot's texts")


def _unanswered(status: int) -> Sign:
    if status in (401, 404):
        mend = "copy the token from @BotFather to TELEGRAM_BOT_TOKEN, whole"
        return red(About.TELEGRAM, "Telegram does not know this token", mend)
    if status == 0:
        return red(
            About.TELEGRAM, "Telegram was not reached", "look at this machine's network, its firewall and its DNS"
        )
    return red(About.TELEGRAM, f"Telegram refuses ({status})", "wait a little, and look again")
