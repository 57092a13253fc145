"""What a contact says of their own duty: "off today", "away till Mon", "back on duty". Only a text that says just that."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.words.lexicon import ALWAYS, data, languages, lexicon
from bot.words.times import clock_of, find_times, resolve

LONGEST = timedelta(days=92)
"""An absence further on than this is asked about: it is more likely a slip."""
MOST_WORDS = 8
_APART = re.compile(r"(?<=\d)(?=[^\W\d])")
"""Between the digits and the letters of "2pm"."""
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?", re.ASCII)
_WRITTEN = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? (\w+)|(\w+) (\d{1,2})(?:st|nd|rd|th)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Away:
    """Off duty from one instant until another (aware UTC). Only a `sure` text can be about nothing else."""

    from_at: datetime
    until_at: datetime
    sure: bool = False


class Back:
    """On duty again."""


class Unclear:
    """Off duty, it seems, but from when or until when could not be read."""


Said = Away | Back | Unclear


def _ways(language: str) -> list[Mapping[str, Any]]:
    """The school's language, then English, because people mix the two."""
    names = [language] if language in languages() and language != ALWAYS else []
    return [data(name)["duty"] for name in (*names, ALWAYS)]


def said(text: str, *, now: datetime, zone: ZoneInfo, language: str = ALWAYS) -> Said | None:
    """What a text says of its sender's duty; None when it is about something else."""
    plain = " ".join(text.casefold().replace("\u2019", "'").split()).strip(" .!")
    if len(plain.split()) > MOST_WORDS:
        return None
    doubt = None
    for ways in _ways(language):
        rest = _after(plain, ways["i"], optional=True)
        if rest in ways["back"]:
            return Back()
        for word in sorted(ways["off"], key=len, reverse=True):
            when = rest.removeprefix(word).strip() if f"{rest} ".startswith(f"{word} ") else None
            found = _when(when, ways, now, zone, language) if when is not None else None
            if isinstance(found, Away):
                return replace(found, sure=word in ways["sure"])
            doubt = doubt or (Unclear() if found or (when is not None and _is_near(when, word, ways)) else None)
    return doubt


def _is_near(when: str, word: str, ways: Mapping[str, Any]) -> bool:
    """Whether what follows an off word may still tell of a time: "off sick", "on leave next week", "away next Monday"."""
    days = {name for names in (*ways["weekdays"], *ways["months"]) for name in names.split("|")}
    told = {*days, *ways["today"], *ways["tomorrow"], *ways["spans"]}
    return any(part in told for part in when.split()) or (not when and word not in ways["bare"])


def _after(text: str, beginnings: Sequence[str], *, optional: bool = False) -> str:
    """The text without the first of these that it begins with; "" where one is needed and there is none."""
    for beginning in sorted(beginnings, key=len, reverse=True):
        if text.startswith(f"{beginning} "):
            return text.removeprefix(f"{beginning} ")
    return text if optional else ""


def _when(written: str, ways: Mapping[str, Any], now: datetime, zone: ZoneInfo, language: str) -> Away | Unclear | None:
    """From when until when; Unclear for an end that cannot be read."""
    today = now.astimezone(zone).date()
    if written in ways["today"]:
        return Away(now, _midnight(today + timedelta(days=1), zone))
    if written in ways["tomorrow"]:
        return _whole_day(today + timedelta(days=1), zone)
    end = _after(written, ways["until"])
    if not end:
        day = _day(_after(written, ways["on"], optional=True), ways, today)
        return _believed(_whole_day(day, zone), now) if day else None
    day = _day(end, ways, today + timedelta(days=1)) or (today + timedelta(days=1) if end in ways["tomorrow"] else None)
    until = _midnight(day, zone) if day else _clock(end, now, zone, language)
    return _believed(Away(now, until), now) if until else Unclear()


def _believed(away: Away, now: datetime) -> Away | Unclear:
    return away if now < away.until_at <= now + LONGEST else Unclear()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def _whole_day(day: date, zone: ZoneInfo) -> Away:
    return Away(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))


def _day(written: str, ways: Mapping[str, Any], earliest: date) -> date | None:
    """The next day of that name or date, from `earliest` on: "mon", "30 nov", "30/11", "2026-11-30"."""
    weekdays = [names.split("|") for names in ways["weekdays"]]
    for number, names in enumerate(weekdays):
        if written in names:
            return earliest + timedelta(days=(number - earliest.weekday()) % 7)
    written = _after(
        written, [name for names in weekdays for name in names], optional=True
    )  # "mon 30 nov": the date says it
    try:
        return date.fromisoformat(written)
    except ValueError:
        pass
    if match := _SLASHED.fullmatch(written):
        return _next(int(match[1]), int(match[2]), earliest, match[3])
    if match := _WRITTEN.fullmatch(written):
        day, name = (match[1], match[2]) if match[1] else (match[4], match[3])
        months = [number for number, names in enumerate(ways["months"], start=1) if name in names.split("|")]
        return _next(int(day), months[0], earliest) if months else None
    return None


def _next(day: int, month: int, earliest: date, year: str | None = None) -> date | None:
    """That day of the year, of this year or the next."""
    try:
        found = date(int(year) if year else earliest.year, month, day)
        return found.replace(year=earliest.year + 1) if found < earliest and not year else found
    except ValueError:
        return None


def _clock(written: str, now: datetime, zone: ZoneInfo, language: str) -> datetime | None:
    """A time of the day: "2", "14:30", "half two"."""
    said_times, words = lexicon(language).times, _APART.sub(" ", written).split()
    found = find_times(words, said_times)
    whole = [timed.clock for timed in found if (timed.start, timed.end) == (0, len(words)) and timed.clock]
    clock = whole[0] if whole else (clock_of(words[0], said_times) if len(words) == 1 else None)
    return resolve(clock, now, zone) if clock else None
