"""One update as received → what came in. Pure, and nothing that Telegram could send makes it raise.

The library reads the update; what it cannot parse is read by hand, so that a text in it is still heard.
"""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram import CallbackQuery, ChatMemberUpdated, Contact, Message, Update
from telegram.constants import ChatMemberStatus, ChatType, MessageEntityType

from bot.events import Incoming, Sort
from bot.people import Channel

Json = dict[str, Any]
# The kinds of update that are asked for.
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
# A link's payload is of these characters (core.telegram.org/bots/features#deep-linking); any other text after
# /start was typed by a person.
AGE, WORTH_TELLING = "doorstep_age", timedelta(seconds=1)
START = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*")
# What a person can send that is no text, the particular before the general: an animation is also a document,
# a venue also a location. The words are what the journal and the answer call it.
KINDS = (
    "photo", "voice", "video", "video_note", "audio", "animation", "sticker", "document", "venue", "location",
    "poll", "dice", "game", "story", "paid_media", "checklist", "live_photo",
)  # fmt: skip
# What Telegram writes into a chat by itself.
SERVICE = (
    "pinned_message", "message_auto_delete_timer_changed", "chat_background_set", "write_access_allowed",
    "connected_website", "boost_added", "proximity_alert_triggered",
)  # fmt: skip
WORDS = ("text", "caption", "data")
FORWARDED = ("forward_origin", "forward_from", "forward_date")
GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP, ChatType.CHANNEL)
QUOTES = (MessageEntityType.BLOCKQUOTE, MessageEntityType.EXPANDABLE_BLOCKQUOTE)


def age_of(update: Json, their_now: datetime | None) -> timedelta:
    """How long an update has waited at Telegram, by Telegram's clock. For the press of a button that is not told."""
    kind = next((one for one in ALLOWED if update.get(one)), "")
    content = _dict(update.get(kind)) if kind != "callback_query" else {}
    at = _instant(content.get("edit_date" if kind == "edited_message" else "date"))
    return max(their_now - at, timedelta(0)) if at and their_now else timedelta(0)


def with_age(update: Json, age: timedelta) -> Json:
    """The update with its age beside what Telegram sent, where it has one worth telling."""
    return {**update, AGE: int(age.total_seconds())} if age >= WORTH_TELLING else update


def external_id(raw: bytes) -> str:
    """The update's id at Telegram. Raises ValueError for what is no update."""
    found = _object(raw).get("update_id")
    if not isinstance(found, int) or isinstance(found, bool):
        raise ValueError("not a Telegram update")
    return str(found)


def parse(raw: bytes) -> list[Incoming]:
    """What came in by one raw update, always one thing. Never raises."""
    try:
        data = _object(raw)
    except ValueError:
        return [_incoming("", Sort.SILENT)]
    age = _length(data.pop(AGE, 0))
    try:
        return [replace(_read(Update.de_json(data)), age=age)]
    except Exception:  # an update may be wrong in any way, and the library raises whatever it stumbles over
        return [replace(_by_hand(data), age=age)]


def _object(raw: bytes) -> Json:
    try:
        data = json.loads(raw.decode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    return data


def _incoming(
    who: str, sort: Sort, text: str = "", what: str = "", at: datetime | None = None, *, quoted: bool = False
) -> Incoming:
    # A half of a surrogate pair is legal in JSON, and nothing behind us could store it.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Incoming(Channel.TELEGRAM, who, sort, text=whole, what=what, sent_at=at, quoted=quoted)


# -- as the library understands it --------------------------------------------------------------------


def _read(update: Update) -> Incoming:
    if update.my_chat_member:
        return _member(update.my_chat_member)
    if update.callback_query:
        return _press(update.callback_query)
    chat, message = update.effective_chat, update.message or update.edited_message
    if message is None or (chat is not None and chat.type in GROUPS):
        return _incoming(str(chat.id) if chat else "", Sort.SILENT)
    if chat is None:
        raise ValueError("a message without a chat")
    return _message(message, edited=update.edited_message is not None)


def _member(change: ChatMemberUpdated) -> Incoming:
    group = change.chat.type in GROUPS
    sort = Sort.SILENT if group else _standing(change.new_chat_member.status)
    return _incoming(str(change.chat.id), sort, at=change.date)


def _standing(status: object) -> Sort:
    if status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT):
        return Sort.BLOCKED
    return Sort.UNBLOCKED if status == ChatMemberStatus.MEMBER else Sort.SILENT


