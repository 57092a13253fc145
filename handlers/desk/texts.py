"""What a known person's text does: to the alarms they can answer, and to the visit they are on."""

from dataclasses import replace
from datetime import timedelta

from bot import codeword, words
from bot.alarm import Kind as AlarmKind
from bot.events import Event, Incoming
from bot.people import Person
from bot.visit import Place
from bot.which import RECENT, which
from handlers.desk import alarms, choosing, contacts, duty, talks, visiting
from handlers.desk.case import Case
from handlers.desk.said import Text
from store import inbox, people, visits
from store.inbox import Kept

TWO_TEXTS = timedelta(seconds=30)
"""How far apart two texts may be for a code word to run from one into the next."""


async def take(case: Case, person: Person, kept: Kept, incoming: Incoming) -> None:
    """Understand a text and carry it out. The code word is looked for first, and changes nothing of the rest."""
    if person.last_channel is not incoming.channel or incoming.channel in person.lost:
        await people.wrote_on(case.tx, person, incoming.channel)
        person = replace(person, last_channel=incoming.channel, lost=person.lost - {incoming.channel})
        case.forget_people()
    school = case.school(person.school_id)
    reading = words.read(incoming.text, now=case.now, zone=school.zone, language=school.language)
    mine = await visits.places_of_visitor(case.tx, person.school_id, person.id, case.now - RECENT)
    text = Text(person, kept, incoming, reading, mine)
    about = which(person.id, mine, Event.DANGER, case.now)
    kinds = [meaning.kind for meaning in reading.meanings]
    await case.note(
        person.school_id,
        "text",
        about.visit_id,
        person_id=person.id,
        text=incoming.text,
        sort=incoming.sort,
        what=incoming.what,
        channel=incoming.channel,
        meanings=kinds,
    )
    betrayed = await _code_word(case, text, about)
    chosen = None if reading.danger else await choosing.answer(case, person, incoming.text, mine)
    if chosen is not None:
        await case.owe(person, "code_word", chosen, case.usable([incoming.channel]), not_before=text.answered_at(case))
    elif not await _taken(case, text):
        await visiting.take(case, text, quiet=betrayed)


async def _taken(case: Case, text: Text) -> bool:
    """Whether somebody other than the visit takes the text: an alarm, a duty, a conversation, or a kind word to a contact.

    None of them hears whether the text held a code word. A cry for help never gets as far as a conversation.
    """
    person, reading, incoming = text.person, text.reading, text.incoming
    if await contacts.answer(case, person, reading, incoming, text.places, text.certain):
        return True
    if reading.danger:
        return False
    if await duty.answer(case, text):
        return True
    return await talks.answer(case, text) or await contacts.hello(case, person, reading, incoming, text.places)


async def open_places(case: Case, person: Person) -> list[Place]:
    """The visits of this person that are open now."""
    found = await visits.places_of_visitor(case.tx, person.school_id, person.id, case.now)
    return [place for place in found if place.is_open]


async def _code_word(case: Case, text: Text, about: Place) -> bool:
    """Raise the alarm when the text holds the person's, the visit's or the school's phrase. True when it does."""
    person = text.person
    phrases = [*person.code_words, *case.school(person.school_id).code_words]
    for place in text.places:
        plan = await visits.by_id(case.tx, person.school_id, place.visit_id) if place.visit_id else None
        phrases += plan.code_words if plan else ()
    if not phrases:
        return False
    before = await inbox.said_before(case.tx, text.kept, person.id, case.now - TWO_TEXTS)
    if codeword.find(text.incoming.text, phrases, before=before) is None:
        return False
    await alarms.raise_alarm(case, person.school_id, person.id, about.visit_id, AlarmKind.CODE_WORD)
    return True
