"""The machine that Doorstep runs on: it starts a process, kills it, stops it, and brings it what the network brings."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bot.clock import Clock
from bot.school import School
from bot.settings import Settings, load_settings
from handlers.doors import Attached, open_service
from store.database import StoreDown
from tests.simulation.able import Able
from tests.simulation.beats import Beats
from tests.simulation.edges import Edges
from tests.simulation.loop import LIFE, Life
from tests.simulation.record import KEY

PUBLIC_URL = "https://doorstep.marsh-lane.sch.uk"
TOKEN = "900123:Marsh-Lane_Primary"
ACCOUNT, AUTH, NUMBER = "AC" + "7" * 32, "9f" * 16, "+447700900100"
SERVICE = "MG" + "5" * 32
AGAIN = 5.0
"""Seconds after which the supervisor starts a process anew that ended by itself."""
_Validator: Any = RequestValidator


def settings(store: str, *, holds: bool) -> Settings:
    """As an administrator would set it, for both channels; with a service that `holds` texts, or with a number alone."""
    return load_settings(
        {
            **({"TWILIO_MESSAGING_SERVICE_SID": SERVICE} if holds else {}),
            "DOORSTEP_DATABASE_URL": store,
            "DOORSTEP_SECRET_KEY": KEY,
            "DOORSTEP_PUBLIC_URL": PUBLIC_URL,
            "DOORSTEP_LISTEN": "127.0.0.1:0",
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": AUTH,
            "TWILIO_FROM": NUMBER,
        },
        None,
    )


@dataclass(slots=True)
class Machine:
    """One installation. `up` tells whether a process is alive and serves."""

    settings: Settings
    schools: Mapping[str, School]
    clock: Callable[[], Clock]
    """Makes what a process that starts now is handed."""
    edges: Edges
    able: Able
    note: Callable[[str], None]
    auth_token: str
    down_for: float = AGAIN
    up: bool = False
    lives: int = 0
    fault: Exception | None = None
    """What kept a process from starting, and is none of the faults that are planned."""
    _life: Life | None = None
    _context: Context = field(default_factory=copy_context)
    _attached: Attached | None = None
    _stop: asyncio.Event | None = None
    _again: float | None = None
    _main: "asyncio.Task[None] | None" = None

    @property
    def attached(self) -> Attached | None:
        return self._attached if self.up else None

    @property
    def heart(self) -> Beats | None:
        return self.edges.hearts[-1] if self.up and self.edges.hearts else None

    # -- lives ----------------------------------------------------------------------------------------

    def starts(self) -> None:
        """The supervisor starts a process, if there is none."""
        if self._life is not None:
            return
        self.lives += 1
        self._life = Life(self.lives)
        self._context = copy_context()
        self._context.run(LIFE.set, self._life)
        self._main = asyncio.get_running_loop().create_task(self._lives(), context=self._context)
        self._life.tasks.add(self._main)

    async def _lives(self) -> None:
        try:
            attached = await open_service(self.settings, self.schools, self.clock())
        except StoreDown as error:
            self._ends_by_itself(f"could not start: {type(error).__name__}")
            return
        except Exception as error:
            self.fault = error
            raise
        self._attached, self._stop = attached, asyncio.Event()
        self.up = True
        self.able.serves()
        self.note(f"process {self.lives} serves")
        try:
            await attached.service.run(self._stop)
        except Exception as error:
            self.up = False
            with suppress(Exception):
                await attached.close()
            self._ends_by_itself(f"ended with {type(error).__name__}")
            return
        self.up = False
        await attached.close()
        self._life = self._attached = None
        self.note("process ended in order")
        if self._again is not None:
            again = self._again
            self._outside(lambda: asyncio.get_running_loop().call_later(again, self.starts))

    def _ends_by_itself(self, why: str) -> None:
        self.note(f"process {self.lives} {why}")
        if self._life is not None:
            self._life.alive = False
        self.able.dies()
        self._life = self._attached = None
        self._outside(lambda: asyncio.get_running_loop().call_later(AGAIN, self.starts))

    def dies(self, where: str, down: float = 0.0) -> None:
        """`kill -9`: from here on nothing that the process tries has any effect. After `down` it is started again."""
        life = self._life
        if life is None or not life.alive:
            return
        life.alive = self.up = False
        self.able.dies()
        down = down or self.down_for
        self.note(f"KILLED {where}")
        self._outside(lambda: asyncio.get_running_loop().create_task(self._buries(life, down)))

    async def _buries(self, life: Life, down: float) -> None:
        for _ in range(50):
            left = [task for task in life.tasks if not task.done()]
            for task in left:
                task.cancel()
            if not left:
                break
            await asyncio.sleep(0)
        attached = self._attached
        for connection in self.edges.disk.connections:
            connection.close()
        self.edges.disk.connections.clear()
        if attached is not None:
            _lets_go(attached)
        self._life = self._attached = None
        asyncio.get_running_loop().call_later(down, self.starts)

    def in_life(self, work: Callable[[], object]) -> None:
        """Do something as the process that is alive does it, so that it dies with it."""
        if self._life is not None:
            self._context.copy().run(work)

    def _outside(self, work: Callable[[], object]) -> None:
        Context().run(work)

    def asked_to_stop(self, again: float | None = None) -> None:
        """SIGTERM; the supervisor starts it again so long after it has ended, or not at all."""
        if self._stop is not None and self.up:
            self.note("asked to stop (SIGTERM)")
            self.able.dies()
            self._again = again
            self._stop.set()

    def ends(self) -> None:
        """The run is over: let go of what the last process held."""
        if self._life is not None:
            self._life.alive = False
        for connection in self.edges.disk.connections:
            connection.close()
        if self._attached is not None:
            _lets_go(self._attached)

    # -- the network ----------------------------------------------------------------------------------

    async def takes(self, path: str, form: Mapping[str, str]) -> int | None:
        """A webhook of Twilio's, signed; gives the status, or None when nobody answers."""
        attached, life = self.attached, self._life
        if attached is None or life is None:
            return None
        signature = _Validator(self.auth_token).compute_signature(PUBLIC_URL + path, dict(form))
        work = _posts(attached.web.app, path, urlencode(form).encode(), signature)
        task = asyncio.get_running_loop().create_task(work, context=self._context.copy())
        life.tasks.add(task)
        await asyncio.wait([task])
        if task.cancelled() or not life.alive:
            return None
        return task.result()


def _lets_go(attached: Attached) -> None:
    """What the system does for a dead process: its lock on the store is free."""
    lock = attached.service.database._file_lock
    if lock is not None:
        lock.release()


async def _posts(app: Any, path: str, body: bytes, signature: str) -> int:
    """One request to the app, without a socket."""
    where, _, query = path.partition("?")
    headers = [
        (b"host", b"doorstep.marsh-lane.sch.uk"),
        (b"content-type", b"application/x-www-form-urlencoded; charset=UTF-8"),
        (b"content-length", str(len(body)).encode()),
        (b"x-twilio-signature", signature.encode()),
    ]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "https",
        "path": where, "raw_path": where.encode(), "query_string": query.encode(), "root_path": "",
        "headers": headers, "client": ("192.0.2.1", 443), "server": ("doorstep.marsh-lane.sch.uk", 443),
    }  # fmt: skip
    given = [{"type": "http.request", "body": body, "more_body": False}]
    status = 0

    async def receive() -> dict[str, Any]:
        return given.pop(0) if given else {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = int(message["status"])

    await app(scope, receive, send)
    return status
