"""Who sets out, or arrives: what was to be done before is due to be looked at now, in a transaction of its own.

This is all that a visit does for its authorisation and its briefing. It writes two columns and asks nothing, so that nothing
of theirs can delay or break what protects whoever goes.
"""

from bot.place import COMING, Place, State
from handlers.desk.case import Case
from store import briefings, requests


async def note(case: Case, school_id: int, before: Place, after: Place) -> None:
    """Somebody who was only expected is on their way, or there."""
    out = (after.is_open and after.state not in COMING) or after.state is State.ON_WAY
    if after.visit_id is None or not (before.state in COMING and out) or before.state is after.state:
        return
    await requests.went(case.tx, school_id, after.visit_id, case.now)
    await briefings.went(case.tx, school_id, after.visit_id, after.visitor_id, case.now)
