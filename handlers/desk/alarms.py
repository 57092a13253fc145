"""Carrying out what the alarm machine decides."""

from dataclasses import replace
from datetime import datetime

import structlog

from bot import alarm as machine
from bot import notices
from bot.alarm import Alarm, Event, Happening, Kind, Notify
from bot.duty import Watch
from bot.held import EARLY
from bot.ladder import ladder
from bot.people import Channel, Person
from handlers.desk import chase, facts
from handlers.desk.case import Case, when_late
from store import alarms, outbox, underway, visits

log = structlog.get_logger(__name__)


async def raise_alarm(case: Case, school_id: int, visitor_id: int | None, visit_id: int | None, kind: Kind) -> Alarm:
    """Raise an alarm, or raise anew the one of this kind that is still open for this visitor and visit."""
    for alarm in await alarms.open_in_school(case.tx, school_id):
        if (alarm.visitor_id, alarm.visit_id, alarm.kind) == (visitor_id, visit_id, kind):
            return await happen(case, alarm, Happening(Event.AGAIN))
    absent = await _absent(case, school_id, visit_id, visitor_id)
    plan = await visits.by_id(case.tx, school_id, visit_id) if visit_id else None
    policy = plan.policy if plan else case.school(school_id).policy
    watch = await case.watch(school_id, plan.details.responsible_id if plan else None)
    alarm = Alarm(
        code=case.habits.draw_code(await alarms.codes_at_rest(case.tx, case.now)),
        kind=kind,
        school_id=school_id,
        visit_id=visit_id,
        visitor_id=visitor_id,
        raised_at=case.now,
        deadline_at=case.now + policy.rung,
    )
    ringing = await _stop_ringing(case, alarm) if alarm.is_duress else ()
    alarm = replace(alarm, ladder=ladder(kind, policy, await case.people(school_id), absent, watch, ringing))
    if not alarm.ladder:
        log.critical("an alarm has nobody to go to: import contacts for the school", school=school_id)
    kept = await alarms.add(case.tx, alarm)
    await _note_off_duty(case, kept, watch)
    return await happen(case, kept, Happening(Event.RAISED))


async def _stop_ringing(case: Case, duress: Alarm) -> tuple[int, ...]:
    """Nobody is led any further to ring somebody under duress. Gives who has been told to: they are to hear of it at once."""
    quiet = [one for one in await facts.beside(case, duress) if not one.is_duress]
    for alarm in quiet:
        await chase.over(case, alarm)
    return tuple(person_id for alarm in quiet for person_id in alarm.told)


async def _note_off_duty(case: Case, alarm: Alarm, watch: Watch) -> None:
    """Who of the ladder comes later because they are off duty, into the journal."""
    on_ladder = {person_id for rung in alarm.ladder for person_id in rung}
    skipped = on_ladder & watch.off_duty
    if skipped or watch.outside:
        await case.note(
            alarm.school_id,
            "off duty",
            alarm.visit_id,
            alarm.id,
            off=sorted(skipped - watch.away),
            away=sorted(skipped & watch.away),
            outside_hours=watch.outside,
            responsible=watch.responsible,
        )


async def _absent(case: Case, school_id: int, visit_id: int | None, visitor_id: int | None) -> frozenset[int]:
    """Those the alarm is about, and their partners in the visit: never their own contacts.

    Where nobody knows whom it is about, it may be about anybody who is out, and shows on no phone of theirs.
    """
    if visit_id is None and visitor_id is None:
        out = await underway.visitors(case.tx, case.now + EARLY)
        return frozenset(person_id for of_school, person_id in out if of_school == school_id)
    places = await visits.places_of_visit(case.tx, school_id, visit_id) if visit_id else []
    return frozenset({*(place.visitor_id for place in places), *([visitor_id] if visitor_id else [])})


async def answerable(case: Case, person: Person) -> list[Alarm]:
    """The open alarms this person may answer: any contact may, but for an alarm about a visit of their own."""
    if not person.is_contact:
        return []
    open_ones = await alarms.open_in_school(case.tx, person.school_id)
    return [alarm for alarm in open_ones if await may_answer(case, person, alarm)]


async def may_answer(case: Case, person: Person, alarm: Alarm) -> bool:
    return person.is_contact and person.id not in await _absent(case, alarm.school_id, alarm.visit_id, alarm.visitor_id)


async def happen(case: Case, alarm: Alarm, happening: Happening) -> Alarm:
    """Let something happen to an alarm; owe what follows to the contacts."""
    policy = await case.policy(alarm.school_id, alarm.visit_id)
    decision = machine.decide(alarm, happening, policy, case.now)
    after = decision.alarm
    if after != alarm:
        await alarms.save(case.tx, after)
    if alarm.is_open and not after.is_open and alarm.id is not None:
        await outbox.drop_unsent(case.tx, alarm.id)
    await case.note(
        alarm.school_id,
        "alarm",
        alarm.visit_id,
        alarm.id,
        happening.by,
        code=alarm.code,
        alarm=alarm.kind,
        event=happening.event,
        before=alarm.state,
        after=after.state,
        rung=after.rung,
        rounds=after.rounds,
        outcome=happening.outcome,
        reason=happening.reason,
        **when_late(happening.said_at),
    )
    if not after.is_open or after.owner_id is None:
        await chase.over(case, after)
    values = await _facts(case, after, happening) if decision.effects else {}
    values["minutes"] = f"{policy.ownership.total_seconds() / 60:g}"
    asked = await _first_step(case, alarm, after)
    untold = [effect.person_id for effect in decision.effects if not await _notify(case, after, effect, values, asked)]
    kept = (await alarms.by_id(case.tx, alarm.school_id, alarm.id) if alarm.id else None) or after
    for person_id in untold:
        kept = await happen(case, kept, Happening(Event.REFUSED, by=person_id))
    return kept


