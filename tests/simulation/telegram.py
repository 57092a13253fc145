"""Telegram as a bot sees it (DESIGN §5): updates wait until an offset deletes them, sends have no receipt and no look-up."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.simulation.loop import lasting
from tests.simulation.weather import SILENT, TAKING, Spell, Way, Weather

Json = dict[str, Any]
TEXTS_WAIT, PRESSES_WAIT = 86_400.0, 150.0
ANSWERS_IN, SLOW = 0.12, 6.0
BOT: Json = {"id": 7700900, "is_bot": True, "first_name": "Doorstep", "username": "doorstep_bot"}
Shows = Callable[[int, str, tuple[str, ...]], None]


@dataclass(slots=True)
class Reply:
    """What httpx gives its caller."""

    status_code: int
    content: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Waiting:
    update_id: int
    body: Json
    until: float


class TelegramCloud:
    """`shows` puts a text on a phone; `stamp` is Telegram's own clock, in whole seconds."""

    def __init__(self, time: Callable[[], float], stamp: Callable[[], int], token: str, shows: Shows) -> None:
        self._time, self._stamp, self._token, self._shows = time, stamp, token, shows
        self.weather = Weather(time)
        self._waiting: list[Waiting] = []
        self._next_update, self._next_message = 700_000_001, 101
        self.known: set[int] = set()
        self.blocked: set[int] = set()
        self._woken: asyncio.Event | None = None
        self._poll = 0
        self.deleted: list[int] = []
        """The updates that an offset has deleted: acknowledged, and gone."""

    # -- what people do -------------------------------------------------------------------------------

    def says(self, chat: int, text: str, **more: Any) -> int:
        """A person writes; gives the update's id."""
        kind = "edited_message" if "edit_date" in more else "message"
        head = {"message_id": self._next_message, "from": _person(chat), "chat": _chat(chat), "date": self._stamp()}
        self._next_message += 1
        self.known.add(chat)
        return self.puts(kind, {**head, "text": text, **more})

    def blocks(self, chat: int, *, unblocks: bool = False) -> int:
        (self.blocked.discard if unblocks else self.blocked.add)(chat)
        status = ("kicked", "member") if unblocks else ("member", "kicked")
        old, new = (dict[str, Any](user=BOT, status=one) for one in status)
        if not unblocks:
            new["until_date"] = 0
        else:
            old["until_date"] = 0
        change = {"chat": _chat(chat), "from": _person(chat), "date": self._stamp()}
        return self.puts("my_chat_member", {**change, "old_chat_member": old, "new_chat_member": new})

    def puts(self, kind: str, content: Json) -> int:
        """Queue one update, of whatever shape."""
        update_id = self._next_update
        self._next_update += 1
        life = PRESSES_WAIT if kind == "callback_query" else TEXTS_WAIT
        self._waiting.append(Waiting(update_id, {"update_id": update_id, kind: content}, self._time() + life))
        if self._woken is not None:
            self._woken.set()
        return update_id

    def jumps(self, to: int) -> None:
        """After a quiet week ids go on from anywhere, lower or higher."""
        self._next_update = to

    # -- what the bot asks ----------------------------------------------------------------------------

    async def answers(self, url: str, data: Mapping[str, Any], patience: float) -> Reply:
        """One call. Raises what httpx raises when there is no answer."""
        method, query = _asked(url)
        params = {**query, **data}
        spell = self.weather.of(method)
        way = spell.way if spell else Way.WELL
        if way is Way.CLOSED:
            raise httpx.ConnectError("refused")
        reply = await self._carries_out(method, params) if way in TAKING else None
        await lasting(patience if way in SILENT else SLOW if way is Way.SLOW else ANSWERS_IN)
        if way in SILENT:
            raise httpx.ReadTimeout("no answer")
        if reply is None or way is Way.TAKEN_500:
            reply = _refusal(way, spell)
        reply.headers = {"date": formatdate(self._stamp(), usegmt=True)}
        return reply

    async def _carries_out(self, method: str, params: Json) -> Reply:
        match method:
            case "getUpdates":
                return await self._updates(int(params.get("offset", 0)), float(params.get("timeout", 0)))
            case "sendMessage":
                return self._sends(params)
            case "getMe":
                return _ok(BOT)
            case _:
                return _ok(True)

    async def _updates(self, offset: int, wait: float) -> Reply:
        self._poll += 1
        poll = self._poll
        if self._woken is not None:
            self._woken.set()  # an older poll is still waiting: it is told of the conflict
        self._confirms(offset)
        if not self._ready() and wait:
            self._woken = woken = asyncio.Event()
            over = asyncio.get_running_loop().call_later(wait, woken.set)
            try:
                await woken.wait()
            finally:
                over.cancel()
            if poll != self._poll:
                return Reply(409, _body(409, "Conflict: terminated by other getUpdates request"))
            self._woken = None
        return _ok([one.body for one in self._ready()[:100]])

    def _confirms(self, offset: int) -> None:
        if not 0 < offset <= self._next_update + 10:
            return
        self.deleted += [one.update_id for one in self._waiting if one.update_id < offset]
        self._waiting = [one for one in self._waiting if one.update_id >= offset]

    def _ready(self) -> list[Waiting]:
        self._waiting = [one for one in self._waiting if one.until > self._time()]
        return self._waiting

    def pending(self) -> int:
        return len(self._ready())

    def _sends(self, params: Json) -> Reply:
        chat, text = int(params["chat_id"]), str(params["text"])
        if chat not in self.known:
            return Reply(400, _body(400, "Bad Request: chat not found"))
        if chat in self.blocked:
            return Reply(403, _body(403, "Forbidden: bot was blocked by the user"))
        markup = params.get("reply_markup")
        keys = json.loads(markup)["keyboard"] if markup else []
        labels = tuple(key["text"] for row in keys for key in row)
        self._shows(chat, text, labels)
        message = {"message_id": self._next_message, "date": self._stamp(), "chat": _chat(chat), "text": text}
        self._next_message += 1
        return _ok({**message, "from": BOT})


@lru_cache(64)
def _asked(url: str) -> tuple[str, Mapping[str, str]]:
    """The method and its parameters. Most of what is asked is whether there is anything new."""
    parts = urlsplit(url)
    return parts.path.rpartition("/")[2], {name: found[0] for name, found in parse_qs(parts.query).items()}


def _person(chat: int) -> Json:
    return {"id": chat, "is_bot": False, "first_name": "A"}


def _chat(chat: int) -> Json:
    return {"id": chat, "first_name": "A", "type": "private"}


def _ok(result: object) -> Reply:
    return Reply(200, json.dumps({"ok": True, "result": result}).encode())


def _body(status: int, words: str, after: float = 0) -> bytes:
    more = {"parameters": {"retry_after": int(after)}} if after else {}
    return json.dumps({"ok": False, "error_code": status, "description": words, **more}).encode()


def _refusal(way: Way, spell: Spell | None) -> Reply:
    after = spell.detail if spell else 0.0
    match way:
        case Way.TOO_MANY:
            return Reply(429, _body(429, f"Too Many Requests: retry after {after:g}", after))
        case Way.WRONG_KEY:
            return Reply(401, _body(401, "Unauthorized"))
        case Way.FORBIDDEN:
            return Reply(403, _body(403, "Forbidden: user is deactivated"))
        case Way.CONFLICT:
            return Reply(409, _body(409, "Conflict: terminated by other getUpdates request"))
        case Way.GATEWAY:
            return Reply(502, b"<html>Bad Gateway</html>")
        case _:
            return Reply(500, _body(500, "Internal Server Error"))
