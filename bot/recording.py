"""The questions of a visit's record, how each answer is read, and the record that they come to.

Each is short and takes one text; "none" is an answer to nearly every one, and "later" puts the whole record off with what
has been said so far. Only what the visit and the school's policy call for is asked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.agreement import Agreement, agreed
from bot.days import find_day
from bot.record import Attendance, Record, Transport
from bot.talk import YES_NO, Answers, Fault, Field, Form, Setting, Several, Value, is_no, skips, text, yes_no
from bot.talk.form import Reader
from bot.talk.phrases import plain, says, table
from bot.words import Kind
from bot.words.fold import fold

LONGEST = 4000
LATER = "later"
_CONCERN = frozenset({Kind.CONCERN})
_GONE = frozenset({Kind.LEFT, Kind.NOT_RETURNING, Kind.RETURNED})
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:%|per\s?cent|pc\b|y\s?cant)")
_BARE = re.compile(r"\W*(\d{1,3}(?:[.,]\d{1,2})?)\W*")
_BETWEEN = re.compile(r"\s*(?:\n|;|•|(?:^|\s)\d[.)]\s)\s*")
_EDGES = " \t\n,;:-–—•"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of this visit, beside who was there, what was said and what was agreed."""

    pupil_class: bool = False
    attendance: bool = False
    signature: bool = False
    transport: bool = False
    feedback: bool = False


def form(wanted: Wanted) -> Form:
    """The questions in their order."""
    in_words = _or_later(text(LONGEST, may_skip=True))
    asked = [
        Field("present", "record_present", in_words, free=True, hears=_CONCERN, wordy=_GONE | {Kind.OK}),
        Field("summary", "record_summary", in_words, free=True, hears=_CONCERN, wordy=_GONE),
        Field("agreed", "record_agreed", _or_later(_agreed), free=True, hears=_CONCERN, wordy=_GONE),
        Field("agreed_by", "record_agreed_by", _or_later(_by), skipped=_has_its_days, free=True),
    ]
    more = {
        "pupil_class": Field("pupil_class", "record_class", _or_later(text(40, may_skip=True)), free=True),
        "attendance": Field("attendance", "record_attendance", _or_later(_attendance), free=True),
        "signature": Field("signature", "record_signature", _or_later(yes_no), YES_NO),
        "transport": Field("transport", "record_transport", _or_later(_transport), free=True),
        "feedback": Field("feedback", "record_feedback", in_words, free=True, wordy=_GONE),
    }
    asked += [field for name, field in more.items() if getattr(wanted, name)]
    return tuple(_unless_later(field) for field in asked)


def _unless_later(field: Field) -> Field:
    return replace(field, skipped=lambda answers: bool(answers.get(LATER)) or field.skipped(answers))


def _or_later(read: Reader) -> Reader:
    """ "Later" puts off all that is still to be asked."""

    def reading(written: str, answers: Answers, setting: Setting) -> Value:
        if says(written, table(setting.language, "record")[LATER]):
            return Several({LATER: True})
        return read(written, answers, setting)

    return reading


# -- what was agreed --------------------------------------------------------------------------------


def _agreed(written: str, answers: Answers, setting: Setting) -> Value:
    """Several agreements, a line or a semicolon apart, each with its day where it names one."""
    if skips(written, setting.language):
        return []
    today = setting.now.astimezone(setting.zone).date()
    found = [_one(piece, today, setting.language) for piece in _BETWEEN.split(written) if piece.strip(_EDGES)]
    past = next((date.fromisoformat(one["by"]) for one in found if one["by"] and one["by"] < today.isoformat()), None)
    if past:
        return Fault("record_day_past", {"day": f"{past:%d/%m/%Y}"})
    return found or Fault("talk_empty")


def _one(piece: str, today: date, language: str) -> dict[str, str]:
    """ "Mum rings by 8.30, by Fri 4 Dec": what, and by when. A day that ends the words is taken out of them."""
    flat = " ".join(piece.split()).strip(_EDGES)
    day = find_day(flat, today, language)
    if day is None:
        return {"what": flat, "by": ""}
    ends = not flat[day.end :].strip(_EDGES + ".")
    what = flat[: day.start].strip(_EDGES) if ends else flat
    return {"what": what or flat, "by": day.day.isoformat()}


def _has_its_days(answers: Answers) -> bool:
    return all(one["by"] for one in answers.get("agreed") or ())


def _by(written: str, answers: Answers, setting: Setting) -> Value:
    """One day for all that was agreed without one."""
    if skips(written, setting.language):
        return None
    today = setting.now.astimezone(setting.zone).date()
    day = find_day(written, today, setting.language)
    if day is None:
        return Fault("record_no_day")
    return day.day.isoformat() if day.day >= today else Fault("record_day_past", {"day": f"{day.day:%d/%m/%Y}"})


