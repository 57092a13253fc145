"""The people of the rehearsal: visitors who come and go, or need help, or fall silent; and a deputy who answers."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.late import BLUR
from bot.people import Channel
from tests.fakes.telegram import TelegramServer
from tests.fakes.twilio import TwilioServer
from tests.kill.process import Doorstep

OLIVE, HENRY, DANA = "+447700900010", "+447700900011", "+447700900012"
PATIENCE = 60.0
AS_LONG_AS_IT_TAKES = 600.0
"""Seconds. Who needs help, or has fallen silent, says nothing more until the alarm has come."""
LOOK = 0.25
BREATH = BLUR.total_seconds() + 1
"""Seconds. Nobody types a text again sooner, and whole seconds would not tell it from what is said next (decision 0018)."""
SENTENCES = {
    "code word": (
        "Could you put the blue folder on my desk please",
        "all fine here, did anyone find my Blue Folder?",
        "ok. blue-folder.",
    ),
    "danger": ("help me please", "he has a knife", "9"),
    "silence": (),
    "nothing": ("2", "all ok", "status", "the dog is lovely"),
}
WELL = (*SENTENCES["code word"][1:], "2", "all ok", "the dog is lovely")
"""By SMS what says that all is well may cost no answer (docs/decisions/0016), and so be told from nothing that was lost: it is
said on Telegram alone."""
ALARM = re.compile(r"ALARM (\w{4}) \d\d:\d\d: (.*)", re.DOTALL)
SIGNS = {
    "code word": ("CODE WORD from {name} at ",),
    "danger": ("{name} texts for HELP at ",),
    "silence": ("{name} missed check-in at ", "{name}, missed check-in, "),
}
"""How an alarm begins; a silence in other words while a code word or a cry of the same person's is open."""
TAKEN = 200
"""The only answer to a webhook that acknowledges it."""


class Cause(NamedTuple):
    """Why an alarm must come: what happened, to whom, where."""

    kind: str
    name: str
    where: str

    def is_told_by(self, words: str) -> bool:
        signs = tuple(sign.format(name=self.name) for sign in SIGNS[self.kind])
        return words.startswith(signs) and self.where in words


class Watch:
    """What the three contacts' phones show, taken in as it comes. One thread looks, the others wait."""

    def __init__(self, twilio: TwilioServer) -> None:
        self._twilio = twilio
        self._changed = threading.Condition()
        self._seen: Counter[str] = Counter()
        self._alarms: dict[str, dict[str, str]] = {number: {} for number in (OLIVE, HENRY, DANA)}

    def looks(self) -> None:
        """Wait a moment for something new on any of the phones, and take it in."""
        self._twilio.until(self.is_behind, LOOK)
        with self._changed:
            for number, alarms in self._alarms.items():
                lines = self._twilio.phone(number)
                for line in lines[self._seen[number] :]:
                    found = ALARM.match(line.body) if line.way == "got" else None
                    if found:
                        alarms[found[1]] = found[2]
                self._seen[number] = len(lines)
            self._changed.notify_all()

    def is_behind(self) -> bool:
        return any(len(self._twilio.phone(number)) > self._seen[number] for number in self._alarms)

    def _told(self, number: str, cause: Cause) -> bool:
        return any(cause.is_told_by(words) for words in self._alarms[number].values())

    def reached(self, cause: Cause, patience: float) -> bool:
        """Wait until the office and the headteacher have both been told of it; False when they never are."""
        with self._changed:
            return self._changed.wait_for(lambda: all(self._told(n, cause) for n in (OLIVE, HENRY)), patience)

    def codes(self, number: str) -> list[str]:
        """The alarms that this phone was told of."""
        with self._changed:
            return list(self._alarms[number])


@dataclass(slots=True)
class Phone:
    """One phone. A text by SMS that nobody took is sent again, as people do; Telegram keeps what it is given."""

    number: str
    chat: int
    channel: Channel
    doorstep: Doorstep
    telegram: TelegramServer
    twilio: TwilioServer
    torn_down: threading.Event
    sent: int = 0
    again: int = 0
    updates: list[str] = field(default_factory=list)

    def says(self, text: str) -> None:
        """Send it, and by SMS until it is taken. Nobody says anything more to a process that is not to come back."""
        if self.torn_down.is_set():
            return
        self.sent += 1
        if self.channel is Channel.TELEGRAM:
            self.updates.append(str(self.telegram.texts(self.chat, text).update_id))
            return
        while self.twilio.texts(self.number, text) != TAKEN:
            self.again += 1
            self.torn_down.wait(BREATH)
            if not self.doorstep.up.wait(PATIENCE):
                raise TimeoutError("Doorstep did not come back")


@dataclass(slots=True)
class Visitor:
    """One who goes. `causes` are what they texted, or left unsaid, that must become an alarm; `waits`, s, until it had."""

    name: str
    phone: Phone
    watch: Watch
    may_text: Callable[[], None]
    over: threading.Event
    chance: random.Random
    visits: int = 0
    causes: list[Cause] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def lives(self) -> None:
        """Visit after visit, each to another house, until the rehearsal is over."""
        while not self.over.is_set():
            self.visits += 1
            house = f"arrived {self.visits} Mill Lane"
            self.may_text()
            self.phone.says(house)
            kind = self.chance.choice(("nothing", *SENTENCES))
            spared = WELL if self.phone.channel is Channel.SMS else ()
            sentences = [words for words in SENTENCES[kind] if words not in spared]
            if sentences:
                self.may_text()
                self.phone.says(self.chance.choice(sentences))
            if kind != "nothing":
                self.causes.append(Cause(kind, self.name, house))
                begun = time.monotonic()
                self.watch.reached(self.causes[-1], AS_LONG_AS_IT_TAKES)
                self.waits.append(time.monotonic() - begun)
            self.may_text()
            self.phone.says("left")


@dataclass(slots=True)
class Deputy:
    """The last rung: takes each alarm that reaches her, and ends it."""

    phone: Phone
    watch: Watch
    over: threading.Event
    ended: set[str] = field(default_factory=set)

    def lives(self) -> None:
        while not self.over.is_set():
            self.watch.looks()
            for code in self.watch.codes(self.phone.number):
                if code not in self.ended:
                    self.phone.says(f"MINE {code}")
                    self.phone.says(f"TEST {code} a rehearsal")
                    self.ended.add(code)
