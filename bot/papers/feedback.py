"""What staff have said after visits, on one paper for the review of the policy (P22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.papers.document import Block, Document, Grid, Paragraph
from bot.papers.facts import SchoolFacts


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that somebody said; `by` are initials."""

    words: str
    at: datetime
    by: str = ""
    visit: int | None = None


def feedback_paper(school: SchoolFacts, said: Sequence[Said], review_on: date | None, now: datetime) -> Document:
    """All feedback in the order it was given."""
    words = school.words
    blocks: list[Block] = []
    if review_on is not None:
        blocks.append(Paragraph(words("sentences.review_on", day=words.day(review_on))))
    rows = tuple((words.day(one.at), one.by, str(one.visit or "–"), one.words) for one in said)
    head = ("date", "said_by", "visit_number", "in_words")
    if rows:
        blocks.append(Grid(tuple(words(name) for name in head), rows, (24, 9, 9, 58)))
    else:
        blocks.append(Paragraph(words("sentences.no_feedback")))
    return Document(
        title=words("titles.feedback"),
        school=school.name,
        subject=words.day(now),
        blocks=tuple(blocks),
        language=school.language,
        made_at=now,
        made=words.made(now),
        page=words.page,
        mark=words("confidential"),
    )
