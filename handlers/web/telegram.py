"""Telegram's webhook, for those who do not poll: an update as raw JSON, kept by its id."""

import hmac
import json
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request, Response

from bot.delivery import Keep
from bot.people import Channel
from handlers.web.doorkeeper import KIB, Doorkeeper, body_of

MOST = 1024 * KIB
DOOR = "telegram"


@dataclass(frozen=True, slots=True)
class TelegramHook:
    """The path nobody else knows, the token Telegram sends back in a header (setWebhook), and the inbox."""

    secret_path: str
    secret_token: str
    keep: Keep

    def __post_init__(self) -> None:
        if not self.secret_path or not self.secret_token:
            raise ValueError("a webhook needs a secret path and a secret token")


def router(hook: TelegramHook, doorkeeper: Doorkeeper) -> APIRouter:
    routes = APIRouter(prefix="/telegram")

    @routes.post("/{secret_path}")
    async def update(secret_path: str, request: Request) -> Response:
        if not _same(secret_path, hook.secret_path):
            raise HTTPException(404)
        if not _same(request.headers.get("x-telegram-bot-api-secret-token", ""), hook.secret_token):
            doorkeeper.turn_away(DOOR)
        body = await body_of(request, MOST)
        await doorkeeper.keep(hook.keep, Channel.TELEGRAM, str(_update_id(body)), body, DOOR)
        return Response()

    return routes


def _same(given: str, wanted: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode("utf-8"))


def _update_id(body: bytes) -> int:
    """Answers 400 to what is no update. Everything else in it is for the desk to read, after it is kept."""
    try:
        update = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400) from error
    number = update.get("update_id") if isinstance(update, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise HTTPException(400)
    return number
