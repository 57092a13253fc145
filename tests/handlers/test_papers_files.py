"""Papers as files: what was put in is read out again, on every kind of sheet, in every letter that a name may hold."""

import io
import re
from dataclasses import replace
from datetime import date

import docx
import pytest
from pypdf import PdfReader

from bot.papers import (
    Callout,
    Cut,
    Document,
    Facts,
    Gap,
    Grid,
    Heading,
    Paragraph,
    Proof,
    Shape,
    Signatures,
    day_list,
    incident_pack,
    missed_slip,
    reminder_letter,
    visit_record,
)
from handlers.papers import FORMATS, as_docx, as_pdf
from tests.bot.paper_values import AGREED, ALARMS, NOW, RECORD, school, step, visit

HOLDS = Proof(214, "ab" * 32)
NAMES = "Siân Ŵyn, Łukasz Żółć, Ștefan, Olha Шевченко, Γιώργος, Đặng"
PAPERS = {
    "record": visit_record(visit(), RECORD, AGREED, 70, NOW),
    "slip": missed_slip(visit(), NOW, NOW),
    "letter": reminder_letter(visit(), AGREED[0], date(2026, 12, 21), NOW),
    "day": day_list(school(), date(2026, 11, 23), [visit()], NOW),
    "incident": incident_pack(visit(), ALARMS, [step(seq, text=f"text {seq}") for seq in range(1, 60)], HOLDS, NOW),
}


def flat(text: str) -> str:
    return " ".join(text.split())


def pdf_text(data: bytes) -> str:
    """Every word of a PDF, as a reader's search finds it."""
    return flat(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def docx_text(data: bytes) -> str:
    """Every word of a DOCX, in order of its paragraphs and then of its tables."""
    file = docx.Document(io.BytesIO(data))
    told = [line.text for line in file.paragraphs]
    told += [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return flat(" ".join(told))


READ = {"pdf": pdf_text, "docx": docx_text}


def told(document: Document) -> list[str]:
    """What has to be found in the file of a paper."""
    found = [document.title, document.school, document.subject]
    for block in document.blocks:
        match block:
            case Facts(rows):
                found += [part for row in rows for part in row]
            case Grid(head, rows, _, _):
                found += [*head, *(cell for row in rows for cell in row)]
            case Signatures(labels):
                found += labels
            case Heading(text) | Paragraph(text, _) | Callout(text):
                found.append(text)
            case Cut() | Gap():
                pass
    return [flat(text) for text in found if text]


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("kind", FORMATS)
def test_all_that_stands_on_a_paper_is_read_out_of_its_file(name: str, kind: str) -> None:
    """Word for word, whatever the sheet: a line broken on the paper is one line to who searches it."""
    text = READ[kind](FORMATS[kind](PAPERS[name])).replace(" ", "")
    missing = [wanted for wanted in told(PAPERS[name]) if wanted.replace(" ", "") not in text]
    assert missing == []


@pytest.mark.parametrize("name", PAPERS)
def test_a_pdf_says_what_it_is_and_is_the_same_when_made_again(name: str) -> None:
    """Title, school and language are in its properties, its letters are embedded, and equal papers are equal files."""
    data = as_pdf(PAPERS[name])
    assert data == as_pdf(PAPERS[name])
    reader = PdfReader(io.BytesIO(data))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (PAPERS[name].title, "Marsh Lane Primary")
    assert str(reader.root_object["/Lang"]) == "en"
    assert b"/FontFile2" in data
    assert b"/Type1" not in data


def test_every_letter_of_a_name_is_there() -> None:
    """Welsh, Polish, Romanian, Vietnamese, Greek, Ukrainian: in print and when searched for."""
    paper = visit_record(visit(), replace(RECORD, present=NAMES), AGREED, 70, NOW)
    assert NAMES in pdf_text(as_pdf(paper))
    assert NAMES in docx_text(as_docx(paper))


@pytest.mark.parametrize("text", ["\x00\x1b[31m\ud800", "😀 " * 300, "سلام", "x" * 9000, "\n" * 200, "{page} {0} %s"])
@pytest.mark.parametrize("kind", FORMATS)
def test_no_text_of_a_person_keeps_a_paper_from_being_made(kind: str, text: str) -> None:
    """Whatever was typed in the record or stands in the journal, there is a file."""
    paper = visit_record(visit(), replace(RECORD, summary=text, present=text), AGREED, 70, NOW)
    assert FORMATS[kind](paper)
    assert FORMATS[kind](incident_pack(replace(visit(), address=text[:300]), ALARMS, [step(1, text=text)], HOLDS, NOW))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_text_longer_than_a_sheet_is_printed_to_its_last_word(kind: str) -> None:
    """4,096 characters from Telegram in the narrowest column, and in the journal: nothing is cut off."""
    words = [f"w{number}" for number in range(700)]
    long = replace(visit(), reason=" ".join(words))
    for paper in (
        day_list(school(), date(2026, 11, 23), [long], NOW),
        missed_slip(replace(visit(), school=school(phone=" ".join(words))), NOW, NOW),
        incident_pack(visit(), [], [step(1, text="\n".join(words))], HOLDS, NOW),
    ):
        assert set(words) <= set(re.findall(r"\bw\d+\b", READ[kind](FORMATS[kind](paper))))


def test_a_long_table_has_its_head_on_every_sheet() -> None:
    """The third page of a journal is still readable, and each page says which it is."""
    pages = PdfReader(io.BytesIO(as_pdf(PAPERS["incident"]))).pages
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        text = flat(page.extract_text())
        assert f"Page {number} of {len(pages)}" in text
        assert "Entry" in text
    file = docx.Document(io.BytesIO(as_docx(PAPERS["incident"])))
    assert "w:tblHeader" in file.element.xml


def test_the_sheets_have_their_sizes() -> None:
    """A slip is half a sheet, the day's list lies on its side."""
    sizes = {}
    for name, paper in PAPERS.items():
        box = PdfReader(io.BytesIO(as_pdf(paper))).pages[0].mediabox
        section = docx.Document(io.BytesIO(as_docx(paper))).sections[0]
        sizes[name] = (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4))
        assert section.page_width is not None
        assert round(section.page_width.mm) == sizes[name][0]
    assert sizes == {
        "record": (210, 297),
        "slip": (210, 148),
        "letter": (210, 297),
        "day": (297, 210),
        "incident": (210, 297),
    }
    assert PAPERS["slip"].shape is Shape.SLIP
