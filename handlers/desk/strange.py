"""What another version of Doorstep has left behind, and this one does not know: it is watched over, noted and told of.

A version that was rolled back finds visits in states that it has never heard of. They are taken for overdue, the most that
silence can be, and from then on they are like any other (docs/decisions/0020).
"""

from bot.alarm import Alarm
from bot.people import Role
from handlers.desk.case import Case
from store import alarms, visits
from store.visits import Strange


async def adopt(case: Case) -> None:
    """Take over every open place and alarm that this version cannot read as it stands."""
    for school_id in case.habits.schools:
        for strange in await visits.strange(case.tx, school_id, case.now):
            await _place(case, school_id, strange)
        for alarm, written in await alarms.strange(case.tx, school_id, case.now):
            await _alarm(case, alarm, written)


async def _place(case: Case, school_id: int, strange: Strange) -> None:
    place = strange.place
    await visits.save_place(case.tx, school_id, place)
    person = await case.person(school_id, place.visitor_id)
    await case.note(
        school_id,
        "strange",
        place.visit_id,
        person_id=place.visitor_id,
        state=strange.state,
        deadline=strange.deadline,
        after=place.state,
        deadline_at=place.deadline_at,
    )
    initials = person.initials if person else "?"
    await case.tell(school_id, [Role.OFFICE], "office_strange", visit=place.visit_id, initials=initials)


async def _alarm(case: Case, alarm: Alarm, written: str) -> None:
    await alarms.save(case.tx, alarm)
    await case.note(
        alarm.school_id, "strange", alarm.visit_id, alarm.id, alarm.visitor_id, alarm=written, after=alarm.state
    )
