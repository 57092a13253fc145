"""Twilio's webhooks: texts from phones, and receipts of texts that went out, signed as Twilio does."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urldefrag, urlencode, urlsplit
from xml.etree import ElementTree

import httpx
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped,unused-ignore]

from tests.fakes.server import Server
from tests.fakes.twilio_messages import FAILURES, Plan, Sms, SmsLine, When

SIGNATURE = "X-Twilio-Signature"
# Words that silence the sender on a UK number, and those that undo it (Twilio's default opt-out handling).
STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START_WORDS = {"START", "YES", "UNSTOP"}
HTTP_RETRIEVAL_FAILURE = 11200
_Validator: Any = RequestValidator


@dataclass(frozen=True)
class Hook:
    """One webhook as it was posted. `status` is 0 when nobody answered."""

    url: str
    signed_url: str
    form: dict[str, str]
    status: int


@dataclass(frozen=True)
class Receipt:
    """A status callback still owed."""

    sms: Sms
    status: str
    error_code: int | None


@dataclass(frozen=True)
class Places:
    """Where Doorstep listens, and the address it is known by outside, over which webhooks are signed."""

    sms_url: str = ""
    status_url: str = ""
    public_url: str = ""
    fallback_url: str = ""

    def public(self, url: str) -> str:
        """`url` as Twilio was told it: without the fragment, at the public address."""
        bare = urldefrag(url).url
        if not self.public_url:
            return bare
        parts = urlsplit(bare)
        return self.public_url.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")

    def callback(self, url: str) -> str:
        """Where the StatusCallback `url` really listens."""
        query = f"?{urlsplit(url).query}" if urlsplit(url).query else ""
        if self.status_url:
            return self.status_url + query
        if self.public_url and url.startswith(self.public_url):
            return _origin(self.sms_url) + urlsplit(url).path + query
        return url


class TwilioHooks(Server):
    """The verbs of a phone that knows nothing but SMS, and of the network that carries its texts."""

    def __init__(
        self, now: Callable[[], datetime], *, account_sid: str, auth_token: str, number: str,
        auto_receipts: bool,
    ) -> None:  # fmt: skip
        super().__init__(now)
        self.account_sid, self.auth_token, self.number = account_sid, auth_token, number
        self.signing_token = auth_token
        self._places = Places()
        self._messages: list[Sms] = []
        self._phones: dict[str, list[SmsLine]] = {}
        self._opted_out: set[tuple[str, str]] = set()
        self._plan_for_all = Plan(when="auto" if auto_receipts else "held")
        self._plans: dict[str, Plan] = {}
        self._owed: list[Receipt] = []
        self._hooks: list[Hook] = []
        self._in_turn = asyncio.Lock()
        self._count = 0

    def connect(self, sms_url: str = "", status_url: str = "", *, public_url: str = "", fallback_url: str = "") -> None:
        """Tell where Doorstep listens. `sms_url` may carry `#rc=3&rp=all`; over `public_url` it is signed."""
        with self._lock:
            self._places = Places(sms_url, status_url, public_url, fallback_url)

    # -- a phone ------------------------------------------------------------------------------------

    def texts(self, from_number: str, body: str, *, lost: bool = False, wait: bool = True, to: str = "") -> int:
        """Send a text to our number, or to another of ours; gives the status Doorstep answered, 0 when nobody did.

        Whatever happened, the text is in the list of messages. `lost`: the webhook is never made.
        `wait=False`: give 0 at once (see `settled()`), as a test on Doorstep's own loop must.
        """
        return self._arrives(from_number, body, [], lost, wait, to)

    def sends_mms(self, from_number: str, body: str = "", media_type: str = "image/jpeg") -> int:
        """Send a picture, with or without words; gives the status, as `texts` does."""
        return self._arrives(from_number, body, [media_type], lost=False, wait=True)

    def phone(self, number: str) -> list[SmsLine]:
        """All that this phone sent and got, oldest first."""
        with self._lock:
            self._sweep()
            return list(self._phones.get(number, []))

    def opts_out(self, number: str) -> None:
        """From now on our number's texts to this phone are refused with 21610, until it texts START to it."""
        with self._lock:
            self._opted_out.add((number, self.number))

    def _arrives(self, number: str, body: str, media: list[str], lost: bool, wait: bool, to: str = "") -> int:
        with self._lock:
            at = self._now()
            sid = self._new_sid("MM" if media else "SM")
            sms = Sms(
                sid, self.account_sid, number, to or self.number, body, "inbound", "received", at, at,
                media=len(media),
            )  # fmt: skip
            self._messages.append(sms)
            self._phones.setdefault(number, []).append(SmsLine(at, "sent", body, sid))
            word = body.strip().upper()
            # Each number has its own list of those who want no more from it.
            if word in STOP_WORDS:
                self._opted_out.add((number, sms.to))
            elif word in START_WORDS:
                self._opted_out.discard((number, sms.to))
            form, places = self._inbound_form(sms, media), self._places
            self._touch()
        if lost or not places.sms_url:
            return 0
        if not wait:
            self._later(self._deliver(places, sms, form))
            return 0
        return self._on_loop(self._deliver(places, sms, form))

    def _inbound_form(self, sms: Sms, media: list[str]) -> dict[str, str]:
        """Every parameter Twilio sends to a UK number, the blank ones too: they are all signed."""
        blank = dict.fromkeys(("ToState", "ToCity", "ToZip", "FromState", "FromCity", "FromZip"), "")
        url = f"{self.url}/2010-04-01/Accounts/{self.account_sid}/Messages/{sms.sid}/Media"
        pictures = {f"MediaUrl{i}": f"{url}/ME{i}" for i in range(len(media))}
        kinds = {f"MediaContentType{i}": kind for i, kind in enumerate(media)}
        return blank | pictures | kinds | {
            "ToCountry": "GB", "FromCountry": "GB", "SmsMessageSid": sms.sid, "SmsSid": sms.sid,
            "MessageSid": sms.sid, "SmsStatus": "received", "AccountSid": self.account_sid,
            "NumMedia": str(len(media)), "NumSegments": "1", "Body": sms.body, "To": sms.to,
            "From": sms.sender or "", "ApiVersion": "2010-04-01",
        }  # fmt: skip

    async def _deliver(self, places: Places, sms: Sms, form: dict[str, str]) -> int:
        response = await self._post(places.sms_url, places.public(places.sms_url), form)
        if places.fallback_url and (response is None or response.status_code >= 400):
            form |= {"ErrorCode": str(HTTP_RETRIEVAL_FAILURE), "ErrorUrl": places.public(places.sms_url)}
            response = await self._post(places.fallback_url, places.public(places.fallback_url), form)
        if response is None:
            return 0
        if response.is_success:
            self._replies(sms, response)
        return response.status_code

    def _replies(self, sms: Sms, response: httpx.Response) -> None:
        """TwiML and plain text in the answer become texts to the sender, who would read a stray "OK"."""
        kind, words = response.headers.get("content-type", ""), response.text.strip()
        if not words:
            return
        bodies: list[str] = []
        if kind.startswith("text/plain"):
            bodies = [words]
        elif "xml" in kind:
            bodies = ["".join(one.itertext()) for one in ElementTree.fromstring(words).iter("Message")]
        with self._lock:
            for body in bodies:
                at, to, sid = self._now(), sms.sender or "", self._new_sid("SM")
                reply = Sms(
                    sid, self.account_sid, self.number, to, body, "outbound-reply", "sent", at, at
                )  # fmt: skip
                self._messages.append(reply)
                self._phones.setdefault(to, []).append(SmsLine(at, "got", body, reply.sid))

    # -- receipts -----------------------------------------------------------------------------------

    def receipts(self, *statuses: str, to: str = "", error_code: int | None = None, when: When | None = None) -> None:
        """Plan the receipts of the texts sent from now on (to one number, or to all). No statuses: none come.

        DELIVERED, TWICE, OUT_OF_ORDER, NEVER, UNDELIVERED, FAILED … name the usual plans.
        """
        with self._lock:
            plan = Plan(statuses, error_code, when or self._plan_for_all.when)
            if to:
                self._plans[to] = plan
            else:
                self._plan_for_all = plan

    def owed(self) -> list[tuple[str, str]]:
        """The receipts still held, as (MessageSid, status), in the order in which they will go out."""
        with self._lock:
            self._sweep()
            return [(one.sms.sid, one.status) for one in self._owed]

    def deliver_receipts(self, to: str = "") -> list[int]:
        """Post the receipts that are held (of one number, or all), in order; gives each answer's status."""
        with self._lock:
            self._sweep()
            due = [one for one in self._owed if to in ("", one.sms.to)]
            self._owed = [one for one in self._owed if one not in due]
        return self._on_loop(self._post_receipts(due))

    def _plan_of(self, sms: Sms) -> Plan:
        plan = self._plans.get(sms.to, self._plan_for_all)
        return plan if "StatusCallback" in sms.params else replace(plan, when="lost")

    def _hand_over(self, sms: Sms, at: datetime) -> list[Receipt]:
        """Give a text to the network at `at`; gives the receipts to post right now."""
        plan = self._plan_of(sms)
        sms.status, sms.sent_at, sms.sender = "sent", at, sms.sender or self.number
        if plan.reaches_the_phone:
            self._phones.setdefault(sms.to, []).append(SmsLine(at, "got", sms.body, sms.sid))
        due = [Receipt(sms, status, plan.error_code) for status in plan.statuses]
        self._touch()
        if plan.when == "held":
            self._owed += due
        if plan.when != "lost":
            return [] if plan.when == "held" else due
        for one in due:
            sms.becomes(one.status, one.error_code)
        return []

    async def _post_receipts(self, due: list[Receipt]) -> list[int]:
        statuses: list[int] = []
        async with self._in_turn:
            for one in due:
                with self._lock:
                    one.sms.becomes(one.status, one.error_code)
                    url, places = one.sms.params["StatusCallback"], self._places
                response = await self._post(places.callback(url), url, self._receipt_form(one))
                statuses.append(0 if response is None else response.status_code)
        return statuses

    def _receipt_form(self, one: Receipt) -> dict[str, str]:
        sms = one.sms
        form = {
            "MessageSid": sms.sid, "SmsSid": sms.sid, "MessageStatus": one.status, "SmsStatus": one.status,
            "AccountSid": self.account_sid, "From": sms.sender or "", "To": sms.to,
            "ApiVersion": "2010-04-01",
        }  # fmt: skip
        form |= {"MessagingServiceSid": sms.service} if sms.service else {}
        return form | ({"ErrorCode": str(one.error_code or 30008)} if one.status in FAILURES else {})

    # -- signing and posting ------------------------------------------------------------------------

    def signature(self, signed_url: str, form: Mapping[str, str], token: str = "") -> str:
        """The signature Twilio would send for this form at this URL, by the current token or another."""
        return str(_Validator(token or self.signing_token).compute_signature(signed_url, dict(form)))

    def hooks(self) -> list[Hook]:
        """Every webhook posted, oldest first."""
        with self._lock:
            return list(self._hooks)

    def replay(self, hook: Hook) -> int:
        """Post an earlier webhook once more, byte for byte; its signature is still good. Gives the status."""
        response = self._on_loop(self._post(hook.url, hook.signed_url, hook.form))
        return 0 if response is None else response.status_code

    def post_raw(
        self, path: str, data: str | bytes | Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> int:
        """Post anything at all to Doorstep, unsigned unless `headers` say so; gives the status or 0."""
        content = urlencode(data) if isinstance(data, Mapping) else data
        sent = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        response = self._on_loop(self._attempt(_origin(self._places.sms_url) + path, content, sent))
        return response.status_code if isinstance(response, httpx.Response) else 0

    async def _post(self, url: str, signed_url: str, form: dict[str, str]) -> httpx.Response | None:
        """Post a signed form, and again as the URL's fragment says: by default once, if nobody answers."""
        rules = parse_qs(urldefrag(url).fragment)
        again, policy = int(rules.get("rc", ["1"])[0]), set(rules.get("rp", ["ct"])[0].split(","))
        with self._lock:
            self._count += 1
            headers = {
                "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                SIGNATURE: self.signature(signed_url, form),
                "I-Twilio-Idempotency-Token": f"{self._count:036x}",
            }  # fmt: skip
        for turn in range(1 + again):
            outcome = await self._attempt(urldefrag(url).url, urlencode(form), headers)
            if turn == again or not {_kind(outcome), "all"} & policy or _kind(outcome) == "ok":
                break
        response = outcome if isinstance(outcome, httpx.Response) else None
        with self._lock:
            status = 0 if response is None else response.status_code
            self._hooks.append(Hook(url, signed_url, form, status))
            self._touch()
        return response

    async def _attempt(
        self, url: str, content: str | bytes, headers: Mapping[str, str]
    ) -> httpx.Response | Literal["ct", "rt"]:
        try:
            return await self._http().post(url, content=content, headers=dict(headers))
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return "ct"
        except httpx.TransportError:
            return "rt"

    def _new_sid(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count:032x}"

    def _sweep(self) -> None:
        """Carry out what the clock has made due; the server with the schedule knows what."""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _kind(outcome: httpx.Response | Literal["ct", "rt"]) -> str:
    if not isinstance(outcome, httpx.Response):
        return outcome
    return "ok" if outcome.status_code < 400 else f"{outcome.status_code // 100}xx"
