"""What the doctor asks of Twilio: the account, the credit, and above all where a text to our number goes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urlsplit

import httpx

from bot.checkup import About, Sign, amber, clock, red, well
from bot.clock import Clock

TIME_LIMIT = 8.0
TRIES = {"ct": "2000", "rt": "4000", "rc": "3", "rp": "all"}
"""What stands behind the `#` of the address: left to itself Twilio tries once more at most (DESIGN §5)."""
FRAGMENT = "&".join(f"{name}={value}" for name, value in TRIES.items())
LOW, EMPTY = 10.0, 2.0
"""Of whatever money the account is in. An alarm and its climb are some ten texts."""
IRISH = ".ie1."
Json = Mapping[str, Any]


class TwilioFault(Exception):
    """Twilio did not answer, or refused; `status` is 0 where nothing came."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class TwilioChecks:
    """One account. `texts_url` is where Twilio must call with a text, without what stands behind the `#`."""

    account_sid: str
    auth_token: str
    api_url: str
    numbers: Sequence[str]
    service_sid: str | None
    texts_url: str
    now: Clock

    async def __call__(self) -> list[Sign]:
        """Ask, and judge. Raises nothing that is Twilio's fault."""
        auth = (self.account_sid, self.auth_token)
        async with httpx.AsyncClient(timeout=TIME_LIMIT, auth=auth) as client:
            try:
                account, date = await self._get(client, self._api())
            except TwilioFault as fault:
                return [_unanswered(fault.status)]
            signs = [*_account(account)]
            if date:
                signs.append(clock(parsedate_to_datetime(date), self.now(), "Twilio"))
            signs += [await self._credit(client), *self._backstop()]
            try:
                return signs + await self._ways_in(client)
            except TwilioFault as fault:
                mend = "look again; where it stays so, look at the numbers in Twilio's console"
                return [*signs, amber(About.NUMBER, f"Twilio does not tell of the numbers ({fault.status})", mend)]

    def _api(self, what: str = "") -> str:
        return f"{self.api_url}/2010-04-01/Accounts/{self.account_sid}{what}.json"

    def _messaging(self, what: str) -> str:
        """The Messaging API is at a host of its own."""
        return f"{self.api_url.replace('//api.', '//messaging.', 1)}/v1/Services{what}"

    async def _get(self, client: httpx.AsyncClient, url: str, **query: str) -> tuple[Json, str]:
        """The resource, and when Twilio says it is. Raises TwilioFault."""
        try:
            response = await client.get(url, params=query)
            body = response.json() if response.is_success else None
        except (httpx.HTTPError, ValueError):
            raise TwilioFault(0) from None
        if not isinstance(body, dict):
            raise TwilioFault(response.status_code)
        return body, response.headers.get("Date", "")

    async def _credit(self, client: httpx.AsyncClient) -> Sign:
        try:
            money, _ = await self._get(client, self._api("/Balance"))
            return _credit(float(money["balance"]), str(money.get("currency", "")))
        except (TwilioFault, KeyError, TypeError, ValueError):
            return amber(
                About.CREDIT, "the credit cannot be read", "look at it in Twilio's console; turn on automatic top-up"
            )

    def _backstop(self) -> Iterator[Sign]:
        """Whether Twilio can hold a text that outlives our machine."""
        if IRISH in self.api_url:
            words = "this account is served in Ireland, where no text can be scheduled: if this machine dies, nobody is told"
            yield amber(About.SMS, words, "use an account and a number of the region US1")
        elif self.service_sid is None:
            words = "without a Messaging Service no text can be scheduled: if this machine dies, nobody is told"
            yield amber(
                About.SMS, words, "put the number into a Messaging Service and set TWILIO_MESSAGING_SERVICE_SID"
            )

    async def _ways_in(self, client: httpx.AsyncClient) -> list[Sign]:
        """Where a text to each number goes: to the number's own address, or to that of the Service it belongs to."""
        listed, _ = await self._get(client, self._messaging(""), PageSize="50")
        services: Sequence[Json] = listed.get("services") or []
        members = {service["sid"]: await self._members(client, service["sid"]) for service in services}
        signs: list[Sign] = []
        numbers = list(self.numbers)
        if self.service_sid is not None:
            pool = members.get(self.service_sid)
            if pool is None:
                mend = "copy its SID from the console to TWILIO_MESSAGING_SERVICE_SID"
                signs.append(red(About.SMS, "this account has no Messaging Service of that name", mend))
            elif not pool:
                mend = "add the number to its sender pool in the console"
                signs.append(red(About.SMS, "the Messaging Service has no number to send from", mend))
            numbers += [number for number in pool or [] if number not in numbers]
        for number in numbers:
            listed, _ = await self._get(client, self._api("/IncomingPhoneNumbers"), PhoneNumber=number)
            found: Sequence[Json] = listed.get("incoming_phone_numbers") or []
            service = next((one for one in services if number in members[one["sid"]]), None)
            signs += [*_way_in(number, found[0] if found else None, service, self.texts_url)]
        return signs

    async def _members(self, client: httpx.AsyncClient, sid: str) -> list[str]:
        listed, _ = await self._get(client, self._messaging(f"/{sid}/PhoneNumbers"), PageSize="50")
        return [str(one.get("phone_number")) for one in listed.get("phone_numbers") or []]


