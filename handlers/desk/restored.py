"""A store that was brought back from a backup holds its fire, and asks the office which of its visits are real.

The backup knows nothing of what came after it: whoever was out may be long home, and somebody may be out of whom it has
never heard. So nothing that it holds has its consequence before the office has said; and when nobody says, everything is
real (docs/decisions/0026). What is texted meanwhile is dealt with as ever: whoever is heard from is real, and a cry for
help goes out at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot import notices, restoring
from bot.alarm import Alarm, Event, Happening
from bot.people import Person, Role
from bot.place import Place, State
from handlers.desk import alarms, talks
from handlers.desk.case import Case
from handlers.desk.said import Text
from store import restored, visits
from store.restored import Brought

AGAIN_AFTER, ALL_REAL_AFTER = timedelta(minutes=5), timedelta(minutes=10)
TOLD = (Role.OFFICE, Role.HEADTEACHER, Role.DEPUTY)


class Question(NamedTuple):
    """What is in question at one school."""

    places: list[Place]
    alarms: list[Alarm]

    @property
    def about(self) -> list[tuple[int, int]]:
        """Of which visits, and who goes on them."""
        found = [(place.visit_id, place.visitor_id) for place in self.places]
        found += [(alarm.visit_id, alarm.visitor_id or 0) for alarm in self.alarms]
        return sorted({(visit, person) for visit, person in found if visit is not None})

    @property
    def visits(self) -> list[int]:
        """The numbers of the visits, in order."""
        return sorted({visit for visit, _ in self.about})

    @property
    def people(self) -> set[int]:
        """Those who are on one of them."""
        return {person for _, person in self.about}


async def question(case: Case, school_id: int, brought: Brought) -> Question:
    return Question(
        await restored.places_in_question(case.tx, school_id, brought.at),
        await restored.alarms_in_question(case.tx, school_id, brought.at),
    )


async def look(case: Case) -> Mapping[int, Brought]:
    """Ask, ask again, and at last take everything for real; gives the schools that still wait."""
    for school_id, brought in (await held(case)).items():
        await _school(case, school_id, brought)
    return await held(case)


async def held(case: Case) -> dict[int, Brought]:
    """The schools of the schools file that wait."""
    return {one: brought for one, brought in (await restored.held(case.tx)).items() if one in case.habits.schools}


def next_at(brought: Iterable[Brought]) -> datetime | None:
    """When the office is asked again, or everything is taken for real."""
    return min((_next(one) for one in brought if one.asked_at), default=None)


def _next(brought: Brought) -> datetime:
    asked_at = brought.asked_at or brought.at
    return asked_at + (ALL_REAL_AFTER if brought.again_at else AGAIN_AFTER)


async def _school(case: Case, school_id: int, brought: Brought) -> None:
    found = await question(case, school_id, brought)
    if brought.asked_at is None:
        await case.note(school_id, "brought back", of=brought.of, visits=found.visits)
        await _tell(case, school_id, "office_restored_gap", at=case.clock(school_id, brought.of))
    if not found.visits:
        await _release(case, school_id, [], [])
    elif brought.asked_at is None or (brought.again_at is None and case.now >= _next(brought)):
        await restored.asked(case.tx, school_id, case.now, again=brought.asked_at is not None)
        until = (brought.asked_at or case.now) + ALL_REAL_AFTER
        await _tell(case, school_id, "office_restored", **await _asking(case, school_id, found, until))
    elif case.now >= _next(brought):
        await _release(case, school_id, found.visits, [])
        await _tell(case, school_id, "office_restored_all", visits=_numbers(found.visits))


async def _asking(case: Case, school_id: int, found: Question, until: datetime) -> dict[str, Any]:
    who: dict[int, list[str]] = {number: [] for number in found.visits}
    for visit, visitor in found.about:
        person = await case.person(school_id, visitor)
        who[visit] += [person.initials] if person else []
    listed = ", ".join(f"{number} {'+'.join(names)}".strip() for number, names in who.items())
    example = " ".join(str(number) for number in found.visits[:2])
    return {"visits": listed, "example": example, "until": case.clock(school_id, until)}


async def answer(case: Case, text: Text) -> bool:
    """Take a contact's "REAL 12 14" or "NONE REAL", where their school waits for it. False leaves the text to others.

    It closes visits. So nothing counts from the phone of somebody who is on one of them or inside a home, and "none" is no
    answer to this where they have been asked something else since.
    """
    person, language = text.person, case.language(text.person.school_id)
    said = restoring.real_ones(text.incoming.text, language)
    if not person.is_contact or (said is None and not restoring.is_begun(text.incoming.text, language)):
        return False
    brought = (await restored.held(case.tx)).get(person.school_id)
    if brought is None or brought.asked_at is None or text.said.at < brought.asked_at:
        return False
    found = await question(case, person.school_id, brought)
    concerned = person.id in found.people or any(place.is_inside for place in text.places)
    if concerned or (not said and await _is_asked_since(case, person, brought)):
        return False
    if said is None or not said <= set(found.visits) or not text.own:
        values = await _asking(case, person.school_id, found, brought.asked_at + ALL_REAL_AFTER)
        await _say(case, person, "office_restored", **values)
        return True
    await _settle(case, person, found, said)
    return True


async def _is_asked_since(case: Case, person: Person, brought: Brought) -> bool:
    """Whether a conversation has asked them something after the question of what is real."""
    asked_at = brought.again_at or brought.asked_at or brought.at
    return any(talk.asked_at >= asked_at for talk in await talks.live(case, person))


async def _settle(case: Case, person: Person, found: Question, real: frozenset[int]) -> None:
    school_id = person.school_id
    closed = [number for number in found.visits if number not in real]
    reason = notices.label("restored_not_real", case.language(school_id))
    for place in found.places:
        if place.visit_id in closed:
            off = replace(place, state=State.CALLED_OFF, deadline=None, deadline_at=None, off_reason="not real")
            await visits.save_place(case.tx, school_id, off)
    for alarm in found.alarms:
        if alarm.visit_id in closed:
            await alarms.happen(case, alarm, Happening(Event.STAND_DOWN, person.id, "false", reason))
    await _release(case, school_id, sorted(real), closed, person)
    values = {"real": _numbers(sorted(real)) or "-", "closed": _numbers(closed) or "-"}
    await _tell(case, school_id, "office_restored_taken", person, **values)


async def _release(
    case: Case, school_id: int, real: list[int], closed: list[int], person: Person | None = None
) -> None:
    await restored.release(case.tx, school_id)
    for number in (*real, *closed):
        await case.note(school_id, "brought back", number, person_id=person.id if person else None, real=number in real)


async def _tell(case: Case, school_id: int, notice: str, beside: Person | None = None, **values: Any) -> None:
    """To the office, and where there is none to the next who are there; and to who has said it, where that is another."""
    await case.tell(school_id, TOLD, notice, first_only=True, urgent=True, **values)
    if beside is not None and Role.OFFICE not in beside.roles:
        await _say(case, beside, notice, **values)


async def _say(case: Case, person: Person, notice: str, **values: Any) -> None:
    values = {"now": case.clock(person.school_id, case.now), **values}
    text = notices.render(notice, case.language(person.school_id), **values)
    await case.owe(person, notice, text, case.usable(person.channels())[:1], urgent=True)


def _numbers(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers)
