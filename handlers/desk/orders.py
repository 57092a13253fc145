"""What is done with plans that are there: listed, repeated, moved, called off."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot import notices, visit, words
from bot.acts import UNSAFE
from bot.authorising.marks import UNTOLD
from bot.events import Event, Happening
from bot.people import Person
from bot.place import COMING, Place
from bot.planning import Do, Moments, Order, moments, read_order, settled
from bot.talk import Again, Question, question
from bot.talk.form import Field, Setting
from bot.visit import OPEN
from bot.words import RAISING, Kind
from handlers.desk import authorising, places, planning, plans, talks
from handlers.desk.case import Case
from handlers.desk.said import Text
from store import requests, visits
from store.visits import Visit

MOST_LISTED = 5
_KEPT = ("address", "pupil", "reason")
_DETAILS = ("house_phone", "kind", "parents", "named_contact", "high_risk", "signature", "assessment")
"""What a repeated visit takes over of the log entry: what is true of the family, not what was arranged for the day."""


async def take(case: Case, text: Text) -> bool:
    """Carry out what a text orders for a visit by its number, or list the sender's visits. False where it orders nothing."""
    person = text.person
    if not text.own or text.said.old or text.reading.kinds & RAISING:
        return False  # what raises is heard first, and by the visit; what is too old orders nothing any more
    desk = planning.desk_of(case, person, await case.people(person.school_id))
    order = read_order(text.incoming.text, desk)
    if order is None:
        return False
    if order.do is Do.LIST:
        reply = Question(await _listed(case, person), ())
    else:
        reply = await _carry_out(case, person, order)
    await talks.say(case, person, reply, channels=[text.incoming.channel], not_before=text.answered_at(case))
    return True


async def _listed(case: Case, person: Person) -> str:
    """A visitor's visits that are to come or open; for the others, the school's."""
    found = []
    for made, its_places in await visits.between(
        case.tx, person.school_id, case.now - timedelta(hours=12), case.now + timedelta(days=60)
    ):
        mine = [place for place in its_places if place.visitor_id == person.id]
        counted = mine if not person.is_contact or mine else its_places
        if any(place.is_open for place in counted) and (mine or person.is_contact):
            found.append(f"{made.id}: {await plans.summary(case, made)}")
    language = case.language(person.school_id)
    if not found:
        return notices.render("plan_none", language)
    more = notices.label("plan_more", language, count=len(found) - MOST_LISTED) if len(found) > MOST_LISTED else ""
    return " ".join([*(f"{line}." for line in found[:MOST_LISTED]), more]).strip()


async def _carry_out(case: Case, person: Person, order: Order) -> Question:
    made = await visits.by_id(case.tx, person.school_id, order.number)
    its_places = await visits.places_of_visit(case.tx, person.school_id, order.number) if made else []
    if made is None or not _may(person, made, its_places):
        return await _no_such(case, person, order)
    if order.do is Do.REPEAT:
        return await _repeat(case, person, order, made, its_places)
    if order.do is Do.MOVE:
        still_open = [place for place in its_places if place.is_open]
        coming = still_open if all(place.is_to_come(case.now) for place in still_open) else []
        return await _move(case, person, order, made, coming)
    return await _call_off(case, person, order, made, [place for place in its_places if place.state in OPEN])


def _may(person: Person, made: Visit, its_places: list[Place]) -> bool:
    """Those who go, who planned it, and the contacts of the school."""
    return person.is_contact or person.id == made.made_by or any(place.visitor_id == person.id for place in its_places)


async def _no_such(case: Case, person: Person, order: Order) -> Question:
    return Question(notices.render("plan_no_such", case.language(person.school_id), visit=order.number), ())


async def _repeat(case: Case, person: Person, order: Order, made: Visit, its_places: list[Place]) -> Question:
    """The same visit once more: who and where and why are taken over, what was arranged for the day is asked for anew."""
    answers: dict[str, Any] = {name: getattr(made, name) for name in _KEPT if getattr(made, name)}
    answers |= {name: getattr(made.details, name) for name in _DETAILS if getattr(made.details, name)}
    if made.details.pupil_class:
        answers["class"] = made.details.pupil_class
    people = [place.visitor_id for place in its_places]
    answers |= {"visitors": people, "partners": [], **({"alone": True} if len(people) < 2 else {})}
    first = next((place for place in its_places if place.starts_at and place.ends_at), None)
    if first and first.starts_at and first.ends_at and not order.answers.keys() & {"end", "minutes"}:
        answers["minutes"] = max(1, round((first.ends_at - first.starts_at).total_seconds() / 60))
    answers |= order.answers
    return await planning.begin_with(case, person, answers, order.faults)


async def _move(case: Case, person: Person, order: Order, made: Visit, coming: list[Place]) -> Question:
    """Another time for a visit that has not begun; everybody who goes is told, and the yes it had is asked for again."""
    language = case.language(person.school_id)
    if not coming:
        return Question(notices.render("plan_begun", language, visit=made.id), ())
    if order.faults:
        return _fault(order.faults[0], case, person)
    if not order.answers.keys() & {"day", "start", "end", "minutes"}:
        return Question(notices.render("plan_move_when", language, visit=made.id), ())
    found = _moved(case, person, order, coming[0])
    if isinstance(found, Again):
        return _fault(found.fault, case, person)
    people = [one for place in coming if (one := await case.person(person.school_id, place.visitor_id))]
    if clash := await plans.clash(case, people, found.starts_at, found.ends_at, besides=made.id):
        return _fault(clash.fault, case, person)
    policy = made.policy
    for place in coming:
        moved = replace(place, starts_at=found.starts_at, ends_at=found.ends_at, returns_at=found.back)
        await visits.save_place(case.tx, person.school_id, visit.count_anew(moved, policy, case.now))
    if coming[0].outing_id is not None and found.back is not None:
        await plans.share_return(case, made)
    await case.note(
        person.school_id, "moved", made.id, person_id=person.id, starts_at=found.starts_at, ends_at=found.ends_at
    )
    await plans.tell_goers(case, person, made, people, "plan_moved_told")
    await authorising.reopened(case, made, "moved")
    line = await plans.summary(case, made)
    said = [notices.render("plan_moved", language, visit=made.id, line=line)]
    return Question(" ".join([*said, *plans.warnings(case, person.school_id, found)]), ())


