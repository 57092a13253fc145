"""A visit as whoever says yes must see it: looked up in the store, judged, and put into a few words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import notices
from bot.authorising import Mark, Plan, Scene, Sort, judgement, leads, tiers
from bot.fitness import faults
from bot.people import Person
from bot.place import Place
from bot.policy import OutOfHours
from handlers.desk.case import Case
from store import people, visits
from store.visits import Visit

SOON = timedelta(days=6)
"""Within these days a weekday says which day is meant; further off the date is said too."""
PURPOSE, ROW_PURPOSE, RISKS, ROW_RISKS = 30, 15, 60, 25
"""How much of the plan's own words a request holds, and a row of a list."""
_OWN_YES = (OutOfHours.AUTHORISED, OutOfHours.APPROVAL)
_AS_ROWS = frozenset(Sort) - {Sort.FEW, Sort.WHY_NOT_TOLD, Sort.UNCONFIRMED, Sort.NO_CAR, Sort.LIFTED}
"""What a row of a list has room for."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A visit, who goes, what there is to see of it, and what stands around its request."""

    visit: Visit
    places: list[Place]
    staff: list[Person]
    plan: Plan
    marks: tuple[Mark, ...]
    scene: Scene

    @property
    def own(self) -> bool:
        """Whether it needs a yes of its own, because it is outside school hours (P3)."""
        return self.visit.policy.out_of_hours in _OWN_YES and any(mark.sort is Sort.CLOSED for mark in self.marks)

    @property
    def blocks(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.blocks]

    @property
    def is_open(self) -> bool:
        return any(place.is_open for place in self.places)


async def look(case: Case, visit: Visit) -> Sight:
    """Everything that a request for this visit is judged by, as it is now."""
    school, policy = case.school(visit.school_id), visit.policy
    places = await visits.places_of_visit(case.tx, visit.school_id, visit.id)
    staff = await case.people(visit.school_id)
    going = {place.visitor_id for place in places}
    goers = tuple(person for person in staff if person.id in going)
    starts = [place.starts_at for place in places if place.starts_at] or [case.now]
    ends = [place.ends_at for place in places if place.ends_at] or starts
    plan = Plan(goers, min(starts), max(ends), visit.details)
    day = school.calendar.day(plan.starts_at)
    unfit = {person.id: [fault.lack for fault in faults(person, policy, day)] for person in goers}
    marks = judgement(plan, policy, staff, school.calendar, unfit)
    consulted = [person for role in policy.consult for person in people.with_role(staff, role)]
    scene = Scene(
        starts_at=plan.starts_at,
        calendar=school.calendar,
        tiers=tiers(policy, staff, goers),
        leads=leads(plan, policy, staff),
        consulted=tuple(dict.fromkeys(person.id for person in consulted if person.id not in going)),
        off_duty=(await case.watch(visit.school_id)).off_duty,
        blocked=any(mark.blocks for mark in marks),
    )
    return Sight(visit, places, staff, plan, marks, scene)


# -- in words -----------------------------------------------------------------------------------------------


def when(case: Case, sight: Sight) -> str:
    """ "14:00-14:30", "Tue 14:00-14:30", "Mon 7/12 14:00-14:30"."""
    school_id = sight.visit.school_id
    zone = case.school(school_id).zone
    starts, ends = sight.plan.starts_at.astimezone(zone), sight.plan.ends_at.astimezone(zone)
    begins = case.clock(school_id, sight.plan.starts_at)
    if starts.date() - case.now.astimezone(zone).date() > SOON:
        begins = f"{notices.weekday(starts, case.language(school_id))} {starts.day}/{starts.month} {starts:%H:%M}"
    return f"{begins}-{ends:%H:%M}" if ends > starts else begins


def initials_of(pupil: str) -> str:
    """A child as a text that is no alarm may carry them (DESIGN §8)."""
    words = pupil.split()
    if not words or (len(words) == 1 and (len(pupil) <= 3 or "." in pupil)):
        return pupil
    return "".join(f"{word[0].upper()}." for word in words)


def who(case: Case, sight: Sight) -> str:
    """ "A. alone to K.T.", "A.+B. to K.T."."""
    language = case.language(sight.visit.school_id)
    goers = "+".join(person.initials for person in sight.plan.goers)
    if len(sight.plan.goers) == 1:
        goers = notices.label("going_alone", language, who=goers)
    child = initials_of(sight.visit.pupil)
    return notices.label("going_to", language, who=goers, child=child) if child else goers


def line(case: Case, sight: Sight) -> str:
    """ "A. alone to K.T., Mon 14:00-14:30, attendance"."""
    parts = [who(case, sight), when(case, sight), notices.shorten(sight.visit.reason, PURPOSE)]
    return ", ".join(part for part in parts if part)


def marks(case: Case, sight: Sight) -> str:
    """Everything there is to see, a sentence each: "Risks: dog. No assessment."."""
    said = [mark_words(case, sight, mark, RISKS) for mark in sight.marks]
    return " ".join(f"{words[0].upper()}{words[1:].removesuffix('.')}." for words in dict.fromkeys(said))


def row(case: Case, sight: Sight) -> str:
    """A visit among others in a list: "12 14:00 A.+B. to K.T., dog, no assessment"."""
    starts = sight.plan.starts_at.astimezone(case.school(sight.visit.school_id).zone)
    parts = [f"{sight.visit.id} {starts:%H:%M} {who(case, sight)}", notices.shorten(sight.visit.reason, ROW_PURPOSE)]
    parts += [mark_words(case, sight, mark, ROW_RISKS) for mark in sight.marks if mark.sort in _AS_ROWS]
    return ", ".join(dict.fromkeys(part for part in parts if part)).removesuffix(".")


def day(case: Case, school_id: int, instant: datetime) -> str:
    """The day of a list: "Mon 23/11"."""
    local = instant.astimezone(case.school(school_id).zone)
    return f"{notices.weekday(local, case.language(school_id))} {local.day}/{local.month}"


def mark_words(case: Case, sight: Sight, mark: Mark, length: int) -> str:
    """One mark in words."""
    language = case.language(sight.visit.school_id)
    lacking = [notices.lack(lack, language) for lack in mark.lacks]
    return notices.label(
        f"mark_{mark.sort.name.lower()}",
        language,
        words=notices.shorten(mark.words, length),
        why=notices.why_closed(mark.closed, language) if mark.closed else "",
        who="+".join(person.initials for person in sight.plan.goers if person.id in mark.who),
        lacks=", ".join(dict.fromkeys(lacking)),
        roles="/".join(notices.label(f"role_{role}", language) for role in mark.roles),
    )


def initials(staff: Iterable[Person], ids: Collection[int]) -> str:
    """ "H., D."."""
    return ", ".join(person.initials for person in staff if person.id in ids)
