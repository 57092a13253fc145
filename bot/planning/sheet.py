"""A line as it is being read: what has been understood is taken out of it, and what is left still knows where it stood."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.talk import Fault
from bot.talk.phrases import table
from bot.words.fold import fold_char

GAP = "\x00"
"""Stands where something was taken out: it parts what was before it from what comes after."""


class Staff(NamedTuple):
    """Somebody who can be named in a plan."""

    id: int
    name: str

    @property
    def initials(self) -> str:
        """What a text that is no alarm may carry of a name (DESIGN §8)."""
        return "".join(f"{part[0].upper()}." for part in self.name.split())


@dataclass(frozen=True, slots=True)
class Desk:
    """What a line is read with: the hour, the school's day and language, and who there is. `me` is who writes."""

    now: datetime
    zone: ZoneInfo
    language: str = "en"
    opens: time = time(8)
    closes: time = time(17)
    staff: tuple[Staff, ...] = ()
    me: int = 0


@dataclass(slots=True)
class Sheet:
    """One line. `line` is `text` in small plain letters, sign by sign, with a GAP for every sign that has been taken."""

    text: str
    desk: Desk
    line: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.text = "".join(";" if char in "\r\n" else " " if char.isspace() else char for char in self.text)
        self.line = "".join((fold_char(char) or " ")[0] for char in self.text)

    def words(self, key: str) -> list[str]:
        """A list of the language's planning words."""
        return table(self.desk.language, "planning")[key]

    def any_of(self, *keys: str) -> str:
        """A pattern for any of the phrases of these lists."""
        return _pattern(self.desk.language, keys)

    def find(self, pattern: str, start: int = 0) -> re.Match[str] | None:
        return re.compile(pattern).search(self.line, start)

    def take(self, start: int, end: int) -> str:
        """Take out a stretch; gives it as typed."""
        self.line = self.line[:start] + GAP * (end - start) + self.line[end:]
        return self.text[start:end].strip(" .,;:-")

    def segments(self) -> list[tuple[int, int]]:
        """The stretches that are left, between commas and what has been taken out; none is blank."""
        sentences = re.sub(r"(?<=[a-z0-9]{3})\.(?= )", ";", self.line)
        found = (match.span() for match in re.finditer(rf"[^,;{GAP}]+", sentences))
        return [span for span in found if self.line[slice(*span)].strip(" .:-")]

    def says(self, *keys: str) -> re.Match[str] | None:
        """The first phrase of these lists in what is left."""
        return self.find(rf"(?<![\w'])(?:{self.any_of(*keys)})(?![\w'])")


def folded(text: str) -> str:
    """A text in small plain letters, one blank between words."""
    return " ".join("".join(fold_char(char) for char in text).split())


def pattern(phrases: Iterable[str]) -> str:
    """A pattern for any of these phrases, the longest first; blanks may be several."""
    plain = {folded(phrase) for phrase in phrases}
    ordered = sorted(plain - {""}, key=lambda phrase: (-len(phrase), phrase))
    return "(?:" + "|".join(re.escape(phrase).replace("\\ ", r"\s+") for phrase in ordered) + ")"


@cache
def _pattern(language: str, keys: tuple[str, ...]) -> str:
    return pattern(phrase for key in keys for phrase in table(language, "planning")[key])
