"""Playing a story moment by moment, and holding every phone to it."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from handlers.demo.engine import Engine
from handlers.demo.script import Act, Gets, Mark, Message, Moment, Phone, Process, Row, Scene, Texts

SHOWN_WITHIN = 10.0
"""Seconds a phone has to show what it must show; far more than it takes."""
LOOK_AGAIN = 0.02
"""Seconds between two looks at it."""
CODE = "{code}"


class Deviation(Exception):
    """The story went otherwise: where, what was expected there, and what was there instead."""

    def __init__(self, time: str, where: str, expected: str, found: str) -> None:
        super().__init__(f"{time}, {where}: expected {expected}; there was {found}")
        self.time, self.where, self.expected, self.found = time, where, expected, found


@dataclass(slots=True)
class Counts:
    """What was seen on the way, and the minutes to a person from a question nobody answered and from a text."""

    messages: int = 0
    alarms: list[str] = field(default_factory=list)
    after_silence: list[int] = field(default_factory=list)
    after_words: list[int] = field(default_factory=list)
    kills: int = 0


@dataclass(slots=True)
class Afternoon:
    """One playing of a story. `monotonic` limits the waiting for a phone."""

    engine: Engine
    monotonic: Callable[[], float] = time.monotonic
    counts: Counts = field(default_factory=Counts)
    rows: list[Row | Mark] = field(default_factory=list)
    _seen: dict[Phone, int] = field(default_factory=dict)
    _code: str = ""
    _asked: str = ""
    _texted: str = ""
    _pause: threading.Event = field(default_factory=threading.Event)

    def play(self, scene: Scene) -> None:
        """Play a scene into `rows`. Raises Deviation, EngineFault."""
        self.rows, self._code, self._asked, self._texted = [], "", "", ""
        for moment in scene.moments:
            self._live(moment)
        self.nothing_more()

    def nothing_more(self) -> None:
        """No phone of the cast holds a message that was not expected. Raises Deviation."""
        for phone in self.engine.story.cast:
            for message in self._fresh(phone)[:1]:
                self.rows.append(Row(message.time, {phone: [message]}))
                raise Deviation(message.time, _phone(phone), "nothing more", _message(message))

    def _live(self, moment: Moment) -> None:
        if Process.STARTED in moment.acts:
            self.engine.start(moment.time)
            self.rows.append(Mark(moment.time, Process.STARTED))
        self.engine.until(moment.time)
        for act in moment.acts:
            if isinstance(act, Texts):
                self.engine.text(act.phone, act.text.replace(CODE, self._code), act.channel)
        shown: dict[Phone, list[Message]] = {}
        if phones := list(_phones(moment)):
            self.rows.append(Row(moment.time, shown))
        expected = {phone: [act for act in moment.acts if _is_on(act, phone)] for phone in phones}
        limit = self.monotonic() + SHOWN_WITHIN
        for phone in phones:
            shown[phone] = self._shown(phone, len(expected[phone]), limit)
        for phone in phones:
            self._hold(moment.time, phone, expected[phone], shown[phone])
        if Process.KILLED in moment.acts:
            self.engine.kill()
            self.counts.kills += 1
            self.rows.append(Mark(moment.time, Process.KILLED))

    def _fresh(self, phone: Phone) -> list[Message]:
        return self.engine.phone(phone)[self._seen.get(phone, 0) :]

    def _shown(self, phone: Phone, count: int, limit: float) -> list[Message]:
        """What is new on a phone, as soon as it is as much as is expected; at the limit, whatever there is."""
        while len(fresh := self._fresh(phone)) < count and self.monotonic() < limit:
            self._pause.wait(LOOK_AGAIN)  # the engine is at work meanwhile
        self._seen[phone] = self._seen.get(phone, 0) + len(fresh)
        return fresh

    def _hold(self, time: str, phone: Phone, expected: list[Texts | Gets], fresh: list[Message]) -> None:
        """Message by message: each is the one expected, of this instant, and there is no other."""
        for number, act in enumerate(expected):
            found = fresh[number] if number < len(fresh) else None
            if found is None or not self._holds(time, act, found):
                told = _message(found) if found else "nothing"
                raise Deviation(time, _phone(phone), self._wanted(act), told)
            self._count(time, found)
        if len(fresh) > len(expected):
            raise Deviation(time, _phone(phone), "nothing more", _message(fresh[len(expected)]))

    def _holds(self, time: str, act: Texts | Gets, found: Message) -> bool:
        if (found.time, found.channel, found.is_sent) != (time, act.channel, isinstance(act, Texts)):
            return False
        if isinstance(act, Texts):
            return found.text == act.text.replace(CODE, self._code)
        pattern = ".*".join(map(re.escape, act.fragments)).replace(re.escape(CODE), self._code or "([A-Z0-9]{4})")
        match = re.search(pattern, found.text)
        if match and not self._code and match.lastindex:
            self._code = match[1]
        return match is not None

    def _wanted(self, act: Texts | Gets) -> str:
        parts = [act.text] if isinstance(act, Texts) else act.fragments
        return " … ".join(f'"{part.replace(CODE, self._code or CODE)}"' for part in parts) + f" by {act.channel}"

    def _count(self, time: str, message: Message) -> None:
        self.counts.messages += 1
        if "Is all OK?" in message.text or "Expected to end" in message.text:
            self._asked = self._asked or time
        elif message.is_sent:
            self._asked, self._texted = "", time
        if message.text.startswith("ALARM") and self._code not in self.counts.alarms:
            self.counts.alarms.append(self._code)
            kind = self.counts.after_silence if self._asked else self.counts.after_words
            kind.append(_minutes(time) - _minutes(self._asked or self._texted or time))


def _phones(moment: Moment) -> Iterator[Phone]:
    """The phones a moment is about, each once, in order."""
    yield from dict.fromkeys(act.phone for act in moment.acts if not isinstance(act, Process))


def _is_on(act: Act, phone: Phone) -> TypeGuard[Texts | Gets]:
    return not isinstance(act, Process) and act.phone == phone


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def _phone(phone: Phone) -> str:
    return f"{phone.name}'s phone"


def _message(message: Message) -> str:
    return f'"{message.text}" {"sent" if message.is_sent else "got"} {message.time} by {message.channel}'
