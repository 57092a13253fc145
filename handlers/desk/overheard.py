"""A code word that is not texted from a phone of its own: said on the telephone (P15), or typed on a borrowed phone.

Two ways are heard from a contact: the phrase itself, wherever it stands in the text ("Asha asked for the blue folder"), and
"code word" and the visitor's name, for a contact who does not know the phrase by heart. The phrase of the school may be
anybody's, so it needs a name beside it; without one it is the sender's own. A name that is nobody's is no reason to be
silent: then it may be anybody's who is out.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from bot import codeword, names, notices
from bot.alarm import Kind
from bot.events import Event
from bot.people import Person, Role
from bot.which import RECENT, which
from handlers.desk import alarms, choosing, talks
from handlers.desk.case import Case
from handlers.desk.said import Text
from store import alarms as alarm_store
from store import visits

SOON = timedelta(hours=2)
"""How long before its start a visit is one that somebody may ring about."""


class Whose(NamedTuple):
    """Whose alarm it is, and which visit's."""

    visitor: Person | None
    visit_id: int | None


NOBODYS = Whose(None, None)


class Told(NamedTuple):
    """Whose code word a text tells of; `named`: it is known whose."""

    whose: list[Whose]
    named: bool = True


def at_risk(text: Text) -> bool:
    """Whether the phone is one that shows nothing: of somebody who goes on visits, whether or not we know of one."""
    return Role.VISITOR in text.person.roles or bool(text.places)


async def listen(case: Case, text: Text) -> Told:
    """Whose code word a contact tells of."""
    if not text.person.is_contact:
        return Told([])
    whose = await _told_of(case, text)
    if whose or not await _is_anybodys(case, text):
        return Told(whose)
    return Told(await _of_all_who_are_out(case, text.person.school_id), named=False)


async def take(case: Case, text: Text, told: Told) -> None:
    """Raise the alarm of whoever's code word a contact tells of, and say so; on a phone at risk the text goes on as any other.

    Comes after what the text says to an alarm that was open: so it answers none that it raises.
    """
    whose = [one for one in told.whose if not await _has_ended(case, text, one)]
    for visitor, visit_id in whose:
        await alarms.raise_alarm(case, text.person.school_id, visitor.id if visitor else None, visit_id, Kind.CODE_WORD)
    if whose and not at_risk(text):
        await _answer(case, text, whose, "overheard" if told.named or whose == [NOBODYS] else "overheard_all")


async def _has_ended(case: Case, text: Text, one: Whose) -> bool:
    """Whether the text has just ended this very alarm, by its code: then the phrase in it is why, and no new cry."""
    for code in {meaning.code for meaning in text.reading.meanings if meaning.code}:
        alarm = await alarm_store.by_code(case.tx, text.person.school_id, code)
        if alarm and alarm.kind is Kind.CODE_WORD and alarm.ended_at == case.now:
            same = alarm.visit_id == one.visit_id
            return same and (one.visit_id is not None or alarm.visitor_id == (one.visitor.id if one.visitor else None))
    return False


async def on_a_borrowed_phone(case: Case, school_id: int, words: str) -> None:
    """A code word in a stranger's text: the alarm of the one it belongs to, on the visit they are on."""
    everybody, phrases = await case.people(school_id), case.school(school_id).code_words
    is_schools = bool(codeword.find(words, phrases))
    told = await _whose(case, school_id, words, everybody, tells=is_schools)
    told = told or await _each(case, [one for one in everybody if codeword.find(words, one.code_words)])
    for visitor, visit_id in told or ([NOBODYS] if is_schools else []):
        await alarms.raise_alarm(case, school_id, visitor.id if visitor else None, visit_id, Kind.CODE_WORD)


