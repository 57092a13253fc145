"""Texts out, through Twilio's synchronous client: with a time limit, and without its retries (DESIGN §5)."""

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from requests import exceptions as http
from twilio.base.exceptions import (
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from urllib3.exceptions import NewConnectionError

from bot.delivery import Attempt, Parcel, Verdict
from handlers.sms.errors import MEANINGS, NO_WAY, is_senders, meaning_of, passing
from handlers.sms.line import TOO_MANY, Line, Throttled, Unsent
from handlers.sms.senders import Sender, Senders

VALIDITY_SECONDS = 600  # of an alarm: Twilio's default is 10 h, and one that comes tomorrow misleads
LOOK_BACK, DEEPEST = 50, 500
"""Texts to one number: a page of a look-up, and how many it reads at most, where those are younger than what it looks for."""
AROUND = timedelta(minutes=1)
"""By so much their clock and ours may differ in what is older than a notice."""
FIND_WITHIN = timedelta(minutes=30)
MOST_TAKEN = 10_000
ALARMS, OTHERS = "sms-alarm", "sms"
ALARM_LIMIT = 6.0
"""Seconds for a try of an alarm: with what follows from a try that nobody answers, within 10 s (DESIGN §7, I4)."""
AT_ONCE = timedelta(0)
NOT_GOING_OUT = frozenset({"failed", "undelivered", "canceled", "scheduled"})

log = structlog.get_logger(__name__)


class SmsCarrier:
    """Sends by Twilio from a Messaging Service, from numbers, or from one after another: what is given, in this order.

    `status_url` is where receipts come to, as seen from outside; `time_limit` is in seconds, for a whole try.
    Alarms have `threads` of their own, so that no hanging prompt stands before one. With `now`, a look-up
    adopts only what Twilio took in within the last half hour: the same words from this morning are not ours.
    Raises ValueError when there is nothing to send from.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        senders: Sequence[str],
        service_sid: str | None,
        api_url: str | None,
        status_url: str | None,
        time_limit: float = 8.0,
        threads: int = 8,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        if not senders and not service_sid:
            raise ValueError("texts need a number or a Messaging Service to come from")
        self._line = Line(
            account_sid, auth_token, api_url=api_url, time_limit=time_limit, pools=(ALARMS, OTHERS), threads=threads
        )
        service = [Sender(service_sid, is_service=True)] if service_sid else []
        self._senders = Senders([*service, *(Sender(number) for number in senders)], now)
        self._status_url = status_url
        self._now = now
        self._taken: OrderedDict[str, int] = OrderedDict()

    async def send(self, parcel: Parcel) -> Attempt:
        """Try once. Raises nothing: what went wrong is in the verdict.

        That there is no way from a sender to this phone says nothing of the next sender: it is tried in the same breath.
        """
        first = self._senders.choose(parcel)
        attempt, code = await self._by(first, parcel)
        for other in self._senders.all:
            if code == NO_WAY and other != first:
                attempt, code = await self._by(other, parcel)
        return attempt

    async def _by(self, sender: Sender, parcel: Parcel) -> tuple[Attempt, int | None]:
        """What came of it, and Twilio's code where it refused."""
        try:
            sid = await self._line.call(_pool(parcel), lambda: self._create(parcel, sender), _patience(parcel))
        except Exception as error:
            attempt, code = attempt_after(error), getattr(error, "code", None)
            if is_senders(code) and self._senders.fails(sender):
                attempt = replace(attempt, after=AT_ONCE)
            return attempt, code
        self._take(sid, parcel.reference)
        return Attempt(Verdict.SENT, sid, receipt=self._tells), None

    def hears(self, params: Sequence[tuple[str, str]]) -> None:
        """What a receipt says of the sender: see `Senders`. A Service's names it beside the number that it chose."""
        fields = dict(params)
        number, phone, status = (fields.get(name, "") for name in ("From", "To", "MessageStatus"))
        number, code = fields.get("MessagingServiceSid") or number, fields.get("ErrorCode", "")
        if status == "delivered":
            self._senders.reaches(number)
        elif status in ("undelivered", "failed") and code.isascii() and code.isdigit() and passing(int(code[:9])):
            self._senders.misses(number, phone)

    @property
    def has_spare(self) -> bool:
        """Whether a second copy can go from another sender than the first."""
        return len(self._senders.all) > 1

    @property
    def _tells(self) -> bool:
        return self._status_url is not None

    async def find(self, parcel: Parcel) -> Attempt | None:
        """The newest text of exactly these words to this number that no other reference has; None where there is none.

        UNKNOWN where Twilio's list does not answer.
        """
        try:
            texts = await self._line.call(_pool(parcel), lambda: self._list(parcel))
        except Exception as error:
            why = attempt_after(error).error
            log.warning("look-up failed", channel="sms", reference=parcel.reference, error=why)
            return Attempt(Verdict.UNKNOWN, error=why)
        ours = [text.sid for text in texts if self._is_ours(text, parcel)]
        if not ours:
            return None
        # What this notice has already comes before what nobody has: it is given the same answer every time.
        sid = next((known for known in ours if known in self._taken), ours[0])
        self._take(sid, parcel.reference)
        return Attempt(Verdict.SENT, sid, receipt=self._tells)

    async def close(self) -> None:
        """Start no further call. One that hangs ends by its own time limit."""
        await self._line.close()

    def _create(self, parcel: Parcel, sender: Sender) -> str:
        fields: dict[str, object] = {"to": parcel.address, "body": parcel.text, **sender.fields}
        if self._status_url and parcel.reference:
            fields["status_callback"] = f"{self._status_url}?ref={parcel.reference}"
        if parcel.urgent:
            fields |= {"validity_period": VALIDITY_SECONDS, "risk_check": "disable"}
        return str(self._line.client.messages.create(**fields).sid or "")

    def _list(self, parcel: Parcel) -> list[Any]:
        """The newest texts to this number: a page, and more only where a crowd of later ones stands before an earlier try."""
        texts: list[Any] = []
        for text in self._line.client.messages.stream(to=parcel.address, page_size=LOOK_BACK, limit=DEEPEST):
            texts.append(text)
            if len(texts) % LOOK_BACK == 0 and self._is_from_before(text, parcel):
                break
        return texts

    def _is_from_before(self, text: Any, parcel: Parcel) -> bool:
        """Whether a text is older than anything that this parcel can have become."""
        if self._now is None or parcel.made_at is None or text.date_created is None:
            return True
        ours = self._now()
        waited = max(ours - parcel.made_at, AT_ONCE)
        their_now = self._line.their_now or ours
        return bool(text.date_created < their_now - waited - AROUND)

    def _is_ours(self, text: Any, parcel: Parcel) -> bool:
        if text.body != parcel.text or text.direction == "inbound" or text.status in NOT_GOING_OUT:
            return False
        if self._taken.get(text.sid, parcel.reference) != parcel.reference:
            return False
        if self._now is None:
            return True
        # By Twilio's own clock, which has just answered: ours may be an hour off, and would find nothing again and again.
        now = self._line.their_now or self._now()
        return text.date_created is not None and text.date_created >= now - FIND_WITHIN

    def _take(self, sid: str, reference: int) -> None:
        """Tie a text to one notice, so that no other in the same words adopts it."""
        self._taken[sid] = reference
        if len(self._taken) > MOST_TAKEN:
            self._taken.popitem(last=False)


def _pool(parcel: Parcel) -> str:
    return ALARMS if parcel.urgent else OTHERS


def _patience(parcel: Parcel) -> float | None:
    return ALARM_LIMIT if parcel.urgent else None


def attempt_after(error: Exception) -> Attempt:
    """The verdict on an exception. Only what surely never left, or was surely refused, is not UNKNOWN."""
    if isinstance(error, Throttled):
        return Attempt(Verdict.AGAIN, error=f"twilio {TOO_MANY}: {MEANINGS[TOO_MANY].why}", after=error.after)
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return _after_answer(error.status, error.code)
    if isinstance(error, TwilioException) and len(error.args) > 1:
        return _after_page(error.args[1])
    if isinstance(error, Unsent):
        return Attempt(Verdict.AGAIN, error="twilio: no free line")
    if isinstance(error, http.ConnectTimeout) or _never_connected(error):
        return Attempt(Verdict.AGAIN, error="twilio: not reached")
    if isinstance(error, TimeoutError | http.Timeout):
        return Attempt(Verdict.UNKNOWN, error="twilio: no answer in time")
    if isinstance(error, http.ConnectionError):
        return Attempt(Verdict.UNKNOWN, error="twilio: connection lost")
    return Attempt(Verdict.UNKNOWN, error=f"twilio: {type(error).__name__}")


def _after_page(response: Any) -> Attempt:
    """For a list the library has another exception, which holds the answer itself."""
    try:
        code = json.loads(response.text).get("code")
    except (AttributeError, TypeError, ValueError):
        code = None
    return _after_answer(getattr(response, "status_code", None), code)


def _after_answer(given_status: object, given_code: object) -> Attempt:
    code = given_code if isinstance(given_code, int) else None
    status = given_status if isinstance(given_status, int) else 0
    meaning = meaning_of(status, code)
    return Attempt(meaning.verdict, error=f"twilio {code or status}: {meaning.why}", lost=meaning.lost)


def _never_connected(error: Exception) -> bool:
    """Connection refused, or no such host: requests wraps urllib3's reason in its own exception."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, http.ConnectionError) and isinstance(reason, NewConnectionError)
