"""Whether the time an answer takes tells of a code word: two phones, one text, and a two-sample test.

The real service in a process of its own, Twilio's protocol over HTTP. Asha has a code word on record, Ben has none; both
send the same text, which holds it, in turns shuffled by a seed. Asha's raises an alarm each time, and the office ends it.
The times from text to answer are compared by the rank-sum test (Mann-Whitney, normal approximation, two-sided).

    python -m bench.timing [--trips 1000] [--seed 2026]
"""

import argparse
import math
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.report import last_line, spread
from bot.clock import system_clock
from tests.fakes.telegram import TelegramServer
from tests.fakes.twilio import TwilioServer
from tests.kill.process import PUBLIC_URL, Doorstep, free_port, settings
from tests.kill.town import ACCOUNT, AUTH, NUMBER, TOKEN, doors

ASHA, BEN, OLIVE = "+447700900001", "+447700900002", "+447700900010"
TEXT = "is the blue folder in?"
SCHOOL = '[marsh_lane]\nname = "Marsh Lane Primary"\n[marsh_lane.overrides]\nrung = "10h"\n'
PEOPLE = f"""school,name,roles,phone,telegram_id,code_word,vehicle
marsh_lane,Asha,visitor,{ASHA},,blue folder,
marsh_lane,Ben,visitor,{BEN},,,
marsh_lane,Olive,office,{OLIVE},,,
marsh_lane,Henry,headteacher,+447700900011,,,
"""
SIGNIFICANT = 0.01
PATIENCE = 10.0


@contextmanager
def service(folder: Path) -> Iterator[TwilioServer]:
    """Doorstep up and listening, with Asha, Ben, Olive and Henry on record."""
    telegram = TelegramServer(system_clock, token=TOKEN, poll_cap=25.0)
    twilio = TwilioServer(system_clock, account_sid=ACCOUNT, auth_token=AUTH, number=NUMBER, auto_receipts=True)
    with ExitStack() as stack:
        stack.enter_context(telegram)
        stack.enter_context(twilio)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        doorstep = Doorstep(folder, settings(folder, port, doors(telegram, twilio)))
        twilio.connect(f"{url}/twilio/sms", f"{url}/twilio/status", public_url=PUBLIC_URL)
        (folder / "schools.toml").write_text(SCHOOL, encoding="utf-8")
        (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
        doorstep.command("people", "import", "people.csv")
        stack.callback(telegram.release)
        stack.callback(doorstep.kills)
        doorstep.opens()
        yield twilio


def trip(twilio: TwilioServer, number: str, text: str) -> float:
    """Milliseconds from a text to its answer. Raises TimeoutError when there is none."""
    before = len(twilio.phone(number))
    twilio.texts(number, text)
    if not twilio.until(lambda: len(twilio.phone(number)) >= before + 2, PATIENCE):
        raise TimeoutError("a text found no answer")
    sent, got = twilio.phone(number)[before : before + 2]
    return (got.at - sent.at).total_seconds() * 1_000


def rest(twilio: TwilioServer) -> None:
    """The office writes too, after each trip alike, and everything that follows has come to rest."""
    before = len(twilio.phone(OLIVE))
    twilio.texts(OLIVE, "safe spoke to her")
    if not twilio.until(lambda: len(twilio.phone(OLIVE)) >= before + 2, PATIENCE) or not twilio.settled():
        raise TimeoutError("the office found no answer")


def measure(trips: int, seed: int) -> tuple[list[float], list[float]]:
    """Milliseconds with a code word, and without."""
    turns = [ASHA, BEN] * (trips // 2)
    random.Random(seed).shuffle(turns)
    found: dict[str, list[float]] = {ASHA: [], BEN: []}
    with tempfile.TemporaryDirectory() as folder, service(Path(folder)) as twilio:
        for number in (ASHA, BEN) * 5:
            trip(twilio, number, TEXT)  # the first ones only warm it up
            rest(twilio)
        for number in turns:
            found[number].append(trip(twilio, number, TEXT))
            rest(twilio)
    return found[ASHA], found[BEN]


def rank_sum(one: Sequence[float], other: Sequence[float]) -> float:
    """The chance (p, two-sided) that samples which differ so much come from one and the same distribution."""
    pooled = sorted([(value, True) for value in one] + [(value, False) for value in other])
    ranks, start = 0.0, 0
    while start < len(pooled):
        end = start
        while end < len(pooled) and pooled[end][0] == pooled[start][0]:
            end += 1
        ranks += (start + 1 + end) / 2 * sum(is_one for _, is_one in pooled[start:end])
        start = end
    n, m = len(one), len(other)
    mean, deviation = n * (n + m + 1) / 2, math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(ranks - mean) / deviation / math.sqrt(2))


def main() -> int:
    """Print the figures; 1 when the two can be told apart."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.timing", description="Whether answer times tell of a code word."
    )
    parser.add_argument("--trips", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    with_phrase, without = measure(given.trips, given.seed)
    p = rank_sum(with_phrase, without)
    spreads = {"with": spread(with_phrase), "without": spread(without)}
    table = Table(
        "ms", "p50", "p90", "p99", "max", title=f"{len(with_phrase)} answers with a code word, {len(without)} without"
    )
    for name, points in spreads.items():
        table.add_row(name, *(f"{value:.1f}" for value in points.values()))
    Console().print(table)
    print(f"rank-sum test, two-sided: p = {p:.4f}")
    met = p >= SIGNIFICANT
    figures = {"milliseconds": spreads, "p": round(p, 4), "trips": given.trips, "seed": given.seed}
    print(last_line("timing", figures, goal=f"p of the two-sample test at least {SIGNIFICANT}", met=met))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
