"""Twilio's webhooks, from form to meaning: packed as received, and read again when the desk comes to them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import parse_qs

from bot.delivery import Receipted
from bot.events import Incoming, Receipt, Sort
from bot.people import Channel
from handlers.sms.errors import passing, receipt_error

Kind = Literal["sms", "status", "listed"]
"""A text and a receipt, as webhooks; and a text that Twilio's list had and no webhook brought, with its time and age (s)."""
Params = list[tuple[str, str]]

RECEIPTS: dict[str, Receipted] = {
    "accepted": Receipted.ON_ITS_WAY,
    "scheduled": Receipted.ON_ITS_WAY,
    "queued": Receipted.ON_ITS_WAY,
    "sending": Receipted.ON_ITS_WAY,
    "sent": Receipted.ON_ITS_WAY,
    "delivered": Receipted.DELIVERED,
    "read": Receipted.DELIVERED,
    "undelivered": Receipted.FAILED,
    "failed": Receipted.FAILED,
    "canceled": Receipted.FAILED,
}


def pack(kind: Kind, params: Params, query: str) -> bytes:
    """What the inbox keeps of a webhook, or of a text of the list: every parameter as received, and the URL's query."""
    return json.dumps({"kind": kind, "params": params, "query": query}).encode("ascii")


def external_id(kind: Kind, params: Params) -> str:
    """What a webhook is deduped by: a text by its id, a receipt by id and status. Raises ValueError."""
    fields = dict(params)
    sid = _sid(fields)
    return f"{sid}:{_status(fields)}" if kind == "status" else sid


def parse(raw: bytes) -> list[Incoming]:
    """Read what `pack` made. Raises ValueError for anything else, and for a text without a sender."""
    try:
        packed = json.loads(raw)
        kind, query = packed["kind"], packed["query"]
        fields: dict[str, str] = dict(packed["params"])
    except (TypeError, KeyError) as error:
        raise ValueError("not a kept webhook of Twilio") from error
    return [_receipt(fields, query) if kind == "status" else _text(fields)]


def _text(fields: Mapping[str, str]) -> Incoming:
    sender, text = fields.get("From", ""), _legible(fields.get("Body", ""))
    sent_at = datetime.fromisoformat(fields["SentAt"]) if "SentAt" in fields else None
    age = timedelta(seconds=_number(fields.get("Age", "")) or 0)
    if not sender:
        raise ValueError("a text without a sender")
    if not text.strip() and fields.get("NumMedia", "0") not in ("", "0"):
        return Incoming(Channel.SMS, sender, Sort.OTHER, what="picture", sent_at=sent_at, age=age)
    return Incoming(Channel.SMS, sender, Sort.TEXT, text=text, sent_at=sent_at, age=age)


def _receipt(fields: Mapping[str, str], query: str) -> Incoming:
    status, code = _status(fields), _number(fields.get("ErrorCode", ""))
    said = RECEIPTS.get(status)
    if said is None:
        # A word that Twilio has not used before says nothing we could act on.
        return Incoming(Channel.SMS, "", Sort.SILENT, what="receipt")
    failed = said is Receipted.FAILED
    receipt = Receipt(
        provider_id=_sid(fields),
        said=said,
        reference=_number(parse_qs(query).get("ref", [""])[0]),
        again=failed and passing(code),
        error=receipt_error(status, code) if failed else "",
    )
    return Incoming(Channel.SMS, "", Sort.RECEIPT, receipt=receipt)


def _sid(fields: Mapping[str, str]) -> str:
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    if not sid:
        raise ValueError("a webhook without a MessageSid")
    return sid


def _status(fields: Mapping[str, str]) -> str:
    return (fields.get("MessageStatus") or fields.get("SmsStatus") or "").lower()


def _number(written: str) -> int | None:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None


def _legible(text: str) -> str:
    """Bytes that are no UTF-8 were kept as half characters; to a reader each is a replacement character."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
