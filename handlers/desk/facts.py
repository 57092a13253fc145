"""What a contact needs to know of an alarm, for its sentences."""

from bot import notices
from bot.alarm import Alarm
from bot.people import Person
from bot.visit import Place
from handlers.desk.case import Case
from store import alarms, inbox, visits


async def of_alarm(case: Case, alarm: Alarm) -> dict[str, object]:
    """Names, numbers and times. `name` is of both where two went, because a cry of either is a cry for both (P15)."""
    school_id = alarm.school_id
    language = case.school(school_id).language
    plan = await visits.by_id(case.tx, school_id, alarm.visit_id) if alarm.visit_id else None
    person = await case.person(school_id, alarm.visitor_id) if alarm.visitor_id else None
    places = await visits.places_of_visit(case.tx, school_id, alarm.visit_id) if alarm.visit_id else []
    place = next((place for place in places if place.visitor_id == alarm.visitor_id), None)
    unknown = notices.label("unknown", language)
    outcome = alarm.outcome or "safe"
    return {
        "code": alarm.code,
        "kind": notices.label(alarm.kind.name.lower(), language),
        "name": await _names(case, alarm, person, places) if person else unknown,
        "phone": person.phone if person else unknown,
        "vehicle": (person.vehicle if person else "") or unknown,
        "emergency": _emergency(person, language),
        "where": case.where(school_id, plan),
        "pupil": (plan.pupil if plan else "") or unknown,
        "visit_reason": (plan.reason if plan else "") or unknown,
        "house": (plan.details.house_phone if plan else "") or unknown,
        "risks": notices.shorten((plan.details.risks if plan else "") or unknown),
        "outcome": notices.label(f"outcome_{outcome}", language),
        "reason": notices.shorten(alarm.reason),
        "now": case.clock(school_id, case.now),
        "raised": case.clock(school_id, alarm.raised_at),
        "owned": case.clock(school_id, alarm.owned_at),
        "ended": case.clock(school_id, alarm.ended_at),
        **_times(case, school_id, alarm, place),
    }


def _times(case: Case, school_id: int, alarm: Alarm, place: Place | None) -> dict[str, object]:
    return {
        "start": case.clock(school_id, place.starts_at if place else None),
        "end": case.clock(school_id, place.due_out if place else None),
        "arrived": case.clock(school_id, place.arrived_at if place else None),
        "heard": case.clock(school_id, place.heard_at if place else alarm.raised_at),
    }


def _emergency(person: Person | None, language: str) -> str:
    """Whom to ring for the visitor, where it is on record: for whoever asks for the details."""
    contact = person.particulars.emergency if person else ""
    return notices.label("emergency", language, contact=contact) if contact else ""


async def _names(case: Case, alarm: Alarm, person: Person, places: list[Place]) -> str:
    """The visitor, and in an alarm of duress also the partners who are still on the visit."""
    if not alarm.is_duress:
        return person.name
    partners = [await case.person(person.school_id, place.visitor_id) for place in places if place.is_open]
    return "+".join(dict.fromkeys([person.name, *(partner.name for partner in partners if partner is not None)]))


async def beside(case: Case, alarm: Alarm) -> list[Alarm]:
    """The other open alarms of the same visit, or about the same person."""
    return [one for one in await alarms.open_in_school(case.tx, alarm.school_id) if one.is_beside(alarm)]


async def is_beside_duress(case: Case, alarm: Alarm) -> bool:
    """Whether a code word or a cry for help is open of the same visit or person: then nobody may ring."""
    return any(one.is_duress for one in await beside(case, alarm))


async def last_words(case: Case, alarm: Alarm) -> str:
    """What the visitor last texted, for whoever rings the police."""
    said = await inbox.last_words(case.tx, alarm.visitor_id) if alarm.visitor_id else ""
    return notices.shorten(said) or notices.label("none", case.school(alarm.school_id).language)
