"""Somebody more goes along on a visit that is to come: "along 12 Ben" (P9 C9 E1). The yes it had is asked for anew."""

from bot import names, notices, visit
from bot.authorising import State as Stand
from bot.people import Person, Role
from bot.place import Place
from handlers.desk import authorising, briefing, judging, plans
from handlers.desk.case import Case
from handlers.desk.judging import Sight
from store import requests, visits


async def take(case: Case, sight: Sight, person: Person, words: str) -> str:
    """Have somebody go along; gives what the sender hears. Those who go, and the one who is to, are told."""
    language, number = case.language(person.school_id), sight.visit.id
    coming = [place for place in sight.places if place.is_open]
    if not all(place.is_to_come(case.now) for place in coming):
        return notices.render("along_begun", language, visit=number)
    other = _named(sight, words)
    if other is None:
        return notices.render("along_nobody", language, visit=number)
    if other.id in {place.visitor_id for place in coming}:
        return notices.render("along_already", language, visit=number, others=other.initials)
    first = coming[0]
    starts_at = first.starts_at or case.now
    clash = await plans.clash(case, [other], starts_at, first.ends_at or starts_at, besides=number)
    if clash is not None:
        other_visit, when = clash.fault.values["visit"], clash.fault.values["when"]
        return notices.render("along_clash", language, others=other.initials, visit=other_visit, when=when)
    await _add(case, sight, person, other, first)
    return await _follow(case, sight, person, other)


def _named(sight: Sight, words: str) -> Person | None:
    """The one of those who go on visits that the words name, whole or by the first name."""
    named = names.named(words, [one for one in sight.staff if Role.VISITOR in one.roles])
    return named[0] if len(named) == 1 else None


async def _add(case: Case, sight: Sight, person: Person, other: Person, like: Place) -> None:
    """They have a place of their own, with the times of the others, and everybody who goes hears of it."""
    made = sight.visit
    place = Place(
        other.id,
        visit_id=made.id,
        starts_at=like.starts_at,
        ends_at=like.ends_at,
        returns_at=like.returns_at,
        outing_id=like.outing_id,
    )
    await visits.add_place(case.tx, made.school_id, visit.plan(place, made.policy))
    await case.note(made.school_id, "goes along", made.id, person_id=other.id, by=person.id)
    await plans.tell_goers(case, person, made, [other], "plan_told")
    await plans.tell_goers(case, person, made, sight.plan.goers, "along_told", others=other.initials)


async def _follow(case: Case, sight: Sight, person: Person, other: Person) -> str:
    """Whoever says yes sees who goes now; where it is they who have somebody go along, their yes is what is left."""
    number, language = sight.visit.id, case.language(person.school_id)
    request = await requests.of_visit(case.tx, person.school_id, number)
    now = await judging.look(case, sight.visit)
    said = notices.render("along_noted", language, visit=number, others=other.initials)
    if request is None or person.id not in now.scene.authorisers:
        if request is None or request.state is not Stand.WANTED:
            await authorising.reopened(case, sight.visit, "people")
    elif request.is_pending:
        return f"{said} {notices.render('authorise_reply', language, visit=number)}"
    elif request.state is Stand.AUTHORISED:
        await briefing.begin(case, sight.visit, now, None)
    return said
