"""Every sentence Doorstep sends. The words are data (`bot/notices/*.toml`); here they are filled in."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from bot import visit
from bot.calendar import Closed
from bot.fitness import Fault, Lack
from bot.gsm7 import to_gsm7
from bot.people import Role

REASON_LENGTH = 70
SECTIONS = ("visitor", "contact", "told", "door", "talk", "asking", "planning")
"""The sections that hold whole sentences."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FILES = ("notices", "papers", "words/languages")
_FREE = frozenset(
    f"words.{name}" for name in ("same", "sets", "endings", "times.numbers", "times.lengths", "times.points")
)
"""Tables in which every language has keys of its own."""
_KEPT = re.compile(r"\{\w+\}|\d+")
"""What a translation keeps as it is: the values to fill in, and the digits to reply with."""


@cache
def languages() -> tuple[str, ...]:
    """The languages there is a file of sentences for."""
    names = (item.name for item in (resources.files("bot") / "notices").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def catalogue(language: str) -> Mapping[str, Mapping[str, str]]:
    """The sentences of one language, by section. Raises FileNotFoundError for a language without a file."""
    file = resources.files("bot") / "notices" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _sentences(language: str) -> Mapping[str, str]:
    book = catalogue(language)
    return {key: text for section in SECTIONS for key, text in book[section].items()}


def render(notice: str, language: str = "en", **values: object) -> str:
    """The text of one notice, in GSM-7. Raises KeyError for an unknown notice or a missing value: a fault of ours."""
    return to_gsm7(_sentences(language)[notice].format_map(values)).strip()


def label(key: str, language: str = "en", **values: object) -> str:
    """A short word: a button, a kind of alarm, a missing address."""
    return to_gsm7(catalogue(language)["labels"][key].format_map(values))


def weekday(day: date, language: str = "en") -> str:
    """The short name of a day of the week."""
    return label(_DAYS[day.weekday()], language)


def role(which: Role, language: str = "en") -> str:
    """What a person is to their school, in a word."""
    return label(f"role_{which}", language)


def why_closed(closed: Closed, language: str = "en") -> str:
    """Why the school is closed, in a word or two: "INSET day", "after 17:00", or its own name for the day."""
    values = {"name": closed.name, "day": weekday(closed.day, language), "date": f"{closed.day:%d/%m/%Y}"}
    at = f"{closed.at:%H:%M}" if closed.at else ""
    return label(f"closed_{closed.why.replace('-', '_')}", language, **values, at=at)


def hour(local: datetime) -> str:
    """A time of day, with the zone's name in the hour that comes twice in autumn: 14:32, or 01:32 BST."""
    twice = local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()
    return f"{local:%H:%M %Z}" if twice else f"{local:%H:%M}"


def length(by: timedelta) -> str:
    """How long something took, or how far something is off: 75 s is 1:15 min; an hour and more is h:mm h."""
    seconds = abs(round(by.total_seconds()))
    if seconds >= 3600:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02} h"
    return f"{seconds // 60}:{seconds % 60:02} min"


def fitness(fault: Fault, language: str = "en") -> str:
    """What somebody's record lacks for a visit, in a few words: "not trained in home visits"."""
    until = f"{fault.until:%d/%m/%Y}" if fault.until else ""
    return label(f"fit_{fault.lack.replace(' ', '_')}", language, name=fault.name, until=until)


def lack(which: Lack, language: str = "en") -> str:
    """What somebody lacks, in a word: "training". What is not there and what has run out are one."""
    return label(f"lack_{which.replace(' ', '_')}", language)


def said(word: str, language: str = "en") -> str:
    """What a visitor's text was taken for, in capitals: "left" is LEFT."""
    return label(f"said_{word.replace(' ', '_')}", language)


def why_off(reason: str, language: str = "en") -> str:
    """Why a visit was called off: unsafe, animals, family, nobody home, family late or other."""
    return label(f"off_{reason.replace(' ', '_')}", language)


def state_line(state: visit.State, language: str, **values: object) -> str:
    """One clause that says where a visit stands."""
    return catalogue(language)["states"][state.value.replace(" ", "_")].format_map(values)


def buttons(state: visit.State, language: str = "en") -> tuple[str, ...]:
    """The reply keyboard's labels: the moves that make sense now. Each is a text that words can read."""
    return tuple(label(move, language) for move in visit.MOVES[state])


def shorten(text: str, length: int = REASON_LENGTH) -> str:
    """A person's own words, cut at `length` characters so that the notice stays short."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 3].rstrip() + "..."


def lacks(language: str, house: Traversable | None = None) -> list[str]:
    """What a language's files lack beside English's, a line each; empty when nothing is missing or too much.

    `house` is the folder that stands for `bot/`. Raises tomllib.TOMLDecodeError for a file that is not TOML.
    """
    ours = resources.files("bot")
    found = []
    for folder in _FILES:
        english = tomllib.loads((ours / folder / "en.toml").read_text(encoding="utf-8"))
        file = (house or ours) / folder / f"{language}.toml"
        if file.is_file():
            theirs = tomllib.loads(file.read_text(encoding="utf-8"))
            lines = _differences(dict(_flat(english)), dict(_flat(theirs)))
            found += [f"{folder}/{language}.toml: {line}" for line in lines]
        else:
            found.append(f"{folder}/{language}.toml: there is no such file")
    return found


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """What stands in a file, each thing by its whole name: "visitor.arrived"."""
    for key, value in table.items():
        if isinstance(value, dict) and above + key not in _FREE:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, value


def _differences(english: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    for name, model in english.items():
        if name not in theirs or (model and not theirs[name] and not name.startswith("words.lists.")):
            yield f"lacks {name}"
        elif isinstance(model, str):
            wanted, has = set(_KEPT.findall(model)), set(_KEPT.findall(str(theirs[name])))
            yield from (f"{name} lacks {mark}" for mark in sorted(wanted - has))
            yield from (f"{name} has {mark}, which English has not" for mark in sorted(has - wanted))
    yield from (f"has {name}, which English has not" for name in theirs if name not in english)
