"""Visit 12 at Marsh Lane as the papers are told of it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.alarm import Kind
from bot.papers import (
    Agreed,
    AlarmFacts,
    Authorised,
    Callout,
    Document,
    Facts,
    Goer,
    Grid,
    Heading,
    Paragraph,
    Proof,
    SchoolFacts,
    Signatures,
    Step,
    VisitFacts,
)
from bot.record import Attendance, Record, Transport
from bot.visit import State

ZONE = ZoneInfo("Europe/London")


def on(day: int, clock: str) -> datetime:
    """A clock time in November 2026, in the school's time."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


NOW = on(23, "15:31")


def school(language: str = "en", phone: str = "07700 900990") -> SchoolFacts:
    return SchoolFacts("Marsh Lane Primary", ZONE, language, phone)


def goer(name: str, phone: str, state: State = State.LEFT) -> Goer:
    """One who was due at 14:00, came at 14:02 and left at 14:41."""
    planned = (on(23, "14:00"), on(23, "14:45"), on(23, "15:15"))
    return Goer(name, phone, state, *planned, None, on(23, "14:02"), on(23, "14:41"))


ASHA = goer("Asha", "+447700900001")
BEN = goer("Ben", "+447700900002")


def visit(language: str = "en", number: int = 12, goers: tuple[Goer, ...] = (ASHA, BEN)) -> VisitFacts:
    return VisitFacts(
        number=number,
        school=school(language),
        address="14 High Street, SG19 2AB",
        pupil="K.T.",
        reason="Attendance since half-term",
        goers=goers,
        authorised=Authorised("Henry", on(23, "08:12")),
        concern=False,
    )


RECORD = Record(
    pupil_class="4 Oak",
    present="Mother and grandmother",
    summary="The bus is missed when the brother is late.",
    follow_up="The office rings on Friday",
    attendance=Attendance(31, 9, 22, 64.5),
    referral=True,
    signature=True,
    transport=Transport(True, "Ben"),
    completed_by="Asha",
    role="visitor",
    completed_at=NOW,
)
HOLDS = Proof(214, "ab" * 32)
AGREED = (
    Agreed("Mother rings by 8:30 when K.T. is ill", date(2026, 12, 7)),
    Agreed("A place at the breakfast club", None, "kept"),
)
ALARMS = (
    AlarmFacts(
        "K7Q4", Kind.CODE_WORD, on(23, "14:20"), "Olive", on(23, "14:21"), "real", "Both are out", on(23, "14:50")
    ),
    AlarmFacts("M3R8", Kind.MISSED_CHECK_IN, on(23, "14:13")),
)


def step(seq: int, kind: str = "text", who: str = "Asha", **body: object) -> Step:
    """An entry of the journal, a minute after the one before it."""
    return Step(seq, on(23, f"14:{seq:02}"), kind, who, body, f"{seq:064x}")


def facts(document: Document) -> dict[str, str]:
    """Every label of a paper with its value."""
    return {label: value for block in document.blocks if isinstance(block, Facts) for label, value in block.rows}


def grids(document: Document) -> list[Grid]:
    return [block for block in document.blocks if isinstance(block, Grid)]


def callouts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Callout)]


def words(document: Document) -> str:
    """All that stands on a paper, in order."""
    told = [document.title, document.school, document.subject, document.mark]
    for block in document.blocks:
        match block:
            case Facts(rows):
                told += [part for row in rows for part in row]
            case Grid(head, rows, _, _):
                told += [*head, *(cell for row in rows for cell in row)]
            case Signatures(labels):
                told += labels
            case Heading(text) | Paragraph(text, _) | Callout(text):
                told.append(text)
            case _:
                pass
    return "\n".join(told)


def below(document: Document, heading: str) -> object:
    """The block under a heading."""
    return document.blocks[document.blocks.index(Heading(heading)) + 1]
