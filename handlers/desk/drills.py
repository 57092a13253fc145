"""Drills (DESIGN §6): begun, answered, scored. Marked TEST from first to last, and out of the way of what is real."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot import drill as judge
from bot import ladder, notices
from bot.alarm import Kind
from bot.drill import NOTICE, Drill, Score, State
from bot.held import EARLY
from bot.people import Person, Role
from bot.policy import Drills
from bot.words import Kind as Word
from handlers.desk.case import Case
from handlers.desk.choosing import term_of
from handlers.desk.said import Text
from store import alarms, outbox, requests, told, underway
from store import drills as rows

TOLD = (Role.OFFICE, Role.HEADTEACHER)
FROM = time(10)
"""Not before ten: in the first hour an office has other things to do."""
LATE_ANSWER = timedelta(hours=1)
"""After its begin, a bare "mine" may still be meant for a drill."""
WITHOUT = 60
"""Characters for those who did not answer."""


async def schedule(case: Case, school_id: int) -> bool:
    """A chore: once a month or a term, in school hours, while nobody is out. The first comes in the period after this one."""
    every, school = case.school(school_id).policy.drill, case.school(school_id)
    local = case.now.astimezone(school.zone)
    if every is Drills.NEVER or local.time() < FROM or not school.calendar.is_open(case.now):
        return False
    if school_id in await underway.schools(case.tx, case.now + EARLY):
        return False
    began = local.date().replace(day=1) if every is Drills.MONTHLY else term_of(school, local.date())
    last = await told.last(case.tx, school_id, NOTICE)
    if last is not None and not judge.is_due(last, datetime.combine(began, time(0), school.zone)):
        return False
    await told.is_due(case.tx, school_id, NOTICE, case.now, case.now)
    if last is None:
        return False
    await rows.ask(case.tx, school_id, case.now)
    return True


async def turn(case: Case, school_id: int) -> bool:
    """Begin the one that is wanted; let go whoever has a real alarm by now; end it when it is time."""
    found = await rows.live(case.tx, school_id)
    if found is None:
        return False
    alarmed = {one for alarm in await alarms.open_in_school(case.tx, school_id) for one in alarm.told}
    if found.state is State.ASKED:
        await _begin(case, found, alarmed)
    elif alarmed & found.answers.keys():
        await _let_go(case, found, alarmed)
    elif not found.waiting or (found.ends_at and case.now >= found.ends_at):
        await _over(case, found)
    else:
        return False
    return True


async def _begin(case: Case, wanted: Drill, alarmed: set[int]) -> None:
    """Ask everybody at once whom a code word could bring, but for those who are off duty, out, or have a real alarm."""
    school_id = wanted.school_id
    watch = await case.watch(school_id)
    policy, staff = case.school(school_id).policy, await case.people(school_id)
    rungs = ladder.ladder(Kind.CODE_WORD, policy, staff, await _out(case), watch)
    asked = [number for rung in rungs for number in rung if number not in watch.off_duty | alarmed]
    begun = replace(wanted, state=State.OPEN, begun_at=case.now, answers=dict.fromkeys(asked))
    await rows.save(case.tx, begun)
    await case.note(school_id, "drill", event="begun", drill=wanted.id, asked=asked)
    await _say(case, begun, NOTICE)


async def _out(case: Case) -> frozenset[int]:
    """Whoever is out now, whatever their role: nothing of a drill comes up on a phone inside a home."""
    return frozenset(visitor_id for _, visitor_id in await underway.visitors(case.tx, case.now + EARLY))


async def _let_go(case: Case, found: Drill, alarmed: set[int]) -> None:
    """These have a real alarm: nobody of them is to wonder which is which, and none is scored."""
    gone = {one: at for one, at in found.answers.items() if one in alarmed}
    left = {one: at for one, at in found.answers.items() if one not in alarmed}
    await rows.save(case.tx, replace(found, answers=left))
    await case.note(found.school_id, "drill", event="let go", drill=found.id, people=sorted(gone))
    await _say(case, replace(found, answers=gone), "drill_off")


async def take(case: Case, text: Text) -> bool:
    """A contact's "1" or "mine" while a drill asks them. Of somebody who has a real alarm it is the alarm's."""
    person = text.person
    if not (person.is_contact and text.certain and _is_mine(text)):
        return False
    found = await rows.live(case.tx, person.school_id)
    if found is None or person.id not in found.waiting or not found.begun_at or text.said.at < found.begun_at:
        return False
    if any(person.id in alarm.told for alarm in await alarms.open_in_school(case.tx, person.school_id)):
        return False
    if text.reading.digit and await _is_asked_for_a_yes(case, person):
        return False
    await rows.save(case.tx, replace(found, answers={**found.answers, person.id: text.said.at}))
    await case.note(person.school_id, "drill", person_id=person.id, event="answered", drill=found.id)
    length = notices.length(text.said.at - found.begun_at)
    now = case.clock(person.school_id, case.now)
    words = notices.render("drill_answered", case.language(person.school_id), now=now, length=length)
    await case.owe(person, "drill_answered", words, case.usable([text.incoming.channel]))
    return True


async def asks(case: Case, person: Person) -> bool:
    """Whether a drill waits for this person: then a bare "1" may be the answer to it."""
    found = await rows.live(case.tx, person.school_id)
    return found is not None and person.id in found.waiting


async def asked_lately(case: Case, text: Text) -> bool:
    """Whether a drill has begun so shortly before this was said that it may be a late answer to it."""
    begun = await rows.last_begun(case.tx, text.person.school_id)
    return begun is not None and text.said.at <= begun + LATE_ANSWER


def _is_mine(text: Text) -> bool:
    """ "1" of somebody on a visit is an arrival, and a code names an alarm."""
    if text.reading.danger:
        return False
    if text.reading.digit:
        return text.reading.digit == "1" and not any(place.is_open for place in text.places)
    return any(meaning.kind is Word.MINE and not meaning.code for meaning in text.reading.meanings)


async def _is_asked_for_a_yes(case: Case, person: Person) -> bool:
    return any(person.id in one.asked for one in await requests.pending(case.tx, person.school_id))


async def _say(case: Case, found: Drill, notice: str) -> None:
    """A sentence to everybody who was asked and is not out, on the way an alarm would come."""
    language, now = case.language(found.school_id), case.clock(found.school_id, case.now)
    asked = found.answers.keys() - await _out(case)
    for person in await case.people(found.school_id):
        if person.id in asked:
            ways = case.usable(person.alarm_channels())[:1]
            await case.owe(person, notice, notices.render(notice, language, now=now), ways, urgent=True)


async def _over(case: Case, found: Drill) -> None:
    await rows.save(case.tx, replace(found, state=State.OVER, ended_at=case.now))
    scored = await score(case, found)
    await case.note(
        found.school_id,
        "drill",
        event="over",
        drill=found.id,
        scores=[[one.person_id, _seconds(one.reached), _seconds(one.answered)] for one in scored],
    )
    people = {person.id: person for person in await case.people(found.school_id)}
    silent = [people[one.person_id].initials for one in scored if one.answered is None and one.person_id in people]
    # What others did may depend on an alarm, which a visitor's phone is never to show.
    besides = await _out(case) | {one.id for one in people.values() if Role.VISITOR in one.roles}
    number = str(len(scored))
    if silent:
        count, without = str(len(scored) - len(silent)), notices.shorten(", ".join(silent), WITHOUT)
        await case.tell(
            found.school_id, TOLD, "drill_report", besides=besides, number=number, count=count, without=without
        )
    elif scored:
        length = notices.length(judge.slowest(one.answered for one in scored) or timedelta(0))
        await case.tell(found.school_id, TOLD, "drill_all_answered", besides=besides, number=number, length=length)


async def score(case: Case, found: Drill) -> list[Score]:
    """Everybody's times so far."""
    reached = await outbox.reached(case.tx, found.school_id, NOTICE, found.begun_at or found.asked_at)
    return judge.scores(found, reached)


def _seconds(length: timedelta | None) -> float | None:
    return round(length.total_seconds(), 1) if length is not None else None
