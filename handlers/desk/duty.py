"""A contact's own word on being off duty, and the office's warning of a rung with nobody on it."""

from datetime import datetime, time, timedelta

from bot import notices
from bot.alarm import Event, Happening, State
from bot.duty import Absence, Hole, holes, watch
from bot.duty.asking import Away, Back, Unclear, said
from bot.people import Person
from bot.school import School
from bot.visit import Place
from bot.which import RECENT
from handlers.desk import alarms
from handlers.desk.case import Case
from handlers.desk.said import Text
from store import duty, talks, visits

INSTANT = timedelta(seconds=1)


async def answer(case: Case, text: Text) -> bool:
    """Take a contact's "off today" or "back on duty", and answer with what was understood. False for any other text.

    Going off duty lowers, so only a text of their own that says just that counts. "Off today", while a visit of theirs in
    that time or a conversation is open, may be about that, and is left to it.
    """
    person = text.person
    if not person.is_contact or not text.own:
        return False
    school = case.school(person.school_id)
    meant = said(text.incoming.text, now=case.now, zone=school.zone, language=school.language)
    if meant is None or not (isinstance(meant, Back) or await _is_about_duty(case, text, meant)):
        return False
    if isinstance(meant, Unclear) and any(person.id in alarm.told for alarm in await alarms.answerable(case, person)):
        return False  # they have an alarm in hand, and no time for questions
    if isinstance(meant, Back):
        reply = await _back(case, person, school)
    elif isinstance(meant, Away):
        reply = await _away(case, person, school, Absence(person.id, meant.from_at, meant.until_at))
    else:
        reply = notices.render("duty_until_when", school.language)
    channels = case.usable([text.incoming.channel])
    await case.owe(person, "duty", reply, channels, not_before=text.answered_at(case))
    return True


async def _is_about_duty(case: Case, text: Text, meant: Away | Unclear) -> bool:
    """Whether an absence cannot be mistaken for word of a visit, or for an answer in a conversation."""
    if isinstance(meant, Away) and meant.sure:
        return True
    if await talks.open_with(case.tx, text.person.school_id, text.person.id):
        return False
    return all(isinstance(meant, Away) and _is_elsewhen(meant, place) for place in text.places if place.is_open)


def _is_elsewhen(meant: Away, place: Place) -> bool:
    starts_at, ends_at = place.starts_at, place.ends_at
    return bool(starts_at and ends_at and (ends_at <= meant.from_at or meant.until_at <= starts_at))


async def _away(case: Case, person: Person, school: School, absence: Absence) -> str:
    await duty.add_absence(case.tx, person.school_id, absence, case.now)
    await case.note(
        person.school_id,
        "absent",
        person_id=person.id,
        by=person.id,
        from_at=absence.from_at.isoformat(),
        until_at=absence.until_at.isoformat(),
    )
    await _pass_by(case, person)
    await tell_of_holes(case, person.school_id, absence.from_at, absence.until_at, roles_of=person)
    await _tell_of_visits(case, person, school, absence)
    until = day(absence.until_at, school)
    if absence.from_at <= case.now:
        return notices.render("duty_off", school.language, now=case.clock(person.school_id, case.now), until=until)
    return notices.render("duty_off_later", school.language, begins=day(absence.from_at, school), until=until)


async def _tell_of_visits(case: Case, person: Person, school: School, absence: Absence) -> None:
    """Visits outside hours that count on somebody who will be away: the office is asked to name another (P3)."""
    for visit, places in await visits.between(case.tx, person.school_id, absence.from_at - RECENT, absence.until_at):
        starts = [place.starts_at for place in places if place.is_open and place.starts_at]
        if visit.details.responsible_id != person.id or not starts:
            continue
        await case.tell(
            person.school_id,
            school.policy.ladder,
            "office_no_responsible",
            first_only=True,
            besides=frozenset({person.id}),
            visit_id=visit.id,
            initials=person.initials,
            visit=visit.id,
            begins=day(min(starts), school),
        )


async def _back(case: Case, person: Person, school: School) -> str:
    left = await duty.end_absences(case.tx, person.school_id, person.id, case.now)
    await _forget_holes(case, person)
    await case.note(person.school_id, "present", person_id=person.id, by=person.id)
    now = case.clock(person.school_id, case.now)
    if left:
        return notices.render("duty_on_until", school.language, now=now, begins=day(left[0].from_at, school))
    on_rota = person.id not in (await case.watch(person.school_id)).off
    return notices.render("duty_on" if on_rota else "duty_not_on_rota", school.language, now=now)


async def _pass_by(case: Case, person: Person) -> None:
    """Somebody who goes off duty while an alarm waits for their "mine" will not say it: the next is told at once."""
    for alarm in await alarms.answerable(case, person):
        if alarm.state is State.CLIMBING and person.id in alarm.told:
            await alarms.happen(case, alarm, Happening(Event.REFUSED, person.id))


def day(instant: datetime, school: School) -> str:
    """A day as people write it, "Mon 30/11", with the time unless it is its beginning."""
    local = instant.astimezone(school.zone)
    clock = "" if local.time() == time(0) else f" {local:%H:%M}"
    return f"{notices.weekday(local, school.language)} {local:%d/%m}{clock}"


# -- rungs with nobody on duty ----------------------------------------------------------------------


async def tell_of_holes(
    case: Case, school_id: int, start: datetime, until: datetime, *, roles_of: Person | None = None
) -> bool:
    """Tell the office which rungs an absence leaves with nobody on duty, each once. `roles_of`: only this person's rungs."""
    school, staff = case.school(school_id), await case.people(school_id)
    roles = [role for role in school.rungs if roles_of is None or role in roles_of.roles]
    shifts = await duty.rota(case.tx, school_id)
    absences = await duty.absences(case.tx, school_id, case.now)
    if not absences:
        return False
    found = list(holes(staff, roles, shifts, absences, school.calendar, max(start, case.now), until))
    told = await duty.holes_told(case.tx, school_id)
    fresh = [hole for hole in found if _mark(hole, school) not in told]
    if not fresh:
        return False
    today = school.calendar.day(case.now).isoformat()
    known = {mark for mark in told if mark >= today} | {_mark(hole, school) for hole in fresh}
    await duty.tell_holes(case.tx, school_id, known)
    await case.note(school_id, "nobody on duty", roles=[hole.role for hole in fresh], from_at=fresh[0].at.isoformat())
    seen = watch(staff, shifts, absences, school.calendar, fresh[-1].at)
    nobody = all(person.id in seen.off_duty for person in staff if person.roles & set(school.policy.ladder))
    await case.tell(
        school_id,
        school.policy.ladder,
        "office_nobody" if nobody else "office_hole",
        first_only=True,
        rungs=", ".join(notices.role(hole.role, school.language) for hole in fresh),
        begins=day(fresh[0].at, school),
    )
    return True


async def _forget_holes(case: Case, person: Person) -> None:
    """Who is back fills the holes of their rungs: should one come again, it is told again."""
    told = await duty.holes_told(case.tx, person.school_id)
    await duty.tell_holes(case.tx, person.school_id, {mark for mark in told if mark.split()[1] not in person.roles})


def _mark(hole: Hole, school: School) -> str:
    """A hole as it is remembered once it is told: its day and its role."""
    return f"{school.calendar.day(hole.at)} {hole.role}"


async def look_at_rungs(case: Case, school_id: int) -> bool:
    """The chore of a school day: whether an absence leaves a rung with nobody on duty now."""
    if not case.school(school_id).calendar.is_open(case.now):
        return False
    return await tell_of_holes(case, school_id, case.now, case.now + INSTANT)
