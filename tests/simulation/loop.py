"""An event loop whose time passes only when nothing else is left to do: one thread, no sockets, one order of things."""

import asyncio
import heapq
import selectors
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32


class NothingHappens(Exception):
    """Everybody waits, and nothing will ever wake them."""


class Killed(BaseException):
    """The process is dead. No `except Exception` may catch it, and nothing it tries to do is done."""


@dataclass(eq=False, slots=True)
class Life:
    """One life of the process: what it has under way, and whether it may still touch the world."""

    number: int
    alive: bool = True
    tasks: set["asyncio.Task[Any]"] = field(default_factory=set)


LIFE: ContextVar[Life | None] = ContextVar("life", default=None)
"""The process in whose context this runs. What the world itself does has none."""


class _Idle(selectors.SelectSelector):
    """Where asyncio would wait for the network, time moves on instead; where real sockets are at work, it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.loop: VirtualLoop | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert self.loop is not None
        if self.loop.frozen:
            return super().select(timeout if timeout == 0 else 1.0)
        if timeout != 0 and not self.loop.at_rest():
            self.loop.passes(timeout)
        return []


class _Timer(asyncio.TimerHandle):
    """Of what comes in one instant either the world's or the process's is first, and of these what was asked for first."""

    __slots__ = ("number", "of_process")
    of_process: bool
    number: int

    def __lt__(self, other: asyncio.TimerHandle) -> bool:
        assert isinstance(other, _Timer)
        if self._when != other._when:  # type: ignore[attr-defined]
            return bool(self._when < other._when)  # type: ignore[attr-defined]
        if self.of_process == other.of_process:
            return self.number < other.number
        return bool(self.of_process != self._loop.world_first(self._when))  # type: ignore[attr-defined]


class VirtualLoop(asyncio.SelectorEventLoop):
    """`at_rest` is called when everything of this instant is done; it tells whether that made more to do."""

    def __init__(self, seed: int = 0) -> None:
        self._time = 0.0
        self._seed = seed
        self._timers = 0
        self.frozen = 0
        self.at_rest: Callable[[], bool] = lambda: False
        idle = _Idle()
        super().__init__(idle)
        idle.loop = self
        self.set_task_factory(_task)  # type: ignore[arg-type]

    def time(self) -> float:
        return self._time

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> _Timer:
        """In which order things of one instant come is the seed's, not that of how many were under way."""
        timer = _Timer(when, callback, args, self, context)
        timer.of_process = (context.get(LIFE) if context else LIFE.get()) is not None
        self._timers += 1
        timer.number = self._timers
        heapq.heappush(self._scheduled, timer)  # type: ignore[attr-defined]
        timer._scheduled = True  # type: ignore[attr-defined]
        return timer

    def world_first(self, when: float) -> bool:
        """Whether of what comes in this instant the world's is before the process's."""
        return bool(crc32(f"{self._seed} {when:.6f}".encode()) & 1)

    def passes(self, seconds: float | None) -> None:
        if seconds is None:
            raise NothingHappens
        self._time += seconds

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":  # type: ignore[override]
        """What would be done in a thread is done here and now."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


def _task(loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **more: Any) -> "asyncio.Task[Any]":
    task = asyncio.Task(coro, loop=loop, **more)
    life = LIFE.get()
    if life is not None:
        life.tasks.add(task)
        task.add_done_callback(life.tasks.discard)
    return task


async def lasting(seconds: float) -> None:
    """So long in virtual time, and in no time at all."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[None] = loop.create_future()
    handle = loop.call_later(seconds, _ends, future)
    try:
        await future
    finally:
        handle.cancel()


def _ends(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
