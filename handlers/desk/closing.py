"""What is asked when a visit has ended: whether there were any concerns (P14), and why it was unsafe (P5 C14 W6 E7)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import notices, words
from bot.acts import UNSAFE
from bot.events import Event, Happening
from bot.people import Channel, Person
from bot.place import Place
from bot.talk import Again, Answers, Fault, Field, Question, Setting, Value, is_no, is_yes, readers
from bot.words import Kind
from handlers.desk import places, talks
from handlers.desk.case import Case
from handlers.desk.places import Owed
from handlers.desk.said import Text
from handlers.desk.talks import Asking, Topic
from store import visits
from store.talks import Talk

LASTS = timedelta(minutes=30)
"""How long a text counts as the answer. Later it is read as any other: a concern is then passed on in its own words."""
STAYS = "concern_stays"
"""What is said to who has said yes and leaves it at that."""
REASON_WORDS = 4
"""So few words call a visit off ("unsafe, leaving now") and do not say why."""
_LEFT = (Event.LEFT, Event.LEFT_FOR_SCHOOL)
_OFF = (Event.CALLED_OFF, Event.OFF_FOR_SCHOOL)
_WELL = frozenset({Kind.NO_CONCERN, Kind.OK, Kind.THANKS})
_GONE = frozenset({Kind.LEFT, Kind.NOT_RETURNING, Kind.RETURNED})
_TOLD = frozenset({Kind.CONCERN, Kind.INCIDENT, Kind.CHILD_DANGER})


async def ask(case: Case, text: Text, last: Place, owed: Sequence[Owed]) -> Question | None:
    """The question that rides in the answer to a leaving; None where there is nothing to ask."""
    events = {one.happening.event: one.happening for one in owed if one.place.visit_id == last.visit_id}
    if last.visit_id is None:
        return None
    off = next((events[event] for event in _OFF if event in events), None)
    if off is not None and off.reason in UNSAFE and len(text.incoming.text.split()) <= REASON_WORDS:
        return await talks.begin(case, text.person, WHY_UNSAFE, visit_id=last.visit_id, about={"reason": off.reason})
    if not any(event in events for event in _LEFT):
        return None
    if Kind.NO_CONCERN in text.reading.kinds:
        await _none(case, text.person, last.visit_id)
        return None
    policy = await case.policy(text.person.school_id, last.visit_id)
    if not policy.ask_concerns or text.reading.kinds & _TOLD:
        return None
    return await talks.begin(case, text.person, CONCERNS, visit_id=last.visit_id)


async def _none(case: Case, person: Person, visit_id: int | None) -> None:
    await case.note(person.school_id, "concerns", visit_id, person_id=person.id, concerns="none")


def _concerns(text: str, answers: Answers, setting: Setting) -> Value | Fault:
    """Nothing ("") for "no", "all fine"; True for "yes" alone; else the words."""
    if _says_none(text, setting):
        return ""
    if is_yes(text, setting.language):
        return True
    return readers.text()(text, answers, setting)


def _says_none(text: str, setting: Setting) -> bool:
    reading = words.read(text, now=setting.now, zone=setting.zone, language=setting.language)
    return is_no(text, setting.language) or (reading.kinds <= _WELL and reading.certain)


async def _asking_concerns(case: Case, person: Person, talk: Talk) -> Asking:
    return Asking((Field("concerns", "concerns", _concerns, free=True, hears=_TOLD | _WELL, repeats=_GONE),))


async def _concerns_done(case: Case, person: Person, talk: Talk) -> str | Question | Again:
    """No concern is recorded, by SMS without a word; a yes is told as a concern at once, and its words are asked for."""
    said = talk.answers["concerns"]
    if not said:
        await _none(case, person, talk.visit_id)
        spared = person.last_channel is Channel.SMS
        return "" if spared else notices.render("concerns_none", case.language(person.school_id))
    if said is not True:
        return await _pass_on(case, person, talk, str(said))
    told = await _pass_on(case, person, talk, "yes")
    asked = await talks.begin(case, person, CONCERN_WORDS, visit_id=talk.visit_id)
    return Question(joined(told, asked), asked.buttons)


async def _pass_on(case: Case, person: Person, talk: Talk, said: str) -> str:
    """A concern goes to the DSL at once, an incident to the head. Gives what its teller is answered."""
    await case.note(person.school_id, "concerns", talk.visit_id, person_id=person.id, concerns=said)
    school = case.school(person.school_id)
    kinds = words.read(said, now=case.now, zone=school.zone, language=school.language).kinds
    events = [event for kind, event in _EVENTS.items() if kind in kinds] or [Event.CONCERN]
    place = await _place(case, person, talk)
    owed: list[Owed] = []
    for event in events:
        place, answers = await places.happen(case, person, place, Happening(event, note=said))
        owed += answers
    return places.answer(case, person, owed)


_EVENTS = {
    Kind.CHILD_DANGER: Event.CHILD_DANGER,
    Kind.CONCERN: Event.CONCERN,
    Kind.INCIDENT: Event.INCIDENT,
}


async def _place(case: Case, person: Person, talk: Talk) -> Place:
    """The person's own place in the visit that was left."""
    found = await visits.places_of_visit(case.tx, person.school_id, talk.visit_id) if talk.visit_id else []
    return next((place for place in found if place.visitor_id == person.id), Place(person.id))


