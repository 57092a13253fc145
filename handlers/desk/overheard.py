"""A code word that is not texted from a phone of its own: said on the telephone (P15), or typed on a borrowed phone.

Two ways are heard from a contact: the phrase itself, wherever it stands in the text ("Asha asked for the blue folder"), and
"code word" and the visitor's name, for a contact who does not know the phrase by heart. The phrase of the school may be
anybody's, so it needs a name beside it; without one it is the sender's own, or of anybody who is out.

A name may bring somebody in, and takes nobody out: where it is not certain that the text is about those who are named, the
alarm is raised for all who are out besides.
"""

from collections.abc import Iterable, Sequence, Set
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
    """Whose code word a text tells of; `named`: it is known whose; `may_be_own`: it may be the sender's own cry instead."""

    whose: list[Whose]
    named: bool = True
    may_be_own: bool = False


class Words(NamedTuple):
    """What the words of a text hold: who is out, whose phrase is in it, and whether it is the school's."""

    out: frozenset[int]
    phrased: frozenset[int]
    of_school: bool


def at_risk(text: Text) -> bool:
    """Whether the phone is one that shows nothing: of somebody who goes on visits, whether or not we know of one."""
    return Role.VISITOR in text.person.roles or bool(text.places)


async def listen(case: Case, text: Text) -> Told:
    """Whose code word a contact tells of. The phrases of their own visit are looked for in every text of theirs, not here."""
    person, words = text.person, text.incoming.text
    if not person.is_contact:
        return Told([])
    language, own = case.language(person.school_id), {place.visit_id for place in text.places if place.visit_id}
    others = [one for one in await case.people(person.school_id) if one.id != person.id]
    found = await _held(case, person.school_id, words, others)
    go = [one for one in others if one.id in found.out or Role.VISITOR in one.roles]
    said = names.within(words, go)
    behind = codeword.behind(words, language=language)
    hers = [one for one in said if one.id in found.phrased]
    named = said if behind is not None or found.of_school else hers
    is_hers = any(one.id in found.out for one in hers)
    told = await _each(case, named, [one for one in go if one.id in found.out & found.phrased and not is_hers])
    told = [one for one in told if one.visit_id not in own or (behind is not None and one.visitor in said)]
    if behind is not None:
        sure = names.begins(behind, go) or any(one.visitor and one.visitor.id in found.phrased for one in told)
        if sure or await _is_about_ones_own(case, person, words):
            return Told(told)
    elif not found.of_school or (not named and at_risk(text)) or any(one.id in found.out for one in named):
        return Told(told)
    everybody = await _of_all_who_are_out(case, person.school_id, own)
    more = [one for one in everybody if one.visit_id not in {other.visit_id for other in told}]
    if told or behind is not None:
        return Told([*told, *more] or [NOBODYS], named=False)
    return Told(more, named=False, may_be_own=True)


async def take(case: Case, text: Text, told: Told) -> None:
    """Raise the alarm of whoever's code word a contact tells of, and say so; on a phone at risk the text goes on as any other.

    Comes after what the text says to an alarm that was open: so it answers none that it raises.
    """
    whose = [one for one in told.whose if not await _has_ended(case, text, one)]
    for visitor, visit_id in whose:
        await alarms.raise_alarm(case, text.person.school_id, visitor.id if visitor else None, visit_id, Kind.CODE_WORD)
    if whose and not told.may_be_own and not at_risk(text):
        await _answer(case, text, whose, "overheard" if told.named or whose == [NOBODYS] else "overheard_all")


async def _has_ended(case: Case, text: Text, one: Whose) -> bool:
    """Whether the text has just ended this very alarm, by its code: then the phrase in it is why, and no new cry.

    Not where it may say that all is not over.
    """
    if codeword.says_anew(text.incoming.text, language=case.language(text.person.school_id)):
        return False
    for code in {meaning.code for meaning in text.reading.meanings if meaning.code}:
        alarm = await alarm_store.by_code(case.tx, text.person.school_id, code)
        if alarm and alarm.kind is Kind.CODE_WORD and alarm.ended_at == case.now:
            return (alarm.visit_id, alarm.visitor_id) == (one.visit_id, one.visitor.id if one.visitor else None)
    return False


async def on_a_borrowed_phone(case: Case, school_id: int, words: str) -> None:
    """A code word in a stranger's text: the alarms of all whose it may be. A name in it may be of whom it is written to."""
    people = await case.people(school_id)
    found = await _held(case, school_id, words, people)
    theirs = [one for one in people if one.id in found.phrased]
    told = await _each(case, [], [one for one in theirs if one.id in found.out] or theirs)
    if found.of_school:
        told = await _of_all_who_are_out(case, school_id) or told
        told = told or await _each(case, [], names.within(words, [one for one in people if Role.VISITOR in one.roles]))
    for visitor, visit_id in told or ([NOBODYS] if found.of_school else []):
        await alarms.raise_alarm(case, school_id, visitor.id if visitor else None, visit_id, Kind.CODE_WORD)


async def _held(case: Case, school_id: int, words: str, people: Sequence[Person]) -> Words:
    """Whose phrase the words hold, their own or their visit's; and who is on a visit, or goes on one soon."""
    out = {place.visitor_id for place in await visits.open_places(case.tx, school_id, case.now + SOON)}
    phrased = {one.id for one in people if codeword.find(words, one.code_words)}
    for number, phrases in (await visits.open_code_words(case.tx, school_id, case.now + SOON)).items():
        if codeword.find(words, phrases):
            phrased |= {place.visitor_id for place in await visits.places_of_visit(case.tx, school_id, number)}
    of_school = bool(codeword.find(words, case.school(school_id).code_words))
    return Words(frozenset(out), frozenset(phrased), of_school)


async def _of(case: Case, visitor: Person) -> Whose:
    """A visitor, with the visit that a danger of theirs is about."""
    places = await visits.places_of_visitor(case.tx, visitor.school_id, visitor.id, case.now - RECENT)
    return Whose(visitor, which(visitor.id, places, Event.DANGER, case.now).visit_id)


async def _each(case: Case, named: Sequence[Person], others: Iterable[Person]) -> list[Whose]:
    """Those who are named; besides, one of each other visit, and everybody who is on none."""
    told = [await _of(case, one) for one in named]
    visits_told: set[int | None] = {one.visit_id for one in told}
    for one in [await _of(case, other) for other in others if other not in named]:
        if one.visit_id is None or one.visit_id not in visits_told:
            told.append(one)
            visits_told.add(one.visit_id)
    return told


async def _is_about_ones_own(case: Case, person: Person, words: str) -> bool:
    """Whether "code word …" is the choice of one, or the answer to a question for one."""
    return choosing.may_choose(case, person, words) or await talks.asks(case, person, "code_word")


async def _of_all_who_are_out(case: Case, school_id: int, besides: Set[int] = frozenset()) -> list[Whose]:
    """Everybody's who is on a visit, or goes on one soon; of these visits nobody's."""
    coming = await visits.open_places(case.tx, school_id, case.now + SOON)
    people = [await case.person(school_id, place.visitor_id) for place in coming if place.visit_id not in besides]
    return await _each(case, [], [one for one in people if one])


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
