"""The auditor: a process beside the service that looks at the store by itself, and has a way of its own to tell.

It uses nothing that may be what is broken: not the desk, not the outbox, not the carriers, and of the store only its own
look (`store/audit.py`). Its texts go to Twilio by a client of its own. An outside watchdog is called only after a look
that found nothing wrong: when the calls stop, whatever the reason, somebody outside this machine hears of it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import structlog

from bot import notices
from bot.audit import Finding, Kind, News, Told, worst_first
from bot.clock import Clock
from bot.settings import Settings
from store import audit
from store.audit import Head, Look, When
from store.database import StoreDown

log = structlog.get_logger(__name__)
TIME_LIMIT = 10.0
"""Seconds for one call."""
VALIDITY_SECONDS = 600
"""A text that comes tomorrow misleads."""
ROOM = 55
"""Characters for what was found: with them the text is one SMS."""


@dataclass(frozen=True, slots=True)
class Route:
    """How the auditor reaches people: Twilio's one call, from each sender in turn until one is taken."""

    client: httpx.AsyncClient
    settings: Settings

    async def tell(self, words: str) -> bool:
        """Text everybody who is to hear of it; whether it has left for at least one. Raises nothing."""
        left = [await self._text(phone, words) for phone in self.settings.audit_phones]
        return any(left)

    async def _text(self, phone: str, words: str) -> bool:
        for sender in _senders(self.settings):
            if await self._post({**sender, "To": phone, "Body": words}):
                return True
        return False

    async def _post(self, form: Mapping[str, str]) -> bool:
        account, token = self.settings.twilio_account_sid or "", self.settings.twilio_auth_token
        url = f"{self.settings.twilio_api_url}/2010-04-01/Accounts/{account}/Messages.json"
        extras = {"ValidityPeriod": str(VALIDITY_SECONDS), "RiskCheck": "disable"}
        try:
            async with asyncio.timeout(TIME_LIMIT):
                auth = (account, token.get_secret_value() if token else "")
                response = await self.client.post(url, data={**form, **extras}, auth=auth)
        except (httpx.HTTPError, TimeoutError) as error:
            log.error("audit text has not left", error=type(error).__name__)
            return False
        if response.is_success:
            return True
        log.error("audit text has not left", status=response.status_code)
        return False

    async def ping(self) -> None:
        """Call the outside watchdog: all is well. Raises nothing; what it does not hear it will tell."""
        if self.settings.audit_ping_url is None:
            return
        try:
            async with asyncio.timeout(TIME_LIMIT):
                (await self.client.get(self.settings.audit_ping_url)).raise_for_status()
        except (httpx.HTTPError, TimeoutError) as error:
            log.warning("the outside watchdog was not reached", error=type(error).__name__)


def _senders(settings: Settings) -> list[dict[str, str]]:
    service = settings.twilio_messaging_service_sid
    numbers = [{"From": number} for number in settings.twilio_from]
    return [{"MessagingServiceSid": service}, *numbers] if service else numbers


@dataclass(slots=True)
class Auditor:
    """Looks, and tells what is news. `language` and `zone` are those of the texts; `began` is for one that goes on."""

    database_url: str
    clock: Clock
    route: Route
    zone: ZoneInfo
    language: str = "en"
    began: datetime | None = None
    _told: Told = field(default_factory=Told)
    _heads: Mapping[int, Head] = field(default_factory=dict)

    async def look(self) -> Look:
        """What is wrong now, the worst first. A store that cannot be read is wrong, and so is a look that fails."""
        try:
            found = await audit.look(self.database_url, When(self.clock(), self._heads, self.began))
        except StoreDown as error:
            return Look([Finding(Kind.STORE, str(error))], self._heads)
        except Exception as error:
            log.exception("the look itself failed", error=type(error).__name__)
            return Look([Finding(Kind.STORE, f"the look itself failed: {type(error).__name__}")], self._heads)
        return Look(worst_first(found.findings), found.heads)

    async def turn(self) -> list[Finding]:
        """Look once; tell what is news; call the watchdog when all is well."""
        found = await self.look()
        self._told, news = self._told.look(found.findings, self.clock())
        heard = news is not None and await self.route.tell(self._words(news))
        if news is not None and heard:
            self._told = self._told.heard(news, self.clock())
        if heard or not any(finding.kind is Kind.JOURNAL for finding in found.findings):
            # A journal that went back is held against where it was until somebody has been told.
            self._heads = found.heads
        if not found.findings:
            await self.route.ping()
        return found.findings

    def _words(self, news: News) -> str:
        def written(key: str, **values: str) -> str:
            return notices.render(key, self.language, now=f"{self.clock().astimezone(self.zone):%H:%M}", **values)

        if not news.kinds:
            return written("audit_well", start=f"{news.since.astimezone(self.zone):%H:%M}")
        found = ", ".join(notices.label(f"audit_{kind}", self.language) for kind in news.kinds)
        return written("audit_wrong", found=notices.shorten(found, ROOM))

    async def watch(self, seconds: float, stop: asyncio.Event, show: Callable[[Sequence[Finding]], None]) -> None:
        """Look again and again until told to stop. Nothing that happens in a look ends it."""
        self.began = self.clock()
        while not stop.is_set():
            show(await self.turn())
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)
