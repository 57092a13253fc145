"""The heartbeat in virtual time. A beat that would find nothing to do is left out: a night of them costs nothing."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from handlers.heartbeat import Beat, Heartbeat

ON_DEMAND = frozenset({"desk", "delivery", "spool", "reconcile"})
"""What works from columns of instants: the reckoning reads them too, and asks for the beat that will find something."""
RARELY = {
    **dict.fromkeys(("hold", "held", "pulse", "drills"), 600.0),
    **dict.fromkeys(("chores", "morning"), 3600.0),
    **dict.fromkeys(("guard", "sender", "receipts"), 300.0),
}
"""What finds nothing to do in an afternoon's run, a few times, so that it is tried; and what looks for outages, less often."""
SLACK = 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """One beat, as the heartbeat knows it when it counts anew from now."""

    id: str
    scheduler: "Scheduler"

    def reschedule(self, trigger: str, *, seconds: float) -> None:
        self.scheduler._every(self.id, RARELY.get(self.id, seconds))


class Scheduler:
    """In place of APScheduler: the same grid of instants, counted from the start. `looks` is called after each beat."""

    def __init__(self, looks: Callable[[], None], on_demand: frozenset[str]) -> None:
        self._loop, self._looks, self._on_demand = asyncio.get_running_loop(), looks, on_demand
        self.begun = self._loop.time()
        self._jobs: dict[str, tuple[float, Callable[[], Any]]] = {}
        self._asked: dict[str, asyncio.TimerHandle] = {}
        self._running: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = False

    def add_job(self, pass_: Callable[..., Any], trigger: str, *, seconds: float, args: Any, id: str, **_: Any) -> None:
        self._jobs[id] = (seconds, lambda: pass_(*args))

    def get_jobs(self) -> list["Job"]:
        """Those that beat by themselves; what beats on demand has nothing to be armed anew."""
        return [Job(name, self) for name in self._jobs if name not in self._on_demand]

    def start(self) -> None:
        for name, (seconds, _) in self._jobs.items():
            if name not in self._on_demand:
                self._every(name, RARELY.get(name, seconds))

    def shutdown(self, wait: bool = True) -> None:
        self._over = True
        for handle in self._asked.values():
            handle.cancel()

    def _every(self, name: str, seconds: float) -> None:
        if name in self._asked:
            self._asked[name].cancel()

        def comes() -> None:
            if not self._over:
                self._begins(name)
                self._asked[name] = self._loop.call_later(seconds, comes)

        self._asked[name] = self._loop.call_later(seconds, comes)

    def asks(self, name: str, at: float | None) -> None:
        """What `name` works on will be due at `at`: its next beat is the first from then on."""
        if name not in self._on_demand:
            return
        asked = self._asked.pop(name, None)
        if asked is not None:
            asked.cancel()
        if at is None or self._over or name not in self._jobs:
            return
        seconds = self._jobs[name][0]
        gone = math.floor((self._loop.time() - self.begun) / seconds + 1e-6)
        when = self.begun + seconds * max(gone + 1, math.ceil((at - self.begun) / seconds - 1e-6))
        self._asked[name] = self._loop.call_at(when, self._begins, name)

    def _begins(self, name: str) -> None:
        if self._over or name in self._running:
            return  # max_instances=1
        self._running.add(name)
        task = self._loop.create_task(self._jobs[name][1]())
        self._tasks.add(task)

        def ends(done: "asyncio.Task[None]") -> None:
            self._running.discard(name)
            self._tasks.discard(done)
            if name in self._on_demand:
                self._looks()

        task.add_done_callback(ends)


class Beats(Heartbeat):
    """The service's own heartbeat on that scheduler. `watch`, from its thread, sees no time that it could judge by."""

    def __init__(
        self, time: Callable[[], float], end: Callable[[], None], looks: Callable[[], None], on_demand: frozenset[str]
    ) -> None:
        self.scheduler = Scheduler(looks, on_demand)
        super().__init__(time, end, _scheduler=self.scheduler)
        self._loop = asyncio.get_running_loop()

    async def _pass(self, name: str, beat: Beat) -> None:
        self.alive(name)
        guard = self._loop.call_later(self._intervals[name] + self.standstill + SLACK, self._looks, name)
        try:
            await super()._pass(name, beat)
        finally:
            guard.cancel()
        since = self._down_since.get(name)
        if since is not None and self.monotonic() - since >= self.patience + self.standstill:
            self.end()

    def _looks(self, name: str) -> None:
        if name in self.stalled():
            self.end()

    def watch(self) -> None:
        """The thread's look: left to `_looks`, in virtual time."""
