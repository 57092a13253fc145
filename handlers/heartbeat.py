"""The heartbeat: wakes everything that must not depend on being woken, and notices when it has stopped beating.

APScheduler 3.11 with in-memory jobs only (DESIGN §5): the deadlines are a column of the store, and a beat that is late or
lost costs nothing but time. A body can never kill its own re-arming.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from store.database import StoreDown

log = structlog.get_logger(__name__)
STANDSTILL = 10.0
"""Seconds without a finished pass after which the process ends itself, so that its supervisor starts it again."""

PATIENCE = 120.0
"""Seconds that a store may be down before that counts as a standstill too: meanwhile texts are spooled, and a process that
ended could not start again. Longer than that, a new process may find what this one cannot."""

Beat = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Heartbeat:
    """Runs beats at their intervals. `monotonic` is a clock that no one can set; `end` is called at a standstill."""

    monotonic: Callable[[], float]
    end: Callable[[], None]
    standstill: float = STANDSTILL
    patience: float = PATIENCE
    _scheduler: AsyncIOScheduler = field(default_factory=lambda: AsyncIOScheduler(timezone="UTC"))
    _finished: dict[str, float] = field(default_factory=dict)
    _intervals: dict[str, float] = field(default_factory=dict)
    _down_since: dict[str, float] = field(default_factory=dict)

    def every(self, seconds: float, name: str, beat: Beat) -> None:
        """Beat every so many seconds; a pass that is still running is not overtaken."""
        self._finished[name], self._intervals[name] = self.monotonic(), seconds
        self._scheduler.add_job(
            self._pass,
            "interval",
            seconds=seconds,
            args=(name, beat),
            id=name,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def rearm(self) -> None:
        """Count every interval from now. The scheduler goes by the wall clock: set back, it would wait for as long."""
        for job in self._scheduler.get_jobs():
            job.reschedule("interval", seconds=self._intervals[job.id])

    async def _pass(self, name: str, beat: Beat) -> None:
        try:
            await beat()
        except asyncio.CancelledError:
            raise
        except StoreDown as error:
            log.error("beat failed", beat=name, error=str(error))
            if self.monotonic() - self._down_since.setdefault(name, self.monotonic()) < self.patience:
                self.alive(name)
            return
        except Exception as error:
            log.exception("beat failed", beat=name, error=type(error).__name__)
            return
        self._down_since.pop(name, None)
        self.alive(name)

    def alive(self, name: str) -> None:
        """A long pass that gets on is no standstill: it says so here, row by row."""
        self._finished[name] = self.monotonic()

    def stalled(self) -> list[str]:
        """The beats of which no pass has finished for too long after it was due."""
        now = self.monotonic()
        return [name for name, at in self._finished.items() if now - at > self._intervals[name] + self.standstill]

    def watch(self) -> None:
        """To be called from outside the event loop: end the process loudly if the beats have stopped."""
        stalled = self.stalled()
        if stalled:
            log.critical("standstill: the process ends itself", beats=stalled, seconds=self.standstill)
            self.end()
