"""Where the process ends and the world begins: the wires to the providers, the disk, chance, threads and the heartbeat.

Everything inside is the real thing, put together by `open_service` as in service. What is put in place of the outside
stands here, all of it, and for one run at a time.
"""

import asyncio
import random
import secrets
import sqlite3
from collections.abc import Callable, Iterator, MutableMapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from logging import WARNING
from typing import Any

import httpx
import structlog
from sqlalchemy.util.concurrency import await_
from telegram.request import HTTPXRequest
from twilio.http.response import Response

import handlers.clockwatch
import handlers.service
import handlers.sms.line
import handlers.telegram.wire
import store.database
from tests.simulation.beats import Beats
from tests.simulation.clocks import MachineClocks
from tests.simulation.disk import DryConnection
from tests.simulation.loop import LIFE, Killed, lasting
from tests.simulation.replaced import Piece, replaced
from tests.simulation.telegram import Reply, TelegramCloud
from tests.simulation.twilio import TwilioCloud


@dataclass(slots=True)
class Boundaries:
    """Every crossing between the process and the world, counted: before and after each commit, and each call."""

    kills_at: frozenset[int] = frozenset()
    begins_at: dict[int, Callable[[], None]] = field(default_factory=dict)
    """What else goes wrong from which boundary on."""
    dies: Callable[[str], None] = lambda where: None
    count: int = 0
    crossed: list[tuple[float, str]] = field(default_factory=list)
    remembers: bool = False

    def cross(self, where: str) -> None:
        """The process is here now. Raises Killed where it dies, and for ever after."""
        life = LIFE.get()
        if life is None:
            return
        if not life.alive:
            raise Killed(where)
        self.count += 1
        if self.remembers:
            self.crossed.append((asyncio.get_running_loop().time(), where))
        if self.count in self.begins_at:
            self.begins_at[self.count]()
        if self.count in self.kills_at:
            self.dies(where)
            raise Killed(where)


