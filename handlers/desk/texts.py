"""What a known person's text does: to the alarms they can answer, and to the visit they are on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot import codeword, late, words
from bot.alarm import Kind as AlarmKind
from bot.events import Event, Incoming
from bot.people import Person
from bot.visit import Place
from bot.which import RECENT, which
from handlers.desk import (
    alarms,
    answering,
    briefing,
    choosing,
    contacts,
    drills,
    duty,
    orders,
    overheard,
    planning,
    records,
    restored,
    talks,
    visiting,
)
from handlers.desk.case import Case, when_late
from handlers.desk.said import Text
from store import inbox, people, visits
from store.inbox import Kept

TWO_TEXTS = timedelta(seconds=30)
"""How far apart two texts may be for a code word to run from one into the next."""


async def take(case: Case, person: Person, kept: Kept, incoming: Incoming) -> None:
    """Understand a text and carry it out. The code word is looked for first, and changes nothing of the rest."""
    if person.last_channel is not incoming.channel or incoming.channel in person.lost:
        await people.wrote_on(case.tx, person, incoming.channel)
        person = replace(person, last_channel=incoming.channel, lost=person.found_on(incoming.channel))
        case.forget_people()
    school = case.school(person.school_id)
    said = late.said(kept.received_at - incoming.age, case.now)
    case.spoke_at = said.spoke_at
    reading = words.read(incoming.text, now=said.at, zone=school.zone, language=school.language)
    if codeword.tells_of(incoming.text, language=school.language):
        reading = replace(reading, certain=False)  # "safe word from Asha" ends nothing
    mine = await visits.places_of_visitor(case.tx, person.school_id, person.id, said.at - RECENT)
    text = Text(person, kept, incoming, reading, mine, said)
    about = which(person.id, mine, Event.DANGER, said.at)
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
        **when_late(kept.received_at - incoming.age if said.late else None),
    )
    told = await overheard.listen(case, text)
    heard = bool(told.whose) and not told.may_be_own and not overheard.at_risk(text)
    betrayed = await _code_word(case, text, about, heard)
    if heard and not reading.danger:
        await _said_to_an_alarm(case, text)
    else:
        await _carry_out(case, text, betrayed)
    await overheard.take(case, text, told)


async def _said_to_an_alarm(case: Case, text: Text) -> None:
    """Whoever tells of a code word may be answering an alarm with it: "FALSE K7Q4, she did want the blue folder"."""
    names_one = any(meaning.code for meaning in text.reading.meanings)
    if names_one or await alarms.answerable(case, text.person):
        await contacts.answer(case, text)


async def _carry_out(case: Case, text: Text, betrayed: bool) -> None:
    """Let whoever a text is for take it."""
    person, channel = text.person, text.incoming.channel
    chosen = None if text.reading.danger else await choosing.answer(case, person, text.incoming.text, text.places)
    if chosen is not None:
        await case.owe(person, "code_word", chosen, case.usable([channel]), not_before=text.answered_at(case))
    elif not await _taken(case, text):
        await visiting.take(case, text, quiet=betrayed)


async def _taken(case: Case, text: Text) -> bool:
    """Whether somebody other than the visit takes the text: an alarm, a request, a duty, a plan, a record, a conversation.

    None of them hears whether the text held a code word. A cry for help never gets as far as a conversation.
    """
    person, reading, incoming = text.person, text.reading, text.incoming
    if (not reading.danger and await restored.answer(case, text)) or await drills.take(case, text):
        return True
    if await contacts.answer(case, text):
        return True
    if await answering.take(case, text):
        return True
    if reading.danger:
        return False
    for taker in (duty.answer, briefing.take, records.command, orders.take, planning.take, talks.answer):
        if await taker(case, text):
            return True
    return await contacts.hello(case, person, reading, incoming, text.places)


async def open_places(case: Case, person: Person) -> list[Place]:
    """The visits of this person that are open now."""
    found = await visits.places_of_visitor(case.tx, person.school_id, person.id, case.now)
    return [place for place in found if place.is_open]


async def _code_word(case: Case, text: Text, about: Place, heard: bool) -> bool:
    """Raise the alarm when the text holds the person's, the visit's or the school's phrase. True when it does.

    `heard`: they tell of a colleague's code word, so the school's phrase in it is no cry of their own.
    """
    person = text.person
    phrases = [*person.code_words, *(() if heard else case.school(person.school_id).code_words)]
    about_these = {place.visit_id for place in text.places if place.visit_id}
    # Of those who go along too: whose phone comes to hand is the one that is used.
    phrases += await visits.phrases(case.tx, person.school_id, about_these)
    if not phrases or not await _holds(case, text, phrases):
        return False
    await alarms.raise_alarm(case, person.school_id, person.id, about.visit_id, AlarmKind.CODE_WORD)
    return True


async def _holds(case: Case, text: Text, phrases: Sequence[str]) -> bool:
    """Whether a phrase is in the text, or runs over from the one before it or, where it comes late, into the one after it."""
    words_of_it = text.incoming.text
    before = await inbox.said_before(case.tx, text.kept, text.person.id, text.kept.received_at - TWO_TEXTS)
    if codeword.find(words_of_it, phrases, before=before):
        return True
    if not text.said.late:
        return False
    at = text.kept.received_at - text.incoming.age
    near = await inbox.said_between(case.tx, text.kept, text.person.id, at - TWO_TEXTS, at + TWO_TEXTS)
    pairs = [(other.text, words_of_it) if other.received_at <= at else (words_of_it, other.text) for other in near]
    return any(codeword.find(second, phrases, before=first) for first, second in pairs)
