"""A platform in miniature: a real HTTP server in a thread of its own, with faults on demand.

Rules for editors: everything a test may call is safe from any thread; state changes happen under `_lock`
and are followed by `_touch()`; coroutines run on the server's loop, and never hold the lock over an `await`.
"""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Json = dict[str, Any]
T = TypeVar("T")

WEBHOOK_SECONDS = 15.0  # that is what Twilio gives in all; nothing in a test should come near it
STOP_SECONDS = 5.0
LOOK_SECONDS = 0.002


@dataclass(frozen=True)
class Fault:
    """One planned failure of one method, after `after` good ones. `status` None: accepted, not answered until released."""

    method: str
    status: int | None
    description: str = ""
    retry_after: int | None = None
    code: int | None = None
    after_accepting: bool = False
    after: int = 0


@dataclass(frozen=True)
class Call:
    """One request as it came in."""

    method: str
    params: Json
    at: datetime


class _Uvicorn(uvicorn.Server):
    """uvicorn without its tenth-of-a-second ticks, so that a test pays nothing to start and to stop it."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event, ready: threading.Event) -> None:
        super().__init__(config)
        self._stop, self._ready = stop, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()

    async def main_loop(self) -> None:
        await self._stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in self.servers:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        # A connection closes itself once its last answer is out; nothing tells us, so look often.
        for _ in range(int(STOP_SECONDS / LOOK_SECONDS)):
            if not self.server_state.connections and not self.server_state.tasks:
                break
            await asyncio.sleep(LOOK_SECONDS)  # nothing tells of it


@dataclass
class _Engine:
    """What exists only while the server runs."""

    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event
    client: httpx.AsyncClient
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)


class _Dated:
    """Every answer says what time it is by the platform's own clock, as theirs do."""

    def __init__(self, app: ASGIApp, now: Callable[[], datetime]) -> None:
        self._app, self._now = app, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self._now(), usegmt=True).encode()
                message["headers"] = [*message["headers"], (b"date", date)]
            await send(message)

        await self._app(scope, receive, dated)


