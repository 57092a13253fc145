"""Authorising: what a request for a yes goes through, what whoever says it must see, and how an answer is read."""

from bot.authorising.answers import Answer, Do, read_answers, reads
from bot.authorising.machine import TABLE, decide
from bot.authorising.marks import BLOCKS, Mark, Plan, Sort, judgement, leads, tiers
from bot.authorising.request import Answer as Reply
from bot.authorising.request import (
    Ask,
    Brief,
    CallOff,
    Consult,
    Decision,
    Effect,
    Event,
    Happening,
    Report,
    Request,
    Scene,
    State,
    TellGoers,
    Untellable,
    gathered,
    whom,
)

__all__ = [
    "BLOCKS",
    "TABLE",
    "Answer",
    "Ask",
    "Brief",
    "CallOff",
    "Consult",
    "Decision",
    "Do",
    "Effect",
    "Event",
    "Happening",
    "Mark",
    "Plan",
    "Reply",
    "Report",
    "Request",
    "Scene",
    "Sort",
    "State",
    "TellGoers",
    "Untellable",
    "decide",
    "gathered",
    "judgement",
    "leads",
    "read_answers",
    "reads",
    "tiers",
    "whom",
]
