"""A day in free words: "by Fri 4 Dec", "tomorrow", "in two weeks", "4/12". The last one in a text is the one that is meant.

Names of days and months are those of the papers, so every language that has papers has them; a short form is their first
three letters, and counts only beside a number or after a word such as "by", because "sat" and "may" are words of their own.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from bot.papers.words import book
from bot.talk.phrases import table
from bot.words.fold import fold

BEHIND = timedelta(days=60)
"""A day without a year is taken to be this year's when it is so little past, and next year's when it is more."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDINAL = r"(?:st|nd|rd|th|af|il|ydd|fed|eg|ain)?"


class Found(NamedTuple):
    """A day, and where in the text as received it stood, the word that leads to it included."""

    day: date
    start: int
    end: int


class _Names(NamedTuple):
    """One language's patterns, and what its words stand for."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    months: dict[str, int]
    weekdays: dict[str, int]
    numbers: dict[str, int]


def find_day(text: str, today: date, language: str) -> Found | None:
    """The last day that a text names; None when it names none that there is."""
    folded, places = fold(text)
    found = [
        Found(day, places[match.start()], places[match.end() - 1] + 1)
        for known in dict.fromkeys((language, "en"))
        for kind, pattern in _names(known).patterns
        for match in pattern.finditer(folded)
        if (day := _day(kind, match, _names(known), today)) is not None
    ]
    return max(found, key=lambda one: (one.end, -one.start), default=None)


def _any(words: Iterator[str] | list[str] | dict[str, int]) -> str:
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


def _short(names: dict[str, int]) -> dict[str, int]:
    """The names with their first three letters beside them."""
    return {**{name[:3]: number for name, number in names.items()}, **names}


@cache
def _names(language: str) -> _Names:
    names, words = book(language), table(language, "record")
    weekdays = {fold(names["days"][day])[0].removeprefix("dydd "): place for place, day in enumerate(_WEEKDAYS)}
    months = {fold(names["months"][f"m{month:02}"])[0]: month for month in range(1, 13)}
    numbers = {word: place for place, word in enumerate(words["numbers"], start=1)}
    lead = rf"(?:(?:{_any(words['by'])})\s+(?:the\s+|y\s+)?)"
    month, week = _any(_short(months)), rf"(?:dydd\s+)?(?P<weekday>{_any(weekdays)})"
    near = rf"(?:(?:dydd\s+)?(?:{_any(_short(weekdays))})\.?,?\s+)?"
    within = _any(words["within"])
    number = rf"(?P<number>\d{{1,2}}|{_any(numbers)})"
    written = {
        "iso": r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
        "slashes": rf"{near}(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?:/(?P<year>\d{{4}}|\d\d))?",
        "month": rf"{near}(?P<day>\d{{1,2}}){_ORDINAL}\s+(?:of\s+|o\s+)?(?P<name>{month})\b\.?(?:\s+(?P<year>\d{{4}}))?",
        "turned": rf"(?P<name>{month})\.?\s+(?P<day>\d{{1,2}}){_ORDINAL}",
        "weekday": rf"(?:(?P<next>{_any(words['next'])})\s+)?{week}(?:\s+(?P<later>{_any(words['next'])}))?",
        "ordinal": r"(?:the|y)\s+(?P<day>\d{1,2})(?:st|nd|rd|th|af|il|ydd|fed|eg|ain)",
        "today": _any(words["today"]),
        "tomorrow": _any(words["tomorrow"]),
        "week": _any(words["next_week"]),
        "days": rf"(?:{within})\s+{number}\s+(?:{_any(words['days'])})",
        "weeks": rf"(?:{within})\s+{number}\s+(?:{_any(words['weeks'])})",
    }
    patterns = [(kind, rf"{lead}?{pattern}") for kind, pattern in written.items()]
    patterns.append(("weekday", rf"{lead}(?P<weekday>{_any(_short(weekdays))})"))
    compiled = tuple((kind, re.compile(rf"(?<![\w/.-]){pattern}(?![\w/-])")) for kind, pattern in patterns)
    return _Names(compiled, _short(months), _short(weekdays), numbers)


def _day(kind: str, match: re.Match[str], names: _Names, today: date) -> date | None:
    """The day that a match means; None where there is no such day."""
    said = match.groupdict()
    if kind in ("today", "tomorrow", "week"):
        return today + timedelta(days={"today": 0, "tomorrow": 1, "week": 7}[kind])
    if kind in ("days", "weeks"):
        count = names.numbers.get(said["number"]) or int(said["number"])
        return today + timedelta(days=count * (7 if kind == "weeks" else 1))
    if kind == "weekday":
        ahead = (names.weekdays[said["weekday"]] - today.weekday() - 1) % 7 + 1
        skips = bool(said.get("next") or said.get("later")) and today.weekday() + ahead < 7
        return today + timedelta(days=ahead + (7 if skips else 0))
    if kind == "ordinal":
        return _coming(int(said["day"]), today)
    month = names.months[said["name"]] if said.get("name") else int(said["month"])
    return _dated(int(said["day"]), month, said.get("year"), today)


def _dated(day: int, month: int, year: str | None, today: date) -> date | None:
    try:
        if year:
            return date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
        this = date(today.year, month, day)
        return this if this >= today - BEHIND else this.replace(year=today.year + 1)
    except ValueError:
        return None


def _coming(day: int, today: date) -> date | None:
    """The next day of a month with this number."""
    for ahead in range(1, 63):
        coming = today + timedelta(days=ahead)
        if coming.day == day:
            return coming
    return None
