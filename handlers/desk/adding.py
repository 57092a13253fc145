"""What is added to a visit before it: a risk, a note, an assessment, why a high-risk mark is lifted, who goes along."""

from dataclasses import replace

from bot import names, notices
from bot.authorising import Answer, Do, Event, Happening, State
from bot.details import Details
from bot.people import Person
from handlers.desk import along, authorising, briefing, judging, replying
from handlers.desk.authorising import Round
from handlers.desk.case import Case
from handlers.desk.judging import Sight
from store import requests, visits

_WHAT = {
    Do.RISK: "add_what_risk",
    Do.NOTE: "add_what_note",
    Do.LIFT: "add_what_lift",
    Do.ASSESSED: "add_what_assessed",
    Do.CONTACT: "add_what_contact",
    Do.ALONG: "along_nobody",
}
_ADDED = {Do.RISK: "added_risk", Do.NOTE: "added_note", Do.LIFT: "added_lift", Do.ASSESSED: "added_assessed"}
LONGEST = 160
"""How much of what somebody adds is kept."""


async def add(case: Case, person: Person, answer: Answer) -> str | None:
    """Carry out "risk 12 dog", "brief 12" and their kin; gives what the sender hears. None: no visit of theirs is meant."""
    number = answer.numbers[0]
    visit = await visits.by_id(case.tx, person.school_id, number)
    sight = await judging.look(case, visit) if visit else None
    language = case.language(person.school_id)
    if visit is None or sight is None or not _may(person, sight):
        return notices.render("authorise_no_such", language, visit=number) if person.is_contact else None
    if answer.do is Do.DETAILS:
        return briefing.rest(case, sight)
    if not sight.is_open:
        return notices.render("authorise_over", language, visit=number)
    if not answer.words:
        return notices.render(_WHAT[answer.do], language, visit=number)
    if answer.do is Do.LIFT and person.id not in sight.scene.authorisers:
        return (await replying.sentences(case, person, _not_theirs(sight)))[0]
    if answer.do is Do.CONTACT:
        return await _contact(case, sight, person, answer.words)
    if answer.do is Do.ALONG:
        return await along.take(case, sight, person, answer.words)
    words = notices.shorten(answer.words, LONGEST)
    await visits.change(case.tx, visit, details=_with(visit.details, answer.do, words, person))
    await case.note(person.school_id, "added", number, person_id=person.id, what=answer.do.value, text=words)
    return await _follow(case, person, answer.do, number)


async def _contact(case: Case, sight: Sight, person: Person, words: str) -> str:
    """Somebody else is the responsible contact outside school hours (P3): by their name, and told of it."""
    going = {place.visitor_id for place in sight.places}
    named = names.named(words, [one for one in sight.staff if one.is_contact and one.id not in going])
    language, number = case.language(person.school_id), sight.visit.id
    if len(named) != 1 or not person.is_contact:
        return notices.render("contact_nobody", language, visit=number)
    await visits.change(case.tx, sight.visit, details=replace(sight.visit.details, responsible_id=named[0].id))
    await case.note(person.school_id, "responsible", number, person_id=named[0].id, by=person.id)
    if named[0].id != person.id:
        values = {"visit": number, "plan": judging.when(case, sight), "initials": person.initials}
        told = notices.render("contact_told", language, **values)
        channels = case.usable(named[0].channels())[:1]
        await case.owe(named[0], "contact_told", told, channels, visit_id=number)
    return notices.render("contact_is", language, visit=number, others=named[0].initials)


def _may(person: Person, sight: Sight) -> bool:
    """Those who go, who planned it, and the contacts of the school."""
    goes = person.id in {place.visitor_id for place in sight.places}
    return person.is_contact or goes or person.id == sight.visit.made_by


def _not_theirs(sight: Sight) -> Round:
    going = Round()
    going.replies.append(("not_theirs", sight, authorising.nothing_asked(sight)))
    return going


def _with(details: Details, do: Do, words: str, person: Person) -> Details:
    """The log entry with what was added."""
    if do is Do.LIFT:
        return replace(details, lifted=words)
    if do is Do.ASSESSED:
        return replace(details, assessment=words, assessed_by=person.id)
    if do is Do.NOTE:
        return replace(details, notes=_joined(details.notes, words))
    return replace(details, risks=_joined(details.risks, words))


def _joined(before: str, words: str) -> str:
    return f"{before}; {words}" if before else words


async def _follow(case: Case, person: Person, do: Do, number: int) -> str:
    """What an addition brings about: a new risk asks for the yes anew, and an assessment may be what it waited for."""
    language = case.language(person.school_id)
    visit = await visits.by_id(case.tx, person.school_id, number)
    request = await requests.of_visit(case.tx, person.school_id, number)
    assert visit is not None, "it was there a moment ago"
    sight = await judging.look(case, visit)
    authoriser = person.id in sight.scene.authorisers
    said = notices.render(_ADDED[do], language, visit=number)
    if request is None:
        return said
    going = Round()
    if do is Do.LIFT:
        await authorising.happen(case, going, sight, request, Happening(Event.LIFTED, person.id, visit.details.lifted))
        return " ".join(await replying.sentences(case, person, going))
    if do is Do.RISK and not authoriser and request.state in (State.ASKED, State.AUTHORISED):
        await authorising.reopened(case, visit, "risk")
    elif do is Do.RISK and request.state is State.AUTHORISED:
        await briefing.changed(case, visit, sight)
        await briefing.begin(case, visit, sight, None)
    elif do is Do.ASSESSED and request.state is State.ASKED and not authoriser:
        going.asks |= dict.fromkeys(request.asked, True)
        await authorising.put(case, person.school_id, going)
    if authoriser and request.is_pending:
        said = f"{said} {notices.render('authorise_reply', language, visit=number)}"
    return said
