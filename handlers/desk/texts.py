"""What a known person's text does: to the alarms they can answer, and to the visit they are on."""

from dataclasses import dataclass, replace
from datetime import timedelta

from bot import codeword, notices, words
from bot.alarm import Kind as AlarmKind
from bot.events import Event, Happening, Incoming, Sort
from bot.people import Person
from bot.visit import Place
from bot.which import RECENT, which
from bot.words import Kind, Meaning, Reading
from handlers.desk import alarms, contacts, places
from handlers.desk.case import Case
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


@dataclass(frozen=True, slots=True)
class Text:
    """One text of one person, with what it means and the places it may be about."""

    person: Person
    kept: Kept
    incoming: Incoming
    reading: Reading
    places: list[Place]

    @property
    def certain(self) -> bool:
        """Whether it may lower: an edit or a quotation never may (DESIGN §4)."""
        return self.reading.certain and self.incoming.sort is Sort.TEXT and not self.incoming.quoted


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
    if not await contacts.answer(case, person, reading, incoming, mine):
        await _visit(case, text, quiet=betrayed)


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
    return doing or found[:1]


_ASKABLE = (Kind.ARRIVED, Kind.OK, Kind.LEFT, Kind.LATE, Kind.LONGER, Kind.CALLED_OFF)


async def _visit(case: Case, text: Text, quiet: bool) -> None:
    """Let the text happen to the places it means, and answer it once, on the channel it came by."""
    person = text.person
    current = list(text.places)
    answers: list[str] = []
    last = Place(person.id)
    for happening, meaning in happenings(text.reading, text.certain, text.incoming.text):
        place = which(person.id, current, happening.event, case.now)
        if meaning and meaning.who:
            last, said = await _other(case, person, place, happening, meaning.who)
        else:
            last, said = await places.happen(case, person, place, happening, quiet=quiet)
            if meaning and meaning.both and happening.event not in _HARMLESS:
                await _partners(case, person, last, happening)
        answers += said
        current = await visits.places_of_visitor(case.tx, person.school_id, person.id, case.now - RECENT)
    if text.incoming.sort is Sort.OTHER and not text.incoming.text:
        answers = [places.sentence(case, person, last, "unclear_other", Happening(Event.UNCLEAR))]
    buttons = notices.buttons(last.state, case.school(person.school_id).language)
    answer = " ".join(dict.fromkeys(answers))
    channels = case.usable([text.incoming.channel])
    await case.owe(person, "answer", answer, channels, buttons=buttons, visit_id=last.visit_id)


async def _other(case: Case, person: Person, place: Place, happening: Happening, who: str) -> tuple[Place, list[str]]:
    """ "Ben has left" is Ben's: it happens to Ben's place in the same visit, and both are told. Unknown names ask back."""
    for other in await visits.places_of_visit(case.tx, person.school_id, place.visit_id) if place.visit_id else []:
        partner = await case.person(person.school_id, other.visitor_id)
        if partner and partner.id != person.id and partner.name.split()[0].casefold() == who.split()[0].casefold():
            after, said = await places.happen(case, partner, other, happening, quiet=True)
            await places.prompt(case, partner, after, "for_partner", " ".join(said))
            return place, [f"{partner.initials} {sentence}" for sentence in said]
    return await places.happen(case, person, place, Happening(Event.UNCLEAR, note=happening.note))


async def _partners(case: Case, person: Person, place: Place, happening: Happening) -> None:
    """ "We have left": it happens to every visitor of the visit, and each is told on their own phone."""
    if place.visit_id is None:
        return
    for other in await visits.places_of_visit(case.tx, person.school_id, place.visit_id):
        partner = await case.person(person.school_id, other.visitor_id)
        if other.visitor_id == person.id or partner is None or not other.is_open:
            continue
        after, said = await places.happen(case, partner, other, happening, quiet=True)
        if said:
            await places.prompt(case, partner, after, "for_both", " ".join(said))
