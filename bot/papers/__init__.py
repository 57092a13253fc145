"""The papers a school files: what stands on each, as plain values. `handlers/papers/` makes files of them."""

from bot.papers.day import day_list
from bot.papers.document import (
    Callout,
    Cut,
    Document,
    Facts,
    Gap,
    Grid,
    Heading,
    Paragraph,
    Shape,
    Signatures,
)
from bot.papers.facts import Agreed, Authorised, Goer, SchoolFacts, VisitFacts
from bot.papers.feedback import Said, feedback_paper
from bot.papers.governors import COLUMNS, Counted, governors_rows, sort_of
from bot.papers.incident import AlarmFacts, Proof, Step, incident_pack
from bot.papers.letters import missed_slip, reminder_letter
from bot.papers.record import visit_record

__all__ = [
    "COLUMNS",
    "Agreed",
    "AlarmFacts",
    "Authorised",
    "Callout",
    "Counted",
    "Cut",
    "Document",
    "Facts",
    "Gap",
    "Goer",
    "Grid",
    "Heading",
    "Paragraph",
    "Proof",
    "Said",
    "SchoolFacts",
    "Shape",
    "Signatures",
    "Step",
    "VisitFacts",
    "day_list",
    "feedback_paper",
    "governors_rows",
    "incident_pack",
    "missed_slip",
    "reminder_letter",
    "sort_of",
    "visit_record",
]
