"""Which day: "Mon", "next Tues", "tomorrow", "3 Dec", "3/12". A weekday alone is the next one, today if still ahead."""

from datetime import date, timedelta

from bot.planning.sheet import Sheet, pattern
from bot.talk import Fault
from bot.talk.phrases import table

_FAR = timedelta(days=183)


def read_day(sheet: Sheet) -> None:
    """Take the day out of a line: `day`, and `weekly` where a weekday alone was named, so that it may be a week later."""
    day = _dated(sheet) or _dated_in_words(sheet) or _dated_in_words(sheet, month_first=True)
    weekday = _weekday(sheet, sets_day=day is None)
    if day is not None:
        sheet.answers["day"] = day.isoformat()
        if weekday is not None and weekday != day.weekday():
            sheet.faults.append(Fault("plan_fault_weekday", {"date": f"{day.day}/{day.month}"}))
        return
    if weekday is not None:
        return
    for key, ahead in (("tomorrow", 1), ("today", 0)):
        if found := sheet.says(key):
            sheet.take(*found.span())
            sheet.answers["day"] = (_today(sheet) + timedelta(days=ahead)).isoformat()
            return


def _today(sheet: Sheet) -> date:
    return sheet.desk.now.astimezone(sheet.desk.zone).date()


def _dated(sheet: Sheet) -> date | None:
    """ "2026-12-03", "3/12", "3/12/26"."""
    if found := sheet.find(r"(?<![\w/])(\d{4})-(\d\d)-(\d\d)(?![\w/])"):
        said = sheet.take(*found.span())
        return _valid(sheet, said, int(found[3]), int(found[2]), int(found[1]))
    if found := sheet.find(r"(?<![\w/])(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d\d))?(?![\w/])"):
        said = sheet.take(*found.span())
        return _valid(sheet, said, int(found[1]), int(found[2]), _year(found[3]))
    return None


def _dated_in_words(sheet: Sheet, *, month_first: bool = False) -> date | None:
    """ "3 Dec", "3rd of December 2026", "Dec 3"."""
    months = table(sheet.desk.language, "planning.months")
    days = {name for names in table(sheet.desk.language, "planning.days").values() for name in names}
    names = [name for words in months.values() for name in words if not (month_first and name in days)]
    number, month = r"(?P<d>\d{1,2})(?:st|nd|rd|th|eg|ain|fed)?", rf"(?P<m>{pattern(names)})\.?"
    way = rf"{month}\s+{number}(?![:.]\d|\s*[ap]m\b|\w)" if month_first else rf"{number}\s*(?:of\s+|o\s+)?{month}"
    found = sheet.find(rf"(?<![\w/.:]){way}(?:,?\s+(?P<y>20\d\d))?(?!\w)")
    if found is None:
        return None
    said = " ".join(found["m"].split())
    place = next(place for place, words in enumerate(months.values(), 1) if said in _plain(words))
    return _valid(sheet, sheet.take(*found.span()), int(found["d"]), place, _year(found["y"]))


def _plain(words: list[str]) -> set[str]:
    return {" ".join(word.split()) for word in words}


def _year(written: str | None) -> int | None:
    return None if written is None else int(written) + (2000 if len(written) == 2 else 0)


def _valid(sheet: Sheet, said: str, day: int, month: int, year: int | None) -> date | None:
    """The day itself; without a year the next one, unless that is so far off that a slip is more likely."""
    today = _today(sheet)
    try:
        found = date(year or today.year, month, day)
        if year is None and found < today:
            later = date(today.year + 1, month, day)
            found = later if later - today <= _FAR else found
    except ValueError:
        sheet.faults.append(Fault("plan_fault_day", {"said": said}))
        return None
    return found


def _weekday(sheet: Sheet, *, sets_day: bool) -> int | None:
    """Take a weekday out; where no date was given it sets the day."""
    days = table(sheet.desk.language, "planning.days")
    names = pattern(name for words in days.values() for name in words)
    lead = rf"(?:(?P<next>{sheet.any_of('next')})\s+|(?:{sheet.any_of('this')})\s+)?"
    tail = rf"(?P<after>\s+(?:week|{sheet.any_of('next')}))?"
    found = sheet.find(rf"(?<![\w']){lead}(?P<name>{names}){tail}(?![\w'])")
    if found is None:
        return None
    said = " ".join(found["name"].split())
    place = next(place for place, words in enumerate(days.values()) if said in _plain(words))
    if sets_day:
        ahead = (place - _today(sheet).weekday()) % 7
        far = bool(found["next"] or found["after"])
        if far:
            monday = _today(sheet) + timedelta(days=7 - _today(sheet).weekday())
            day = monday + timedelta(days=place)
        else:
            day = _today(sheet) + timedelta(days=ahead)
        sheet.answers |= {"day": day.isoformat(), **({} if far else {"weekly": True})}
    sheet.take(*found.span())
    return place