async def _first_step(case: Case, before: Alarm, after: Alarm) -> str:
    """Whoever has just taken an alarm that silence raised is told what to do first, in the same text (E6)."""
    owner = await case.person(after.school_id, after.owner_id) if after.owner_id else None
    if owner is None or before.owner_id == after.owner_id:
        return ""
    step = await chase.begin(case, after, owner)
    return step.text if step else ""


async def pass_on(case: Case, alarm: Alarm, person: Person, words: str) -> None:
    """What a contact writes in the heat of an alarm, to everybody else on its ladder, told already or not."""
    everybody = dict.fromkeys([*alarm.told, *(person_id for rung in alarm.ladder for person_id in rung)])
    values = await _facts(case, alarm, Happening(Event.DETAILS)) | {"words": notices.shorten(words)}
    for person_id in everybody:
        if person_id != person.id:
            await _notify(case, alarm, Notify(person_id, "alarm_talk", about=person.id), values)


async def deadline(case: Case, alarm: Alarm) -> None:
    """A rung's time or an ownership is up."""
    if alarm.is_open and alarm.deadline_at and alarm.deadline_at <= case.now:
        await happen(case, alarm, Happening(Event.RUNG_DUE))


async def sign_of_life(
    case: Case, person: Person, visit_id: int | None, word: str, said_at: datetime | None = None
) -> None:
    """The visitor has spoken, maybe a while ago: their quiet alarms of this visit end, a duress alarm does not."""
    for alarm in await alarms.of_visitor(case.tx, person.school_id, person.id):
        if alarm.visit_id == visit_id:
            await happen(case, alarm, Happening(Event.LIFE, reason=word, said_at=said_at))


async def _facts(case: Case, alarm: Alarm, happening: Happening) -> dict[str, object]:
    """What a contact needs to know, for the sentences of this alarm."""
    language = case.school(alarm.school_id).language
    word = notices.said(happening.reason, language) if happening.event is Event.LIFE else ""
    said = case.clock(alarm.school_id, happening.said_at)
    return {**await facts.of_alarm(case, alarm), "word": word, "said": said}


def _ways(case: Case, person: Person) -> tuple[Channel, ...]:
    """The surest channel; and the next one too while the provider of that one fails (DESIGN §7, I4)."""
    usable = case.usable(person.alarm_channels())
    return usable if usable and usable[0] in case.habits.ailing else usable[:1]


async def _ways_of(case: Case, person: Person, alarm: Alarm, notice: str) -> tuple[Channel, ...] | None:
    """By which channels a notice goes; None where it waits to leave by every one of them.

    Round after round says the same. What has not left stands for the next: else an hour's outage ends in thirty texts at
    once. The round goes by the next channel instead, where there is one (docs/decisions/0031).
    """
    ways = _ways(case, person)
    if notice != machine.ROUND or alarm.id is None:
        return ways
    waiting = await outbox.waiting_by(case.tx, alarm.id, person.id, notice)
    if not waiting.intersection(ways):
        return ways
    free = tuple(way for way in case.usable(person.alarm_channels()) if way not in waiting)
    return tuple(way for way in ways if way in free) or free[:1] or None


async def _first_words(case: Case, alarm: Alarm) -> str:
    """The sentence that tells of an alarm; of one that would have somebody rung, beside duress, the one that has not."""
    if not alarm.is_duress and await facts.is_beside_duress(case, alarm):
        return "alarm_beside_duress"
    return f"alarm_{alarm.kind.name.lower()}"


async def _notify(case: Case, alarm: Alarm, effect: Notify, known: dict[str, object], asked: str = "") -> bool:
    """Owe one contact one sentence, the owner with what is `asked` of them; False when no channel of theirs is left."""
    person = await case.person(alarm.school_id, effect.person_id)
    if person is None:
        return False
    ways = await _ways_of(case, person, alarm, effect.notice)
    if ways is None:
        return True
    language = case.school(alarm.school_id).language
    about = await case.person(alarm.school_id, effect.about) if effect.about else None
    notice = await _first_words(case, alarm) if effect.notice == "alarm" else effect.notice
    values = {**known, "about": about.name if about else notices.label("unknown", language)}
    text = notices.render(notice, language, **values)
    if effect.notice == "alarm_yours" and asked:
        text = f"{notices.render('alarm_yours_chase', language, **values)} {asked}"
    buttons = (notices.label("mine", language, code=alarm.code),) if alarm.is_open and alarm.owner_id is None else ()
    return await case.owe(
        person,
        notice,
        text,
        ways,
        buttons=buttons,
        urgent=True,
        visit_id=alarm.visit_id,
        alarm_id=alarm.id,
    )
