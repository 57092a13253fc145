"""How long a text waits for its answer: from the phone's send to the platform's taking of the answer's call.

The real service in a process of its own (SQLite on disk, every commit fsynced), both platforms spoken to over HTTP; half
of the texts by Telegram's long poll, half by Twilio's webhooks. Beside it the physical floor, measured in the same run: a
bare loop that does for each text the commits and the one round trip that no program could do without.

    python -m bench.answer [--seconds 30] [--rate 20]
"""

import argparse
import os
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from bench.report import last_line, spread
from bot.clock import system_clock
from tests.fakes.telegram import TelegramServer
from tests.fakes.twilio import TwilioServer
from tests.kill.process import PUBLIC_URL, Doorstep, free_port, settings
from tests.kill.town import ACCOUNT, AUTH, NUMBER, TOKEN, doors

GOAL = 100.0
"""Milliseconds: the 99th percentile of all texts stays below it."""
VISITORS = 40
MOVES = ("arrived", "2", "status", "left")
COMMITS = 3
"""Between a text and its answer's call: kept, decided, leased."""
FLOOR_TEXTS = 300
PATIENCE = 30
"""Seconds for the last answers."""
SCHOOL = '[marsh_lane]\nname = "Marsh Lane Primary"\ntime_zone = "Europe/London"\n'
STAFF = (("Olive", "office", 10), ("Henry", "headteacher", 11), ("Dana", "deputy", 12), ("Dee", "dsl", 13))


@dataclass(frozen=True, slots=True)
class Visitor:
    """One who texts, always by the same channel."""

    number: str
    chat: int
    by_telegram: bool


@contextmanager
def service(folder: Path) -> Iterator[tuple[Doorstep, TelegramServer, TwilioServer, list[Visitor]]]:
    """Doorstep up and listening, the platforms up, everybody on record."""
    visitors = [Visitor(f"+447700900{200 + n}", 7200 + n, n % 2 == 0) for n in range(VISITORS)]
    telegram = TelegramServer(system_clock, token=TOKEN, poll_cap=25.0)
    twilio = TwilioServer(system_clock, account_sid=ACCOUNT, auth_token=AUTH, number=NUMBER, auto_receipts=True)
    with ExitStack() as stack:
        stack.enter_context(telegram)
        stack.enter_context(twilio)
        port = free_port()
        doorstep = Doorstep(folder, settings(folder, port, doors(telegram, twilio)))
        url = f"http://127.0.0.1:{port}"
        twilio.connect(f"{url}/twilio/sms", f"{url}/twilio/status", public_url=PUBLIC_URL)
        (folder / "schools.toml").write_text(SCHOOL, encoding="utf-8")
        (folder / "people.csv").write_text(record(visitors), encoding="utf-8")
        doorstep.command("people", "import", "people.csv")
        for visitor in visitors:
            telegram.knows(visitor.chat, "Asha")
        stack.callback(telegram.release)
        stack.callback(doorstep.kills)
        doorstep.opens()
        yield doorstep, telegram, twilio, visitors


def record(visitors: Sequence[Visitor]) -> str:
    """The people's file: a school's size, with a code word for each who goes."""
    lines = ["school,name,roles,phone,telegram_id,code_word,vehicle"]
    lines += [f"marsh_lane,{name},{role},+447700900{number:03d},,," for name, role, number in STAFF]
    for n, visitor in enumerate(visitors):
        chat, name = (str(visitor.chat), "Asha") if visitor.by_telegram else ("", "Ben")
        lines.append(f"marsh_lane,{name} {n},visitor,{visitor.number},{chat},blue folder,red Fiesta AB12 CDE")
    return "\n".join(lines) + "\n"


