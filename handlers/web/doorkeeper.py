"""What doors do alike: bear only so much, turn away, keep before saying so, stay on this machine."""

import ipaddress
from collections.abc import Awaitable
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

import structlog
from fastapi import HTTPException, Request
from prometheus_client import CollectorRegistry, Counter
from starlette.requests import ClientDisconnect

from bot.delivery import Keep
from bot.people import Channel
from store.database import StoreDown

T = TypeVar("T")

KIB = 1024
# What a proxy adds: a request that came through one did not come from this machine, whoever its last hop was.
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")

log = structlog.get_logger(__name__)


class Doorkeeper:
    """Counts what comes to the doors, and tells the administrator's log of the first that was turned away."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, what: str) -> Counter:
            return Counter(f"doorstep_webhooks_{name}", what, ["door"], registry=registry)

        self._kept = counter("kept", "Webhooks kept.")
        self._repeated = counter("repeated", "Webhooks that had been kept before.")
        self._refused = counter("refused", "Webhooks unsigned, or signed by another.")
        self._failed = counter("not_kept", "Webhooks that the store did not take.")
        self._told = False

    def turn_away(self, door: str) -> NoReturn:
        """Answer 403 to what is not from whom it says."""
        self._refused.labels(door).inc()
        if not self._told:
            self._told = True
            log.warning("forged or unsigned webhook refused; further ones are only counted", door=door)
        raise HTTPException(403)

    async def keep(self, keep: Keep, channel: Channel, external_id: str, raw: bytes, door: str) -> None:
        """Return once it is committed. Whatever goes wrong, it is 503, and nothing acknowledged (law 4)."""
        try:
            new = await keep(channel, external_id, raw)
        except Exception as error:
            self._failed.labels(door).inc()
            log.error("webhook not kept", door=door, error=type(error).__name__)
            raise HTTPException(503) from error
        (self._kept if new else self._repeated).labels(door).inc()


async def body_of(request: Request, most: int) -> bytes:
    """The body, if it has at most `most` bytes; else 413, and no more of it is held than that."""
    if _stated_length(request) > most:
        raise HTTPException(413)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise HTTPException(413)
    except ClientDisconnect as error:
        raise HTTPException(400) from error  # nobody hears it
    return bytes(body)


async def or_503(answer: Awaitable[T]) -> T:
    """What the store answers; 503 when it cannot."""
    try:
        return await answer
    except StoreDown as error:
        raise HTTPException(503) from error


def _stated_length(request: Request) -> int:
    stated = request.headers.get("content-length", "0")
    return int(stated) if stated.isascii() and stated.isdigit() else 0


def this_machine_only(request: Request) -> None:
    """Answer 403 unless the request is from this machine, to a name of this machine.

    Host is looked at because a page elsewhere can point its own name at 127.0.0.1 (DNS rebinding), and Origin
    because such a page can also post to us.
    """
    client = request.client.host if request.client else ""
    origin = request.headers.get("origin")
    if (
        not _is_loopback(client)
        or not _is_loopback(_host_of(f"//{request.headers.get('host', '')}"))
        or (origin is not None and not _is_loopback(_host_of(origin)))
        or any(name in request.headers for name in FORWARDED)
    ):
        raise HTTPException(403)


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
