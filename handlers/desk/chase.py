"""The chase for somebody who does not answer: who has taken the alarm is led from number to number (E6, P8).

Each step names whom to ring, and each answer is kept: the visitor, the address, the head, then the police, in the order of
the policy. Whoever takes the alarm over goes on where the one before has stopped.
"""

from collections.abc import Iterable, Mapping, Sequence

from bot import alarm as machine
from bot import notices, words
from bot.alarm import Alarm, Event, Happening
from bot.people import Person, Role
from bot.policy import Policy, Step
from bot.talk import Again, Answers, Fault, Field, Question, Setting, Value, is_no
from bot.talk.phrases import plain, table
from bot.words import Kind
from handlers.desk import facts, talks
from handlers.desk.case import Case
from handlers.desk.talks import Asking, Topic
from store import alarms, people
from store import talks as talk_store
from store.talks import Talk

LONGEST = 200
_DECIDE = (Role.HEADTEACHER, Role.DEPUTY)


async def begin(case: Case, alarm: Alarm, owner: Person) -> Question | None:
    """The first thing to do for whoever has taken an alarm that silence has raised; None in duress, where nobody rings."""
    if alarm.is_duress or alarm.visit_id is None or alarm.id is None or await facts.is_beside_duress(case, alarm):
        return None
    before = await talk_store.latest_about_alarm(case.tx, alarm.school_id, CHASE.name, alarm.id)
    await over(case, alarm)
    known = before.answers if before else {}
    return await talks.begin(case, owner, CHASE, visit_id=alarm.visit_id, alarm_id=alarm.id, answers=known)


async def over(case: Case, alarm: Alarm) -> None:
    """The alarm has ended, or has another owner: nobody is led any further by this one."""
    if alarm.visit_id is not None:
        await talks.close(case, alarm.school_id, alarm.visit_id, CHASE, alarm.id)


def _reached(text: str, answers: Answers, setting: Setting) -> Value | Fault:
    """ "Reached, she is well" or "no answer": whether somebody was spoken to, and what was said.

    Somebody who was reached ends the chase. So what may be either, like "she is out", is asked again. Where danger is in what
    they said ("he says ring 999"), the police are next.
    """
    said, lists = plain(text), table(setting.language, "chase")
    about_whom = _behind(said, lists["who"]) or ""
    silent = any(_behind(part, lists["not_reached"]) is not None for part in (said, about_whom))
    if silent or is_no(text, setting.language):
        return {"reached": False, "said": notices.shorten(text, LONGEST)}
    sure = _behind(said, lists["asked"]) is not None and not _holds(said, lists["machine"])
    if "?" not in text and (sure or _says_certainly(said, lists, "reached")):
        reading = words.read(text, now=setting.now, zone=setting.zone, language=setting.language)
        return {"reached": True, "danger": reading.danger, "said": notices.shorten(text, LONGEST)}
    return Fault("chase_again")


def _rung(text: str, answers: Answers, setting: Setting) -> Value | Fault:
    said, lists = plain(text), table(setting.language, "chase")
    of_others = _holds(said, lists["others"]) and not _holds(said, lists["police"])
    if "?" not in text and _says_certainly(said, lists, "rung") and not of_others:
        return {"reached": False, "said": notices.shorten(text, LONGEST)}
    return Fault("chase_again")


def _says_certainly(said: str, lists: Mapping[str, Sequence[str]], what: str) -> bool:
    return _behind(said, lists[what]) is not None and not _holds(said, [*lists["doubt"], *lists["machine"]])


def _behind(said: str, phrases: Iterable[str]) -> str | None:
    """What stands behind the longest of these phrases that a text begins with; None where it begins with none."""
    found = [begun for begun in map(plain, phrases) if f"{said} ".startswith(f"{begun} ")]
    return said.removeprefix(max(found, key=len)).strip() if found else None


def _holds(said: str, phrases: Iterable[str]) -> bool:
    return any(f" {plain(phrase)} " in f" {said} " for phrase in phrases)


def _form(policy: Policy, house: bool, decides: bool) -> tuple[Field, ...]:
    """The steps of the policy, without the head where nobody but whoever is led `decides`. Danger words are theirs to hear."""
    hears, fields = frozenset({Kind.DANGER}), []
    for step in policy.chase:
        notice = f"chase_{step.value}" if step is not Step.ADDRESS or house else "chase_no_number"
        if step is Step.POLICE:
            fields.append(Field(step.value, notice, _rung, skipped=_is_well, hears=hears))
        elif step is not Step.HEAD or decides:
            fields.append(Field(step.value, notice, _reached, skipped=_is_reached, hears=hears))
    return tuple(fields)


def _is_reached(answers: Answers) -> bool:
    return any(answer["reached"] for answer in answers.values())


def _is_well(answers: Answers) -> bool:
    return any(answer["reached"] and not answer.get("danger") for answer in answers.values())


async def _head(case: Case, person: Person, alarm: Alarm) -> tuple[Role, Person] | None:
    """Who decides: the head, or the deputy in their place; first who is on duty (clause 11). None for the head's own chase."""
    if Role.HEADTEACHER in person.roles:
        return None
    staff, off = await case.people(alarm.school_id), (await case.watch(alarm.school_id)).off_duty
    besides = (person.id, alarm.visitor_id)
    ranks = [(role, one) for role in _DECIDE for one in people.with_role(staff, role) if one.id not in besides]
    return next((rank for rank in ranks if rank[1].id not in off), ranks[0] if ranks else None)


async def _alarm(case: Case, talk: Talk) -> Alarm | None:
    return await alarms.by_id(case.tx, talk.school_id, talk.alarm_id) if talk.alarm_id else None


async def _asking(case: Case, person: Person, talk: Talk) -> Asking:
    alarm = await _alarm(case, talk)
    if alarm is None or not alarm.is_open:
        return Asking(())
    policy = await case.policy(talk.school_id, talk.visit_id)
    values = await facts.of_alarm(case, alarm)
    language = case.language(talk.school_id)
    head = await _head(case, person, alarm)
    if head is not None:
        role = notices.role(head[0], language)
        values |= {"role": role, "head": head[1].name, "head_phone": head[1].phone}
    values |= {"words": await facts.last_words(case, alarm)}
    house = values["house"] != notices.label("unknown", language)
    return Asking(_form(policy, house, head is not None), values)


async def _heard(case: Case, person: Person, talk: Talk) -> None:
    """Keep the answer, and the alarm with whoever is at work on it."""
    step, answer = list(talk.answers.items())[-1]
    await case.note(talk.school_id, "chase", talk.visit_id, talk.alarm_id, person.id, step=step, **answer)
    alarm = await _alarm(case, talk)
    if alarm is not None:
        policy = await case.policy(talk.school_id, talk.visit_id)
        kept = machine.decide(alarm, Happening(Event.AT_WORK, person.id), policy, case.now).alarm
        if kept != alarm:
            await alarms.save(case.tx, kept)


async def _done(case: Case, person: Person, talk: Talk) -> str | Again:
    alarm = await _alarm(case, talk)
    language = case.language(person.school_id)
    if alarm is None or not alarm.is_open:
        return ""
    notice = "chase_rung" if Step.POLICE.value in talk.answers else "chase_reached"
    return notices.render(notice, language, code=alarm.code, now=case.clock(person.school_id, case.now))


CHASE = Topic("chase", _asking, _done, heard=_heard)
