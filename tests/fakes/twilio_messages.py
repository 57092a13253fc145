"""Twilio's Message resource, its list with filters and pages, and the plan for its receipts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from itertools import islice
from typing import Literal
from urllib.parse import urlencode

from tests.fakes.server import Json

API = "/2010-04-01/Accounts"
When = Literal["held", "auto", "before", "lost"]

DELIVERED = ("sent", "delivered")
TWICE = ("sent", "delivered", "delivered")
OUT_OF_ORDER = ("delivered", "sent")
NEVER: tuple[str, ...] = ()
UNDELIVERED = ("sent", "undelivered")
FAILED = ("failed",)
UNDELIVERED_AFTER_DELIVERED = ("sent", "delivered", "undelivered")
FAILURES = {"undelivered", "failed"}
# A status never goes back on the resource, however late a receipt comes.
RANK = {"scheduled": 0, "accepted": 0, "queued": 1, "sent": 2, "delivered": 3, "undelivered": 4, "failed": 4}

# GSM 03.38: the basic table counts one, the extension two; anything else turns the whole text into UCS-2.
GSM7 = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = "^{}\\[~]|€\f"


@dataclass(frozen=True)
class Plan:
    """Which receipts follow a text, in this order, and when: `held` until asked for, `auto` after the POST
    has answered, `before` it has, or `lost` (the text's status changes, the callback is never made)."""

    statuses: tuple[str, ...] = DELIVERED
    error_code: int | None = None
    when: When = "held"

    @property
    def reaches_the_phone(self) -> bool:
        """False when the receipts say from the start that it did not."""
        return "delivered" in self.statuses or not FAILURES & set(self.statuses)


@dataclass
class Sms:
    """One Message resource. `params` are the form parameters of its POST exactly as received."""

    sid: str
    account_sid: str
    sender: str | None
    to: str
    body: str
    direction: Literal["inbound", "outbound-api", "outbound-reply"]
    status: str
    created_at: datetime
    sent_at: datetime | None = None
    send_at: datetime | None = None
    service: str | None = None
    error_code: int | None = None
    media: int = 0
    params: dict[str, str] = field(default_factory=dict)

    def becomes(self, status: str, error_code: int | None = None) -> None:
        """Take on a status unless it would be a step back."""
        if RANK.get(status, 0) >= RANK.get(self.status, 0):
            self.status = status
            self.error_code = error_code if status in FAILURES else None

    def resource(self) -> Json:
        """The JSON of the API."""
        uri = f"{API}/{self.account_sid}/Messages/{self.sid}"
        return {
            "sid": self.sid, "account_sid": self.account_sid, "from": self.sender, "to": self.to,
            "body": self.body, "direction": self.direction, "status": self.status,
            "messaging_service_sid": self.service, "num_segments": str(segments(self.body)),
            "num_media": str(self.media), "error_code": self.error_code, "error_message": None,
            "date_created": format_datetime(self.created_at),
            "date_updated": format_datetime(self.created_at),
            "date_sent": format_datetime(self.sent_at) if self.sent_at else None,
            "price": None, "price_unit": "GBP", "api_version": "2010-04-01", "uri": f"{uri}.json",
            "subresource_uris": {"media": f"{uri}/Media.json"},
        }  # fmt: skip


@dataclass(frozen=True)
class SmsLine:
    """One text on a phone."""

    at: datetime
    way: Literal["sent", "got"]
    body: str
    sid: str = field(default="", compare=False)


def segments(body: str) -> int:
    """How many SMS a body takes: 160 or 153 characters each in GSM-7, 70 or 67 in UCS-2."""
    if all(one in GSM7 or one in GSM7_EXTENSION for one in body):
        size, single, joined = sum(2 if one in GSM7_EXTENSION else 1 for one in body), 160, 153
    else:
        size, single, joined = len(body.encode("utf-16-be")) // 2, 70, 67
    return 1 if size <= single else -(-size // joined)


def page(account_sid: str, oldest_first: Sequence[Sms], query: Json) -> Json:
    """One page of the list, filtered, newest first. The token names the last text given, so that new ones move no page.

    No more is looked at than that takes: a real list is no slower for what is in it from before.
    """
    size = min(max(int(query.get("PageSize", 50)), 1), 1000)
    token = str(query.get("PageToken", "")).removeprefix("PA")
    found = filter(partial(_matches, query=query), reversed(oldest_first))
    start = next((i + 1 for i, one in enumerate(found) if one.sid == token), 0) if token else 0
    if token and not start:
        found = filter(partial(_matches, query=query), reversed(oldest_first))
    shown = list(islice(found, size))
    number, uri = int(query.get("Page", 0)), f"{API}/{account_sid}/Messages.json"
    following = None
    if next(found, None) is not None:
        rest = dict(query) | {"PageSize": size, "Page": number + 1, "PageToken": f"PA{shown[-1].sid}"}
        following = f"{uri}?{urlencode(rest)}"
    return {
        "messages": [one.resource() for one in shown], "page": number, "page_size": size, "start": start,
        "end": start + max(len(shown) - 1, 0), "uri": uri, "first_page_uri": f"{uri}?PageSize={size}&Page=0",
        "next_page_uri": following, "previous_page_uri": None,
    }  # fmt: skip


def _matches(one: Sms, query: Json) -> bool:
    if query.get("To", one.to) != one.to or query.get("From", one.sender) != one.sender:
        return False
    limits = [(key, query[key]) for key in ("DateSent", "DateSent>", "DateSent<") if key in query]
    if limits and one.sent_at is None:
        return False
    return all(_within(key, limit, one.sent_at) for key, limit in limits)


def _within(key: str, limit: str, sent_at: datetime | None) -> bool:
    """Both bounds count themselves in; a bound without a time of day means the whole GMT day."""
    if sent_at is None:
        return False
    at = sent_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")[: len(limit)]
    if key == "DateSent":
        return at == limit
    return at >= limit if key == "DateSent>" else at <= limit
