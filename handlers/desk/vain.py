"""A request that was put to people who may not answer it any more: they have left, or are something else now."""

from bot.authorising import Event, Happening, State
from handlers.desk import authorising, judging
from handlers.desk.authorising import Round
from handlers.desk.case import Case
from store import requests, visits


async def look(case: Case, school_id: int) -> bool:
    """Put such a request to those who may; where nobody may, the office is told, once a day."""
    going, found = Round(), False
    roles = set(case.school(school_id).policy.authorise)
    may = {person.id for person in await case.people(school_id) if person.roles & roles}
    for request in await requests.pending(case.tx, school_id):
        if request.state is not State.ASKED or request.yes_by is not None or may & set(request.asked):
            continue
        visit = await visits.by_id(case.tx, school_id, request.visit_id)
        if visit is None:
            continue
        sight = await judging.look(case, visit)
        if not sight.is_open or sight.scene.authorisers & set(request.asked):
            continue
        if sight.scene.authorisers:
            await authorising.happen(case, going, sight, request, Happening(Event.ASK))
            found = True
        else:
            found = await authorising.untellable(case, sight) or found
    await authorising.put(case, school_id, going)
    return found