def _press(query: CallbackQuery) -> Incoming:
    """A button of ours: its data is a text that words can read. When it was pressed is not told."""
    chat = query.message.chat if query.message else None
    if chat is not None and chat.type in GROUPS:
        return _incoming(str(chat.id), Sort.SILENT)
    return _incoming(str(chat.id if chat else query.from_user.id), Sort.TEXT, query.data or "")


def _message(message: Message, *, edited: bool) -> Incoming:
    sender, at = str(message.chat.id), message.edit_date if edited else message.date
    forwarded = message.forward_origin is not None
    entities = (*message.entities, *message.caption_entities)
    quoted = forwarded or message.quote is not None or any(one.type in QUOTES for one in entities)
    if message.contact:
        return _contact(message, message.contact, at, forwarded=forwarded)
    if message.text is not None:
        return _words(sender, message.text, at, edited=edited, quoted=quoted)
    what = next((kind for kind in KINDS if getattr(message, kind, None)), "")
    words = message.caption or ""
    if edited and words:
        return _incoming(sender, Sort.EDIT, words, what, at, quoted=quoted)
    sort = Sort.SILENT if _by_itself(message, what, edited=edited) else Sort.OTHER
    return _incoming(sender, sort, words, what or "message", at, quoted=quoted)


def _by_itself(message: Message, what: str, *, edited: bool) -> bool:
    """A live location reports itself as a row of edits: nobody did anything, and nobody is tracked."""
    if what:
        return edited and what == "location"
    return any(getattr(message, one, None) for one in SERVICE)


def _contact(message: Message, contact: Contact, at: datetime | None, *, forwarded: bool) -> Incoming:
    """Telegram itself fills in `user_id`; only the sender's own card proves a number (DESIGN §5)."""
    digits = re.sub(r"\D", "", str(contact.phone_number))
    own = message.from_user is not None and contact.user_id == message.from_user.id and not forwarded
    number, whose = f"+{digits}" if digits else "", "own" if own else "other"
    return _incoming(str(message.chat.id), Sort.CONTACT, number, whose, at, quoted=forwarded)


def _words(sender: str, text: str, at: datetime | None, *, edited: bool, quoted: bool) -> Incoming:
    start = START.fullmatch(text)
    if start and not edited and not quoted:
        return _incoming(sender, Sort.ENROL, start[1] or "", at=at)
    return _incoming(sender, Sort.EDIT if edited else Sort.TEXT, text, at=at, quoted=quoted)


# -- by hand ------------------------------------------------------------------------------------------


def _by_hand(data: Json) -> Incoming:
    kind = next((one for one in ALLOWED if data.get(one)), "")
    content = _dict(data.get(kind))
    chat = _dict(content.get("chat")) or _dict(_dict(content.get("message")).get("chat"))
    sender = _id(chat.get("id")) or _id(_dict(content.get("from")).get("id"))
    nobody = not sender or sender.startswith("-") or any(content.get(one) for one in SERVICE)
    at = _instant(content.get("edit_date" if kind == "edited_message" else "date"))
    if nobody or chat.get("type") in GROUPS:
        return _incoming(sender, Sort.SILENT, at=at)
    if kind == "my_chat_member":
        return _incoming(sender, _standing(_dict(content.get("new_chat_member")).get("status")), at=at)
    said = next((words for one in WORDS if isinstance(words := content.get(one), str)), None)
    if said is None:
        return _incoming(sender, Sort.OTHER, what="unreadable", at=at)
    quoted = any(one in content for one in (*FORWARDED, "quote"))
    return _words(sender, said, at, edited=kind == "edited_message", quoted=quoted)


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _id(value: object) -> str:
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""


def _length(seconds: object) -> timedelta:
    try:
        return timedelta(seconds=max(seconds, 0)) if isinstance(seconds, int) else timedelta(0)
    except OverflowError:
        return timedelta(0)


def _instant(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else None
    except (OverflowError, OSError, ValueError):
        return None
