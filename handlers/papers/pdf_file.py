"""A paper as PDF, by fpdf2. The letters are Source Sans: Latin with all its marks, Greek and Cyrillic, embedded."""

from collections.abc import Iterator, Sequence
from importlib import resources

from fpdf import FPDF, FontFace
from fpdf.enums import MethodReturnValue, TableBordersLayout, TableCellFillMode, XPos, YPos
from fpdf.fonts import TTFFont
from fpdf.util import Padding

from bot.papers import Callout, Cut, Document, Facts, Gap, Grid, Heading, Paragraph, Shape, Signatures
from bot.papers.document import Block, printable

FONT = "Source Sans"
INK, MUTED, ACCENT, TINT, LINE = (33, 37, 41), (100, 110, 118), (22, 78, 99), (236, 243, 246), (205, 214, 219)
ALERT, ALERT_TINT = (146, 43, 33), (253, 240, 237)
A4, A5 = (210, 297), (148, 210)
SHEETS = {Shape.UPRIGHT: ("portrait", A4, 18), Shape.WIDE: ("landscape", A4, 14), Shape.SLIP: ("landscape", A5, 16)}
BODY = {Shape.UPRIGHT: 10.5, Shape.WIDE: 10.5, Shape.SLIP: 12.5}
SMALL, LARGE = 8.2, 1.25
SHORT, MOST_LINES = 120, 12
"""A row's cells up to so many characters are never too high; a higher one is split after so many lines."""

LABEL_SHARE = 27
"""Of a hundred: the column of labels beside their values."""