@dataclass(slots=True)
class Edges:
    """What the outside is made of in this run."""

    telegram: TelegramCloud
    twilio: TwilioCloud
    boundaries: Boundaries
    disk: "RunDisk"
    stands_still: Callable[[], None]
    note: Callable[[str], None]
    chance: random.Random
    on_demand: frozenset[str]
    clocks: MachineClocks
    hearts: list[Beats] = field(default_factory=list)
    _leases: random.Random = field(init=False)
    """A chance of their own: how often something is leased depends on the store, and a reply code must not."""

    def __post_init__(self) -> None:
        self._leases = random.Random(self.chance.getrandbits(64))

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """For as long as this lasts, whatever reaches out of the process comes here."""
        edge = self
        pieces: list[Piece] = [
            (HTTPXRequest, "_build_client", lambda request: TelegramWire(edge, request)),
            (handlers.telegram.wire, "time", self),
            (handlers.sms.line, "TwilioHttpClient", partial(TwilioWire, edge)),
            (handlers.sms.line, "ThreadPoolExecutor", Line),
            (handlers.service, "Heartbeat", self._heart),
            (handlers.clockwatch, "pause", self._pauses),
            (store.database, "_connect", self._connect),
            (secrets, "choice", self.chance.choice),
            (secrets, "randbelow", self._below),
            (secrets, "token_hex", self._token_hex),
        ]
        logs = structlog.get_config()
        structlog.configure(processors=[self._logs], wrapper_class=structlog.make_filtering_bound_logger(WARNING))
        try:
            with replaced(pieces):
                yield
        finally:
            structlog.configure(**logs)

    def _logs(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
        """A warning, or worse, is a line of the story."""
        self.note(f"{method}: {event.pop('event')} { ({name: event[name] for name in event if name != 'exc_info'}) }")
        raise structlog.DropEvent

    def monotonic(self) -> float:
        """For those who measure lengths by the machine's own clock."""
        return asyncio.get_running_loop().time()

    def _heart(self, monotonic: Callable[[], float], end: Callable[[], None]) -> Beats:
        heart = Beats(self.clocks.awake, self.stands_still, self.disk.touched, self.on_demand)
        self.hearts.append(heart)
        return heart

    async def _pauses(self, stop: asyncio.Event) -> None:
        """Several looks of the watch over the clock at once: it would find nothing in them, unless the clock is touched."""
        watch = handlers.clockwatch
        until = watch.QUIET_EVERY if self.clocks.is_awaited else watch.NOTED_EVERY
        with suppress(TimeoutError):
            await asyncio.wait_for(self.clocks.moved.wait(), until.total_seconds())
        if self.clocks.moved.is_set():
            self.clocks.moved.clear()
            await lasting(watch.LOOK)

    def _connect(self, path: str) -> DryConnection:
        return DryConnection(path, store.database.BUSY_MILLISECONDS, self.disk)

    def _below(self, limit: int) -> int:
        """The same at the same instant, whatever was drawn before: two runs that differ elsewhere agree on it."""
        now = asyncio.get_running_loop().time()
        return random.Random(f"{now:.6f} {limit}").randrange(limit)

    def _token_hex(self, count: int = 32) -> str:
        return f"{self._leases.getrandbits(8 * count):0{2 * count}x}"


class TelegramWire:
    """In place of httpx's client."""

    def __init__(self, edge: Edges, request: Any) -> None:
        self._edge, self._hooks = edge, request._client_kwargs["event_hooks"]["response"]
        self.is_closed = False
        self.timeout = httpx.Timeout(8.0)

    async def request(self, method: str, url: str, data: Any = None, **more: Any) -> Reply:
        name = url.partition("?")[0].rpartition("/")[2]
        self._edge.boundaries.cross(f"before Telegram's {name}")
        try:
            reply = await self._edge.telegram.answers(url, data or {}, more["timeout"].read or 8.0)
        finally:
            self._edge.boundaries.cross(f"after Telegram's {name}")
        for hook in self._hooks:
            await hook(reply)
        return reply

    async def aclose(self) -> None:
        self.is_closed = True


class TwilioWire:
    """In place of the client library's HTTP client: it is called in what would be a thread."""

    def __init__(self, edge: Edges, **_: Any) -> None:
        self._edge = edge
        self.session = self

    def request(self, method: str, url: str, params: Any = None, data: Any = None, **_: Any) -> Response:
        self._edge.boundaries.cross(f"before Twilio's {method}")
        answer = self._edge.twilio.answers(method, url, params or {}, data or {})
        self._edge.boundaries.cross(f"after Twilio's {method}")
        Line.takes(answer.after)
        if answer.fault is not None:
            raise answer.fault
        return Response(answer.status, answer.text, {**answer.headers, "Date": self._edge.twilio.date()})

    def close(self) -> None:
        """There is no connection to close."""


class Line:
    """In place of a pool of threads: the call is made at once, and its result is there when the answer would be."""

    _after = 0.0

    def __init__(self, threads: int, thread_name_prefix: str = "") -> None:
        self._loop = asyncio.get_running_loop()

    @classmethod
    def takes(cls, seconds: float) -> None:
        """So long the call that is being made takes."""
        cls._after = seconds

    def submit(self, work: Callable[[], Any]) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        Line._after = 0.0
        try:
            result = work()
        except Exception as error:
            self._loop.call_later(Line._after, future.set_exception, error)
        else:
            self._loop.call_later(Line._after, future.set_result, result)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nobody works here."""


@dataclass(slots=True)
class RunDisk:
    """The disk under the store. `full`, `busy` and `lying` hold between two instants."""

    boundaries: Boundaries
    touched: Callable[[], None]
    full: Callable[[], bool] = lambda: False
    busy: Callable[[], bool] = lambda: False
    lying: Callable[[], bool] = lambda: False
    connections: list[sqlite3.Connection] = field(default_factory=list)

    def opened(self, connection: sqlite3.Connection) -> None:
        self.connections.append(connection)

    def begins(self) -> None:
        if LIFE.get() is not None and self.busy():
            await_(lasting(store.database.BUSY_MILLISECONDS / 1000))
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error

    def commits(self, commit: Callable[[], Any]) -> Any:
        self.boundaries.cross("before a commit")
        if self.full():
            raise sqlite3.OperationalError("database or disk is full")
        result = commit()
        self.touched()
        self.boundaries.cross("after a commit")
        if self.lying():
            raise sqlite3.OperationalError("disk I/O error")
        return result