async def _told_of(case: Case, text: Text) -> list[Whose]:
    """Whose code word it is. The phrases of a sender's own visit are looked for in every text of theirs, and not here."""
    person, words = text.person, text.incoming.text
    school = case.school(person.school_id)
    says = codeword.tells_of(words, language=school.language)
    tells = says or bool(codeword.find(words, school.code_words))
    others = [one for one in await case.people(person.school_id) if one.id != person.id]
    own = {place.visit_id for place in text.places if place.visit_id}
    told = await _whose(case, person.school_id, words, others, tells=tells)
    return [
        one for one in told if one.visit_id not in own or (says and one.visitor and names.within(words, [one.visitor]))
    ]


async def _whose(case: Case, school_id: int, words: str, people: Sequence[Person], *, tells: bool) -> list[Whose]:
    """Those of the people who are named, where it `tells` of a code word or holds theirs; else whose phrase it holds.

    A phrase alone is heard of those who are on a visit, or go on one soon.
    """
    out = {place.visitor_id for place in await visits.open_places(case.tx, school_id, case.now + SOON)}
    phrased = {one.id for one in people if codeword.find(words, one.code_words)}
    for number, phrases in (await visits.open_code_words(case.tx, school_id, case.now + SOON)).items():
        if codeword.find(words, phrases):
            phrased |= {place.visitor_id for place in await visits.places_of_visit(case.tx, school_id, number)}
    go = [one for one in people if one.id in out or Role.VISITOR in one.roles]
    named = [one for one in names.within(words, go) if tells or one.id in phrased]
    if named:
        return [await _of(case, one) for one in named]
    return await _each(case, [one for one in go if one.id in out & phrased])


async def _of(case: Case, visitor: Person) -> Whose:
    """A visitor, with the visit that a danger of theirs is about."""
    places = await visits.places_of_visitor(case.tx, visitor.school_id, visitor.id, case.now - RECENT)
    return Whose(visitor, which(visitor.id, places, Event.DANGER, case.now).visit_id)


async def _each(case: Case, visitors: Iterable[Person]) -> list[Whose]:
    """One of each visit, and everybody who is on none."""
    told: dict[tuple[int | None, int], Whose] = {}
    for one in [await _of(case, visitor) for visitor in visitors]:
        alone = one.visitor.id if one.visitor and one.visit_id is None else 0
        told.setdefault((one.visit_id, alone), one)
    return list(told.values())


async def _is_anybodys(case: Case, text: Text) -> bool:
    """Whether a text tells of a code word and names nobody: it is neither the choice of one nor the answer to a question."""
    person, words = text.person, text.incoming.text
    if not codeword.tells_of(words, language=case.language(person.school_id)):
        return False
    visiting = any(place.is_open for place in text.places)
    return not (visiting or choosing.may_choose(case, person, words) or await talks.asks(case, person, "code_word"))


async def _of_all_who_are_out(case: Case, school_id: int) -> list[Whose]:
    """Everybody's who is on a visit, or goes on one soon; where that is nobody, an alarm without a name."""
    coming = await visits.open_places(case.tx, school_id, case.now + SOON)
    people = [await case.person(school_id, place.visitor_id) for place in coming]
    return await _each(case, [one for one in people if one]) or [NOBODYS]


async def _answer(case: Case, text: Text, told: list[Whose], notice: str) -> None:
    """Whoever heard it knows at once what to do, also where the ladder has them last or not at all."""
    school_id = text.person.school_id
    language = case.language(school_id)
    numbers = [visit_id for _, visit_id in told if visit_id]
    plans = [await visits.by_id(case.tx, school_id, number) for number in numbers]
    where = dict.fromkeys(case.where(school_id, plan) for plan in plans or [None])
    said = notices.render(
        notice,
        language,
        name="+".join(one.name if one else notices.label("unknown", language) for one, _ in told),
        now=case.clock(school_id, case.now),
        where=notices.shorten(" / ".join(where), 60),
    )
    visit_id = numbers[0] if numbers else None
    await case.owe(text.person, notice, said, case.usable([text.incoming.channel]), urgent=True, visit_id=visit_id)
