"""The line to Twilio: its synchronous client, with a time limit and without its retries, in threads of its own (DESIGN §5)."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

T = TypeVar("T")

TOO_MANY = 429
LONGEST_WAIT = timedelta(minutes=5)


class Throttled(Exception):
    """Twilio asked us to wait; `after` is None when it did not say how long."""

    def __init__(self, after: timedelta | None) -> None:
        super().__init__("throttled")
        self.after = after


class Unsent(Exception):
    """No thread was free in time: nothing has left this machine."""


class _Http:
    """The client's HTTP side. Its exceptions drop the answer's headers, so a 429 is caught here."""

    is_async = False

    def __init__(self, time_limit: float) -> None:
        # The client would log every number it looks up; logs carry ids only (DESIGN §8).
        quiet = logging.Logger("twilio")
        quiet.disabled = True
        self._inner: Any = TwilioHttpClient(timeout=time_limit, max_retries=0, logger=quiet)
        self.their_now: datetime | None = None

    def request(self, *args: Any, **kwargs: Any) -> Any:
        response = self._inner.request(*args, **kwargs)
        self._hear(response.headers.get("Date", ""))
        if response.status_code == TOO_MANY:
            raise Throttled(_wait_asked(response.headers.get("Retry-After", "")))
        return response

    def _hear(self, date: str) -> None:
        """Every answer says what time it is there."""
        try:
            self.their_now = parsedate_to_datetime(date)
        except ValueError:
            return

    def close(self) -> None:
        self._inner.session.close()


def _wait_asked(retry_after: str) -> timedelta | None:
    seconds = retry_after.strip()
    if not (seconds.isascii() and seconds.isdigit()):
        return None
    return min(timedelta(seconds=min(int(seconds[:9]), 86_400)), LONGEST_WAIT)


class Line:
    """One client and a pool of `threads` for each name, so that no kind of work stands before another.

    `time_limit`, s, is for a whole call.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        api_url: str | None,
        time_limit: float,
        pools: Iterable[str],
        threads: int,
    ) -> None:
        self._http = _Http(time_limit)
        self._time_limit = time_limit
        self.client: Any = Client(account_sid, auth_token, http_client=self._http)
        if api_url:
            self.client.api.base_url = api_url
        self._pools = {name: ThreadPoolExecutor(threads, thread_name_prefix=name) for name in pools}

    @property
    def their_now(self) -> datetime | None:
        """The time by Twilio's own clock when it last answered."""
        return self._http.their_now

    async def call(self, pool: str, work: Callable[[], T], within: float | None = None) -> T:
        """Run in a thread of this pool. When time runs out, raises Unsent if none was free, else TimeoutError.

        `within`, s, is for a call that may not take as long as others.
        """
        call = self._pools[pool].submit(work)
        try:
            async with asyncio.timeout(min(within or self._time_limit, self._time_limit)):
                return await asyncio.wrap_future(call)
        except TimeoutError:
            if call.cancel():
                raise Unsent from None
            raise

    async def close(self) -> None:
        """Start no further call. One that hangs ends by its own time limit."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        self._http.close()
