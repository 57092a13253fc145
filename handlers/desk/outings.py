"""Several visits in one outing: they share one return to school (E3)."""

from dataclasses import replace
from datetime import datetime

from bot import visit
from bot.events import Event, Happening
from bot.place import BACKWARD, COMING, Place, State
from handlers.desk.case import Case
from store import visits

_GOES = (Event.LEFT, Event.CALLED_OFF)


async def _others(case: Case, school_id: int, place: Place) -> list[Place]:
    """The visitor's other places of the same outing, in the order of their start."""
    if place.outing_id is None:
        return []
    found = await visits.of_outing(case.tx, school_id, place.outing_id, place.visitor_id)
    return [other for other in found if other.id != place.id]


async def among_others(case: Case, school_id: int, place: Place, happening: Happening) -> Happening:
    """What a leaving is, seen from the whole outing: on the way to the next home, or on the way back."""
    if happening.event not in (*_GOES, Event.RETURNED):
        return happening
    others = await _others(case, school_id, place)
    onward = happening.event in _GOES and any(other.state in COMING for other in others)
    out = any((other.set_out_at or other.arrived_at) and other.returned_at is None for other in others)
    return replace(happening, onward=happening.onward or onward, out=happening.out or out)


async def share_return(case: Case, school_id: int, place: Place) -> None:
    """The expected return has moved: it has for every open place of the outing."""
    for other in await _others(case, school_id, place):
        if other.is_open:
            policy = await case.policy(school_id, other.visit_id)
            moved = visit.count_anew(replace(other, returns_at=place.returns_at), policy, case.now)
            await visits.save_place(case.tx, school_id, moved)


async def also_back(case: Case, school_id: int, before: Place, after: Place) -> list[Place]:
    """Who is back is back from every visit of the outing that is not still to come."""
    if after.state is not State.RETURNED or before.state is State.RETURNED:
        return []
    found = []
    for other in await _others(case, school_id, after):
        policy = await case.policy(school_id, other.visit_id)
        counts = other.state in COMING and not policy.await_arrival
        if other.state in BACKWARD or counts:
            found.append(other)
    return found


async def is_awaited_later(case: Case, school_id: int, place: Place) -> bool:
    """Whether this return is awaited with a later visit of the same outing, which is watched in its place."""
    if place.deadline is not Event.RETURN_DUE:
        return False

    def order(one: Place) -> tuple[datetime, int]:
        return one.starts_at or case.now, one.id or 0

    others = [other for other in await _others(case, school_id, place) if other.is_open and other.returns_at]
    return any(order(other) > order(place) for other in others)
