"""Twilio as its customer sees it (DESIGN §5): no idempotency, receipts in any order, webhooks that give up, opt-outs."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from tests.fakes.twilio_hooks import START_WORDS, STOP_WORDS
from tests.simulation.loop import lasting
from tests.simulation.weather import SILENT, TAKING, Spell, Way, Weather

Form = dict[str, str]
Receipts = tuple[tuple[float, str, int], ...]
"""After how many seconds, which status, which error code."""
ANSWERS_IN, SLOW = 0.15, 6.0
EARLIEST, LATEST = timedelta(minutes=15), timedelta(days=35)
WEBHOOK_TRIES = (0.0, 2.0, 4.0, 8.0)
"""Seconds after the text; with rc=3&rp=all there are three tries more, and all end within 15 s."""
RANK = {"scheduled": 0, "accepted": 0, "queued": 1, "sent": 2, "delivered": 3, "undelivered": 3, "failed": 3}
DELIVERED: Receipts = ((0.5, "sent", 0), (1.5, "delivered", 0))


class Answer(NamedTuple):
    """What the client library gives, and after how long; `fault` is raised instead."""

    status: int
    text: str
    after: float
    headers: Mapping[str, str] = {}
    fault: Exception | None = None


@dataclass(slots=True)
class Sms:
    """One message resource."""

    sid: str
    sender: str
    to: str
    body: str
    direction: str
    status: str
    made_at: datetime
    at: float
    callback: str = ""
    send_at: datetime | None = None
    error_code: int = 0

    def becomes(self, status: str, code: int) -> None:
        if RANK.get(status, 0) >= RANK.get(self.status, 0):
            self.status, self.error_code = status, code

    def resource(self, account: str) -> dict[str, Any]:
        stamp = format_datetime(self.made_at)
        return {
            "sid": self.sid, "account_sid": account, "from": self.sender, "to": self.to, "body": self.body,
            "direction": self.direction, "status": self.status, "error_code": self.error_code or None,
            "date_created": stamp, "date_updated": stamp, "date_sent": stamp, "num_media": "0",
            "messaging_service_sid": None, "uri": f"/2010-04-01/Accounts/{account}/Messages/{self.sid}.json",
        }  # fmt: skip


@dataclass(slots=True)
class TwilioCloud:
    """`posts` makes a webhook (path and query, form) and gives the status, or None when nobody answers."""

    time: Callable[[], float]
    now: Callable[[], datetime]
    account: str
    numbers: tuple[str, ...]
    posts: Callable[[str, Form], Awaitable[int | None]]
    shows: Callable[[str, str], None]
    receipts: Callable[[Sms], Receipts] = lambda sms: DELIVERED
    service: str = "MG" + "5" * 32
    weather: Weather = field(init=False)
    messages: list[Sms] = field(default_factory=list)
    opted_out: set[str] = field(default_factory=set)
    acknowledged: list[str] = field(default_factory=list)
    """What a webhook was answered 200 for: the id of a text, or of a receipt as the inbox knows it."""
    given_up: set[str] = field(default_factory=set)
    """The texts that no webhook has brought, in the end."""
    _tasks: set["asyncio.Task[Any]"] = field(default_factory=set)
    _context: Any = field(default_factory=copy_context)

    def __post_init__(self) -> None:
        self.weather = Weather(self.time)

    def _later(self, after: float, work: Callable[[], Awaitable[None]]) -> None:
        """The network's own doing: it goes on whatever becomes of the process that set it off."""

        def begins() -> None:
            task = asyncio.ensure_future(work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        asyncio.get_running_loop().call_later(after, begins, context=self._context.copy())

    # -- texts from phones ----------------------------------------------------------------------------

    def texts(self, number: str, body: str, *, twice: bool = False) -> str:
        """A phone texts our number; gives the message's id."""
        sms = self._adds(number, self.numbers[0], body, "inbound", "received")
        word = body.strip().upper()
        if word in STOP_WORDS:
            self.opted_out.add(number)
        elif word in START_WORDS:
            self.opted_out.discard(number)
        form = {"MessageSid": sms.sid, "From": number, "To": sms.to, "Body": body, "NumMedia": "0"}
        self._later(0, lambda: self._brings("/twilio/sms", form, sms.sid, WEBHOOK_TRIES))
        if twice:
            self._later(30, lambda: self._brings("/twilio/sms", form, sms.sid, (0.0,)))
        return sms.sid

    async def _brings(self, path: str, form: Form, known_as: str, tries: tuple[float, ...]) -> None:
        begun = self.time()
        for at in tries:
            await lasting(max(0.0, begun + at - self.time()))
            if await self.posts(path, form) == 200:
                self.acknowledged.append(known_as)
                return
        if path == "/twilio/sms":
            self.given_up.add(known_as)

    def _adds(self, sender: str, to: str, body: str, direction: str, status: str) -> Sms:
        sid = f"SM{len(self.messages) + 1:032x}"
        sms = Sms(sid, sender, to, body, direction, status, self.now().astimezone(UTC), self.time())
        self.messages.append(sms)
        return sms

    # -- what the customer asks -----------------------------------------------------------------------

    def answers(self, method: str, url: str, params: Mapping[str, Any], data: Mapping[str, Any]) -> Answer:
        """One call to the API."""
        parts = urlsplit(url)
        params = {**{name: found[0] for name, found in parse_qs(parts.query).items()}, **params}
        single = not parts.path.endswith("/Messages.json")
        name = ("fetch" if single else "list") if method.upper() == "GET" else ("update" if single else "create")
        if "/Balance" in url:
            name = "balance"
        spell = self.weather.of(name)
        way = spell.way if spell else Way.WELL
        if way is Way.CLOSED:
            return Answer(0, "", 0.0, fault=requests.ConnectTimeout("refused"))
        answer = self._carries_out(name, url, params, data) if way in TAKING else None
        if way in SILENT:
            return Answer(0, "", 8.0, fault=requests.ReadTimeout("no answer"))
        if answer is not None and way is not Way.TAKEN_500:
            return answer._replace(after=SLOW if way is Way.SLOW else ANSWERS_IN)
        return _refusal(way, spell)

    def _carries_out(self, name: str, url: str, params: Mapping[str, Any], data: Mapping[str, Any]) -> Answer:
        if name == "create":
            return self._creates(data)
        if name == "balance":
            return _json(200, {"account_sid": self.account, "balance": "25.00", "currency": "GBP"})
        if name == "list":
            return self._lists(params)
        sid = urlsplit(url).path.rpartition("/")[2].removesuffix(".json")
        sms = next((one for one in self.messages if one.sid == sid), None)
        if sms is None:
            return _error(404, 20404)
        if name == "update" and data.get("Status") == "canceled":
            if sms.status != "scheduled":
                return _error(409, 30409)
            sms.status = "canceled"
        return _json(200, sms.resource(self.account))

    def date(self) -> str:
        """What time it is at Twilio."""
        return format_datetime(self.now().astimezone(UTC), usegmt=True)

    def _lists(self, params: Mapping[str, Any]) -> Answer:
        """A page, newest first. A token names the last text of the page before, so that new ones move nothing."""
        size, token = int(params.get("PageSize") or 50), str(params.get("PageToken") or "")
        found = [one for one in reversed(self.messages) if one.to == params.get("To", one.to)]
        start = next((at + 1 for at, one in enumerate(found) if one.sid == token), 0)
        shown = found[start : start + size]
        uri = f"/2010-04-01/Accounts/{self.account}/Messages.json"
        rest = {
            "PageSize": size,
            "PageToken": shown[-1].sid if shown else "",
            **({"To": params["To"]} if "To" in params else {}),
        }
        following = f"{uri}?{urlencode(rest)}" if start + size < len(found) else None
        page = {"messages": [one.resource(self.account) for one in shown], "page": 0, "page_size": size, "start": start}
        return _json(200, {**page, "end": start + max(len(shown) - 1, 0), "uri": uri, "next_page_uri": following})

    def _creates(self, data: Mapping[str, Any]) -> Answer:
        to, body = str(data["To"]), str(data["Body"])
        if to in self.opted_out:
            return _error(400, 21610)
        sms = self._adds(str(data.get("From") or self.numbers[0]), to, body, "outbound-api", "queued")
        sms.callback = str(data.get("StatusCallback") or "")
        if data.get("ScheduleType") == "fixed" and data.get("MessagingServiceSid"):
            sms.send_at = _instant(data["SendAt"])
            wait = sms.send_at - self.now()
            if not EARLIEST <= wait <= LATEST:
                self.messages.pop()
                return _error(400, 35114)
            sms.status = "scheduled"
            self._later(wait.total_seconds(), lambda: self._goes_out(sms))
        else:
            self._hands_over(sms)
        return _json(201, sms.resource(self.account))

    async def _goes_out(self, sms: Sms) -> None:
        if sms.status == "scheduled":
            self._hands_over(sms)

    def _hands_over(self, sms: Sms) -> None:
        """To the network: the phone has it, unless the receipts say otherwise, and the receipts are on their way."""
        receipts = self.receipts(sms)
        sms.status = "sent"
        if not any(status in ("undelivered", "failed") for _, status, _ in receipts[:2]):
            self.shows(sms.to, sms.body)
        for after, status, code in receipts:
            self._later(after, lambda status=status, code=code: self._receipts(sms, status, code))  # type: ignore[misc]

    async def _receipts(self, sms: Sms, status: str, code: int) -> None:
        sms.becomes(status, code)
        if not sms.callback:
            return
        parts = urlsplit(sms.callback)
        form = {"MessageSid": sms.sid, "MessageStatus": status, "To": sms.to, "From": sms.sender}
        form |= {"ErrorCode": str(code)} if code else {}
        await self._brings(f"{parts.path}?{parts.query}", form, f"{sms.sid}:{status}", (0.0, 2.0))


def _instant(written: object) -> datetime:
    found = written if isinstance(written, datetime) else datetime.fromisoformat(str(written))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _json(status: int, found: object) -> Answer:
    return Answer(status, json.dumps(found), ANSWERS_IN)


def _error(status: int, code: int, **headers: str) -> Answer:
    body = {"code": code, "message": "refused", "more_info": "", "status": status}
    return Answer(status, json.dumps(body), ANSWERS_IN, headers)


def _refusal(way: Way, spell: Spell | None) -> Answer:
    match way:
        case Way.TOO_MANY:
            wait = {"Retry-After": f"{spell.detail:g}"} if spell and spell.detail else {}
            return _error(429, 20429, **wait)
        case Way.WRONG_KEY | Way.FORBIDDEN | Way.CONFLICT:
            return _error(403 if way is Way.FORBIDDEN else 401, 20003)
        case Way.GATEWAY:
            return Answer(502, "<html>Bad Gateway</html>", ANSWERS_IN)
        case _:
            return _error(500, 20500)
