"""The heartbeat beats on whatever happens, and a process that stands still ends itself."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from handlers.heartbeat import PATIENCE, STANDSTILL, Heartbeat
from store.database import StoreDown

HOUSE = Path(__file__).parent.parent.parent
STANDS_STILL = """
import asyncio, threading, time
from handlers.heartbeat import Heartbeat
from handlers.service import _watch, end_process

async def main():
    heart = Heartbeat(time.monotonic, end_process, standstill=0.3)
    stuck = threading.Event()
    async def beat():
        stuck.wait()
    heart.every(0.05, "desk", beat)
    heart.start()
    threading.Thread(target=_watch, args=(heart, threading.Event()), daemon=True).start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


class Seconds:
    """A clock that no one can set, for a test that can."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_beat_that_fails_is_beaten_again() -> None:
    """A body can never kill its own re-arming."""
    beaten = asyncio.Event()
    count = 0

    async def beat() -> None:
        nonlocal count
        count += 1
        if count == 3:
            beaten.set()
        raise RuntimeError("never mind")

    heart = Heartbeat(Seconds(), lambda: None)
    heart.every(0.01, "desk", beat)
    heart.start()
    async with asyncio.timeout(5):
        await beaten.wait()
    heart.stop()


async def test_beats_go_on_when_the_wall_clock_is_set_back() -> None:
    """The library would wait until the wall clock is where it was: counted anew, the next beat comes in its time."""
    beaten = asyncio.Event()

    async def beat() -> None:
        beaten.set()

    heart = Heartbeat(Seconds(), lambda: None)
    heart.every(0.01, "desk", beat)
    heart.start()
    [job] = heart._scheduler.get_jobs()
    job.modify(next_run_time=job.next_run_time + timedelta(minutes=10))
    beaten.clear()
    heart.rearm()
    async with asyncio.timeout(5):
        await beaten.wait()
    heart.stop()


async def test_a_beat_that_only_fails_is_a_standstill() -> None:
    """What counts is that a pass finishes, not that one begins."""
    ended: list[bool] = []
    clock = Seconds()
    heart = Heartbeat(clock, lambda: ended.append(True))

    async def beat() -> None:
        raise RuntimeError("never mind")

    heart.every(1, "desk", beat)
    await heart._pass("desk", beat)
    clock.now = STANDSTILL + 1
    heart.watch()
    assert not ended
    clock.now += 0.1
    heart.watch()
    assert ended == [True]


async def test_a_long_pass_that_gets_on_is_no_standstill() -> None:
    """A backlog of an hour is work, as long as it says so row by row."""
    ended: list[bool] = []
    clock = Seconds()
    heart = Heartbeat(clock, lambda: ended.append(True))

    async def beat() -> None:
        return None

    heart.every(1, "desk", beat)
    for _ in range(20):
        clock.now += STANDSTILL
        heart.alive("desk")
        heart.watch()
    assert not ended


async def test_a_beat_a_minute_is_not_missed_after_ten_seconds() -> None:
    """Each beat has its own interval and the standstill on top."""
    clock = Seconds()
    heart = Heartbeat(clock, lambda: None)

    async def beat() -> None:
        return None

    heart.every(60, "chores", beat)
    clock.now = 60 + STANDSTILL
    assert heart.stalled() == []
    clock.now += 0.1
    assert heart.stalled() == ["chores"]


def test_a_process_that_stands_still_ends_itself_loudly() -> None:
    """A loop that is blocked for good is seen from outside it: exit status 70, and a line that says why."""
    done = subprocess.run(
        [sys.executable, "-c", STANDS_STILL], cwd=HOUSE, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 70
    assert "standstill" in done.stdout + done.stderr


async def test_a_store_that_is_down_is_no_standstill_for_two_minutes() -> None:
    """Meanwhile texts are spooled, which no process could do that ended; after that a new one may fare better."""
    ended: list[float] = []
    clock = Seconds()
    heart = Heartbeat(clock, lambda: ended.append(clock.now))
    fault: list[Exception] = [StoreDown("locked")]

    async def beat() -> None:
        if fault:
            raise fault[0]

    heart.every(1, "desk", beat)
    while not ended:
        clock.now += 1
        await heart._pass("desk", beat)
        heart.watch()
    assert PATIENCE + STANDSTILL < ended[0] < PATIENCE + STANDSTILL + 5
    fault.clear()
    await heart._pass("desk", beat)
    fault.append(StoreDown("locked again"))
    clock.now += PATIENCE - 1
    await heart._pass("desk", beat)
    clock.now += STANDSTILL
    heart.watch()
    assert len(ended) == 1
