"""A paper as plain values, from top to bottom. It knows nothing of PDF or DOCX, and they know nothing of visits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Shape(StrEnum):
    """The sheet that a paper is made for."""

    UPRIGHT = "upright"  # A4
    WIDE = "wide"  # A4, on its side
    SLIP = "slip"  # A5, on its side


class Heading(NamedTuple):
    text: str


class Facts(NamedTuple):
    """A label and its value, a row each."""

    rows: tuple[tuple[str, str], ...]


class Paragraph(NamedTuple):
    text: str
    large: bool = False


class Callout(NamedTuple):
    """What nobody may overlook."""

    text: str


class Grid(NamedTuple):
    """A table. `widths` are shares of the sheet's width; `small` is for what is looked up, not read."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    small: bool = False


class Signatures(NamedTuple):
    """Lines to sign on, side by side."""

    labels: tuple[str, ...]


class Gap(NamedTuple):
    """Room for a hand: so many empty lines, ruled."""

    lines: int


class Cut(NamedTuple):
    """From here on, a new sheet."""


Block = Heading | Facts | Paragraph | Callout | Grid | Signatures | Gap | Cut


@dataclass(frozen=True, slots=True)
class Document:
    """One paper. `made` stands at its foot, `made_at` in the file; `mark` is "confidential", or nothing."""

    title: str
    school: str
    subject: str
    blocks: tuple[Block, ...]
    language: str
    made_at: datetime
    made: str
    page: str
    mark: str = ""
    shape: Shape = Shape.UPRIGHT


def printable(text: str) -> str:
    """What a file can hold: a person's text may carry marks that no paper shows and that break a DOCX."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(char for char in lines if char == "\n" or (char.isprintable() and not "\ufe00" <= char <= "\ufe0f"))
