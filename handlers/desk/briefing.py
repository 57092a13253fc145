"""Briefings: sent to each who goes, acknowledged with one digit, sent once more, and never in the way of a visit (P10)."""

from datetime import timedelta

from bot import briefing as machine
from bot import notices
from bot.authorising import Sort, reads
from bot.briefing import Briefing, Effect, Event, State
from bot.people import Person, Role
from handlers.desk import judging
from handlers.desk.case import Case
from handlers.desk.judging import Sight
from handlers.desk.said import Text
from store import briefings, visits
from store.visits import Visit

KEPT = timedelta(days=7)
"""How long ago a briefing may have been sent that "read" is about."""
RISKS = 70
REST = 60
"""How much of each thing the rest of a briefing holds."""


async def begin(case: Case, visit: Visit, sight: Sight, by: Person | None) -> None:
    """The visit may go ahead: whoever goes is told so, and briefed where the policy wants it. One text for both."""
    inside = {place.visitor_id for place in sight.places if place.is_inside}
    for person in sight.plan.goers:
        if not visit.policy.briefing or person.id in inside:
            await _tell_authorised(case, sight, person, by)
            continue
        known = await _of(case, visit, person)
        if known is None:
            known = await briefings.add(case.tx, Briefing(visit.school_id, visit.id, person.id, case.now))
        if known.state is State.READ:
            await _tell_authorised(case, sight, person, by)
        else:
            await _happen(case, sight, known, Event.SEND_DUE, by=by)


async def _of(case: Case, visit: Visit, person: Person) -> Briefing | None:
    found = await briefings.of_visit(case.tx, visit.school_id, visit.id)
    return next((one for one in found if one.person_id == person.id), None)


async def changed(case: Case, visit: Visit, sight: Sight) -> None:
    """There is something new to know: what was read is to be read anew, when the visit has its yes again."""
    for known in await briefings.of_visit(case.tx, visit.school_id, visit.id):
        await _happen(case, sight, known, Event.CHANGED)


async def due(case: Case, briefing: Briefing) -> None:
    """Something is due: to send it, to send it once more, or to tell that somebody went without having read it."""
    if briefing.due is None or briefing.due_at is None or briefing.due_at > case.now:
        return
    visit = await visits.by_id(case.tx, briefing.school_id, briefing.visit_id)
    if visit is None:
        return
    sight = await judging.look(case, visit)
    over = not sight.is_open and briefing.due is not Event.WENT
    await _happen(case, sight, briefing, Event.OVER if over else briefing.due)


async def take(case: Case, text: Text) -> bool:
    """Take a "5" or a "read" of somebody who has been sent a briefing. False where it is none."""
    person = text.person
    language = case.language(person.school_id)
    is_read, numbers = reads(text.incoming.text, language)
    if not is_read or not text.own:
        return False
    sent = await briefings.of_person(case.tx, person.school_id, person.id, case.now - KEPT)
    meant = [one for one in sent if one.visit_id in numbers] if numbers else [o for o in sent if o.state is State.SENT]
    meant = meant or [one for one in sent[:1] if one.state is State.READ]
    for one in meant:
        visit = await visits.by_id(case.tx, person.school_id, one.visit_id)
        if visit is not None:
            await _happen(case, await judging.look(case, visit), one, Event.READ)
    if not meant:
        return False
    said = notices.render("briefing_read", language, visits=_numbers(meant), now=case.clock(person.school_id, case.now))
    channels = case.usable([text.incoming.channel])
    await case.owe(person, "briefing", said, channels, visit_id=meant[0].visit_id, not_before=text.answered_at(case))
    return True


def _numbers(found: list[Briefing]) -> str:
    return ", ".join(str(one.visit_id) for one in sorted(found, key=lambda one: one.visit_id))