class Sheet(FPDF):
    """A document on its sheets, with its foot on every one."""

    def __init__(self, document: Document) -> None:
        orientation, size, margin = SHEETS[document.shape]
        super().__init__(orientation=orientation, unit="mm", format=size)
        self.document = document
        self.body = BODY[document.shape]
        fonts = resources.files("font_source_sans_pro") / "files"
        for style, file in (("", "Regular"), ("B", "Semibold")):
            with resources.as_file(fonts / f"SourceSansPro-{file}.ttf") as path:
                self.add_font(FONT, style, path)
        self.set_margins(margin, 15, margin)
        self.set_auto_page_break(auto=True, margin=20)
        self.set_title(document.title)
        self.set_subject(document.subject)
        self.set_author(document.school)
        self.set_lang(document.language)
        self.set_creator("Doorstep")
        self.set_producer("Doorstep")
        self.set_creation_date(document.made_at)
        self.set_draw_color(*LINE)

    def close_letters(self) -> None:
        """The library reads its letters from files, and leaves them open."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def ink(self, size: float, colour: tuple[int, int, int] = INK, *, strong: bool = False) -> None:
        self.set_font(FONT, "B" if strong else "", size)
        self.set_text_color(*colour)

    def footer(self) -> None:
        """What the sheet is, when it was made, and which it is: a loose sheet still says where it belongs."""
        paper = self.document
        self.set_y(-15)
        self.ink(7.5, MUTED)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        told = " · ".join(printable(part) for part in (paper.school, paper.title, paper.subject, paper.made))
        page = paper.page.format(page=self.page_no(), pages="{nb}")
        width = self.epw - 30
        self.cell(width, 7, _fitting(self, told, width))
        self.cell(30, 7, page, align="R")


def as_pdf(document: Document) -> bytes:
    """The bytes of the PDF. The same document gives the same bytes."""
    sheet = Sheet(document)
    try:
        sheet.add_page()
        _head(sheet)
        for before, block in zip((None, *document.blocks), document.blocks, strict=False):
            _block(sheet, block, before)
        return bytes(sheet.output())
    finally:
        sheet.close_letters()


def _head(sheet: Sheet) -> None:
    paper = sheet.document
    sheet.ink(10, MUTED, strong=True)
    sheet.cell(sheet.epw * 0.7, 6, _fitting(sheet, printable(paper.school), sheet.epw * 0.7))
    if paper.mark:
        sheet.ink(8, ALERT, strong=True)
        sheet.cell(sheet.epw * 0.3, 6, paper.mark.upper(), align="R")
    sheet.ln(8)
    sheet.ink(20, ACCENT, strong=True)
    sheet.multi_cell(0, 9, paper.title, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.ink(11, MUTED)
    sheet.cell(0, 6, printable(paper.subject), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.ln(1.5)
    sheet.set_draw_color(*ACCENT)
    sheet.set_line_width(0.6)
    sheet.line(sheet.l_margin, sheet.get_y(), sheet.w - sheet.r_margin, sheet.get_y())
    sheet.set_draw_color(*LINE)
    sheet.set_line_width(0.2)
    sheet.ln(4)


def _block(sheet: Sheet, block: Block, before: Block | None) -> None:
    match block:
        case Heading(text):
            _heading(sheet, text, first=before is None or isinstance(before, Cut))
        case Facts(rows):
            _facts(sheet, rows)
        case Paragraph(text, large):
            _words(sheet, text, sheet.body * (LARGE if large else 1))
        case Callout(text):
            _callout(sheet, text)
        case Grid():
            _grid(sheet, block)
        case Signatures(labels):
            _signatures(sheet, labels)
        case Gap(lines):
            sheet.ln(8 * lines)
        case Cut():
            sheet.add_page()


def _heading(sheet: Sheet, text: str, *, first: bool) -> None:
    """With room for at least two lines below it: a heading does not end a sheet."""
    if sheet.will_page_break(28):
        sheet.add_page()
    elif not first:
        sheet.ln(3.5)
    sheet.ink(12.5, ACCENT, strong=True)
    sheet.multi_cell(0, 7, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _words(sheet: Sheet, text: str, size: float) -> None:
    sheet.ink(size)
    sheet.multi_cell(0, size * 0.49, printable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.ln(2)


def _callout(sheet: Sheet, text: str) -> None:
    sheet.ink(sheet.body, ALERT, strong=True)
    sheet.set_fill_color(*ALERT_TINT)
    sheet.set_draw_color(*ALERT)
    room = Padding(2.4, 3, 2.4, 3)
    sheet.multi_cell(
        0, 5.4, printable(text), "L", fill=True, align="L", padding=room, new_x=XPos.LMARGIN, new_y=YPos.NEXT
    )
    sheet.set_draw_color(*LINE)
    sheet.set_fill_color(255)
    sheet.ln(3)


def _facts(sheet: Sheet, rows: tuple[tuple[str, str], ...]) -> None:
    """Label and value, a hairline between. A value that is empty leaves room for a hand."""
    sheet.ink(sheet.body)
    labels = FontFace(color=MUTED)
    with sheet.table(
        col_widths=(LABEL_SHARE, 100 - LABEL_SHARE),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        first_row_as_headings=False,
        line_height=sheet.body * 0.49,
        padding=(1.1, 1.5, 1.1, 0),
        text_align="LEFT",
        v_align="TOP",
        min_row_height=7,
    ) as table:
        for label, value in _split(sheet, rows, (LABEL_SHARE, 100 - LABEL_SHARE)):
            row = table.row()
            row.cell(label, style=labels)
            row.cell(value)
    sheet.ln(2)


def _grid(sheet: Sheet, grid: Grid) -> None:
    """A table whose head stands on every sheet it runs over."""
    size = SMALL if grid.small else sheet.body
    sheet.ink(size)
    with sheet.table(
        col_widths=grid.widths,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        cell_fill_mode=TableCellFillMode.NONE,
        headings_style=FontFace(family=FONT, emphasis="B", color=ACCENT, fill_color=TINT, size_pt=size),
        line_height=size * 0.45,
        padding=(1, 1.2),
        text_align="LEFT",
        v_align="TOP",
    ) as table:
        for cells in (grid.head, *_split(sheet, grid.rows, grid.widths)):
            table.row(cells)
    sheet.ln(2)


def _split(sheet: Sheet, rows: Sequence[tuple[str, ...]], widths: tuple[int, ...]) -> Iterator[tuple[str, ...]]:
    """The rows, with one that would outgrow its sheet going on in the next: a table breaks between rows only."""
    for row in rows:
        cells = [printable(cell) for cell in row]
        if all(len(cell) < SHORT and cell.count("\n") < MOST_LINES for cell in cells):
            yield tuple(cells)
            continue
        lines = [_lines(sheet, cell, share / sum(widths)) for cell, share in zip(cells, widths, strict=True)]
        for start in range(0, max(map(len, lines)), MOST_LINES):
            yield tuple("\n".join(told[start : start + MOST_LINES]) for told in lines)


def _lines(sheet: Sheet, text: str, share: float) -> list[str]:
    """A text in the lines it takes in a column, a little narrow, so that none of them breaks again."""
    lines = sheet.multi_cell(sheet.epw * share - 4, text=text, align="L", dry_run=True, output=MethodReturnValue.LINES)
    return [str(line) for line in lines] if isinstance(lines, list) else []


def _signatures(sheet: Sheet, labels: tuple[str, ...]) -> None:
    gap, depth = 8, 20
    if sheet.will_page_break(depth):
        sheet.add_page()
    width = (sheet.epw - gap * (len(labels) - 1)) / max(len(labels), 2)
    top = sheet.get_y() + 13
    sheet.ink(8.5, MUTED)
    sheet.set_draw_color(*MUTED)
    for number, label in enumerate(labels):
        left = sheet.l_margin + number * (width + gap)
        sheet.line(left, top, left + width, top)
        sheet.set_xy(left, top + 0.8)
        sheet.cell(width, 4.5, label)
    sheet.set_draw_color(*LINE)
    sheet.set_xy(sheet.l_margin, top + 8)


def _fitting(sheet: Sheet, text: str, width: float) -> str:
    """As much of a line as there is room for."""
    while text and sheet.get_string_width(text) > width - 2:
        text = text[:-2].rstrip() + "…"
    return text
