"""Telegram's Bot API as a server: the methods Doorstep uses, with the platform's own semantics."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.fakes.server import Fault, Json, form_of
from tests.fakes.telegram_phones import TelegramPhones
from tests.fakes.telegram_updates import CALLBACK_LIFE

TEXT_LIMIT = 4096
LOOPBACK = {"127.0.0.1", "localhost"}
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
CONFLICT_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


class BotError(Exception):
    """What Telegram answers instead of a result."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.retry_after = status, description, retry_after

    def response(self) -> JSONResponse:
        """The answer as it goes over the wire."""
        body: Json = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return JSONResponse(body, self.status)


@dataclass
class Webhook:
    """Where updates are pushed; no URL means that they wait for getUpdates."""

    url: str = ""
    secret: str = ""
    last_error: str = ""
    last_error_at: int = 0


class TelegramServer(TelegramPhones):
    """`Bot(token, base_url=f"{server.url}/bot")` talks to it. `poll_cap`: a long poll's longest wait, s."""

    def __init__(self, now: Callable[[], datetime], *, token: str, poll_cap: float = 0.2) -> None:
        super().__init__(now)
        self.token = token
        self._poll_cap = poll_cap
        self._poll = 0
        self._webhook = Webhook()
        self._service_url = ""
        self._refused: set[int] = set()
        self._pushing = asyncio.Lock()
        self.answered: dict[str, str] = {}
        self._methods: dict[str, Callable[[Json], Any]] = {
            "getme": lambda _: self.bot, "sendmessage": self._send_message,
            "editmessagetext": self._edit, "editmessagereplymarkup": self._edit,
            "answercallbackquery": self._answer_query, "sendchataction": self._chat_action,
            "setwebhook": self._set_webhook, "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._webhook_info, "setmycommands": lambda _: True,
        }  # fmt: skip

    # -- what a test plans --------------------------------------------------------------------------

    def connect(self, url: str) -> None:
        """Push webhooks to this host, keeping the path that Doorstep gave to setWebhook."""
        self._service_url = url.rstrip("/")

    def fails_next(
        self, method: str, status: int, description: str = "", *,
        retry_after: int | None = None, times: int = 1, after_accepting: bool = False,
    ) -> None:  # fmt: skip
        """Fail the next `times` calls of `method` (`*`: any); `after_accepting`: carried out all the same."""
        words = description or HTTPStatus(status).phrase
        if retry_after is not None:
            words = f"Too Many Requests: retry after {retry_after}"
        self._plan(Fault(method, status, words, retry_after, None, after_accepting), times)

    def pending(self) -> list[int]:
        """The ids of the updates that wait, oldest first."""
        with self._lock:
            return [one.update_id for one in self._queue.pending(self._now())]

    def redeliver(self) -> list[int]:
        """Push every update that still waits, the refused ones too; gives each answer's status (0: none)."""
        with self._lock:
            self._refused.clear()
        return self._on_loop(self._push())

    # -- the HTTP side ------------------------------------------------------------------------------

    def _routes(self) -> list[Route]:
        return [Route("/bot{token}/{method}", self._answer, methods=["GET", "POST"])]

    async def _answer(self, request: Request) -> JSONResponse:
        method, params = request.path_params["method"], await form_of(request)
        self._note(method, params)
        fault = None if self._down else self._next_fault(method)
        try:
            if self._down:
                raise BotError(502, "Bad Gateway")
            if request.path_params["token"] != self.token:
                raise BotError(401, "Unauthorized")
            if fault is not None and not fault.after_accepting:
                raise _as_error(fault)
            response = JSONResponse({"ok": True, "result": await self._carry_out(method, params)})
        except BotError as error:
            return error.response()
        if fault is not None and fault.status is not None:
            return _as_error(fault).response()
        if fault is not None:
            await self._hang()
        return response

    async def _carry_out(self, method: str, params: Json) -> Any:
        if method.lower() == "getupdates":
            return await self._get_updates(params)
        if method.lower() not in self._methods:
            raise BotError(404, "Not Found")
        with self._lock:
            result = self._methods[method.lower()](params)
            self._touch()
            return result

    # -- updates ------------------------------------------------------------------------------------

    async def _get_updates(self, params: Json) -> list[Json]:
        offset, limit = _number(params, "offset", 0), _number(params, "limit", 100)
        loop = asyncio.get_running_loop()
        end = loop.time() + min(_number(params, "timeout", 0), self._poll_cap)
        with self._lock:
            if self._webhook.url:
                raise BotError(409, CONFLICT_WEBHOOK)
            self._allow(params)
            self._poll += 1
            turn = self._poll
            self._touch()
        while True:
            event = asyncio.Event()
            with self._lock:
                if turn != self._poll:
                    raise BotError(409, CONFLICT)
                if self._down:
                    raise BotError(502, "Bad Gateway")
                found = self._queue.read(offset, min(max(limit, 1), 100), self._now())
                if found or loop.time() >= end or self._stopping:
                    return found
                self._sleepers.add(event)
            await self._wait_in(self._sleepers, event, end - loop.time())

    def _allow(self, params: Json) -> None:
        kinds = _parsed(params, "allowed_updates")
        if kinds is not None:
            self._queue.allow(kinds)

    def _set_webhook(self, params: Json) -> bool:
        url, secret = params.get("url", ""), params.get("secret_token", "")
        if url and urlsplit(url).scheme != "https" and urlsplit(url).hostname not in LOOPBACK:
            raise BotError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise BotError(400, "Bad Request: secret token contains unallowed characters")
        self._allow(params)
        self._drop_if_asked(params)
        self._webhook = Webhook(url, secret)
        self._poll += 1
        self._refused.clear()
        self._queued()
        return True

    def _delete_webhook(self, params: Json) -> bool:
        self._drop_if_asked(params)
        self._webhook = Webhook()
        return True

    def _drop_if_asked(self, params: Json) -> None:
        if str(params.get("drop_pending_updates", "")).lower() == "true":
            self._queue.drop()

    def _webhook_info(self, _: Json) -> Json:
        hook = self._webhook
        error = {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
        return {
            "url": hook.url, "has_custom_certificate": False, "max_connections": 40,
            "pending_update_count": len(self.pending()),
            **(error if hook.last_error else {}),
            **({"allowed_updates": list(self._queue.allowed)} if self._queue.allowed else {}),
        }  # fmt: skip

    def _queued(self) -> None:
        if self._webhook.url:
            self._later(self._push())

    async def _push(self) -> list[int]:
        """Push what waits, in order. A refused update stays, and does not hold up those behind it."""
        statuses: list[int] = []
        async with self._pushing:
            with self._lock:
                hook, waiting = self._webhook, self._queue.pending(self._now())
            for one in waiting:
                if one.update_id in self._refused or not hook.url:
                    continue
                status = await self._push_one(hook, one.body)
                statuses.append(status)
                with self._lock:
                    if 200 <= status < 300:
                        self._queue.confirm(one.update_id)
                    else:
                        self._refused.add(one.update_id)
                        hook.last_error, hook.last_error_at = _why(status), self._stamp()
                    self._touch()
        return statuses

    async def _push_one(self, hook: Webhook, body: Json) -> int:
        url = hook.url
        if self._service_url:
            url = self._service_url + urlsplit(hook.url).path
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            return (await self._http().post(url, json=body, headers=headers)).status_code
        except httpx.TransportError:
            return 0

    # -- messages out -------------------------------------------------------------------------------

    def _reachable(self, params: Json) -> int:
        try:
            person = int(params["chat_id"])
        except (KeyError, ValueError):
            raise BotError(400, "Bad Request: chat not found") from None
        if person not in self._people:
            raise BotError(400, "Bad Request: chat not found")
        if person in self._blocked:
            raise BotError(403, "Forbidden: bot was blocked by the user")
        if person not in self._written:
            raise BotError(403, "Forbidden: bot can't initiate conversation with a user")
        return person

    def _send_message(self, params: Json) -> Json:
        person, text = self._reachable(params), _text(params)
        markup = _parsed(params, "reply_markup") or {}
        head = {"from": self.bot, "chat": self._chat(person), "date": self._stamp(), "text": text}
        # As at Telegram, only an inline keyboard is part of the message that comes back.
        message = self._keeps(head | ({"reply_markup": markup} if "inline_keyboard" in markup else {}))
        self._shows(person, "got", text, markup=markup, message_id=message["message_id"])
        return dict(message)

    def _edit(self, params: Json) -> Json:
        person = self._reachable(params)
        message = self._messages.get(_number(params, "message_id", 0))
        if message is None or message["chat"]["id"] != person:
            raise BotError(400, "Bad Request: message to edit not found")
        if message["from"]["id"] != self.bot["id"]:
            raise BotError(400, "Bad Request: message can't be edited")
        markup = _parsed(params, "reply_markup")
        text = _text(params) if "text" in params else message["text"]
        if text == message["text"] and (markup or None) == message.get("reply_markup"):
            raise BotError(400, NOT_MODIFIED)
        message |= {"text": text, "edit_date": self._stamp()}
        message.pop("reply_markup", None)
        if markup and markup.get("inline_keyboard"):
            message["reply_markup"] = markup
        self._shows(person, "got", text, markup=markup, note="edited", message_id=message["message_id"])
        return dict(message)

    def _answer_query(self, params: Json) -> bool:
        query_id = params.get("callback_query_id", "")
        pressed = self._queries.get(query_id)
        if pressed is None or self._now() - pressed >= CALLBACK_LIFE:
            raise BotError(400, TOO_OLD)
        self.answered[query_id] = params.get("text", "")
        return True

    def _chat_action(self, params: Json) -> bool:
        self._reachable(params)
        return True


def _as_error(fault: Fault) -> BotError:
    return BotError(fault.status or 500, fault.description, fault.retry_after)


def _why(status: int) -> str:
    return f"Wrong response from the webhook: {status}" if status else "Connection refused"


def _number(params: Json, name: str, default: int) -> int:
    return int(float(params.get(name) or default))


def _parsed(params: Json, name: str) -> Any:
    """A parameter that is itself JSON: a string in a form, already parsed in a JSON body."""
    value = params.get(name)
    return json.loads(value) if isinstance(value, str) and value else value


def _text(params: Json) -> str:
    text = str(params.get("text", ""))
    if not text.strip():
        raise BotError(400, "Bad Request: message text is empty")
    if len(text) > TEXT_LIMIT:
        raise BotError(400, "Bad Request: message is too long")
    return text