def texts(telegram: TelegramServer, twilio: TwilioServer, visitors: Sequence[Visitor], rate: float, count: int) -> None:
    """Send them evenly, the two channels in turn, each phone its moves in order."""
    never, begun = threading.Event(), time.monotonic()
    for n in range(count):
        never.wait(max(0.0, begun + n / rate - time.monotonic()))
        visitor, move = visitors[n % len(visitors)], MOVES[n // len(visitors) % len(MOVES)]
        if visitor.by_telegram:
            telegram.texts(visitor.chat, move)
        else:
            twilio.texts(visitor.number, move, wait=False)


def waits(telegram: TelegramServer, twilio: TwilioServer, visitors: Sequence[Visitor]) -> dict[str, list[float]]:
    """Milliseconds from each text to its answer, by channel; a phone's nth answer is that of its nth text."""
    found: dict[str, list[float]] = {"telegram": [], "sms": []}
    for visitor in visitors:
        lines = telegram.screen(visitor.chat) if visitor.by_telegram else twilio.phone(visitor.number)
        sent, got = ([line.at for line in lines if line.way == way] for way in ("sent", "got"))
        waited = [milliseconds(a, b) for a, b in zip(sent, got, strict=True)]
        found["telegram" if visitor.by_telegram else "sms"] += waited
    return found


def milliseconds(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() * 1_000


def answered(telegram: TelegramServer, twilio: TwilioServer, visitors: Sequence[Visitor], count: int) -> bool:
    """Whether every text has its answer."""
    got = sum(line.way == "got" for v in visitors if v.by_telegram for line in telegram.screen(v.chat))
    got += sum(line.way == "got" for v in visitors if not v.by_telegram for line in twilio.phone(v.number))
    return got >= count


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processor so far, in seconds; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def floor(folder: Path, url: str, count: int) -> list[float]:
    """Milliseconds for what no program could do without: the commits of one text, and one round trip."""
    found = []
    with closing(sqlite3.connect(folder / "floor.db", isolation_level=None)) as store, httpx.Client() as line:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("PRAGMA synchronous=FULL")
        store.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, raw BLOB)")
        for _ in range(count):
            begun = time.perf_counter()
            for _ in range(COMMITS):
                store.execute("BEGIN IMMEDIATE")
                store.execute("INSERT INTO kept (raw) VALUES (zeroblob(500))")
                store.execute("COMMIT")
            line.get(f"{url}/2010-04-01/Accounts/{ACCOUNT}/Balance.json", auth=(ACCOUNT, AUTH)).raise_for_status()
            found.append((time.perf_counter() - begun) * 1_000)
    return found


@dataclass(frozen=True, slots=True)
class Measured:
    """`spreads` are milliseconds by channel, of all, and of the floor; `cpu` those of the service for one text."""

    spreads: dict[str, dict[str, float]]
    texts: int
    cpu: float


def measure(seconds: float, rate: float) -> Measured:
    """Raises TimeoutError when texts stay without an answer."""
    count = int(seconds * rate)
    with tempfile.TemporaryDirectory() as name, service(Path(name)) as (doorstep, telegram, twilio, visitors):
        used = cpu_seconds(doorstep.pid)
        texts(telegram, twilio, visitors, rate, count)
        if not any(twilio.until(lambda: answered(telegram, twilio, visitors, count), 1.0) for _ in range(PATIENCE)):
            raise TimeoutError("texts found no answer:\n" + "\n".join(doorstep.said))
        used = cpu_seconds(doorstep.pid) - used
        found = waits(telegram, twilio, visitors)
        found["all"] = [one for values in found.values() for one in values]
        found["floor"] = floor(Path(name), twilio.url, FLOOR_TEXTS)
    return Measured({name: spread(values) for name, values in found.items()}, count, round(used * 1_000 / count, 1))


def show(measured: Measured, rate: float, ratio: dict[str, float]) -> None:
    """The table for people."""
    table = Table("ms", "p50", "p90", "p99", "max", title=f"{measured.texts} texts, {rate:g} a second")
    for name, points in measured.spreads.items():
        table.add_row(name, *(f"{value:.1f}" for value in points.values()))
    Console().print(table)
    print(f"times the floor ({COMMITS} commits and one round trip): {ratio['p50']} at p50, {ratio['p99']} at p99")
    print(f"processor time of the service: {measured.cpu} ms a text, receipts and the office's notices included")


def main() -> int:
    """Print the figures; 1 when the goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.answer", description="How long a text waits for its answer.")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=20.0, help="texts a second, both channels together")
    given = parser.parse_args()
    measured = measure(given.seconds, given.rate)
    spreads = measured.spreads
    ratio = {point: round(spreads["all"][point] / spreads["floor"][point], 2) for point in ("p50", "p99")}
    show(measured, given.rate, ratio)
    met = spreads["all"]["p99"] < GOAL
    figures = {
        "milliseconds": spreads,
        "times_the_floor": ratio,
        "texts": measured.texts,
        "texts_a_second": given.rate,
        "service_cpu_ms_a_text": measured.cpu,
    }
    print(last_line("answer", figures, goal=f"p99 of all under {GOAL:g} ms", met=met))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
