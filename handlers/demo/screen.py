"""What one sees: the phones of a scene beside each other, each instant a row, each message a bubble. Colours are few.

Text keeps the terminal's own colours and only borders are tinted, so that it reads on dark and on light. Where colour
is not wanted, or the output is no terminal, there are no control codes at all.
"""

from collections.abc import Iterator, Sequence

from rich import box
from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from handlers.demo.script import TELEGRAM, Mark, Message, Phone, Process, Row, Scene

GUTTER = 6
NARROWEST, WIDEST = 24, 46
"""Of a phone, in columns; narrower than that, the phones go below each other."""
INDENT = 2
"""How far a bubble stays away from the other side."""
MOST = 160
CHANNELS = {"sms": "SMS", "telegram": "Telegram"}
PLAIN = str.maketrans({"·": "-", "…": "...", "─": "-", "━": "="})


class Screen:
    """Prints the afternoon."""

    def __init__(self, console: Console) -> None:
        plain = console.no_color or not console.is_terminal
        given = {"file": console.file, "width": console.width, "legacy_windows": console.legacy_windows}
        self.console = Console(**given, color_system=None) if plain else console  # type: ignore[arg-type]
        self.width = min(self.console.width, MOST)

    def line(self, text: str = "", style: str = "") -> None:
        """One line of our own words, or as many as it takes."""
        self.console.print(Text(self._legible(text), style=style), width=self.width, soft_wrap=False)

    def rule(self, text: str, style: str, characters: str = "─") -> None:
        title = Text(self._legible(text), style="bold")
        line = Rule(title, style=style, characters=self._legible(characters), align="left")
        self.console.print(line, width=self.width)

    def _legible(self, text: str) -> str:
        return text.translate(PLAIN) if self.console.options.ascii_only else text

    # -- the parts of the play ----------------------------------------------------------------------

    def scene(self, number: int, scene: Scene, rows: Sequence[Row | Mark]) -> None:
        self.line()
        self.rule(f"{number} · {scene.title}", "cyan")
        self.line(scene.narration, "italic")
        present = [phone for row in rows if isinstance(row, Row) for phone in row.messages]
        phones = list(dict.fromkeys([*scene.phones, *present]))
        block: list[Row] = []
        for row in rows:
            if isinstance(row, Row):
                block.append(row)
                continue
            self._conversation(phones, block)
            block = []
            self._mark(row)
        self._conversation(phones, block)

    def _mark(self, mark: Mark) -> None:
        """The life of the process, drawn right across the phones."""
        killed = mark.process is Process.KILLED
        self.line()
        self.rule(f"{mark.time} · {mark.process}", "red" if killed else "green", "━" if killed else "─")

    def _conversation(self, phones: Sequence[Phone], rows: Sequence[Row]) -> None:
        """Phones beside each other as far as there is room, the rest below them."""
        for shelf in self._shelves(phones):
            shown = [row for row in rows if any(row.messages.get(phone) for phone in shelf)]
            if shown:
                self.line()
                self.console.print(self._table(shelf, shown))

    def _shelves(self, phones: Sequence[Phone]) -> Iterator[Sequence[Phone]]:
        most = max(1, (self.width - GUTTER) // NARROWEST)
        shelves = -(-len(phones) // most)
        length = -(-len(phones) // shelves)
        yield from (phones[start : start + length] for start in range(0, len(phones), length))

    def _table(self, phones: Sequence[Phone], rows: Sequence[Row]) -> Table:
        width = min(WIDEST, (self.width - GUTTER) // len(phones))
        table = Table.grid()
        table.add_column(width=GUTTER, no_wrap=True)
        for _ in phones:
            table.add_column(width=width)
        table.add_row("", *(self._head(phone) for phone in phones))
        for row in rows:
            cells = (self._cell(phone, row.messages.get(phone, ()), width) for phone in phones)
            table.add_row(Padding(Text(row.time, style="bold"), (1, 0, 0, 0)), *cells)
        return table

    def _head(self, phone: Phone) -> RenderableType:
        title = Text(self._legible(phone.title.replace("_", " ")), style="bold", justify="center")
        return Padding(Group(title, Rule(style="dim", characters=self._legible("─"))), (0, 1))

    def _cell(self, phone: Phone, messages: Sequence[Message], width: int) -> RenderableType:
        parts: list[RenderableType] = []
        for message in messages:
            side = "right" if message.is_sent else "left"
            tagged = bool(phone.telegram_id)
            parts.append(Align(_bubble(message, width - 2 - INDENT, tagged), side))  # type: ignore[arg-type]
            if message.channel == TELEGRAM and message.buttons and not message.is_sent:
                parts.append(Text(" " + " ".join(f"( {label} )" for label in message.buttons), style="dim"))
        return Padding(Group(*parts), (0, 1))

    # -- how it ended -------------------------------------------------------------------------------

    def otherwise(self, where: str, expected: str, found: str) -> None:
        """The story went otherwise."""
        self.line()
        self.rule("It went otherwise", "red", "━")
        self.line(where, "bold")
        self._figures([("expected", expected), ("was there", found)])

    def fault(self, what: str, log: str) -> None:
        self.line()
        self.rule("The engine failed", "red", "━")
        self.line(what)
        if log:
            self.line(f"The end of its log:\n{log}")

    def summary(self, figures: Sequence[tuple[str, str]]) -> None:
        self.line()
        self.rule("All as it should be", "green")
        self._figures(figures)

    def _figures(self, figures: Sequence[tuple[str, str]]) -> None:
        table = Table.grid(padding=(0, 2, 0, 0))
        for first, rest in figures:
            table.add_row(Text(first, justify="right", style="bold"), Text(self._legible(rest)))
        self.console.print(table, width=self.width)


def _bubble(message: Message, widest: int, tagged: bool) -> Panel:
    """A message; Telegram and SMS are told apart where a phone has both."""
    tag = CHANNELS.get(message.channel, message.channel) if tagged else ""
    width = min(widest, max(len(message.text) + 4, len(tag) + 6 if tag else 0))
    return Panel(
        Text(message.text),
        box=box.ROUNDED,
        width=width,
        border_style=_tint(message),
        subtitle=Text(tag) if tag else None,
        subtitle_align="right",
    )


def _tint(message: Message) -> str:
    if message.is_sent:
        return "cyan"
    if message.text.startswith("ALARM"):
        return "red"
    return "green" if " ENDED " in message.text else "dim"
