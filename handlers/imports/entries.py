"""What a visit's log entry holds beside who, where and when, out of the columns a file may have for it."""

from collections.abc import Iterable

from bot.authorising.marks import UNTOLD, Mark, Plan, Sort, judgement, leads, tiers
from bot.details import Details
from bot.people import Person
from bot.policy import Need
from bot.school import School
from handlers.imports import table
from handlers.imports.table import Line

ENTRY_COLUMNS = (
    "returns_at",
    "outing",
    "house_phone",
    "pupil_class",
    "kind",
    "family_told",
    "confirmed",
    "parents",
    "attendance",
    "named_contact",
    "risks",
    "assessment",
    "high_risk",
    "signature",
    "responsible",
    "authorised_by",
)
"""The columns that a file of visits may leave out."""
KINDS = ("", "safeguarding")
_YES, _NO = ("yes", "y", "true", "1"), ("", "no", "n", "false", "0")
_COLUMN = {
    Need.RETURN: "returns_at",
    Need.PUPIL: "pupil",
    Need.REASON: "reason",
    Need.HOUSE_PHONE: "house_phone",
    Need.NAMED_CONTACT: "named_contact",
    Need.FAMILY_TOLD: "family_told",
    Need.CONFIRMED: "confirmed",
    Need.PARENTS: "parents",
    Need.ATTENDANCE: "attendance",
    Need.CODE_WORD: "code_word",
}
"""Where each thing that a policy may want is written; the rest is in every line, or a "no" as good as a "yes"."""
_IN_THE_WAY = {
    Sort.HIGH_RISK: "it is marked high risk, and the mark is to be lifted with a reason",
    Sort.LONE_NEVER: "nobody goes alone, by the school's policy",
    Sort.LONE_UNASSESSED: "one alone needs a risk assessment; name it under assessment",
    Sort.NO_LEAD: "a safeguarding lead must go along or say yes, and there is none on record",
}


def details(line: Line, staff: Iterable[Person]) -> Details:
    """The log entry of a line; what cannot be is refused."""
    responsible = _somebody(line, "responsible", staff)
    if responsible is not None and not responsible.is_contact:
        line.refuse(f"responsible: {responsible.phone} can be told of no alarm; name somebody with a contact's role")
    kind = line.cells["kind"].casefold()
    if kind not in KINDS:
        line.refuse(f"kind: {line.cells['kind']!r} is none; write safeguarding, or leave it empty")
    house = line.cells["house_phone"]
    return Details(
        house_phone=(table.phone(line, "house_phone", house) or "") if house else "",
        pupil_class=line.cells["pupil_class"],
        kind=kind,
        family_told=_family(line.cells["family_told"]),
        confirmed=line.cells["confirmed"],
        parents=line.cells["parents"],
        attendance=_percent(line),
        named_contact=line.cells["named_contact"],
        risks=line.cells["risks"],
        assessment=line.cells["assessment"],
        high_risk=_mark(line, "high_risk"),
        signature=_mark(line, "signature"),
        responsible_id=responsible.id if responsible else None,
    )


def _family(written: str) -> str:
    """How the family was told; "no: short notice" where it was not, and why."""
    first, _, why = written.replace(":", " ").replace(",", " ").partition(" ")
    return f"{UNTOLD} {why.strip() or '-'}" if first.casefold() == "no" else written


def _percent(line: Line) -> str:
    written = line.cells["attendance"].removesuffix("%").strip()
    if not written:
        return ""
    if not (written.replace(".", "", 1).isdecimal() and written.isascii() and float(written) <= 100):
        line.refuse(f"attendance: {written!r} is not between 0 and 100")
    return written


def _mark(line: Line, column: str) -> bool:
    written = line.cells[column].casefold()
    if written not in (*_YES, *_NO):
        line.refuse(f"{column}: {line.cells[column]!r} is neither yes nor no")
    return written in _YES


def _somebody(line: Line, column: str, staff: Iterable[Person]) -> Person | None:
    """Somebody of the school's people, by their phone."""
    written = line.cells[column]
    number = table.phone(line, column, written) if written else None
    found = next((person for person in staff if person.phone == number), None) if number else None
    if number and found is None:
        line.refuse(f"{column}: {number} is nobody of this school; import them first")
    return found


def lacking(line: Line, school: School) -> None:
    """Name what the school's policy wants in the log entry and the line has not."""
    lacks = [_COLUMN[need] for need in school.policy.needs if need in _COLUMN and not line.cells[_COLUMN[need]]]
    if lacks:
        line.note(f"the school's policy also wants {', '.join(lacks)}")


def authorised_by(line: Line, entry: Plan, school: School, staff: Iterable[Person]) -> Person | None:
    """Who has said yes to it already; refused where they could not have."""
    policy, everybody = school.policy, list(staff)
    by = _somebody(line, "authorised_by", everybody)
    marks = judgement(entry, policy, everybody, school.calendar, {})
    blocks = [mark for mark in marks if mark.blocks]
    if by is None:
        for mark in blocks if policy.authorise else ():
            line.note(f"nobody can say yes to it as it is: {_IN_THE_WAY[mark.sort]}")
        return None
    others = leads(entry, policy, everybody)
    if fault := _no_yes(by, blocks, tiers(policy, everybody, entry.goers), others):
        line.refuse(f"authorised_by: {fault}")
        return None
    return by


def _no_yes(by: Person, blocks: list[Mark], ladder: Iterable[Iterable[int]], others: tuple[int, ...]) -> str:
    """Why this person's yes would not hold; empty where it does."""
    if by.id not in {person for tier in ladder for person in tier}:
        return f"{by.phone} cannot say yes to it, by the school's policy; leave it empty, and those who can are asked"
    if blocks:
        return _IN_THE_WAY[blocks[0].sort]
    if others and by.id not in others:
        return "a safeguarding lead must say yes too; leave it empty, and both are asked"
    return ""
