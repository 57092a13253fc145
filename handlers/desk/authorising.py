"""Authorising: a visit is put to those whose yes it needs, they are reminded, and what they say is carried out.

Nothing of this stands in the way of a visit: whoever sets out without a yes is watched over all the same, and told of.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bot import authorising as machine
from bot import notices
from bot.authorising import (
    Ask,
    Brief,
    CallOff,
    Consult,
    Event,
    Happening,
    Reply,
    Report,
    Request,
    TellGoers,
    Untellable,
)
from bot.authorising.marks import UNTOLD, Sort
from bot.authorising.request import GATHER
from bot.details import Authorisation
from bot.events import Event as VisitEvent
from bot.events import Happening as VisitHappening
from bot.people import Person, Role
from bot.policy import OutOfHours
from handlers.desk import briefing, judging, places
from handlers.desk.case import Case
from handlers.desk.judging import Sight
from store import requests, told, visits
from store.visits import Visit

TOGETHER = timedelta(minutes=15)
"""Reminders that are due within so long of each other are one text."""
DAY, YEAR = timedelta(days=1), timedelta(days=366)
WORDS = 60


@dataclass(slots=True)
class Round:
    """What comes of several requests at once: whom to ask, and what to say to the one who spoke."""

    asks: dict[int, bool] = field(default_factory=dict)
    """Who is to be asked; False: only again."""
    replies: list[tuple[str, Sight, Request]] = field(default_factory=list)


async def ask(case: Case, visit: Visit) -> None:
    """A visit has been planned: ask for the yes that it needs, or brief those who go where it needs none."""
    sight = await judging.look(case, visit)
    if not visit.policy.authorise:
        await briefing.begin(case, visit, sight, None)
        return
    if await requests.of_visit(case.tx, visit.school_id, visit.id) is None:
        made = machine.gathered(Request(visit.school_id, visit.id, case.now), sight.scene, visit.policy, case.now)
        await requests.add(case.tx, replace(made, own=sight.own))


async def reopened(case: Case, visit: Visit, why: str) -> None:
    """A visit is no longer what they said yes to: "moved", "people" or "risk". The yes is asked for anew."""
    request = await requests.of_visit(case.tx, visit.school_id, visit.id)
    if request is None:
        await ask(case, visit)
        return
    sight = await judging.look(case, visit)
    if why != "moved":
        await briefing.changed(case, visit, sight)
    await happen(case, Round(), sight, request, Happening(Event.CHANGED, reason=why))


async def due(case: Case, request: Request) -> None:
    """Something is due to a request; what is due to others about now goes out in the same text."""
    if request.due is None or request.due_at is None or request.due_at > case.now:
        return
    together = [request]
    if request.due in (Event.ASK, Event.REMIND_DUE):
        others = await requests.pending(case.tx, request.school_id)
        together += [other for other in others if other.id != request.id and _goes_along(other, request)]
    going = Round()
    for one in sorted(together, key=lambda one: one.visit_id):
        visit = await visits.by_id(case.tx, one.school_id, one.visit_id)
        if visit is not None and one.due is not None:
            sight = await judging.look(case, visit)
            over = not sight.is_open and one.due is not Event.WENT
            await happen(case, going, sight, one, Happening(Event.OVER if over else one.due))
    await put(case, request.school_id, going)


def _goes_along(other: Request, request: Request) -> bool:
    """Whether another request is put, or put again, together with this one."""
    if other.due_at is None or request.due_at is None:
        return False
    waits = other.due is Event.ASK and other.due_at <= request.due_at + GATHER
    reminds = other.due is Event.REMIND_DUE and other.due_at <= request.due_at + TOGETHER
    return waits or reminds


async def happen(case: Case, going: Round, sight: Sight, request: Request, happening: Happening) -> Request:
    """Let something happen to a request, and carry out what follows but for the asking, which is left for one text."""
    visit = sight.visit
    decision = machine.decide(request, happening, visit.policy, sight.scene, case.now)
    after = replace(decision.request, own=sight.own)
    if after != request:
        await requests.save(case.tx, after)
    await case.note(
        visit.school_id,
        "authorisation",
        visit.id,
        person_id=happening.by,
        event=happening.event,
        before=request.state,
        after=after.state,
        reason=happening.reason,
        asked=list(after.asked),
    )
    by = await case.person(visit.school_id, happening.by) if happening.by else None
    for effect in decision.effects:
        match effect:
            case Ask(people, again):
                going.asks |= {person: going.asks.get(person, False) or not again for person in people}
            case Reply(what):
                going.replies.append((what, sight, after))
            case Brief():
                await _take_charge(case, going, sight, by)
                await briefing.begin(case, visit, sight, by)
            case CallOff():
                await _call_off(case, sight, after, by)
            case Consult(people):
                await _consult(case, sight, people)
            case TellGoers(notice):
                await tell_goers(case, sight, notice, why=_why(case, sight, happening))
            case Untellable():
                await untellable(case, sight)
            case Report():
                await _report(case, sight)
    return after


def _why(case: Case, sight: Sight, happening: Happening) -> str:
    language = case.language(sight.visit.school_id)
    return notices.label(f"changed_{happening.reason}", language) if happening.event is Event.CHANGED else ""


def nothing_asked(sight: Sight) -> Request:
    """The request of a visit that has none: for what is said of it all the same."""
    return Request(sight.visit.school_id, sight.visit.id, sight.visit.made_at, state=sight.visit.authorisation)


# -- putting the question -----------------------------------------------------------------------------------


async def put(case: Case, school_id: int, going: Round) -> None:
    """One text to each who is to be asked: all that waits for them, so that one answer can settle it.

    What is outside school hours has a text, and a yes, of its own (P3).
    """
    pending = await requests.pending(case.tx, school_id)
    for person_id, anew in going.asks.items():
        person = await case.person(school_id, person_id)
        if person is None:
            continue
        sights = [await _sight(case, one) for one in pending if person_id in one.asked and one.asked_at]
        theirs = [sight for sight in sights if sight is not None and sight.is_open]
        together = [sight for sight in theirs if not sight.own]
        alone = len(theirs) == 1
        for group in (together, *([sight] for sight in theirs if sight.own)):
            if group:
                await _owe_question(case, person, group, alone=alone, again=not anew)


async def _sight(case: Case, request: Request) -> Sight | None:
    visit = await visits.by_id(case.tx, request.school_id, request.visit_id)
    return await judging.look(case, visit) if visit else None


async def _owe_question(case: Case, person: Person, group: list[Sight], *, alone: bool, again: bool) -> None:
    language, number = case.language(person.school_id), group[0].visit.id
    buttons: tuple[str, ...] = ()
    if len(group) == 1:
        [sight] = group
        # Who goes on visits answers with the number: to them a bare 1 may mean "arrived".
        by_digit = alone and Role.VISITOR not in person.roles and not sight.own
        notice = "authorise_ask" if by_digit else "authorise_ask_number"
        plan, marks = judging.line(case, sight), judging.marks(case, sight)
        text = notices.render(notice, language, visit=number, plan=plan, marks=f" {marks}" if marks else "")
        labels = ("authorise_yes", "authorise_no")
        buttons = tuple(notices.label(label, language, visit=number) for label in labels)
    else:
        text = _list(case, person, group)
        buttons = (notices.label("authorise_all", language),)
    if again:
        text = notices.render("authorise_again", language, ask=text)
    channels = case.usable(person.channels())[:1]
    await case.owe(person, "authorise_ask", text, channels, buttons=buttons, visit_id=number)


def _list(case: Case, person: Person, group: list[Sight]) -> str:
    """The visits of a day, or of several, as one list (C1b C10)."""
    language = case.language(person.school_id)
    days: dict[str, list[str]] = {}
    for sight in sorted(group, key=lambda sight: (sight.plan.starts_at, sight.visit.id)):
        days.setdefault(judging.day(case, person.school_id, sight.plan.starts_at), []).append(judging.row(case, sight))
    rows = ". ".join(f"{day}: {'; '.join(rows)}" for day, rows in days.items())
    last = max(sight.visit.id for sight in group)
    return notices.render("authorise_list", language, count=len(group), rows=rows, visit=last)


async def _consult(case: Case, sight: Sight, people: Iterable[int]) -> None:
    """The safeguarding lead is told, and may add to the risks (P1); told anew only when others go, or at another time."""
    school_id, language = sight.visit.school_id, case.language(sight.visit.school_id)
    goers = "+".join(str(person.id) for person in sight.plan.goers)
    what = f"consulted {sight.visit.id} {sight.plan.starts_at:%Y-%m-%dT%H:%M} {goers}"
    if not await told.is_due(case.tx, school_id, what, case.now - YEAR, case.now):
        return
    plan, marks = judging.line(case, sight), judging.marks(case, sight)
    values = {"visit": sight.visit.id, "plan": plan, "marks": f" {marks}" if marks else ""}
    text = notices.render("authorise_consult", language, **values)
    for person_id in people:
        person = await case.person(school_id, person_id)
        if person is not None:
            channels = case.usable(person.channels())[:1]
            await case.owe(person, "authorise_consult", text, channels, visit_id=sight.visit.id)


# -- what follows -------------------------------------------------------------------------------------------


async def tell_goers(case: Case, sight: Sight, notice: str, **values: object) -> None:
    """Owe a notice to everybody who goes, where they last wrote."""
    language = case.language(sight.visit.school_id)
    text = notices.render(notice, language, visit=sight.visit.id, plan=judging.when(case, sight), **values)
    for person in sight.plan.goers:
        await case.owe(person, notice, text, case.usable(person.channels())[:1], visit_id=sight.visit.id)


async def _call_off(case: Case, sight: Sight, request: Request, by: Person | None) -> None:
    """A refusal calls the visit off, with its reason (E12). Who is out already is asked to come back, and stays watched."""
    visit, language = sight.visit, case.language(sight.visit.school_id)
    values: dict[str, Any] = {
        "visit": visit.id,
        "plan": judging.when(case, sight),
        "initials": by.initials if by else "-",
        "words": notices.shorten(request.reason or "-", WORDS),
    }
    for place in sight.places:
        person = await case.person(visit.school_id, place.visitor_id)
        if person is None or not place.is_open:
            continue
        here, notice = place, "go_declined_inside" if place.is_inside else "go_declined_out"
        if place.is_to_come(case.now):
            off = VisitHappening(VisitEvent.CALLED_OFF, reason="declined", note=request.reason, onward=True)
            here, _ = await places.happen(case, person, place, off, quiet=True, echo=True, heard=False)
            notice = "go_declined"
        await places.prompt(case, person, here, notice, notices.render(notice, language, **values))
    await _tell_declined(case, sight, by, values)


async def _take_charge(case: Case, going: Round, sight: Sight, by: Person | None) -> None:
    """Outside school hours a visit has a responsible contact (P3): where the plan names none, whoever said yes."""
    wanted = sight.visit.policy.out_of_hours in (OutOfHours.AUTHORISED, OutOfHours.ADVISED_AGAINST)
    closed = any(mark.sort is Sort.CLOSED for mark in sight.marks)
    if by is None or not (wanted and closed) or sight.visit.details.responsible_id is not None:
        return
    await visits.change(case.tx, sight.visit, details=replace(sight.visit.details, responsible_id=by.id))
    await case.note(sight.visit.school_id, "responsible", sight.visit.id, person_id=by.id)
    going.replies.append(("responsible", sight, nothing_asked(sight)))


async def _tell_declined(case: Case, sight: Sight, by: Person | None, values: Mapping[str, Any]) -> None:
    """Those who hear of what is called off, in one text for all who were to go; and who is to tell the family (E12)."""
    visit, policy = sight.visit, sight.visit.policy
    family = visit.details.family_told
    knew = bool(family) and not family.startswith(UNTOLD)
    if knew:
        await case.note(visit.school_id, "tell the family", visit.id)
    number = visit.details.house_phone or notices.label("unknown", case.language(visit.school_id))
    goers = "+".join(person.initials for person in sight.plan.goers)
    await case.tell(
        visit.school_id,
        dict.fromkeys((*policy.tell_called_off, *([Role.OFFICE] if knew else []))),
        "office_declined_family" if knew else "office_declined",
        besides=frozenset({*(person.id for person in sight.plan.goers), *([by.id] if by else [])}),
        visit_id=visit.id,
        phone=number,
        goers=goers,
        **values,
    )


async def untellable(case: Case, sight: Sight) -> bool:
    """Nobody may say yes: the office is told once a day, with what mends it. False where it has been told."""
    visit, language = sight.visit, case.language(sight.visit.school_id)
    if not await told.is_due(case.tx, visit.school_id, f"no authoriser {visit.id}", case.now - DAY, case.now):
        return False
    await case.tell(
        visit.school_id,
        [Role.OFFICE],
        "office_no_authoriser",
        visit_id=visit.id,
        visit=visit.id,
        plan=judging.when(case, sight),
        rungs=", ".join(notices.role(role, language) for role in visit.policy.authorise),
    )
    return True


async def _report(case: Case, sight: Sight) -> None:
    """Somebody has set out, or arrived, without a yes: told to those the policy names, once."""
    out = [place.visitor_id for place in sight.places if place.set_out_at or place.arrived_at]
    goers = [person for person in sight.plan.goers if person.id in out] or list(sight.plan.goers)
    await case.tell(
        sight.visit.school_id,
        sight.visit.policy.tell_unauthorised,
        "office_unauthorised",
        besides=frozenset(person.id for person in sight.plan.goers),
        visit_id=sight.visit.id,
        initials="+".join(person.initials for person in goers),
        visit=sight.visit.id,
        plan=judging.when(case, sight),
        asked=notices.label(
            "authorisation_declined" if sight.visit.authorisation is Authorisation.DECLINED else "authorisation_waits",
            case.language(sight.visit.school_id),
        ),
    )
