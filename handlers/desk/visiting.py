"""What a person's text does to the visit they are on, to their partner's, and what they are answered."""

from collections.abc import Sequence
from dataclasses import replace

from bot import late, names, notices
from bot.acts import NOBODY_HOME
from bot.events import Event, Happening, Sort
from bot.people import Channel, Person
from bot.policy import PairCheckIn
from bot.visit import Place
from bot.which import RECENT, which
from bot.words import Kind, Meaning, Reading
from handlers.desk import closing, places
from handlers.desk.case import Case
from handlers.desk.places import Owed, says_where
from handlers.desk.said import Text
from store import visits

_EVENTS = {
    Kind.ARRIVED: Event.ARRIVED,
    Kind.OK: Event.OK,
    Kind.LEFT: Event.LEFT,
    Kind.NOT_RETURNING: Event.LEFT,
    Kind.LATE: Event.LATE,
    Kind.LONGER: Event.LONGER,
    Kind.BACK_BY: Event.BACK_BY,
    Kind.RETURNED: Event.RETURNED,
    Kind.NOBODY_HOME: Event.NOBODY_HOME,
    Kind.FAMILY_LATE: Event.FAMILY_LATE,
    Kind.SETTING_OUT: Event.SET_OUT,
    Kind.CALLED_OFF: Event.CALLED_OFF,
    Kind.CONCERN: Event.CONCERN,
    Kind.INCIDENT: Event.INCIDENT,
    Kind.CHILD_DANGER: Event.CHILD_DANGER,
    Kind.DANGER: Event.DANGER,
    Kind.STATUS: Event.STATUS,
    Kind.WHO: Event.STATUS,
    Kind.NO_CONCERN: Event.STATUS,
    Kind.THANKS: Event.STATUS,
    Kind.HELP: Event.HELP,
}
_RAISING = (Event.DANGER, Event.CHILD_DANGER, Event.CONCERN, Event.INCIDENT)
_HARMLESS = (Event.STATUS, Event.HELP, Event.UNCLEAR)


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
        elif event in _TIMED and meaning.at is None and meaning.by is None:
            found.append((Happening(Event.UNCLEAR, ask=event.value.replace(" ", "_"), note=note), meaning))
        else:
            onward = meaning.kind is Kind.NOT_RETURNING
            reason = meaning.reason or ""
            happening = Happening(event, at=meaning.at, by=meaning.by, reason=reason, note=note, onward=onward)
            found.append((happening, meaning))
    doing = [pair for pair in found if pair[0].event not in _HARMLESS]
    said = {happening.event for happening, _ in doing}
    if Event.NOBODY_HOME in said and Event.LEFT in said:
        # "No answer, heading back": the visit is off, for that reason.
        off = Happening(Event.CALLED_OFF, reason=NOBODY_HOME, note=note)
        doing = [
            (off, meaning) if happening.event is Event.LEFT else (happening, meaning) for happening, meaning in doing
        ]
        said.add(Event.CALLED_OFF)
    for event, covers in _SAYS_IT_ALL:
        if event in said:
            doing = [pair for pair in doing if pair[0].event not in covers]
    return doing or found[:1]


_SAYS_IT_ALL = (
    (Event.RETURNED, (Event.OK, Event.LEFT)),
    (Event.CALLED_OFF, (Event.OK, Event.NOBODY_HOME, Event.FAMILY_LATE, Event.LEFT)),
    (Event.LEFT, (Event.OK, Event.SET_OUT)),
    (Event.NOBODY_HOME, (Event.ARRIVED, Event.OK)),
    (Event.FAMILY_LATE, (Event.ARRIVED, Event.OK, Event.NOBODY_HOME)),
)
"""What one thing says along with it: "all fine, left now" is a leaving, "at the door, nobody in" is nobody home."""
_TIMED = (Event.LATE, Event.LONGER, Event.BACK_BY)


_ASKABLE = (Kind.ARRIVED, Kind.OK, Kind.LEFT, Kind.RETURNED, Kind.LATE, Kind.LONGER, Kind.BACK_BY, Kind.CALLED_OFF)


async def take(case: Case, text: Text, quiet: bool) -> None:
    """Let the text happen to the places it means, and answer it once, on the channel it came by."""
    person = text.person
    owed: list[Owed] = []
    last = Place(person.id)
    for happening, meaning in happenings(text.reading, text.certain, text.incoming.text):
        last, said = await _happen(case, text, happening, meaning, quiet)
        owed += said
    if text.incoming.sort is Sort.OTHER and not text.incoming.text:
        owed = [Owed(last, "unclear_other", Happening(Event.UNCLEAR))]
    asked = await closing.ask(case, text, last, owed)
    if text.incoming.channel is Channel.SMS and owed and all(one.spare for one in owed):
        return  # had their answer not come through they would be asked again: a text that costs and says nothing is spared
    await case.owe(
        person,
        "answer",
        closing.joined(places.answer(case, person, owed), asked),
        case.usable([text.incoming.channel]),
        buttons=notices.buttons(last.state, case.school(person.school_id).language),
        visit_id=last.visit_id,
        not_before=text.answered_at(case),
    )


