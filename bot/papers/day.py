"""The day's list (C10): every visit of one day on one sheet, with who authorised it, to be signed."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.papers.document import Block, Callout, Document, Grid, Paragraph, Shape, Signatures
from bot.papers.facts import SchoolFacts, VisitFacts, authorisation
from bot.papers.words import Words


def day_list(school: SchoolFacts, day: date, visits: Sequence[VisitFacts], now: datetime) -> Document:
    """All visits of the day in the order they begin. What is not authorised is said on top."""
    words = school.words
    waiting = [str(visit.number) for visit in visits if not visit.authorised.by]
    blocks: list[Block] = []
    if waiting:
        blocks.append(Callout(words("sentences.not_authorised", numbers=", ".join(waiting))))
    if visits:
        blocks.append(_table(visits, words))
    else:
        blocks.append(Paragraph(words("sentences.no_visits")))
    blocks.append(Paragraph(words("sentences.day_signed")))
    blocks.append(Signatures((words("signature"), words("name_and_role"), words("date_and_time"))))
    return Document(
        title=words("titles.day"),
        school=school.name,
        subject=words.day(day),
        blocks=tuple(blocks),
        language=school.language,
        made_at=now,
        made=words.made(now),
        page=words.page,
        mark=words("confidential"),
        shape=Shape.WIDE,
    )


def _table(visits: Sequence[VisitFacts], words: Words) -> Grid:
    head = ("number", "time", "pupil", "address", "family_contact", "reason", "staff", "expected_back", "authorised_by")
    rows = tuple(
        (
            str(visit.number),
            visit.expected(words),
            words.known(visit.pupil),
            words.known(visit.address),
            visit.family or "–",
            words.known(visit.reason),
            "\n".join(f"{goer.name} {goer.phone}" for goer in visit.goers),
            _back(visit, words),
            authorisation(visit, words),
        )
        for visit in visits
    )
    return Grid(tuple(words(name) for name in head), rows, (4, 11, 10, 17, 11, 13, 15, 7, 12), small=True)


def _back(visit: VisitFacts, words: Words) -> str:
    return words.clock(max((goer.return_due_at for goer in visit.goers if goer.return_due_at), default=None))
