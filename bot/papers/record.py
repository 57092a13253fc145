"""The visit record (P18, B9, C18, W8): the one paper of every visit that a school files in its safeguarding system."""

from collections.abc import Sequence
from datetime import datetime

from bot.papers.document import Block, Callout, Document, Facts, Grid, Heading, Paragraph, Signatures
from bot.papers.facts import Agreed, VisitFacts, authorisation, times
from bot.papers.words import Words
from bot.record import Attendance, Record, Transport

_LETTER = ("reminded", "asked again")


def visit_record(
    visit: VisitFacts, record: Record, agreed: Sequence[Agreed], threshold: float | None, now: datetime
) -> Document:
    """The record of one visit, with what is not recorded said in so many words."""
    words = visit.school.words
    blocks: list[Block] = []
    if record.referral:
        percent = f"{record.attendance.percent or 0:g}"
        blocks.append(Callout(words("sentences.referral", percent=percent, threshold=f"{threshold or 0:g}")))
    blocks += [
        Heading(words("pupil_and_visit")),
        Facts(_about(visit, record, words)),
        Heading(words("people_present")),
        Paragraph(words.known(record.present)),
        Heading(words("summary")),
        Paragraph(words.known(record.summary)),
        Heading(words("actions_agreed")),
        _agreements(agreed, words),
        Heading(words("attendance")),
        _attendance(record.attendance, words),
        Heading(words("follow_up")),
        Paragraph(_follow_up(record, agreed, words)),
    ]
    if record.transport is not None:
        blocks += [Heading(words("transport")), Facts(_transport(record.transport, words))]
    blocks += [Heading(words("completed")), _completed(record, words), Signatures((words("signature"),))]
    return Document(
        title=words("titles.record"),
        school=visit.school.name,
        subject=words("sentences.visit", number=visit.number),
        blocks=tuple(blocks),
        language=visit.school.language,
        made_at=now,
        made=words.made(now),
        page=words.page,
        mark=words("confidential"),
    )


def _about(visit: VisitFacts, record: Record, words: Words) -> tuple[tuple[str, str], ...]:
    rows = [
        (words("pupil"), words.known(visit.pupil)),
        (words("class"), words.known(record.pupil_class)),
        (words("date"), words.day(visit.starts_at)),
        (words("time"), visit.expected(words)),
        (words("address"), words.known(visit.address)),
        (words("reason"), words.known(visit.reason)),
        (words("staff"), "\n".join(f"{goer.name}: {times(goer, words)}" for goer in visit.goers)),
        (words("authorised_by"), authorisation(visit, words)),
    ]
    if visit.outcome:
        rows.append((words("outcome"), visit.outcome))
    if visit.concern is not None:
        rows.append((words("concerns"), words.answer(visit.concern)))
    if record.signature is not None:
        rows.append((words("parent_signature"), words("obtained" if record.signature else "not_obtained")))
    return tuple(rows)


def _agreements(agreed: Sequence[Agreed], words: Words) -> Block:
    if not agreed:
        return Paragraph(words("none_agreed"))
    rows = tuple(
        (one.what, words.day(one.by) if one.by else words("no_date"), words.kind("agreements", one.state))
        for one in agreed
    )
    return Grid((words("what"), words("by_when"), words("kept")), rows, (54, 28, 18))


def _follow_up(record: Record, agreed: Sequence[Agreed], words: Words) -> str:
    """What the school does next: what was said, and what follows from the agreements and the attendance."""
    days = [words.day(one.by) for one in agreed if one.by and one.state in ("open", "asked")]
    lines = [record.follow_up] if record.follow_up else []
    lines += [words("sentences.follow_up_days", days="; ".join(dict.fromkeys(days)))] if days else []
    lines += [words("sentences.follow_up_letter", what=one.what) for one in agreed if one.state in _LETTER]
    lines += [words("sentences.follow_up_visit", what=one.what) for one in agreed if one.state == "follow-up"]
    lines += [words("sentences.follow_up_referral")] if record.referral else []
    return "\n".join(lines) or words("not_recorded")


def _attendance(figures: Attendance, words: Words) -> Grid:
    def count(number: int | None) -> str:
        return words("not_recorded") if number is None else str(number)

    head = ("sessions_missed", "authorised_absences", "unauthorised_absences", "percentage")
    percent = words("not_recorded") if figures.percent is None else f"{figures.percent:g} %"
    row = (count(figures.missed), count(figures.authorised), count(figures.unauthorised), percent)
    return Grid(tuple(words(name) for name in head), (row,), (25, 25, 25, 25))


def _transport(transport: Transport, words: Words) -> tuple[tuple[str, str], ...]:
    return ((words("insured"), words.answer(transport.insured)), (words("escort"), words.known(transport.escort)))


def _completed(record: Record, words: Words) -> Grid:
    row = (words.known(record.completed_by), words.known(record.role), words.day(record.completed_at))
    return Grid((words("name"), words("role"), words("date")), (row,), (34, 33, 33))
