"""A plan in one line, in whatever order people write it: "visit Mon 2pm 14 High St SG19 2AB, K.T., attendance, with Ben".

Each reader takes out of the sheet what it understands, the plainest first; what is left over in the end is the reason.
What is missing is no fault: it is asked for afterwards.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from bot import notices
from bot.planning.days import read_day
from bot.planning.hours import read_hours
from bot.planning.sheet import GAP, Desk, Sheet, folded, pattern
from bot.planning.where import read_postcode, read_rest_of_address, read_street, read_telephone
from bot.planning.who import read_people, read_pupil, read_vehicle
from bot.talk import Fault
from bot.talk.phrases import table

REASON_LENGTH = 120
LONGEST = 600
"""Signs of a text that are read as a plan: what comes after belongs to no line that anybody types."""


class Line(NamedTuple):
    """What a line says. `opens`: it begins like a "plan", like a "round" of several, or "maybe" like a plan."""

    answers: Mapping[str, Any]
    faults: tuple[Fault, ...]
    opens: str = ""

    @property
    def is_plan(self) -> bool:
        """Whether nothing else can be meant by it."""
        return self.opens == "plan" or (
            self.opens == "maybe" and bool(self.answers.keys() & {"day", "start", "address"})
        )


def read_line(text: str, desk: Desk) -> Line:
    """Read one plan. Never raises, whatever is typed."""
    sheet = Sheet(text[:LONGEST], desk)
    opens = _opening(sheet)
    for reader in (
        *(read_postcode, read_telephone, _marks, read_vehicle, read_people, read_day),
        *(read_street, read_hours, read_pupil, read_rest_of_address, _reason),
    ):
        reader(sheet)
    return Line(sheet.answers, tuple(sheet.faults), opens)


def rounds(text: str, desk: Desk) -> list[Line]:
    """The plans of one text: several where each part has a start of its own, or one. What the first begins with counts."""
    parts = re.split(rf"[;\n]|(?<!\w)(?:{pattern(table(desk.language, 'planning')['also'])})(?![\w'])", text[:LONGEST])
    lines: list[Line] = []
    whole = ""
    for part in parts:
        line = read_line(part, desk)
        if lines and "start" in line.answers and "start" in lines[-1].answers:
            lines.append(line)
            whole = part
        elif whole:
            whole = f"{whole}, {part}"
            lines = [*lines[:-1], read_line(whole, desk)]
        else:
            whole = part
            lines = [*lines[:-1], line]
    return lines


def may_be_a_plan(text: str, desk: Desk) -> bool:
    """Whether a text begins like a plan: no other is one, and most texts are none, so they need not be read as one."""
    return bool(_opening(Sheet(text[:LONGEST], desk)))


def _opening(sheet: Sheet) -> str:
    """Take out the words that say that a plan follows."""
    courtesy = rf"(?:(?:{sheet.any_of('bare')})[\s,]+){{0,4}}"
    for key in ("round", "plan", "maybe"):
        found = re.match(rf"[\s/.]*{courtesy}(?P<say>{sheet.any_of(key)})(?![\w'])[\s:,-]*", sheet.line)
        if found:
            sheet.take(0, found.end())
            alone = not sheet.line.strip(f" .!?{GAP}") and found["say"] in sheet.words("alone_plan")
            return "plan" if alone else key
    return ""


def _marks(sheet: Sheet) -> None:
    """Take out what is known by its phrase alone: who was told, what was confirmed and assessed, a high risk."""
    for key, name in (("told", "family_told"), ("confirmed", "confirmed"), ("assessed", "assessment")):
        if found := sheet.says(key):
            more = re.match(rf"(?:[\s,]+(?:{sheet.any_of('how')})){{1,3}}(?![\w'])", sheet.line[found.end() :])
            end = found.end() + (more.end() if more else 0)
            sheet.answers[name] = sheet.take(found.start(), end)
    if found := sheet.says("high_risk"):
        sheet.take(*found.span())
        sheet.answers["high_risk"] = True
    if sheet.says("signature"):
        sheet.answers["signature"] = True
    if is_safeguarding(sheet.text, sheet.desk.language):
        sheet.answers["kind"] = "safeguarding"


def is_safeguarding(text: str, language: str) -> bool:
    """Whether the words say that the safeguarding lead has a part in it (P19)."""
    whole = f" {re.sub(r'[^a-z0-9]+', ' ', folded(text))} "
    return any(f" {phrase} " in whole for phrase in table(language, "planning.kinds")["safeguarding"])


def _reason(sheet: Sheet) -> None:
    """What nothing else has taken: why they go."""
    edge = rf"(?:{sheet.any_of('cleaning', 'bare', 'maybe')})(?![\w'])"
    ending = rf"(?:{sheet.any_of('trailing', 'maybe')})(?![\w'])"
    parts = []
    for start, end in sheet.segments():
        lead = re.match(rf"(?:[\s.:/-]*{edge}){{1,6}}", sheet.line[start:end])
        first = start + lead.end() if lead else start
        tail = re.search(rf"(?:(?<![\w']){ending}[\s.:/!-]*){{1,6}}$", sheet.line[first:end])
        last = first + tail.start() if tail else end
        words = sheet.text[first:last].strip(f" .:;-/!?@&+{GAP}")
        if re.search(r"\w", words):
            parts.append(words)
    if parts:
        sheet.answers["reason"] = notices.shorten(", ".join(parts), REASON_LENGTH)
