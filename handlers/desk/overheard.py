"""A code word that is said on the telephone: whoever hears it texts it, and the alarm is the visitor's who said it (P15).

Two ways are heard: the phrase itself, wherever it stands in a contact's text ("Asha asked for the blue folder"), and "code
word" and the visitor's name, for a contact who does not know the phrase by heart. The phrase of the school may be anybody's,
so it needs a name beside it; without one it is the sender's own.
"""

import re
from datetime import timedelta

from bot import codeword, notices
from bot.alarm import Kind
from bot.people import Person, Role
from bot.talk import Standing, standing
from bot.visit import Place
from handlers.desk import alarms
from handlers.desk.case import Case
from handlers.desk.said import Text
from store import visits

SOON = timedelta(hours=2)
"""How long before its start a visit is one that somebody may ring about."""


async def take(case: Case, text: Text) -> bool:
    """Raise the alarm of whoever's code word a contact tells of, and say so. False where nothing is said of it.

    The phone of somebody who is on a visit, or expected at one soon, shows nothing: there the text goes on as any other.
    """
    person = text.person
    if not person.is_contact:
        return False
    at_risk = standing(text.places, case.now) in (Standing.INSIDE, Standing.SOON)
    own = {place.visit_id for place in text.places if place.visit_id} if at_risk else set()
    told = [(visitor, place) for visitor, place in await _told_of(case, text) if place.visit_id not in own]
    for visitor, place in told:
        await alarms.raise_alarm(case, person.school_id, visitor.id, place.visit_id, Kind.CODE_WORD)
    if told and not at_risk:
        await _answer(case, text, told)
    return bool(told) and not at_risk


async def _told_of(case: Case, text: Text) -> list[tuple[Person, Place]]:
    """Whose code word it is, with the visit they are on: those who are named; where nobody is, one of each visit."""
    school_id, words = text.person.school_id, text.incoming.text
    said = set(re.findall(r"\w+", words.casefold()))
    school = case.school(school_id)
    tells = codeword.tells_of(words, language=school.language) or bool(codeword.find(words, school.code_words))
    others = [one for one in await case.people(school_id) if one.id != text.person.id and Role.VISITOR in one.roles]
    names = {one.id for one in others if one.name.split()[0].casefold() in said}
    phrased = {one.id for one in others if codeword.find(words, one.code_words)}
    of_visits = await visits.open_code_words(case.tx, school_id, case.now + SOON)
    visits_phrased = {number for number, phrases in of_visits.items() if codeword.find(words, phrases)}
    if not (visits_phrased or phrased or (names and tells)):
        return []
    coming = await visits.open_places(case.tx, school_id, case.now + SOON)
    named: list[tuple[Person, Place]] = []
    by_visit: dict[int | None, tuple[Person, Place]] = {}
    for visitor in others:
        places = sorted((one for one in coming if one.visitor_id == visitor.id), key=lambda one: not one.is_inside)
        place, is_named = (*places, Place(visitor.id))[0], visitor.id in names
        is_theirs = places and (visitor.id in phrased or any(one.visit_id in visits_phrased for one in places))
        if is_theirs or (is_named and tells):
            by_visit.setdefault(place.visit_id, (visitor, place))
            named += [(visitor, place)] if is_named else []
    return named or list(by_visit.values())


async def _answer(case: Case, text: Text, told: list[tuple[Person, Place]]) -> None:
    """Whoever heard it knows at once what to do, also where the ladder has them last or not at all."""
    school_id = text.person.school_id
    visit_id = told[0][1].visit_id
    visit = await visits.by_id(case.tx, school_id, visit_id) if visit_id else None
    said = notices.render(
        "overheard",
        case.language(school_id),
        name="+".join(visitor.name for visitor, _ in told),
        now=case.clock(school_id, case.now),
        where=notices.shorten(case.where(school_id, visit), 60),
    )
    await case.owe(text.person, "overheard", said, case.usable([text.incoming.channel]), urgent=True, visit_id=visit_id)
