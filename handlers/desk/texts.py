"""What a known person's text does: to the alarms they can answer, and to the visit they are on."""

from dataclasses import replace
from datetime import timedelta

from bot import codeword, notices, words
from bot.alarm import Kind as AlarmKind
from bot.events import Event, Happening, Incoming, Sort
from bot.people import Person
from bot.visit import Place
from bot.which import RECENT, which
from bot.words import Kind, Meaning, Reading
from handlers.desk import alarms, choosing, contacts, duty, places, talks
from handlers.desk.case import Case
from handlers.desk.places import Owed
from handlers.desk.said import Text
from store import inbox, people, visits
from store.inbox import Kept

TWO_TEXTS = timedelta(seconds=30)
"""How far apart two texts may be for a code word to run from one into the next."""

_EVENTS = {
    Kind.ARRIVED: Event.ARRIVED,
    Kind.OK: Event.OK,
    Kind.LEFT: Event.LEFT,
    Kind.NOT_RETURNING: Event.LEFT,
    Kind.LATE: Event.LATE,
    Kind.LONGER: Event.LONGER,
    Kind.BACK_BY: Event.LONGER,
    Kind.CALLED_OFF: Event.CALLED_OFF,
    Kind.CONCERN: Event.CONCERN,
    Kind.DANGER: Event.DANGER,
    Kind.STATUS: Event.STATUS,
    Kind.WHO: Event.STATUS,
    Kind.SETTING_OUT: Event.STATUS,
    Kind.NO_CONCERN: Event.STATUS,
    Kind.THANKS: Event.STATUS,
    Kind.HELP: Event.HELP,
}
_RAISING = (Event.DANGER, Event.CONCERN)
_HARMLESS = (Event.STATUS, Event.HELP, Event.UNCLEAR)


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
        await _visit(case, text, quiet=betrayed)


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


def happenings(reading: Reading, certain: bool, note: str) -> list[tuple[Happening, Meaning | None]]:
    """What a reading makes happen, the raising first. What is not certain asks back and keeps the clock running."""
    found: list[tuple[Happening, Meaning | None]] = []
    for meaning in reading.meanings:
        event = _EVENTS.get(meaning.kind, Event.UNCLEAR)
        if event in _RAISING:
            found.append((Happening(event, note=note), meaning))
        elif event in _HARMLESS:
            ask = reading.ask.value if reading.ask in _ASKABLE else ""
            found.append((Happening(event, ask=ask if event is Event.UNCLEAR else "", note=note), meaning))
        elif not certain:
            ask = event.value.replace(" ", "_")
            found.append((Happening(Event.UNCLEAR, ask=ask, note=note), meaning))
        elif event in (Event.LATE, Event.LONGER) and meaning.at is None and meaning.by is None:
            found.append((Happening(Event.UNCLEAR, ask=event.value, note=note), meaning))
        else:
            happening = Happening(event, at=meaning.at, by=meaning.by, reason=meaning.reason or "", note=note)
            found.append((happening, meaning))
    doing = [pair for pair in found if pair[0].event not in _HARMLESS]
    if any(happening.event is Event.LEFT for happening, _ in doing):
        # "All fine, left now": the leaving says it all.
        doing = [pair for pair in doing if pair[0].event is not Event.OK]
    return doing or found[:1]


_ASKABLE = (Kind.ARRIVED, Kind.OK, Kind.LEFT, Kind.LATE, Kind.LONGER, Kind.CALLED_OFF)


async def _visit(case: Case, text: Text, quiet: bool) -> None:
    """Let the text happen to the places it means, and answer it once, on the channel it came by."""
    person = text.person
    current = list(text.places)
    owed: list[Owed] = []
    last = Place(person.id)
    for happening, meaning in happenings(text.reading, text.certain, text.incoming.text):
        place = which(person.id, current, happening.event, case.now)
        partner = await _partner_named(case, person, place, meaning.who) if meaning and meaning.who else None
        if meaning and meaning.who and partner is None:
            happening = Happening(Event.UNCLEAR, note=happening.note)
        if partner is not None:
            await _speak_for(case, partner, happening)
            happening = Happening(Event.STATUS, note=happening.note)
        last, said = await places.happen(case, person, place, happening, quiet=quiet)
        owed += said
        if meaning and meaning.both and happening.event not in _HARMLESS:
            await _speak_for_all(case, person, last, happening)
        current = await visits.places_of_visitor(case.tx, person.school_id, person.id, case.now - RECENT)
    if text.incoming.sort is Sort.OTHER and not text.incoming.text:
        owed = [Owed(last, "unclear_other", Happening(Event.UNCLEAR))]
    buttons = notices.buttons(last.state, case.school(person.school_id).language)
    answer = places.answer(case, person, owed)
    channels = case.usable([text.incoming.channel])
    await case.owe(
        person,
        "answer",
        answer,
        channels,
        buttons=buttons,
        visit_id=last.visit_id,
        not_before=text.answered_at(case),
    )


async def _partner_named(case: Case, person: Person, place: Place, who: str) -> tuple[Person, Place] | None:
    """ "Ben has left" is Ben's: the partner of that first name in the same visit, if there is one."""
    for partner, other in await _partners(case, person, place):
        if partner.name.split()[0].casefold() == who.split()[0].casefold():
            return partner, other
    return None


async def _partners(case: Case, person: Person, place: Place) -> list[tuple[Person, Place]]:
    """The others of the same visit, with their places."""
    if place.visit_id is None:
        return []
    found = await visits.places_of_visit(case.tx, person.school_id, place.visit_id)
    pairs = [(await case.person(person.school_id, other.visitor_id), other) for other in found]
    return [(partner, other) for partner, other in pairs if partner is not None and partner.id != person.id]


async def _speak_for_all(case: Case, person: Person, place: Place, happening: Happening) -> None:
    """ "We have left": it happens to every visitor of the visit whose part is still open."""
    for pair in await _partners(case, person, place):
        if pair[1].is_open:
            await _speak_for(case, pair, happening)


async def _speak_for(case: Case, pair: tuple[Person, Place], happening: Happening) -> None:
    """Let it happen to a partner's place, and tell them on their own phone."""
    partner, other = pair
    after, said = await places.happen(case, partner, other, happening, quiet=True)
    if said:
        await places.prompt(case, partner, after, "for_partner", places.answer(case, partner, said))