async def _happen(case: Case, sight: Sight, briefing: Briefing, event: Event, by: Person | None = None) -> None:
    """Let something happen to a briefing, and carry out what follows."""
    decision = machine.decide(briefing, event, sight.plan.starts_at, case.now)
    if decision.briefing != briefing:
        await briefings.save(case.tx, decision.briefing)
    person = await case.person(briefing.school_id, briefing.person_id)
    await case.note(
        briefing.school_id,
        "briefing",
        briefing.visit_id,
        person_id=briefing.person_id,
        event=event,
        before=briefing.state,
        after=decision.briefing.state,
    )
    for effect in decision.effects if person else ():
        assert person is not None
        if effect in (Effect.SEND, Effect.REMIND):
            await _send(case, sight, person, by, again=effect is Effect.REMIND)
        elif effect is Effect.TELL:
            await case.tell(
                person.school_id,
                [Role.OFFICE],
                "office_unbriefed",
                besides=frozenset(one.id for one in sight.plan.goers),
                visit_id=briefing.visit_id,
                initials=person.initials,
                visit=briefing.visit_id,
            )


async def _send(case: Case, sight: Sight, person: Person, by: Person | None, *, again: bool) -> None:
    """The briefing in one text: what is known to be risky, the house rules in a line, and how to say "read"."""
    language = case.language(person.school_id)
    partners = [one.initials for one in sight.plan.goers if one.id != person.id]
    plan = judging.when(case, sight)
    if partners:
        plan = notices.label("briefing_with", language, plan=plan, who="+".join(partners))
    text = notices.render(
        "briefing", language, visit=sight.visit.id, plan=plan.removesuffix("."), risks=risks(case, sight)
    )
    if again:
        text = notices.render("briefing_again", language, briefing=text)
    elif by is not None:
        text = notices.render("briefing_authorised", language, initials=by.initials, briefing=text)
    buttons = (notices.label("briefing_read", language, visit=sight.visit.id),)
    channels = case.usable(person.channels())[:1]
    await case.owe(person, "briefing", text, channels, buttons=buttons, visit_id=sight.visit.id)


async def _tell_authorised(case: Case, sight: Sight, person: Person, by: Person | None) -> None:
    if by is None:
        return
    language, plan = case.language(person.school_id), judging.when(case, sight)
    text = notices.render("go_authorised", language, visit=sight.visit.id, initials=by.initials, plan=plan)
    await case.owe(person, "go_authorised", text, case.usable(person.channels())[:1], visit_id=sight.visit.id)


def risks(case: Case, sight: Sight) -> str:
    """What is known to be risky, in a few words; or that nothing is known."""
    language, details = case.language(sight.visit.school_id), sight.visit.details
    marked = [mark for mark in sight.marks if mark.sort in (Sort.HIGH_RISK, Sort.MARKED, Sort.LIFTED)]
    said = [judging.mark_words(case, sight, mark, REST) for mark in marked]
    said += [notices.shorten(details.risks, RISKS)] if details.risks else []
    return "; ".join(said) or notices.label("briefing_no_risks", language)


def rest(case: Case, sight: Sight) -> str:
    """The log entry in one text: who goes, where, to whom and why, what else to know, who was told, and the return."""
    visit, details = sight.visit, sight.visit.details
    language = case.language(visit.school_id)
    pupil = " ".join(part for part in (judging.initials_of(visit.pupil), details.pupil_class) if part)
    back = next((place.returns_at for place in sight.places if place.returns_at), None)
    parts = {
        "who": ", ".join(f"{person.initials} {person.phone}" for person in sight.plan.goers),
        "named": details.named_contact,
        "parents": details.parents,
        "attendance": details.attendance,
        "confirmed": details.confirmed,
        "risks": risks(case, sight),
        "notes": details.notes,
        "assessment": details.assessment,
        "family": details.family_told,
        "house_phone": details.house_phone,
        "back": case.clock(visit.school_id, back) if back else "",
    }
    said = [
        notices.label(f"rest_{name}", language, words=notices.shorten(words, REST))
        for name, words in parts.items()
        if words
    ]
    if visit.policy.briefing:
        said.append(notices.label("rest_report", language).removesuffix("."))
    head = [f"{visit.id}: {judging.when(case, sight)}", case.where(visit.school_id, visit), pupil, visit.reason]
    return ". ".join([", ".join(part for part in head if part), *said]) + "."
