"""How long a start takes while thousands are out: from the process's first instant to its listening for texts.

The real service in a process of its own on a store with so many open visits, all of them on disk, and beside it the floor:
the same start on a store without any. Each is started a few times, and the middle one counts. A deadline that has passed
meanwhile is the first to be dealt with: how long until its question is at Twilio is measured too.

    python -m bench.start [--visits 10000] [--times 5]
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.answer import cpu_seconds
from bench.report import last_line
from bot.clock import system_clock
from bot.events import Event
from bot.place import Place, State
from bot.policy import parse_policy
from bot.school import parse_schools
from store import people, schools, visits
from store.crypto import Sealer
from store.database import Database
from tests.fakes.telegram import TelegramServer
from tests.fakes.twilio import TwilioServer
from tests.kill.process import KEY, START_SECONDS, Doorstep, free_port, settings, store_url
from tests.kill.town import ACCOUNT, AUTH, NUMBER, TOKEN, doors

GOAL = 3.0
"""Seconds: with all these visits open it listens sooner."""
VISITORS = 100
SCHOOL = '[marsh_lane]\nname = "Marsh Lane Primary"\ntime_zone = "Europe/London"\n'
STAFF = (("Olive", "office", 10), ("Henry", "headteacher", 11), ("Dana", "deputy", 12))
HOUR = timedelta(hours=1)
LATE = timedelta(minutes=1)


class Installation:
    """Doorstep with everybody on record, beside both platforms."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.cpu = 0.0
        self.telegram = stack.enter_context(TelegramServer(system_clock, token=TOKEN, poll_cap=5.0))
        self.twilio = stack.enter_context(
            TwilioServer(system_clock, account_sid=ACCOUNT, auth_token=AUTH, number=NUMBER, auto_receipts=True)
        )
        self.doorstep = Doorstep(folder, settings(folder, free_port(), doors(self.telegram, self.twilio)))
        stack.callback(self.telegram.release)
        stack.callback(self.doorstep.kills)
        (folder / "schools.toml").write_text(SCHOOL, encoding="utf-8")
        (folder / "people.csv").write_text(_record(), encoding="utf-8")
        self.doorstep.command("people", "import", "people.csv")

    def starts(self) -> float:
        """Seconds until it listens."""
        begun = time.perf_counter()
        self.doorstep.starts()
        if not self.doorstep.up.wait(START_SECONDS):
            raise TimeoutError("it did not start:\n" + "\n".join(self.doorstep.said))
        seconds = time.perf_counter() - begun
        self.cpu = cpu_seconds(self.doorstep.pid)
        return seconds

    def asks_of(self, phone: str) -> float:
        """Seconds until the visitor who is late is asked."""
        begun = time.perf_counter()
        if not self.twilio.until(lambda: any(line.way == "got" for line in self.twilio.phone(phone)), START_SECONDS):
            raise TimeoutError("whoever was late was never asked")
        return time.perf_counter() - begun


def _phone(number: int) -> str:
    return f"+447700900{number:03d}"


def _record() -> str:
    lines = ["school,name,roles,phone,telegram_id,code_word,vehicle"]
    lines += [f"marsh_lane,{name},{role},{_phone(number)},,," for name, role, number in STAFF]
    lines += [f"marsh_lane,Ben {n},visitor,{_phone(200 + n)},,blue folder," for n in range(VISITORS)]
    return "\n".join(lines) + "\n"


async def _goes_out(folder: Path, count: int) -> None:
    """So many visits, everybody inside, and each to be asked an hour from now or later; the last one is due already."""
    database, now = Database(store_url(folder), Sealer(KEY)), system_clock()
    policy = parse_policy("default")
    async with database.transaction() as tx:
        [school_id] = await schools.known(tx, parse_schools(SCHOOL))
        going = [one for one in await people.of_school(tx, school_id) if not one.is_contact]
        for number in range(count):
            visit = await visits.add(tx, school_id, policy, now, address=f"{number} Larch Road", pupil="K.T.")
            at = now - LATE if number == count - 1 else now + HOUR * (1 + number / count)
            place = Place(
                going[number % len(going)].id,
                State.THERE,
                visit_id=visit.id,
                starts_at=now,
                ends_at=now + 3 * HOUR,
                arrived_at=now,
                heard_at=now,
                deadline=Event.CHECK_IN_DUE,
                deadline_at=at,
            )
            await visits.add_place(tx, school_id, place)
    await database.close()


def measure(count: int, times: int) -> dict[str, float]:
    """Raises TimeoutError where it does not start, or does not act."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        here = Installation(Path(name), stack)
        empty = [_once(here) for _ in range(times)]
        asyncio.run(_goes_out(here.folder, count))
        late = _phone(200 + (count - 1) % VISITORS)
        first = here.starts()
        acted = first + here.asks_of(late)
        here.doorstep.stops()
        full = [first, *(_once(here) for _ in range(times - 1))]
        cpu = here.cpu
    middle, floor = statistics.median(full), statistics.median(empty)
    return {
        "visits": count,
        "seconds": round(middle, 2),
        "longest": round(max(full), 2),
        "processor_seconds": round(cpu, 2),
        "seconds_without_visits": round(floor, 2),
        "times_the_floor": round(middle / floor, 2),
        "seconds_to_the_first_question": round(acted, 2),
    }


def _once(here: Installation) -> float:
    seconds = here.starts()
    here.doorstep.stops()
    return seconds


def show(figures: dict[str, float]) -> None:
    table = Table("figure", "value", title=f"a start with {figures['visits']:g} open visits")
    for name, value in figures.items():
        table.add_row(name.replace("_", " "), f"{value:g}")
    Console().print(table)


def main() -> int:
    """Print the figures; 1 when the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.start", description="How long a start takes.")
    parser.add_argument("--visits", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    figures = measure(given.visits, given.times)
    show(figures)
    met = figures["seconds"] < GOAL
    print(last_line("start", figures, goal=f"listens within {GOAL:g} s with {given.visits} open visits", met=met))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