# -- figures, car -----------------------------------------------------------------------------------


def _attendance(written: str, answers: Answers, setting: Setting) -> Value:
    """ "64.5%", "87", or with sessions: "64% 31 missed 9 authorised 22 unauthorised"."""
    if skips(written, setting.language):
        return {}
    folded = fold(written)[0]
    words = table(setting.language, "record")
    percent = _PERCENT.search(folded) or _BARE.fullmatch(folded)
    found: dict[str, float] = {"percent": float(percent[1].replace(",", "."))} if percent else {}
    rest = folded if not percent else folded[: percent.start()] + " " + folded[percent.end() :]
    for name in ("unauthorised", "authorised", "missed"):
        pattern = "|".join(sorted(map(re.escape, words[name]), key=len, reverse=True))
        count = re.search(rf"(?<![\d.,])(\d{{1,3}})\s+(?:\w+\s+)?(?:{pattern})\b", rest)
        if count:
            found[name] = int(count[1])
            rest = rest[: count.start()] + " " + rest[count.end() :]
    if not found or found.get("percent", 0) > 100:
        return Fault("record_no_percent")
    return found


def _transport(written: str, answers: Answers, setting: Setting) -> Value:
    """ "Ben, insured": who escorted the pupil, and whether the car was insured for it. "No": nobody was driven."""
    if is_no(written, setting.language) or skips(written, setting.language):
        return None
    words = table(setting.language, "record")
    said = plain(written)
    without = next((word for word in words["uninsured"] if _has(said, word)), None)
    insured = next((word for word in sorted(words["insured"], key=len, reverse=True) if _has(said, word)), None)
    escort = " ".join(written.split())
    for word in sorted((*words["uninsured"], *words["insured"]), key=len, reverse=True):
        escort = re.sub(rf"(?i)\b(?:and |the |a |my |car |is |was )*{re.escape(word)}\b", "", escort)
    escort = re.sub(r"\s+(?=[,.;])", "", escort).strip(_EDGES + ".")
    return {"insured": False if without else True if insured else None, "escort": escort}


def _has(said: str, phrase: str) -> bool:
    return f" {plain(phrase)} " in f" {said} "


# -- what it all comes to ---------------------------------------------------------------------------


def compose(answers: Mapping[str, Any], threshold: float | None) -> Record:
    """The record that these answers make, whole or not. It is marked where the attendance is below the threshold."""
    figures = answers.get("attendance") or {}
    attendance = Attendance(
        missed=figures.get("missed"),
        authorised=figures.get("authorised"),
        unauthorised=figures.get("unauthorised"),
        percent=figures.get("percent"),
    )
    car = answers.get("transport")
    return Record(
        pupil_class=answers.get("pupil_class") or "",
        present=answers.get("present") or "",
        summary=answers.get("summary") or "",
        attendance=attendance,
        referral=attendance.below(threshold),
        signature=answers.get("signature"),
        transport=Transport(car.get("insured"), car.get("escort", "")) if car else None,
    )


def agreements(answers: Mapping[str, Any], today: date) -> list[Agreement]:
    """What was agreed, each with its day: its own, or the one given for all without."""
    common = answers.get("agreed_by")
    days = [(one["what"], one["by"] or common) for one in answers.get("agreed") or ()]
    return [agreed(what, date.fromisoformat(by) if by else None, today) for what, by in days]


# -- what begins it ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    """A text that asks for a record: of which visit, and whether to write it anew."""

    visit_id: int | None
    anew: bool = False


_NUMBERED = re.compile(
    r"(?P<words>.*?)(?:\s*(?:no\.?|number|#|rhif|visit|ymweliad))?\s*(?P<number>\d{1,9})(?P<rest>.*)"
)


def command(written: str, language: str) -> Command | None:
    """ "Record", "record 12", "cofnod 12 eto"; None for anything that is not just that."""
    words = table(language, "record")
    folded = fold(written)[0].strip()
    if says(written, words["begin"]):
        return Command(None)
    match = _NUMBERED.fullmatch(folded)
    if match is None or not says(match["words"], words["begin"]):
        return None
    rest = match["rest"].strip(" .!")
    if rest and not says(rest, words["anew"]):
        return None
    return Command(int(match["number"]), anew=bool(rest))


def feedback(written: str, language: str) -> str | None:
    """What follows the word "feedback", with or without a colon; None for a text that does not begin with it."""
    flat = " ".join(written.split())
    for phrase in sorted(table(language, "record")["feedback"], key=len, reverse=True):
        match = re.match(rf"{re.escape(phrase)}\b[\s:,.–-]*", fold(flat)[0])
        if match and not skips(flat, language):
            said = flat[match.end() :].strip() if len(fold(flat)[0]) == len(flat) else flat
            return said or None
    return None
