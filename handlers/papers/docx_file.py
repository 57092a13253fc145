"""A paper as DOCX, by python-docx: for a school that wants to add to it, or to put its letterhead on, before it is filed."""

import io
from datetime import UTC

import docx
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_BREAK, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph as DocxParagraph

from bot.papers import Callout, Cut, Document, Facts, Gap, Grid, Heading, Paragraph, Shape, Signatures
from bot.papers.document import Block, printable

FONT = "Calibri"
MUTED, ACCENT, ALERT = RGBColor(100, 110, 118), RGBColor(22, 78, 99), RGBColor(146, 43, 33)
LINE, TINT, ALERT_TINT = "CDD6DB", "ECF3F6", "FDF0ED"
SHEETS = {Shape.UPRIGHT: (210, 297, 18), Shape.WIDE: (297, 210, 14), Shape.SLIP: (210, 148, 16)}
BODY, SMALL = 10.5, 8.5


def as_docx(document: Document) -> bytes:
    """The bytes of the DOCX."""
    file = docx.Document()
    _sheet(file, document)
    _head(file, document)
    for block in document.blocks:
        _block(file, block, _width(document))
    written = io.BytesIO()
    file.save(written)
    return written.getvalue()


def _width(document: Document) -> float:
    wide, _, margin = SHEETS[document.shape]
    return wide - 2 * margin


def _sheet(file: DocxDocument, paper: Document) -> None:
    """The sheet's size, its letters, what the file says of itself, and its foot."""
    wide, high, margin = SHEETS[paper.shape]
    section = file.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if wide > high else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(wide), Mm(high)
    section.left_margin = section.right_margin = Mm(margin)
    section.top_margin = section.bottom_margin = Mm(15)
    normal = file.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(BODY)
    normal.paragraph_format.space_after = Pt(4)
    told = file.core_properties
    told.title, told.subject, told.author = paper.title, printable(paper.subject), printable(paper.school)
    told.language, told.comments = paper.language, ""
    told.created = told.modified = paper.made_at.astimezone(UTC).replace(tzinfo=None)
    foot = section.footer.paragraphs[0]
    line = " · ".join(printable(part) for part in (paper.school, paper.title, paper.subject, paper.made))
    before, _, after = paper.page.partition("{page}")
    between, _, end = after.partition("{pages}")
    _run(foot, f"{line} · {before}", 7.5, MUTED)
    _field(foot, "PAGE")
    _run(foot, between, 7.5, MUTED)
    _field(foot, "NUMPAGES")
    _run(foot, end, 7.5, MUTED)


def _head(file: DocxDocument, paper: Document) -> None:
    line = file.add_paragraph()
    _run(line, printable(paper.school), 10, MUTED, strong=True)
    if paper.mark:
        line.paragraph_format.tab_stops.add_tab_stop(Mm(_width(paper)), WD_TAB_ALIGNMENT.RIGHT)
        _run(line, f"\t{paper.mark.upper()}", 8, ALERT, strong=True)
    title = file.add_heading(level=0)
    _run(title, paper.title, 20, ACCENT, strong=True)
    _run(file.add_paragraph(), printable(paper.subject), 11, MUTED)


def _block(file: DocxDocument, block: Block, width: float) -> None:
    match block:
        case Heading(text):
            _run(file.add_heading(level=1), text, 12.5, ACCENT, strong=True)
        case Facts(rows):
            _facts(file, rows, width)
        case Paragraph(text, large):
            _run(file.add_paragraph(), printable(text), 13 if large else BODY)
        case Callout(text):
            line = file.add_paragraph()
            _shade(line._p.get_or_add_pPr(), ALERT_TINT)
            _run(line, printable(text), BODY, ALERT, strong=True)
        case Grid():
            _grid(file, block, width)
        case Signatures(labels):
            _signatures(file, labels, width)
        case Gap(lines):
            for _ in range(lines):
                file.add_paragraph()
        case Cut():
            file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _facts(file: DocxDocument, rows: tuple[tuple[str, str], ...], width: float) -> None:
    table = _table(file, len(rows), (27, 73), width)
    for row, (label, value) in zip(table.rows, rows, strict=True):
        _run(row.cells[0].paragraphs[0], label, BODY, MUTED)
        _run(row.cells[1].paragraphs[0], printable(value), BODY)
    file.add_paragraph().paragraph_format.space_after = Pt(0)


def _grid(file: DocxDocument, grid: Grid, width: float) -> None:
    """A table whose head stands on every sheet it runs over."""
    size = SMALL if grid.small else BODY
    table = _table(file, 1 + len(grid.rows), grid.widths, width)
    rows = list(table.rows)
    for cell, text in zip(rows[0].cells, grid.head, strict=True):
        _run(cell.paragraphs[0], text, size, ACCENT, strong=True)
        _shade(cell._tc.get_or_add_tcPr(), TINT)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    rows[0]._tr.get_or_add_trPr().append(repeated)
    for row, texts in zip(rows[1:], grid.rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            _run(cell.paragraphs[0], printable(text), size)
    file.add_paragraph().paragraph_format.space_after = Pt(0)


def _table(file: DocxDocument, rows: int, widths: tuple[int, ...], width: float) -> Table:
    table: Table = file.add_table(rows, len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    share = width / sum(widths)
    for number, part in enumerate(widths):
        table.columns[number].width = Mm(part * share)
    for row in table.rows:
        for cell, part in zip(row.cells, widths, strict=True):
            cell.width = Mm(part * share)
            spacing = cell.paragraphs[0].paragraph_format
            spacing.space_before = spacing.space_after = Pt(2)
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        edge = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", LINE)):
            edge.set(qn(f"w:{name}"), value)
        borders.append(edge)
    table._tbl.tblPr.append(borders)
    return table


def _signatures(file: DocxDocument, labels: tuple[str, ...], width: float) -> None:
    file.add_paragraph()
    table = file.add_table(2, max(len(labels), 2))
    table.autofit = False
    for number, label in enumerate(labels):
        line, below = (table.rows[row].cells[number] for row in (0, 1))
        _run(line.paragraphs[0], "_" * int(width / len(table.columns) / 2.3), BODY, MUTED)
        _run(below.paragraphs[0], label, 8.5, MUTED)


def _run(line: DocxParagraph, text: str, size: float, colour: RGBColor | None = None, *, strong: bool = False) -> None:
    run = line.add_run(text)
    run.font.name, run.font.size, run.bold = FONT, Pt(size), strong
    if colour is not None:
        run.font.color.rgb = colour


def _shade(properties: object, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    properties.append(shade)  # type: ignore[attr-defined]


def _field(line: DocxParagraph, name: str) -> None:
    """A number that the reader's program fills in: the sheet's, or how many there are."""
    for kind, text in (("begin", ""), ("", name), ("separate", ""), ("result", "1"), ("end", "")):
        run = line.add_run(text if kind == "result" else "")
        run.font.name, run.font.size, run.font.color.rgb = FONT, Pt(7.5), MUTED
        if kind == "result":
            continue
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)