async def _asking_words(case: Case, person: Person, talk: Talk) -> Asking:
    return Asking((Field("words", "concerns_what", _words, free=True, hears=_TOLD | _WELL, repeats=_GONE),))


def _words(text: str, answers: Answers, setting: Setting) -> Value | Fault:
    """The words of a concern; nothing ("") for "no", which takes back nothing of the yes. Once more "yes" is not yet words."""
    if is_yes(text, setting.language) or not any(char.isalpha() for char in text):
        return Fault("concerns_what")
    return "" if _says_none(text, setting) else readers.text()(text, answers, setting)


async def _words_done(case: Case, person: Person, talk: Talk) -> str | Again:
    """The words are passed on as they would have been at first. Without any, the concern stays told."""
    said = str(talk.answers["words"])
    return await _pass_on(case, person, talk, said) if said else notices.render(STAYS, case.language(person.school_id))


async def _asking_why(case: Case, person: Person, talk: Talk) -> Asking:
    return Asking((Field("why", "why_unsafe", _why, free=True, hears=_TOLD),))


def _why(text: str, answers: Answers, setting: Setting) -> Value | Fault:
    """A reason is in words: a "3" is leaving said again, and the question still waits."""
    if not any(char.isalpha() for char in text):
        return Fault("why_unsafe")
    return readers.text()(text, answers, setting)


async def _why_done(case: Case, person: Person, talk: Talk) -> str | Again:
    """The reason goes to those the policy names, in writing."""
    policy = await case.policy(person.school_id, talk.visit_id)
    why = str(talk.answers["why"])
    reason = notices.why_off(str(talk.about.get("reason", "unsafe")), case.language(person.school_id))
    await case.note(person.school_id, "why off", talk.visit_id, person_id=person.id, reason=reason, why=why)
    await case.tell(
        person.school_id,
        policy.tell_unsafe,
        "head_why_off",
        besides=frozenset({person.id}),
        visit_id=talk.visit_id,
        initials=person.initials,
        visit=talk.visit_id or "-",
        kind_off=reason,
        words=notices.shorten(why),
    )
    return notices.render("why_noted", case.language(person.school_id))


def lingers(talk: Talk, now: datetime) -> bool:
    """Whether it is a question of a leaving that still takes its answer, and keeps nothing else waiting any more."""
    return talk.topic in (CONCERN_WORDS.name, WHY_UNSAFE.name) and now - talk.asked_at > LASTS


_REMINDERS, _HALF_A_DAY = (timedelta(minutes=15),), timedelta(hours=12)
CONCERNS = Topic("concerns", _asking_concerns, _concerns_done, lasts=LASTS)
CONCERN_WORDS = Topic("concern words", _asking_words, _words_done, reminders=_REMINDERS, left=STAYS, lasts=_HALF_A_DAY)
WHY_UNSAFE = Topic("why unsafe", _asking_why, _why_done, reminders=_REMINDERS, lasts=_HALF_A_DAY)


def joined(answer: str, asked: Question | None) -> str:
    """An answer with the question that rides in it."""
    return f"{answer} {asked.text}" if asked and asked.text else answer