def _moved(case: Case, person: Person, order: Order, place: Place) -> Moments | Again:
    """The new times: what is not said stays as it was, and the visit as long as it was."""
    school = case.school(person.school_id)
    starts_at, ends_at = place.starts_at or case.now, place.ends_at or case.now
    local = starts_at.astimezone(school.zone)
    asked = dict(order.answers)
    if "end" in asked and "start" not in asked:
        asked["start"] = asked.pop("end") if "day" not in asked else f"{local:%H:%M}"
    answers = {"day": local.date().isoformat(), "start": f"{local:%H:%M}", **asked}
    found = moments(settled(answers, case.now, school.zone), case.now, school.zone, ends_at - starts_at)
    if isinstance(found, Again) or place.returns_at is None:
        return found
    if place.outing_id is not None and found.back is None and place.returns_at >= found.ends_at:
        return found._replace(back=place.returns_at)  # the round is back when it was to be back
    return found._replace(back=found.back or found.ends_at + (place.returns_at - ends_at))


def _fault(fault: Any, case: Case, person: Person) -> Question:
    """A fault in an order: named, with the question that mends it."""
    asked = Field("move", "plan_ask_move", lambda written, answers, setting: None)
    school = case.school(person.school_id)
    return question(asked, Setting(case.now, school.zone, school.language), fault)


async def _call_off(case: Case, person: Person, order: Order, made: Visit, still_open: list[Place]) -> Question:
    """Call a visit off for everybody: those who go are told, and the family's part is noted (E12).

    Only what has not begun is called off by another. Whoever is expected by now, or out, stays watched until they say so.
    """
    language = case.language(person.school_id)
    if not still_open:
        return Question(notices.render("plan_over", language, visit=made.id), ())
    if any(place.is_inside for place in still_open) and person.id not in {place.visitor_id for place in still_open}:
        return Question(notices.render("plan_inside", language, visit=made.id), ())
    reason = _reason(case, person, order)
    off, out = [], []
    for place in still_open:
        visitor = await case.person(person.school_id, place.visitor_id)
        own = place.visitor_id == person.id
        if visitor is None or not (own or place.is_to_come(case.now)):
            out += [visitor] if visitor else []
            continue
        happening = Happening(Event.CALLED_OFF, reason=reason, note=order.rest, onward=place.state in COMING)
        await places.happen(case, visitor, place, happening, quiet=True, heard=own)
        off.append(visitor)
    await case.note(person.school_id, "called off", made.id, person_id=person.id, reason=reason, text=order.rest)
    await _tell_off(case, person, made, (off, out), order, reason)
    said = [notices.render("plan_off", language, visit=made.id)]
    if out:
        said.append(notices.render("plan_off_watched", language, names=", ".join(one.initials for one in out)))
    return Question(" ".join([*said, *await _family(case, person, made)]), ())


async def _tell_off(
    case: Case, person: Person, made: Visit, going: tuple[list[Person], list[Person]], order: Order, reason: str
) -> None:
    """Tell those who go; where it is not one of them who calls it off, those the policy names, and who was asked for a yes."""
    off, out = going
    why = f" {notices.shorten(order.rest, 60)}" if order.rest else ""
    await plans.tell_goers(case, person, made, off, "plan_off_told", why=why)
    await plans.tell_goers(case, person, made, out, "plan_off_out", why=why)
    ids = {one.id for one in (*off, *out)}
    if person.id in ids:
        return  # that they have called it off is told by their place
    roles = made.policy.tell_unsafe if reason in UNSAFE else made.policy.tell_called_off
    line = await plans.summary(case, made)
    await case.tell(
        person.school_id,
        roles,
        "office_off_for_them",
        besides=frozenset({person.id, *ids}),
        also=await requests.waits_for(case.tx, person.school_id, made.id),
        visit_id=made.id,
        initials=person.initials,
        visit=made.id,
        line=line,
        why=why,
    )


async def _family(case: Case, person: Person, made: Visit) -> list[str]:
    """A family that was told of a visit is to be told that it is off: noted, and asked of whoever calls it off."""
    told = made.details.family_told
    if not told or told.startswith(UNTOLD):
        return []
    await case.note(person.school_id, "tell the family", made.id, person_id=person.id)
    ask = notices.render("plan_tell_family", case.language(person.school_id))
    return [f"{ask} {made.details.house_phone}".strip()]


def _reason(case: Case, person: Person, order: Order) -> str:
    """The kind of reason that the words give."""
    school = case.school(person.school_id)
    said = words.read(f"called off {order.rest}", now=case.now, zone=school.zone, language=school.language)
    return next((meaning.reason or "" for meaning in said.meanings if meaning.kind is Kind.CALLED_OFF), "") or "other"
