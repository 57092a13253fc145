"""A conversation for stories about conversations: what is packed for a visit, asked in four questions."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.people import Person
from bot.talk import YES_NO, Again, Fault, Field, Option, first, number, one_of, text, yes_no
from handlers.desk.case import Case
from handlers.desk.talks import Asking, Topic
from store.talks import Talk

PHONE = (Option("full", "Full", as_is=True), Option("half", "Half", as_is=True), Option("low", "Low", as_is=True))
ASKED = {
    "card": "Is your card with you?",
    "phone": "How full is the phone?",
    "people": "How many go?",
    "note": "What else?",
    "late": "How late is it?",
}
FORM = (
    Field("card", "talk_back", yes_no, YES_NO),
    Field("phone", "talk_back", one_of(PHONE), PHONE, skipped=lambda answers: answers.get("card") is False),
    Field("people", "talk_back", number(1, 4)),
    Field("note", "talk_back", text(may_skip=True), free=True),
)


async def asking(case: Case, person: Person, talk: Talk) -> Asking:
    """Every question of the stories stands in the one sentence that takes any."""
    coming = first(FORM, talk.answers)
    return Asking(FORM, {"ask": ASKED[coming.name]} if coming else {})


async def packed(case: Case, person: Person, talk: Talk) -> str | Again:
    """Four people need a note."""
    answers: Mapping[str, Any] = talk.answers
    if answers["people"] == 4 and not answers["note"]:
        return Again(Fault("talk_empty"), ("note",))
    return f"PACKED {answers['people']} {answers.get('phone')} {answers['note']}"


PACKING = Topic("packing", asking, packed, reminders=(timedelta(minutes=30), timedelta(hours=1)), gives_up=True)
BAGS = Topic("bags", asking, packed)
TOPICS = {topic.name: topic for topic in (PACKING, BAGS)}