async def _happen(
    case: Case, text: Text, happening: Happening, meaning: Meaning | None, quiet: bool
) -> tuple[Place, list[Owed]]:
    """One thing that was said: to the sender's own place, to that of a partner who is named, or to those of both."""
    person = text.person
    now = text.said.at
    current = await visits.places_of_visitor(case.tx, person.school_id, person.id, now - RECENT)
    place = which(person.id, current, happening.event, now, says_where=says_where(text.incoming.text))
    if meaning and meaning.both and happening.event is Event.LEFT and not place.is_inside:
        place = await _with_somebody_inside(case, person, current) or place
    happening = await _as_said(case, text, happening, place, text.places)
    partner = await _partner_named(case, person, place, meaning.who) if meaning and meaning.who else None
    if meaning and meaning.who and partner is None:
        happening = _only(Event.UNCLEAR, happening)
    if partner is not None:
        await _speak_for(case, text, partner, happening)
        happening = _only(Event.STATUS, happening)
    last, said = await places.happen(case, person, place, happening, quiet=quiet)
    if meaning and happening.event not in _HARMLESS:
        if await _counts_for_all(case, person, place, happening, meaning.both):
            await _speak_for_all(case, text, last, happening, meaning.both)
        elif place.is_inside and not last.is_inside:
            said += await _left_behind(case, person, last)
    return last, said


def _only(event: Event, happening: Happening) -> Happening:
    """Less than was said: its words alone, and when they were."""
    return Happening(event, note=happening.note, said_at=happening.said_at, spoke_at=happening.spoke_at)


async def _as_said(case: Case, text: Text, happening: Happening, place: Place, heard_on: Sequence[Place]) -> Happening:
    """What comes late counts from when it was said, where it still counts; else it is asked back about."""
    happening, is_late = replace(happening, spoke_at=text.said.spoke_at), text.said.late
    if happening.event is Event.DANGER:
        return happening
    if happening.event in _HARMLESS or happening.event in _RAISING:
        # Heard when it was said: a "left" behind it still counts.
        return replace(happening, said_at=text.said.at) if is_late else happening
    policy = await case.policy(text.person.school_id, place.visit_id)
    if late.counts(text.said, happening.event, place, heard_on, policy, case.now):
        return replace(happening, said_at=late.counted(text.said, heard_on)) if is_late else happening
    asked = happening.event.value.replace(" ", "_")
    return Happening(Event.UNCLEAR, ask=asked, note=happening.note, said_at=text.said.at, spoke_at=text.said.spoke_at)


async def _counts_for_all(case: Case, person: Person, place: Place, happening: Happening, both: bool) -> bool:
    """ "We" and "both" count for both. An OK counts only of one who is there, and where the policy has it so without "we"."""
    if happening.event is not Event.OK:
        return both
    policy = await case.policy(person.school_id, place.visit_id)
    return place.is_inside and (both or policy.pair_check_in is PairCheckIn.ONE)


async def _with_somebody_inside(case: Case, person: Person, current: Sequence[Place]) -> Place | None:
    """The visit last left of which a partner is still inside: "both left" answers whether they have left too."""
    left = [place for place in current if place.left_at and not place.is_inside]
    for place in sorted(left, key=lambda one: one.left_at or case.now, reverse=True):
        if any(other.is_inside for _, other in await _partners(case, person, place)):
            return place
    return None


async def _left_behind(case: Case, person: Person, place: Place) -> list[Owed]:
    """One of a pair has left alone: the one who is still inside is asked at once, and the other whether both have left."""
    inside = [pair for pair in await _partners(case, person, place) if pair[1].is_inside]
    if len(inside) != 1:
        return []
    partner, other = inside[0]
    after, said = await places.happen(case, partner, other, Happening(Event.PARTNER_LEFT))
    if said:
        await places.prompt(case, partner, after, said[0].notice, places.answer(case, partner, said))
    return [Owed(place, "ask_partner", Happening(Event.STATUS), partner=partner.initials)]


async def _partner_named(case: Case, person: Person, place: Place, who: str) -> tuple[Person, Place] | None:
    """ "Ben has left" is Ben's: the partner of that name in the same visit, if there is just one."""
    pairs = await _partners(case, person, place)
    named = names.named(who, [partner for partner, _ in pairs])
    return next((pair for pair in pairs if [pair[0]] == named), None)


async def _partners(case: Case, person: Person, place: Place) -> list[tuple[Person, Place]]:
    """The others of the same visit, with their places."""
    if place.visit_id is None:
        return []
    found = await visits.places_of_visit(case.tx, person.school_id, place.visit_id)
    pairs = [(await case.person(person.school_id, other.visitor_id), other) for other in found]
    return [(partner, other) for partner, other in pairs if partner is not None and partner.id != person.id]


async def _speak_for_all(case: Case, text: Text, place: Place, happening: Happening, both: bool) -> None:
    """ "We have left": it happens to every visitor of the visit whose part is still open.

    Without "we" it is the answer to a check-in, and so of those who are there: who never came is looked for all the same.
    """
    for pair in await _partners(case, text.person, place):
        if pair[1].is_open and (both or pair[1].is_inside):
            await _speak_for(case, text, pair, happening)


async def _speak_for(case: Case, text: Text, pair: tuple[Person, Place], happening: Happening) -> None:
    """Let it happen to a partner's place, and tell them on their own phone. What only asks back is no word of theirs."""
    partner, other = pair
    happening = await _as_said(case, text, happening, other, [other])
    counts = happening.event not in _HARMLESS
    after, said = await places.happen(case, partner, other, happening, quiet=True, heard=counts)
    if said and not all(one.spare for one in said):
        await places.prompt(case, partner, after, "for_partner", places.answer(case, partner, said))
