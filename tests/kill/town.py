"""The whole rehearsal: both platforms, the people and their phones, and Doorstep in a process of its own."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.clock import system_clock
from bot.people import Channel
from handlers.delivery import LEASE
from tests.fakes.telegram import TelegramServer
from tests.fakes.twilio import TwilioServer
from tests.kill.ledger import waiting
from tests.kill.moments import Moments
from tests.kill.phones import (
    AS_LONG_AS_IT_TAKES,
    DANA,
    HENRY,
    LOOK,
    OLIVE,
    PATIENCE,
    Deputy,
    Phone,
    Visitor,
    Watch,
)
from tests.kill.process import PUBLIC_URL, Doorstep, free_port, settings

TOKEN = "900123:Marsh-Lane_Primary"
ACCOUNT, AUTH, NUMBER = "AC" + "7" * 32, "9f" * 16, "+447700900100"
VISITORS = 16
BURST = (8, 30)
"""How many texts come in one life of the process, at least and at most."""
AT_MOST = 10.0
"""Seconds that it may take to end when it is asked to, in the middle of a burst."""
SCHOOL = """
[marsh_lane]
name = "Marsh Lane Primary"
time_zone = "Europe/London"

[marsh_lane.overrides]
check_in_from = "arrival"
check_in = "1s"
answer_within = "1s"
nudge = "1s"
rung = "1s"
"""
PEOPLE = "school,name,roles,phone,telegram_id,code_word,vehicle\n"
OFFICE_CHAT = 7010


def doors(telegram: TelegramServer, twilio: TwilioServer) -> dict[str, str]:
    """The settings that lead to the two platforms."""
    return {
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "TWILIO_ACCOUNT_SID": twilio.account_sid,
        "TWILIO_AUTH_TOKEN": twilio.auth_token,
        "TWILIO_FROM": twilio.number,
        "TWILIO_API_URL": twilio.url,
    }


KILL, TERM, STOP = "SIGKILL", "SIGTERM", "SIGSTOP past a lease, then SIGKILL"
ASKED, FROZEN = 5, 60
"""One life in so many ends because it is asked to; one in so many is frozen first, for longer than a lease lasts."""
FROZEN_SECONDS = LEASE.total_seconds() + 1
THAWED_SECONDS = 3.0
"""What it does with leases that ran out while it was frozen, it does by then."""


@dataclass(slots=True)
class Lived:
    """What was done to the process."""

    kills: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    lives: int = 0
    unruly: int = 0
    """How often it was asked to end while it served, and did not end well and in time."""
    status: int = -1
    stop_seconds: float = 0.0


class Town:
    """A context: everything is up inside, and everything is down after it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self._chance = random.Random(seed)
        self.telegram = TelegramServer(system_clock, token=TOKEN, poll_cap=5.0)
        self.twilio = TwilioServer(
            system_clock, account_sid=ACCOUNT, auth_token=AUTH, number=NUMBER, auto_receipts=True
        )
        self.watch = Watch(self.twilio)
        self.lived = Lived()
        self._permits = threading.Semaphore(0)
        self._over, self._all_told, self._torn_down = threading.Event(), threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self.faults: list[BaseException] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.telegram)
        self._stack.enter_context(self.twilio)
        port = free_port()
        self.doorstep = Doorstep(self.folder, settings(self.folder, port, doors(self.telegram, self.twilio)))
        self._stack.callback(self._ends)
        url = f"http://127.0.0.1:{port}"
        self.twilio.connect(f"{url}/twilio/sms", f"{url}/twilio/status", public_url=PUBLIC_URL)
        self.visitors = [self._visitor(number) for number in range(1, VISITORS + 1)]
        self.deputy = Deputy(self._phone(12, 0, Channel.SMS), self.watch, self._all_told)
        self._puts_on_record()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _ends(self) -> None:
        self._over.set()
        self._all_told.set()
        self._torn_down.set()
        self._permits.release(1_000)
        self.doorstep.kills()
        self.telegram.release()
        self.twilio.release()

    # -- the people ---------------------------------------------------------------------------------

    def _phone(self, number: int, chat: int, channel: Channel) -> Phone:
        number_of_it = f"+447700900{number:03d}"
        return Phone(number_of_it, chat, channel, self.doorstep, self.telegram, self.twilio, self._torn_down)

    def _visitor(self, number: int) -> Visitor:
        """Every second one is called Asha and texts by Telegram, the others are called Ben and text by SMS."""
        channel, name = (Channel.TELEGRAM, "Asha") if number % 2 else (Channel.SMS, "Ben")
        chance = random.Random(self._chance.random())
        phone = self._phone(200 + number, 7200 + number, channel)
        return Visitor(f"{name} {number}", phone, self.watch, self._may_text, self._over, chance)

    def _may_text(self) -> None:
        self._permits.acquire()

    def _puts_on_record(self) -> None:
        rows = [
            f"marsh_lane,Olive,office,{OLIVE},{OFFICE_CHAT},,",
            f"marsh_lane,Henry,headteacher,{HENRY},,,",
            f"marsh_lane,Dana,deputy,{DANA},,,",
        ]
        for visitor in self.visitors:
            chat = str(visitor.phone.chat) if visitor.phone.channel is Channel.TELEGRAM else ""
            rows.append(f"marsh_lane,{visitor.name},visitor,{visitor.phone.number},{chat},blue folder,")
            self.telegram.knows(visitor.phone.chat, visitor.name)
        self.telegram.knows(OFFICE_CHAT, "Olive")
        self.telegram.starts(OFFICE_CHAT)
        (self.folder / "schools.toml").write_text(SCHOOL, encoding="utf-8")
        (self.folder / "people.csv").write_text(PEOPLE + "\n".join(rows) + "\n", encoding="utf-8")
        self.doorstep.command("people", "import", "people.csv")

    # -- what happens -------------------------------------------------------------------------------

    def plays(self, kills: int) -> None:
        """Everybody texts, and the process is killed so many times; then it is left in peace until all is done."""
        self._begins([*(visitor.lives for visitor in self.visitors), self.deputy.lives])
        moments = Moments(self.doorstep, self.telegram, self.twilio, self._chance)
        for number in range(1, kills + 1):
            name, comes = moments.draw()
            self.doorstep.starts()
            self._permits.release(self._chance.randint(*BURST))
            comes()
            self.lived.lives += self.doorstep.up.is_set()
            way = STOP if number % FROZEN == FROZEN // 2 else TERM if number % ASKED == 0 else KILL
            self._ends_a_life(way)
            self.lived.kills[name] += 1
            self.lived.ways[way] += 1
        self._ends_well()

    def _ends_a_life(self, way: str) -> None:
        if way == STOP:
            self.doorstep.freezes(FROZEN_SECONDS)
            self._over.wait(THAWED_SECONDS)
        if way == TERM:
            self._providers_answer()
            was_up = self.doorstep.up.is_set()
            status, seconds = self.doorstep.stops()
            self.lived.unruly += was_up and (status != 0 or seconds > AT_MOST)
        else:
            self.doorstep.kills()
            self._providers_answer()

    def _providers_answer(self) -> None:
        """Whatever hangs at a platform is answered, and nothing is refused any more."""
        for server in (self.telegram, self.twilio):
            server.mends()
            server.release()

    def _begins(self, lives: list[Callable[[], None]]) -> None:
        def noted(live: Callable[[], None]) -> None:
            try:
                live()
            except BaseException as error:
                self.faults.append(error)

        self._threads = [threading.Thread(target=noted, args=(live,), daemon=True) for live in lives]
        for thread in self._threads:
            thread.start()

    def _ends_well(self) -> None:
        """The last life: everybody finishes what they are at, and the process is asked to end."""
        self.doorstep.opens()
        self.lived.lives += 1
        self._over.set()
        self._permits.release(1_000)
        for thread in self._threads[:-1]:
            thread.join(PATIENCE)
        quiet = all(self._comes_to_rest() for _ in range(2))
        unrest, fell = self._unrest(), self.doorstep.fell
        self._all_told.set()
        self._threads[-1].join(PATIENCE)
        # Who still waits for an alarm that never came would go on in the middle of the reckoning.
        self._torn_down.set()
        self.lived.status, self.lived.stop_seconds = self.doorstep.stops()
        assert quiet, f"it did not come to rest: {unrest}; of the people {self.faults or 'all came through'}; {fell}"

    def _comes_to_rest(self) -> bool:
        """Nothing waits at a platform or in the store, and the deputy has ended every alarm.

        After some hundred kills thousands of receipts are on their way, and each is posted.
        """
        return self.twilio.settled(AS_LONG_AS_IT_TAKES) and any(
            self.telegram.until(self._at_rest, LOOK) for _ in range(int(PATIENCE / LOOK))
        )

    def _at_rest(self) -> bool:
        return not any(self._unrest().values())

    def _unrest(self) -> dict[str, int]:
        """What is not done yet, counted."""
        return {
            "updates at Telegram": len(self.telegram.pending()),
            "texts that nobody looked at": self.watch.is_behind(),
            "alarms that Dana has not ended": len(set(self.watch.codes(DANA)) - self.deputy.ended),
            **waiting(self.folder),
        }
