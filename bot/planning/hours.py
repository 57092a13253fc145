"""Which times: the start, the end or how long, and when they are back. Read with the times of `bot/words`, then placed in a
school's day: "2" is two in the afternoon, "9" nine in the morning."""

import re
from dataclasses import dataclass
from datetime import time, timedelta

from bot.planning.sheet import GAP, Sheet
from bot.talk import Fault
from bot.words.lexicon import lexicon
from bot.words.scan import Word, clock_at, scan
from bot.words.times import Clock

_NUMBER = r"\d{1,2}(?:[:.][0-5]\d)?|\d{1,2}[0-5]\d"
_BARE = r"(?:1[0-2]|[1-9]|(?:[01]\d|2[0-3])[0-5]\d|[1-9][0-5]\d)"
_HALF_DAY = 12 * 60
_NEARLY = (5, 20, 25)
"""Minutes that are told before an hour: "20 to 3" is no range, "2 to 3" is one."""
LATE_MORNING = 8


@dataclass(frozen=True, slots=True)
class Said:
    """A time of day as said: `minute` of the day, and whether morning or afternoon is known."""

    minute: int
    exact: bool


def read_hours(sheet: Sheet) -> None:
    """Take the times out of a line: `start`, `end` or `minutes`, `back` or `not_back`; times as "14:00"."""
    if gone := sheet.says("not_back"):
        sheet.take(*gone.span())
        sheet.answers["not_back"] = True
    _soon(sheet)
    _range(sheet)
    for role in ("back", "end", "start"):
        _after_its_word(sheet, role)
    _lengths(sheet)
    _unmarked(sheet)
    _bare_numbers(sheet)


def settle(said: Said, sheet: Sheet, after: str | None = None, before: int | None = None) -> str | None:
    """The time of day meant, as "14:00": after or before another one where that is known, else inside the school's day."""
    if said.exact:
        return written_as(said.minute)
    both = (said.minute % _HALF_DAY, said.minute % _HALF_DAY + _HALF_DAY)
    if before is not None:
        return written_as(max((one for one in both if one < before), default=both[0]))
    if after is not None:
        floor = minute_of(after)
        return written_as(next((one for one in both if one > floor), both[1]))
    desk = sheet.desk
    opens, closes = (_minute(edge) for edge in (desk.opens, desk.closes))
    inside = [one for one in both if opens <= one < closes]
    if inside:
        return written_as(inside[0])
    return written_as(both[0] if both[0] >= LATE_MORNING * 60 else both[1])


def minute_of(written: str) -> int:
    """ "14:30" as minutes of the day."""
    hours, minutes = written.split(":")
    return int(hours) * 60 + int(minutes)


def _minute(edge: time) -> int:
    return edge.hour * 60 + edge.minute


def written_as(minute: int) -> str:
    """A minute of the day as "14:30"."""
    return f"{minute // 60:02}:{minute % 60:02}"


def said_in(text: str, sheet: Sheet) -> Said | None:
    """The time of day that a short stretch says: "2pm", "230pm", "half 2", "1400", "2"."""
    tight = re.fullmatch(r"(\d{1,2})([0-5]\d)\s*([a-z]{2,3})", text.strip())
    words = _words(f"{tight[1]}:{tight[2]} {tight[3]}" if tight else text, sheet)
    if not words:
        return None
    clock = clock_at(words[0], lexicon(sheet.desk.language))
    return _said(clock)


def _said(clock: Clock | None) -> Said | None:
    return Said(clock.hour * 60 + clock.minute, clock.exact) if clock and clock.hour is not None else None


def _words(text: str, sheet: Sheet) -> list[Word]:
    return [word for word in scan(text.replace(GAP, ";"), lexicon(sheet.desk.language)).words if not word.mark]


def _halves(sheet: Sheet) -> str:
    """ "am", "pm" and their kin."""
    return r"(?:am|pm|yb|yh|hrs|hours)"


def _soon(sheet: Sheet) -> None:
    """ "in 20 mins": so long from now."""
    for word in _words(sheet.line, sheet):
        before = sheet.line[: word.start]
        lead = re.search(r"(?<!\w)(?:in|mewn)\s+$", before)
        if word.sort == "{dur}" and word.length and lead and word.length <= timedelta(hours=12):
            start = (sheet.desk.now + word.length).astimezone(sheet.desk.zone)
            sheet.answers |= {"day": start.date().isoformat(), "start": f"{start:%H:%M}"}
            sheet.answers.pop("weekly", None)
            sheet.take(lead.start(), word.end)
            return


def _range(sheet: Sheet) -> None:
    """ "2-3", "2.30pm - 3.15pm", "from 10 to 11": start and end in one."""
    half, joined = _halves(sheet), rf"(?:-+|{sheet.any_of('through')})"
    way = rf"(?<![\w.:/])(?P<lead>{sheet.any_of('at')}\s+)?(?P<a>{_NUMBER})\s*(?P<ah>{half})?\s*(?P<join>{joined})\s*"
    found = sheet.find(rf"{way}(?P<b>{_NUMBER})\s*(?P<bh>{half})?(?![\w/]|[.:]\d|\s*(?:mins?|minutes|munud)\b)")
    if found is None or _is_no_range(sheet, found) or _ends_a_time(sheet, found.start("a")):
        return
    first = said_in(f"{found['a']} {found['ah'] or ''}", sheet)
    second = said_in(f"{found['b']} {found['bh'] or ''}", sheet)
    if first is None or second is None:
        return
    start = settle(first, sheet, before=second.minute if second.exact else None)
    sheet.answers |= {"start": start, "end": settle(second, sheet, after=start)}
    sheet.take(*found.span())


