"""HTTP to Telegram by the library's own client, with each fault named for what it means to a message."""

import json
import ssl
import time
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx
from telegram.error import NetworkError, TelegramError
from telegram.request import HTTPXRequest

POOL_SIZE = 64
# What httpx says before the first byte of a request has left.
BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class NeverLeft(NetworkError):
    """No connection: Telegram has not seen the request."""


class ServerFault(NetworkError):
    """A 5xx: the request may have been carried out all the same."""


class NotTelegram(TelegramError):
    """Something between us and Telegram answered: a proxy, or a network that wants a log-in first."""


class FloodWait(TelegramError):
    """A 429. The library's own error warns whenever it is made, and its type depends on the environment."""

    def __init__(self, after: timedelta | None) -> None:
        super().__init__("flood wait")
        self.after = after


def base_url(api_url: str) -> str:
    """What the library puts before the token. `api_url` is the host, such as https://api.telegram.org."""
    return f"{api_url.rstrip('/')}/bot"


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that are trusted, read once a process: reading them takes longer than all else of a start here."""
    return httpx.create_ssl_context()


class Wire(HTTPXRequest):
    """One pool of connections. `time_limit`, s; connecting may take half of it, to show as such."""

    def __init__(self, time_limit: float) -> None:
        half = time_limit / 2
        ours = {"event_hooks": {"response": [self._hear]}, "verify": _trusted()}
        super().__init__(POOL_SIZE, time_limit, time_limit, connect_timeout=half, pool_timeout=half, httpx_kwargs=ours)
        self._heard: tuple[datetime, float] | None = None

    async def _hear(self, response: httpx.Response) -> None:
        """Every answer says what time it is there."""
        try:
            self._heard = parsedate_to_datetime(response.headers["date"]), time.monotonic()
        except (KeyError, ValueError):
            return

    def their_now(self) -> datetime | None:
        """The time by Telegram's own clock, whatever ours says; None before it has answered."""
        if self._heard is None:
            return None
        said, at = self._heard
        return said + timedelta(seconds=time.monotonic() - at)

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """The status and the body. Raises the faults above; Telegram's other 4xx come back as answers."""
        try:
            code, payload = await super().do_request(*args, **kwargs)
        except NetworkError as error:
            if isinstance(error.__cause__, BEFORE_SENDING):
                raise NeverLeft(type(error.__cause__).__name__) from error.__cause__
            raise
        if code >= 500:
            raise ServerFault(f"status {code}")
        if code == 429:
            raise FloodWait(_asked_wait(payload))
        if code >= 300 and "error_code" not in _object(payload):
            raise NotTelegram(f"status {code}")
        return code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """As the library's, without writing the payload, which holds texts, to the log."""
        try:
            return json.loads(payload.decode("utf-8", "replace"))
        except ValueError as error:
            raise TelegramError("the answer is not JSON") from error


def _object(payload: bytes) -> dict[str, Any]:
    try:
        found = json.loads(payload)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _asked_wait(payload: bytes) -> timedelta | None:
    parameters = _object(payload).get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return timedelta(seconds=seconds) if isinstance(seconds, int | float) and 0 < seconds < 86_400 else None