class Server:
    """Base of both fakes. `now` is the platform's clock (aware, UTC); waits are short and in real time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._clock = now
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._faults: list[Fault] = []
        self._calls: list[Call] = []
        self._down = False
        self._stopping = False
        self._posting = 0
        self._held: set[asyncio.Event] = set()
        self._sleepers: set[asyncio.Event] = set()
        self._engine: _Engine | None = None
        self._thread: threading.Thread | None = None
        self.url = ""

    # -- start and stop -----------------------------------------------------------------------------

    def start(self) -> Self:
        """Listen on a free port of the loopback; `url` is known and answered from when this returns."""
        # asyncio sends small answers at once (TCP_NODELAY) only where the protocol is named; else each costs 40 ms.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        ready = threading.Event()
        self._stopping = False
        name = f"{type(self).__name__} {self.url}"
        self._thread = threading.Thread(target=self._run, args=(listener, ready), name=name, daemon=True)
        self._thread.start()
        if not ready.wait(STOP_SECONDS):
            raise RuntimeError(f"{name} did not start")
        return self

    def stop(self) -> None:
        """Let go of every waiting request and end the thread. Harmless when not running."""
        engine, thread = self._engine, self._thread
        if engine is None or thread is None:
            return
        self._stopping = True
        self.release()
        with self._lock:
            self._touch()
        engine.loop.call_soon_threadsafe(engine.stop.set)
        thread.join(STOP_SECONDS * 2)
        if thread.is_alive():
            raise RuntimeError(f"{thread.name} did not stop")
        self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, listener: socket.socket, ready: threading.Event) -> None:
        with listener, asyncio.Runner() as runner:
            runner.run(self._serve(listener, ready))

    async def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        app = Starlette(routes=self._routes())
        config = uvicorn.Config(
            _Dated(app, self._now), lifespan="off", log_config=None, access_log=False, http="h11", ws="none",
            date_header=False, server_header=False, timeout_keep_alive=3600,
        )  # fmt: skip
        stop = asyncio.Event()
        # `verify`: plain HTTP needs no certificates, and to read the machine's takes longer than most tests.
        async with httpx.AsyncClient(timeout=WEBHOOK_SECONDS, trust_env=False, verify=False) as client:
            engine = _Engine(asyncio.get_running_loop(), stop, client)
            self._engine = engine
            try:
                await _Uvicorn(config, stop, ready).serve(sockets=[listener])
            finally:
                self._engine = None
                for task in list(engine.tasks):
                    task.cancel()
                await asyncio.gather(*engine.tasks, return_exceptions=True)

    def _routes(self) -> list[Route]:
        raise NotImplementedError

    # -- the clock, and waiting ---------------------------------------------------------------------

    def _now(self) -> datetime:
        at = self._clock()
        if at.utcoffset() != timedelta(0):
            raise ValueError("the fake's clock must give aware UTC datetimes")
        return at

    def until(self, holds: Callable[[], bool], timeout: float = 5.0) -> bool:
        """Wait until `holds()` is true, looking again at every change; False after `timeout` real seconds."""
        with self._changed:
            return self._changed.wait_for(holds, timeout)

    def settled(self, timeout: float = 5.0) -> bool:
        """Wait until no webhook of ours is on its way."""
        return self.until(lambda: self._engine is None or not self._posting, timeout)

    def _touch(self) -> None:
        """Something changed: wake the tests that wait and the long polls. Call with the lock held."""
        self._changed.notify_all()
        self._set_all(self._sleepers)

    def _set_all(self, events: set[asyncio.Event]) -> None:
        engine = self._engine
        if engine is None:
            return
        for event in list(events):
            engine.loop.call_soon_threadsafe(event.set)

    async def _wait_in(self, room: set[asyncio.Event], event: asyncio.Event, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            with self._lock:
                room.discard(event)

    # -- faults -------------------------------------------------------------------------------------

    def hangs_next(self, method: str, times: int = 1) -> None:
        """The next `times` calls of `method` are carried out, and not answered until `release()`."""
        with self._lock:
            self._faults += [Fault(method, None, after_accepting=True)] * times

    def release(self) -> None:
        """Answer every call that hangs now."""
        with self._lock:
            self._set_all(self._held)

    @property
    def hanging(self) -> int:
        """How many calls hang now."""
        with self._lock:
            return len(self._held)

    def goes_down(self) -> None:
        """Answer 502 to everything, waiting long polls included."""
        with self._lock:
            self._down = True
            self._touch()

    def comes_back(self) -> None:
        """End `goes_down()`."""
        with self._lock:
            self._down = False
            self._touch()

    def mends(self) -> None:
        """Forget every failure planned and not yet used."""
        with self._lock:
            self._faults.clear()

    def _plan(self, fault: Fault, times: int) -> None:
        with self._lock:
            self._faults += [fault] * times

    def _next_fault(self, method: str) -> Fault | None:
        with self._lock:
            found = next((one for one in self._faults if one.method in (method, "*")), None)
            if found is None:
                return None
            self._faults.remove(found)
            if found.after:
                self._faults.insert(0, replace(found, after=found.after - 1))
            return None if found.after else found

    async def _hang(self) -> None:
        event = asyncio.Event()
        with self._lock:
            if self._stopping:
                return
            self._held.add(event)
            self._touch()
        await self._wait_in(self._held, event, None)
        with self._lock:
            self._touch()

    # -- what came in, and posting out --------------------------------------------------------------

    def calls(self, method: str) -> list[Call]:
        """Every request for `method`, or with "*" for any, oldest first, refused ones too."""
        with self._lock:
            return [call for call in self._calls if method in ("*", call.method)]

    def _note(self, method: str, params: Json) -> None:
        with self._lock:
            self._calls.append(Call(method, params, self._now()))
            self._touch()

    def _on_loop(self, work: Coroutine[Any, Any, T], timeout: float = WEBHOOK_SECONDS * 4) -> T:
        """Run `work` on the server's loop and wait: webhooks come from the platform, not from the test."""
        engine = self._engine
        if engine is None or threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("only while the server runs, and from another thread than its own")
        return asyncio.run_coroutine_threadsafe(work, engine.loop).result(timeout)

    def _later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run `work` on the server's loop without waiting; `settled()` waits for all of these."""
        with self._lock:
            engine = self._engine
            if engine is None or self._stopping:
                work.close()
                return
            self._posting += 1
        engine.loop.call_soon_threadsafe(self._begin, engine, work)

    def _begin(self, engine: _Engine, work: Coroutine[Any, Any, Any]) -> None:
        task = engine.loop.create_task(work)
        engine.tasks.add(task)
        task.add_done_callback(self._finished)
        if self._stopping:
            task.cancel()

    def _finished(self, task: asyncio.Task[Any]) -> None:
        with self._lock:
            self._posting -= 1
            if self._engine is not None:
                self._engine.tasks.discard(task)
            self._touch()

    def _http(self) -> httpx.AsyncClient:
        if self._engine is None:
            raise RuntimeError("the server does not run")
        return self._engine.client


async def form_of(request: Request) -> Json:
    """Query, form and JSON parameters together, blank ones kept; later ones win."""
    params: Json = dict(request.query_params)
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        params.update(json.loads(body))
    else:
        params.update(parse_qsl(body.decode(), keep_blank_values=True))
    return params