def _ends_a_time(sheet: Sheet, at: int) -> bool:
    """Whether a number is the last part of a time: "half past 2 till 3"."""
    return any(start < at < end for start, end, _ in _times(sheet))


def _is_no_range(sheet: Sheet, found: re.Match[str]) -> bool:
    plain = found["a"].isdecimal() and found["b"].isdecimal() and not (found["ah"] or found["bh"])
    if plain and re.match(rf"\s+[a-z']+(?:\s+[a-z']+)?\s+(?:{sheet.any_of('streets')})\b", sheet.line[found.end() :]):
        return True  # "2-4 High Street"
    lead = found["lead"] and found["lead"].strip() in ("from", "o")
    told = found["a"].isdecimal() and not found["ah"] and not found["join"].startswith("-") and not lead
    if not told:
        return False
    return int(found["a"]) in _NEARLY or (
        int(found["a"]) == 10 and int(re.split(r"[:.]", found["b"])[0]) not in (11, 12)
    )


def _lead(sheet: Sheet, role: str) -> str:
    """What stands before a time to say what it is for."""
    keys = {"back": "back", "end": "ends", "start": "at"}
    return (
        rf"(?<![\w'])(?:{sheet.any_of(keys[role])})(?:\s+(?:{sheet.any_of('around', 'school', 'at')})){{0,3}}[\s:@]*$"
    )


def _after_its_word(sheet: Sheet, role: str) -> None:
    """ "back 3.30", "till 3", "at half 2": what is meant by the word before."""
    if role in sheet.answers:
        return
    for start, end, said in _times(sheet):
        lead = re.search(_lead(sheet, role), sheet.line[:start])
        at = role == "start" and re.search(r"@\s*$", sheet.line[:start])
        mark = lead or at
        if mark:
            sheet.take(mark.start(), end)
            _give(sheet, role, said)
            return
    if role == "start":
        return
    found = sheet.find(_lead(sheet, role)[:-1] + rf"(?P<n>{_BARE})(?![\w:/]|\.\d|\s*(?:min|hour|hr))")
    inside = found and any(start < found.end() and found.start("n") < end for start, end, _ in _times(sheet))
    said_bare = said_in(found["n"], sheet) if found and not inside else None
    if found and said_bare:
        sheet.take(*found.span())
        _give(sheet, role, said_bare)


def _give(sheet: Sheet, role: str, said: Said) -> None:
    after = (
        None
        if role == "start"
        else sheet.answers.get("end" if role == "back" else "start") or sheet.answers.get("start")
    )
    sheet.answers[role] = settle(said, sheet, after)
    if role == "start":
        for later in ("end", "back"):
            _again(sheet, later)


def _again(sheet: Sheet, role: str) -> None:
    """ "back 1, at 11": what came before the start was known is looked at once more."""
    start, given = sheet.answers["start"], sheet.answers.get(role)
    if given and minute_of(given) < minute_of(start) and minute_of(given) + _HALF_DAY > minute_of(start):
        loose = minute_of(given) < _HALF_DAY and not sheet.answers.get(f"{role}_exact")
        if loose:
            sheet.answers[role] = written_as(minute_of(given) + _HALF_DAY)


def _times(sheet: Sheet) -> list[tuple[int, int, Said]]:
    """Every time of day in what is left, with where it stands."""
    found = []
    line = sheet.line
    for tight in re.finditer(rf"(?<![\w.:])\d{{1,2}}[0-5]\d\s*{_halves(sheet)}(?!\w)", line):
        if said := said_in(re.sub(r"\s*(?:hrs|hours)$", "", tight.group()), sheet):
            found.append((*tight.span(), said))
    for word in _words(line, sheet):
        if word.sort == "{time}" and (said := _said(word.clock)):
            found.append((word.start, word.end, said))
    return sorted(found)


def _lengths(sheet: Sheet) -> None:
    """ "for 45 mins", "an hour"."""
    for word in _words(sheet.line, sheet):
        if word.sort == "{dur}" and word.length:
            lead = re.search(
                rf"(?<!\w)(?:{sheet.any_of('for')})?\s*(?:{sheet.any_of('around')})?\s*$", sheet.line[: word.start]
            )
            minutes = round(word.length.total_seconds() / 60)
            sheet.take(lead.start() if lead else word.start, word.end)
            if 0 < minutes <= _HALF_DAY:
                sheet.answers["minutes"] = minutes
            else:
                sheet.faults.append(Fault("plan_fault_length", {"minutes": minutes}))
            return


def _unmarked(sheet: Sheet) -> None:
    """Times with no word before them: the first is the start, the next the end."""
    for start, end, said in _times(sheet):
        role = next((one for one in ("start", "end", "back") if one not in sheet.answers), None)
        if role is None or (role == "end" and "minutes" in sheet.answers):
            return
        sheet.take(start, end)
        _give(sheet, role, said)


def _bare_numbers(sheet: Sheet) -> None:
    """ "at 2", "Mon 2", ", 1400,": a number where only a time can stand, when no other start was found."""
    if "start" in sheet.answers:
        return
    streets = rf"\s+(?:[a-z'.]+\s+){{0,3}}(?:{sheet.any_of('streets', 'houses')})(?!\w)"
    leads = (rf"(?:(?<![\w'])(?:{sheet.any_of('at')})\s*|@\s*)", rf"(?<={GAP})\s*", r"(?:^|[,;])\s*")
    for lead in leads:
        alone = r"(?=\s*(?:[,;]|$))" if lead is leads[2] else ""
        found = sheet.find(rf"{lead}(?P<n>{_BARE})(?![\w:/]|\.\d|{streets}){alone}")
        said = said_in(found["n"], sheet) if found else None
        if found and said:
            sheet.take(*found.span())
            _give(sheet, "start", said)
            return
