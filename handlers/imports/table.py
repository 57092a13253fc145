"""A CSV file as lines, each with its number and what is wrong with it, and the cells that both files have."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import phonenumbers

from bot.codeword import objections
from bot.faults import Mendable
from bot.school import School

REGION = "GB"
MOST_CODE_WORDS = 3


class ImportRefused(Mendable):
    """Nothing was saved. `lines` says why, a text for each fault, in the order of the file."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("nothing was imported:\n  " + "\n  ".join(lines))
        self.lines = list(lines)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import came to. `notes` are readings that the administrator should know of."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    visit_ids: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Line:
    """One line of a file, by its number in the file, and what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, fault: str) -> None:
        self.faults.append(f"line {self.number}: {fault}")

    def note(self, note: str) -> None:
        self.notes.append(f"line {self.number}: {note}")

    def parts(self, column: str) -> list[str]:
        """The cell's parts, which ";" parts; blanks are one space."""
        return [" ".join(part.split()) for part in self.cells[column].split(";") if part.strip()]


def read(text: str, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Line]:
    """The lines below the header, blank ones left out. Raises ImportRefused for a wrong header or form.

    A line has the cells of those `optional` columns only that the file has.
    """
    rows = _rows(text)
    number, header = next(rows, (1, []))
    names, may_be = [name.casefold() for name in header], (*columns, *optional)
    faults = [f"line {number}: the column {name} is missing" for name in columns if name not in names]
    faults += [f"line {number}: there is no column {name!r}" for name in dict.fromkeys(names) if name not in may_be]
    faults += [f"line {number}: the column {name} is there twice" for name in may_be if names.count(name) > 1]
    if faults:
        more = f"; there may be {','.join(optional)} too" if optional else ""
        raise ImportRefused([*faults, f"line {number}: the columns are {','.join(columns)}, in any order{more}"])
    lines = []
    for row_number, cells in rows:
        line = Line(row_number, dict(zip(names, cells, strict=False)))
        if len(cells) != len(names):
            line.refuse(f"it has {len(cells)} cells, but the header has {len(names)}; quote a cell that holds a comma")
        lines.append(line)
    if not lines:
        raise ImportRefused([f"line {number + 1}: there is nothing below the header"])
    refuse_all([line for line in lines if len(line.cells) < len(names)])
    return lines


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the number of the line it begins on."""
    tidy = re.sub(r'"[ \t]+(?=[,\r\n]|$)', '"', text.removeprefix("\ufeff"))  # blanks between a quote and its comma
    reader = csv.reader(io.StringIO(tidy, newline=""), strict=True, skipinitialspace=True)
    number = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise ImportRefused([f"line {number}: it is not CSV ({error}); save the file as CSV, UTF-8"]) from error


def refuse_all(lines: Sequence[Line]) -> None:
    faults = [fault for line in lines for fault in line.faults]
    if faults:
        raise ImportRefused(faults)


def school_id(line: Line, schools: Mapping[int, School]) -> int | None:
    """The school by its key, or by its name where only one has it."""
    written = " ".join(line.cells["school"].split())
    by_key = [school_id for school_id, school in schools.items() if school.key == written]
    by_name = [school_id for school_id, school in schools.items() if school.name.casefold() == written.casefold()]
    found = by_key or by_name
    if len(found) == 1:
        return found[0]
    line.refuse(
        f"school: {written!r} is none of the schools file; write one of: {', '.join(s.key for s in schools.values())}"
    )
    return None


def phone(line: Line, column: str, written: str) -> str | None:
    """The number in E.164. What is written without a country is British."""
    try:
        if not re.fullmatch(r"[+\d\s().\-]+", written):
            raise phonenumbers.NumberParseException(phonenumbers.NumberParseException.NOT_A_NUMBER, written)
        number = phonenumbers.parse(written, REGION)
    except phonenumbers.NumberParseException:
        number = None
    # Of a mobile's length: a digit too few or too many is caught, and Ofcom's numbers for stories pass.
    mobile = phonenumbers.PhoneNumberType.MOBILE
    if number is None or not phonenumbers.is_possible_number_for_type(number, mobile):
        line.refuse(f"{column}: {written!r} is not a phone number; write it like +447700900001")
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def code_words(line: Line) -> tuple[str, ...]:
    phrases = line.parts("code_word")
    for phrase in phrases:
        for why in objections(phrase):
            line.refuse(f"code_word: {phrase!r}: {why}")
    if len(phrases) > MOST_CODE_WORDS:
        line.refuse(f"code_word: there are {len(phrases)} phrases; give at most {MOST_CODE_WORDS}")
    return tuple(phrases)
