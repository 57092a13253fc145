"""Twilio's webhooks: texts from phones, and receipts of ours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Request, Response

from bot.delivery import Keep
from bot.people import Channel
from handlers.web.doorkeeper import KIB, Doorkeeper, body_of

Kind = Literal["sms", "status"]
Params = list[tuple[str, str]]

MOST = 64 * KIB
# No reply goes by this answer: what it said would be a text to the sender that no outbox knows of (law 6).
EMPTY_TWIML = "<Response/>"


def _nothing(*_: object) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class TwilioHooks:
    """What these doors are handed: the SMS room's reading of a webhook, and the inbox.

    `check(path_and_query, params, header)` says whether the signature fits. `external_id` raises ValueError
    for a webhook that names no message.
    """

    check: Callable[[str, Params, str | None], bool]
    pack: Callable[[Kind, Params, str], bytes]
    external_id: Callable[[Kind, Params], str]
    keep: Keep
    missed: Callable[[], None] = _nothing
    """Told of each webhook that is signed, and was not kept: Twilio's list has it."""
    heard: Callable[[Params], None] = _nothing
    """Told of each receipt that is signed."""


def router(hooks: TwilioHooks, doorkeeper: Doorkeeper) -> APIRouter:
    routes = APIRouter(prefix="/twilio")

    @routes.post("/sms")
    async def text(request: Request) -> Response:
        return await _take("sms", request, hooks, doorkeeper)

    @routes.post("/status")
    async def receipt(request: Request) -> Response:
        return await _take("status", request, hooks, doorkeeper)

    return routes


async def _take(kind: Kind, request: Request, hooks: TwilioHooks, doorkeeper: Doorkeeper) -> Response:
    door = f"twilio/{kind}"
    params = _form(request.headers.get("content-type", ""), await body_of(request, MOST))
    query = request.scope["query_string"].decode("latin-1")
    path = request.scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    if not hooks.check(path, params, request.headers.get("x-twilio-signature")):
        doorkeeper.turn_away(door)
    try:
        external_id = hooks.external_id(kind, params)
    except ValueError as error:
        raise HTTPException(400) from error
    if kind == "status":
        hooks.heard(params)
    try:
        await doorkeeper.keep(hooks.keep, Channel.SMS, external_id, hooks.pack(kind, params, query), door)
    except HTTPException:
        hooks.missed()
        raise
    return Response(EMPTY_TWIML, media_type="text/xml")


def _form(content_type: str, body: bytes) -> Params:
    """Every parameter as received, blank and repeated ones too. Answers 400 to what is no form."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise HTTPException(400)
    if not body:
        return []
    try:
        # Escaped bytes that are no UTF-8 come through unharmed, so that they can be signed for and kept.
        return parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=True,
            encoding="utf-8",
            errors="surrogateescape",
        )
    except ValueError as error:
        raise HTTPException(400) from error
