"""Clock times and lengths of time, as people write them, and which instant of a school's day they mean."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

SOON = timedelta(hours=6)  # a time this near is believed at any hour
FAR = timedelta(hours=12)
SCHOOL_DAY = range(7, 19)  # hours in which a time further off than SOON is believed


class Clock(NamedTuple):
    """A time of day as written: `hour` None is "quarter to", of whichever hour; `exact` says morning or afternoon is known."""

    hour: int | None
    minute: int
    exact: bool


class Timed(NamedTuple):
    """A stretch of words (by index) that is a clock time ("{time}"), a length ("{dur}") or a number ("{num}")."""

    start: int
    end: int
    sort: str
    clock: Clock | None = None
    length: timedelta | None = None


@dataclass(frozen=True)
class TimeWords:
    """A language's ways of telling the time, compiled."""

    numbers: Mapping[str, int]
    lengths: Mapping[str, int]
    points: Mapping[str, Clock]
    pattern: re.Pattern[str]
    pasts: frozenset[str]
    pms: frozenset[str]
    units: frozenset[str]
    quarters: frozenset[str]

    def number(self, word: str) -> int | None:
        return int(word) if word.isdecimal() and len(word) <= 4 else self.numbers.get(word)


def _any(words: Sequence[str] | Mapping[str, Any]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _ways(data: Mapping[str, Any]) -> list[str]:
    """Each way to write a length, then each way to write a time; the first that fits a place is taken."""
    n, quarter = rf"(?:\d{{1,3}}|{_any(data['numbers'])})", _any(data["quarter"])
    minutes, hours, half_past = _any(data["minutes"]), _any(data["hours"]), _any(data["half_past"])
    half, plus = _any(data["and_a_half"]), _any(data["plus"])
    past, to, oclock = _any(data["past"]), _any(data["to"]), _any(data["oclock"])
    halves = _any([*data["am"], *data["pm"]])
    unit_next = rf"(?! (?:{minutes}|{hours}|{_any(data['after_range'])}) )"  # "5 to 10 late" is no time of day
    return [
        rf"(?P<length>{_any(data['lengths'])})(?! {past} {n} | {to} {n} )",
        rf"(?P<decimal>\d+\.\d+) {hours}",
        rf"(?P<h>{n})(?P<hhalf> {half})? {hours}(?P<hhalf2> {half})?"
        rf"(?: (?:{plus} )?(?P<hm>{n})(?: {minutes})?(?! {past}| {to}))?",
        rf"(?P<m>{n})(?: (?:{_any(data['or'])}) (?P<m2>{n}))? {minutes}(?! (?:{past}|{to}) (?:{n}) )",
        rf"(?P<point>{_any(data['points'])})",
        rf"(?P<hh>\d{{1,2}})[:.](?P<mm>[0-5]\d)(?: (?P<ampm1>{halves}))?",
        rf"(?P<c>{n})(?: {oclock})? (?P<ampm>{halves})",
        rf"(?P<o>{n}) {oclock}",
        rf"{half_past} (?P<half>{n})(?: (?P<ampm2>{halves}))?",
        rf"(?P<qm>{quarter}|{n})(?: {minutes})? (?P<dir>{past}|{to}) (?P<qh>{n})(?: (?P<ampm3>{halves}))?{unit_next}",
        rf"{_any(data['upto'])} (?:(?P<lonehalf>{half_past})|(?P<lq>{quarter}|{n}) (?P<ldir>{past}|{to}))"
        rf"(?= (?:[^\w\s]| |$))",
    ]


def compile_times(data: Mapping[str, Any]) -> TimeWords:
    """The one pattern that finds every way to write a time; it has no nested repetition, so it is linear."""
    pattern = re.compile("(?<= )(?:" + "|".join(_ways(data)) + ")(?= )")
    return TimeWords(
        numbers=data["numbers"],
        lengths=data["lengths"],
        pattern=pattern,
        points={name: Clock(minute // 60, minute % 60, True) for name, minute in data["points"].items()},
        pasts=frozenset(data["past"]),
        pms=frozenset(data["pm"]),
        units=frozenset([*data["minutes"], *data["hours"], *data["am"], *data["pm"], *data["oclock"]]),
        quarters=frozenset(data["quarter"]),
    )


def find_times(words: Sequence[str], said: TimeWords) -> list[Timed]:
    """Every time, length and bare number among the words, in order, none overlapping."""
    line = " " + " ".join(words) + "  "
    index: dict[int, int] = {}
    place = 1
    for number, word in enumerate(words):
        index[place] = number
        place += len(word) + 1
    index[place] = len(words)
    found = []
    for match in said.pattern.finditer(line):
        start, end = index.get(match.start()), index.get(match.end() + 1)
        if start is None or end is None:
            continue
        skip = 1 if match["lonehalf"] or match["lq"] else 0  # "till quarter to": the "till" stays a word
        timed = _value(match, said)
        if timed is not None:
            found.append(Timed(start + skip, end, *timed))
    return found


def _value(match: re.Match[str], said: TimeWords) -> tuple[str, Clock | None, timedelta | None] | None:
    part = match.groupdict()
    if part["length"]:
        return "{dur}", None, timedelta(minutes=said.lengths[part["length"]])
    if part["decimal"]:
        return "{dur}", None, timedelta(minutes=round(min(float(part["decimal"]), 24.0) * 60))
    if part["h"]:
        extra = 30 if part["hhalf"] or part["hhalf2"] else 0
        return "{dur}", None, timedelta(hours=_int(part["h"], said), minutes=extra + _int(part["hm"], said))
    if part["m"]:
        return "{dur}", None, timedelta(minutes=max(_int(part["m"], said), _int(part["m2"], said)))
    clock = _clock(part, said)
    return ("{time}", clock, None) if clock else None


def _clock(part: Mapping[str, str | None], said: TimeWords) -> Clock | None:
    ampm = next((part[name] for name in ("ampm", "ampm1", "ampm2", "ampm3") if part[name]), None)
    if part["point"]:
        return said.points[part["point"]]
    if part["hh"]:
        raw = part["hh"]
        return clock(int(raw), int(part["mm"] or 0), ampm, said, exact=len(raw) == 2 and raw[0] == "0")
    if hour := part["c"] or part["o"]:
        return clock(_int(hour, said), 0, ampm, said)
    if part["half"]:
        return clock(_int(part["half"], said), 30, ampm, said)
    if part["lonehalf"]:
        return Clock(None, 30, False)
    minute = _int(part["qm"] or part["lq"], said)
    past = (part["dir"] or part["ldir"]) in said.pasts
    if not 0 < minute < 60:
        return None
    if part["lq"]:
        return Clock(None, minute if past else 60 - minute, False)
    hour_said = _int(part["qh"], said)
    if not 1 <= hour_said <= 12:
        return None
    return clock(hour_said if past else (hour_said - 1 or 12), minute if past else 60 - minute, ampm, said)


def _int(word: str | None, said: TimeWords) -> int:
    if word is None:
        return 0
    return 15 if word in said.quarters else said.number(word) or 0


def clock(hour: int, minute: int, ampm: str | None, said: TimeWords, exact: bool = False) -> Clock | None:
    """A time of day, or None where there is none such."""
    if not (0 <= hour < 24 and 0 <= minute < 60) or (ampm and not 1 <= hour <= 12):
        return None
    if ampm:
        return Clock(hour % 12 + (12 if ampm in said.pms else 0), minute, True)
    return Clock(hour, minute, exact or hour > 12 or hour == 0)


def clock_of(word: str, said: TimeWords) -> Clock | None:
    """A bare number where a time is expected: "5", "1530", "330", "three"."""
    number = said.number(word)
    if number is None:
        return None
    if word.isdecimal() and len(word) >= 3:
        return clock(*divmod(number, 100), None, said, exact=len(word) == 4 and word[0] == "0")
    return clock(number, 0, None, said)


def resolve(said: Clock, now: datetime, zone: tzinfo) -> datetime | None:
    """The instant (UTC) a clock time means when said at `now`: the next one, if it makes sense; else None.

    Without morning or afternoon the nearer of the two is meant. Something over six hours off is only believed inside a
    school's day (or when it was exact), so that "back by 3" said at 15:02 is not taken for the small hours.
    """
    hours = range(24) if said.hour is None else [said.hour] if said.exact else [said.hour % 12, said.hour % 12 + 12]
    local = now.astimezone(zone)
    candidates = []
    for days in (-1, 0, 1):
        try:
            day = (local + timedelta(days=days)).date()
        except OverflowError:
            continue
        for hour in hours:
            for fold in (0, 1):  # both, in the hour that comes twice in autumn
                at = datetime(day.year, day.month, day.day, hour, said.minute, tzinfo=zone, fold=fold).astimezone(UTC)
                if timedelta(0) < at - now <= FAR:
                    candidates.append(at)
    if not candidates:
        return None
    at = min(candidates)
    believed = at - now <= SOON or said.exact or at.astimezone(zone).hour in SCHOOL_DAY
    return at if believed else None
