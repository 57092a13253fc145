"""The local phones: texts in and out by HTTP, on this machine only, where there are no credentials."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import phonenumbers
from fastapi import APIRouter, Depends, HTTPException, Request, Response

from bot.delivery import Keep
from bot.people import Channel
from bot.policy import parse_duration
from handlers.web.doorkeeper import KIB, Doorkeeper, body_of, or_503, this_machine_only

MOST = 64 * KIB
REGION = "GB"


@dataclass(frozen=True, slots=True)
class LocalPhones:
    """What the local phones are handed.

    `new_id` gives an id that was never given before; `address` is where a phone is reached on a channel (its
    number, or its owner's Telegram id); `phone_log` is all that a phone sent and got, oldest first. `advance`
    moves a rehearsal's clock and gives its new time: without it there is no such path.
    """

    keep: Keep
    new_id: Callable[[], str]
    address: Callable[[Channel, str], Awaitable[str]]
    phone_log: Callable[[str], Awaitable[list[dict[str, object]]]]
    advance: Callable[[timedelta], Awaitable[datetime]] | None = None


def router(phones: LocalPhones, doorkeeper: Doorkeeper) -> APIRouter:
    routes = APIRouter(prefix="/local", dependencies=[Depends(this_machine_only)])

    @routes.post("/messages")
    async def message(request: Request) -> Response:
        posted = await _object_in(request)
        number, channel, text = number_of(posted.get("from")), _channel(posted), _text(posted)
        sender = await or_503(phones.address(channel, number))
        raw = json.dumps({"from": number, "channel": channel, "sender": sender, "text": text}).encode("ascii")
        kept_id = phones.new_id()
        await doorkeeper.keep(phones.keep, channel, kept_id, raw, "local")
        return _json({"id": kept_id}, 202)

    @routes.get("/phones/{number}")
    async def phone(number: str) -> Response:
        known = number_of(number)
        return _json({"phone": known, "messages": await or_503(phones.phone_log(known))})

    if phones.advance is not None:
        _add_clock(routes, phones.advance)
    return routes


def _add_clock(routes: APIRouter, advance: Callable[[timedelta], Awaitable[datetime]]) -> None:
    @routes.post("/clock")
    async def clock(request: Request) -> Response:
        posted = await _object_in(request)
        try:
            length = parse_duration(posted.get("advance"))
        except (ValueError, OverflowError) as error:
            raise HTTPException(422, 'Say how far, such as {"advance": "10m"}.') from error
        return _json({"now": (await advance(length)).isoformat()})


async def _object_in(request: Request) -> Mapping[str, object]:
    try:
        posted = json.loads(await body_of(request, MOST))
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "The body is not JSON.") from error
    if not isinstance(posted, dict):
        raise HTTPException(422, 'Send an object, such as {"from": "+447700900001", "text": "arrived"}.')
    return posted


def number_of(written: object) -> str:
    """The number as E.164; 422 when it is none. Ofcom's drama numbers (07700 900xxx) count as one."""
    mend = "That is not a phone number: write it like +447700900001 or 07700 900001."
    try:
        number = phonenumbers.parse(written if isinstance(written, str) else "", REGION)
    except phonenumbers.NumberParseException as error:
        raise HTTPException(422, mend) from error
    if not phonenumbers.is_possible_number(number):
        raise HTTPException(422, mend)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _channel(posted: Mapping[str, object]) -> Channel:
    try:
        return Channel(posted.get("channel", Channel.SMS))  # type: ignore[arg-type]  # anything else is refused here
    except ValueError as error:
        raise HTTPException(422, 'The channel is "sms" or "telegram".') from error


def _text(posted: Mapping[str, object]) -> str:
    text = posted.get("text")
    if not isinstance(text, str):
        raise HTTPException(422, 'The text is missing: send it as "text".')
    return text


def _json(content: object, status: int = 200) -> Response:
    # In ASCII, because half a surrogate pair that a phone sent could not be encoded.
    return Response(json.dumps(content), status, media_type="application/json")
