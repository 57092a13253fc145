"""What people are told about held texts: that there is no backstop, and what to make of a text that has gone out."""

from datetime import datetime, time, timedelta
from typing import Any

from bot import held as judge
from bot import notices
from bot.held import Held, Obstacle, Step, Word
from bot.people import Role
from bot.place import Place
from handlers.desk.case import Case
from store import alarms, told, visits
from store import held as rows

NO_BACKSTOP = "no backstop"
HELD_ALARM = "held_alarm"
ONCE = timedelta(days=365)


async def of_none(case: Case, school_id: int, obstacle: Obstacle) -> bool:
    """No text can be held at all: the office is told on each day that has a visit. False when it has been told."""
    school = case.school(school_id)
    midnight = datetime.combine(case.now.astimezone(school.zone).date(), time(0), school.zone)
    if not await told.is_due(case.tx, school_id, NO_BACKSTOP, midnight, case.now):
        return False
    why = notices.label(obstacle, school.language)
    await case.tell(school_id, [Role.OFFICE], "office_no_backstop", why=why)
    await case.note(school_id, NO_BACKSTOP, why=obstacle)
    return True


async def of_visit(case: Case, school_id: int, place_id: int) -> bool:
    """No text is held for this visit: the office is told, once a visitor and visit. False when it has been told."""
    place = await visits.place_by_id(case.tx, school_id, place_id)
    visitor = await case.person(school_id, place.visitor_id) if place else None
    if place is None or visitor is None:
        return False
    if not await told.is_due(case.tx, school_id, f"{NO_BACKSTOP} {place_id}", case.now - ONCE, case.now):
        return False
    await case.tell(
        school_id,
        [Role.OFFICE],
        "office_no_backstop_visit",
        besides=frozenset({visitor.id}),
        visit_id=place.visit_id,
        initials=visitor.initials,
        visit=place.visit_id,
    )
    await case.note(school_id, NO_BACKSTOP, place.visit_id, person_id=visitor.id)
    return True


async def note(case: Case, held: Held, what: str, **body: Any) -> bool:
    """An entry of the journal about one text; always true, for what comes after it."""
    await case.note(
        held.school_id, "held text", held.visit_id, person_id=held.person_id, what=what, ref=held.reference, **body
    )
    return True


async def of_sent(case: Case, held: Held, *, misfired: bool) -> bool:
    """A text has gone out. Whoever got it is told what to make of it; while it is true, they are told again later."""
    place = await visits.place_by_id(case.tx, held.school_id, held.place_id)
    if place is None:
        return await rows.change(case.tx, held, step=Step.EXPLAINED)
    notice, code = await _word(case, held, place, misfired=misfired)
    values = {"step": Step.SENT if notice == Word.BACK else Step.EXPLAINED, "error": rows.MISFIRED if misfired else ""}
    if not await rows.change(case.tx, held, **values):
        return False
    await note(case, held, "sent", mistake=misfired)
    await _explain(case, held, place, notice, code)
    return True


async def of_change(case: Case, held: Held, place: Place) -> None:
    """The place has changed since a text about it went out: those who got it are told when it is not so any more."""
    if judge.explains(held, place, misfired=False) is Word.BACK:
        return
    notice, code = await _word(case, held, place, misfired=False)
    if await rows.change(case.tx, held, step=Step.EXPLAINED):
        await _explain(case, held, place, notice, code)


async def _word(case: Case, held: Held, place: Place, *, misfired: bool) -> tuple[str, str]:
    """The notice that explains a text, and the code of an alarm about the place, which goes before any held text."""
    about = await alarms.of_visitor(case.tx, held.school_id, place.visitor_id)
    code = next((alarm.code for alarm in about if alarm.visit_id == place.visit_id), "")
    return (HELD_ALARM if code else judge.explains(held, place, misfired=misfired).value), code


async def _explain(case: Case, held: Held, place: Place, notice: str, code: str) -> None:
    contact = await case.person(held.school_id, held.person_id)
    visitor = await case.person(held.school_id, place.visitor_id)
    if contact is None or visitor is None:
        return
    text = notices.render(
        notice,
        case.language(held.school_id),
        initials=visitor.initials,
        visit=held.visit_id,
        ref=held.reference,
        code=code,
        why=_why(case, held, place),
        since=case.clock(held.school_id, held.since),
        now=case.clock(held.school_id, case.now),
    )
    channels = case.usable(contact.alarm_channels())[:1]
    await case.owe(contact, notice, text, channels, urgent=True, visit_id=held.visit_id)


def _why(case: Case, held: Held, place: Place) -> str:
    language = case.language(held.school_id)
    if place.is_open:
        return notices.label("held_heard", language, heard=case.clock(held.school_id, place.heard_at))
    return notices.label("held_closed", language, left=case.clock(held.school_id, place.left_at or place.heard_at))
