"""What a family is given: the slip at a door that stayed shut (C19, E8), and the reminder of what was agreed (P21, C16)."""

from datetime import date, datetime

from bot.papers.document import Block, Document, Facts, Gap, Paragraph, Shape, Signatures
from bot.papers.facts import Agreed, VisitFacts
from bot.papers.words import Words


def missed_slip(visit: VisitFacts, at: datetime | None, now: datetime) -> Document:
    """The slip to be left or sent: date, time, who came, and the number to ring. It names no pupil and no reason.

    Whoever finds it on the mat may be anybody; and what is not known is left open for a pen.
    """
    words = visit.school.words
    rows = (
        (words("date"), words.day(at) if at else ""),
        (words("time"), words.clock(at, "")),
        (words("who_came"), visit.staff),
        (words("please_ring"), visit.school.phone),
    )
    blocks: tuple[Block, ...] = (Paragraph(words("sentences.slip"), large=True), Facts(rows))
    blocks += (Paragraph(words("sentences.slip_ring")), Paragraph(visit.school.name))
    return _paper(words("titles.slip"), visit, blocks, words, now, Shape.SLIP)


def reminder_letter(visit: VisitFacts, agreed: Agreed, until: date | None, now: datetime) -> Document:
    """The letter to the family about one thing that was agreed and not kept, with a new day to do it by."""
    words = visit.school.words
    by = words.day(agreed.by) if agreed.by else words("no_date")
    blocks: tuple[Block, ...] = (
        Facts(((words("to"), f"{words('parents')}\n{visit.address}".rstrip()), (words("date"), words.day(now)))),
        Paragraph(words("sentences.dear")),
        Paragraph(words("sentences.agreed_on", day=words.day(visit.starts_at))),
        Facts(((words("agreed"), agreed.what), (words("by_when"), by))),
        Paragraph(words("sentences.not_kept")),
        Paragraph(words("sentences.new_day", day=words.day(until)) if until else words("sentences.soon")),
        Paragraph(_ring(visit, words)),
        Paragraph(words("sentences.sincerely")),
        Gap(1),
        Signatures((words("signature"), words("name_and_role"))),
        Paragraph(visit.school.name),
    )
    return _paper(words("titles.reminder"), visit, blocks, words, now, Shape.UPRIGHT)


def _ring(visit: VisitFacts, words: Words) -> str:
    phone = visit.school.phone
    return words("sentences.help_ring", phone=phone) if phone else words("sentences.help")


def _paper(
    title: str, visit: VisitFacts, blocks: tuple[Block, ...], words: Words, now: datetime, shape: Shape
) -> Document:
    return Document(
        title=title,
        school=visit.school.name,
        subject=words("sentences.our_reference", number=visit.number),
        blocks=blocks,
        language=visit.school.language,
        made_at=now,
        made=words.day(now),
        page=words.page,
        shape=shape,
    )