def _unanswered(status: int) -> Sign:
    if status in (401, 403, 404):
        mend = "copy the account's SID and auth token from Twilio's console to .env"
        return red(About.SMS, "Twilio does not accept these credentials", mend)
    if status == 0:
        return red(About.SMS, "Twilio was not reached", "look at this machine's network, its firewall and its DNS")
    return red(
        About.SMS, f"Twilio refuses ({status})", "wait a little, and look again; status.twilio.com tells of outages"
    )


def _account(account: Json) -> Iterator[Sign]:
    status = account.get("status")
    if status != "active":
        yield red(About.SMS, f"the Twilio account is {status}", "look at the console: usually the credit is used up")
    elif account.get("type") == "Trial":
        mend = "upgrade it: a trial account texts only numbers that were verified in the console"
        yield amber(About.SMS, "the Twilio account is on trial", mend)
    else:
        yield well(About.SMS, "the Twilio account is active")


def _credit(balance: float, currency: str) -> Sign:
    written = f"{balance:.2f} {currency}".strip()
    if balance >= LOW:
        return well(About.CREDIT, f"the credit at Twilio is {written}")
    judge = red if balance < EMPTY else amber
    return judge(About.CREDIT, f"the credit at Twilio is {written}", "top it up, and turn on automatic top-up")


def _way_in(number: str, found: Json | None, service: Json | None, ours: str) -> Iterator[Sign]:
    """Where texts to one number go."""
    if found is None:
        yield red(About.NUMBER, f"{number} is no number of this account", "look at TWILIO_FROM, and at the console")
        return
    if (found.get("capabilities") or {}).get("sms") is False:
        yield red(About.NUMBER, f"{number} takes no texts", "buy a number that can send and receive SMS")
        return
    if service is not None and not service.get("use_inbound_webhook_on_number"):
        yield from _by_service(number, service, ours)
        return
    if found.get("sms_application_sid"):
        words = f"texts to {number} go to a TwiML application, not to Doorstep"
        yield red(About.NUMBER, words, "in the console, at the number, choose Webhook under “A message comes in”")
        return
    names = ("sms_url", "sms_method", "sms_fallback_url")
    yield from _address(number, *(str(found.get(name) or "") for name in names), ours=ours)


def _by_service(number: str, service: Json, ours: str) -> Iterator[Sign]:
    """The trap: a Service that has no address drops every text, and logs none (DESIGN §5)."""
    if not service.get("inbound_request_url"):
        words = f"the Messaging Service of {number} drops every text that comes in, and logs none"
        yield red(About.NUMBER, words, "in the console, at the Service, Integration: “Defer to sender's webhook”")
        return
    names = ("inbound_request_url", "inbound_method", "fallback_url")
    yield from _address(number, *(str(service.get(name) or "") for name in names), ours=ours)


def _address(number: str, url: str, method: str, fallback: str, *, ours: str) -> Iterator[Sign]:
    wanted = f"{ours}#{FRAGMENT}"
    mend = f"in the console, under “A message comes in”: Webhook, HTTP POST, {wanted}"
    if not _is_same(url, ours) or method.upper() != "POST":
        where = "nowhere" if not url else f"by {method or 'GET'} to {urldefrag(url).url}"
        yield red(About.NUMBER, f"texts to {number} go {where}", mend)
        return
    if dict(parse_qsl(urldefrag(url).fragment)) != TRIES:
        yield amber(About.NUMBER, f"texts to {number} are not tried again as they should be", mend)
    if not _is_same(fallback, ours):
        words = f"{number} has no second address, or another, for when the first fails"
        yield amber(About.NUMBER, words, f"in the console, under “Primary handler fails”: {ours}")
    else:
        yield well(About.NUMBER, f"texts to {number} come to Doorstep")


def _is_same(url: str, ours: str) -> bool:
    """The same address, whatever stands behind the `#`."""
    return urlsplit(urldefrag(url).url) == urlsplit(ours)
