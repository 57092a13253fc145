"""Conversations: who is asked what, what an answer comes to, and what is asked again.

How to add one. Make a `Topic`: its name, the form of its questions (made anew from the store for each text, so it may hold
names and numbers of the hour), and what happens when all is answered. Put it into TOPICS (`handlers/desk/topics.py`), its
sentences under [talk] in the notices, and begin it:

    question = await talks.begin(case, person, TOPIC, visit_id=place.visit_id)
    await talks.say(case, person, question)

A conversation is a row. It knows nothing of alarms but the number of the one it is about, and a text reaches it only after
the code word and danger have been looked for, and only when it is not the visit's (`bot/talk/turn.py`).
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot import notices
from bot.events import Event
from bot.people import Channel, Person, Role
from bot.talk import (
    Again,
    Belongs,
    Done,
    Form,
    Heard,
    Question,
    Setting,
    Standing,
    Step,
    anew,
    belongs,
    first,
    go_on,
    leaves,
    question,
    standing,
    step,
)
from bot.visit import Place
from bot.which import RECENT, which
from bot.words.outside import outside
from handlers.desk.case import Case
from handlers.desk.said import Text
from store import talks, visits
from store.talks import Talk, TalkState

LET_BE = timedelta(minutes=10)
"""How long a reminder waits when its person is inside a home."""


class Asking(NamedTuple):
    """The form of a conversation as it is now, what fills in its questions, and what its readers need to know."""

    form: Form
    values: Mapping[str, object] = {}
    known: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Topic:
    """What a conversation is about. `done` gives the last words, or what has to be asked again.

    `reminders`: how long each question waits before it is asked again, the first time, the second, … When they are used up
    the conversation waits on, or with `gives_up` is left without a word. `left`: what is said to who leaves it.
    """

    name: str
    asking: Callable[[Case, Person, Talk], Awaitable[Asking]]
    done: Callable[[Case, Person, Talk], Awaitable[str | Question | Again]]
    reminders: tuple[timedelta, ...] = ()
    gives_up: bool = False
    left: str = "talk_left"
    lasts: timedelta | None = None
    heard: Callable[[Case, Person, Talk], Awaitable[None]] | None = None


async def begin(
    case: Case,
    person: Person,
    topic: Topic,
    *,
    visit_id: int | None = None,
    alarm_id: int | None = None,
    answers: Mapping[str, Any] | None = None,
    about: Mapping[str, Any] | None = None,
    again: Again | None = None,
    fresh: bool = False,
) -> Question:
    """Begin a conversation, or take up the one that is open about the same; gives what is to be said now.

    It becomes the one that is answered next. `answers` are known already, `about` is kept for the topic's own use, `again` is
    what is wrong with them. `fresh`: nothing that is open is taken up.
    """
    same = (topic.name, visit_id, alarm_id)
    for talk in await talks.open_with(case.tx, person.school_id, person.id):
        if not fresh and (talk.topic, talk.visit_id, talk.alarm_id) == same:
            known = {**talk.answers, **(answers or {})}
            return await _stand(
                case, person, topic, replace(talk, answers=known, about={**talk.about, **(about or {})})
            )
    talk = Talk(
        school_id=person.school_id,
        person_id=person.id,
        topic=topic.name,
        visit_id=visit_id,
        alarm_id=alarm_id,
        answers=answers or {},
        about=about or {},
        begun_at=case.now,
        asked_at=case.now,
    )
    return await _stand(case, person, topic, await talks.add(case.tx, talk), again)


async def say(
    case: Case,
    person: Person,
    asked: Question,
    *,
    channels: Iterable[Channel] | None = None,
    visit_id: int | None = None,
    not_before: datetime | None = None,
) -> None:
    """Owe a question, or last words, to somebody. Inside a home the buttons stay those of the visit."""
    places = await _places(case, person)
    inside = standing(places, case.now) is Standing.INSIDE
    here = which(person.id, places, Event.STATUS, case.now)
    visits_own = notices.buttons(here.state, case.language(person.school_id)) if places or not person.is_contact else ()
    buttons = visits_own if inside or not asked.buttons else asked.buttons
    by = case.usable(channels if channels is not None else person.channels())[:1]
    await case.owe(person, "talk", asked.text, by, buttons=buttons, visit_id=visit_id, not_before=not_before)


async def answer(case: Case, text: Text) -> bool:
    """Take a text as an answer, where it is one. False leaves it to the visit."""
    person = text.person
    found = [talk for talk in await live(case, person) if _topic(case, talk)]
    if not found or not text.own or outside(text.incoming.text).tapback:
        return False
    if found[0].asked_at > text.said.at:
        return False  # said before it was asked, and read only now
    talk, topic = found[0], case.habits.topics[found[0].topic]
    asking, setting = await _asking(case, person, topic, talk)
    asked = first(asking.form, talk.answers)
    whose = Belongs.TALK
    if asked is not None:
        heard = Heard(text.reading, text.certain, goes=Role.VISITOR in person.roles or bool(text.places))
        whose = belongs(asked, heard, standing(text.places, case.now), case.now - talk.asked_at)
    if whose is Belongs.VISIT:
        return False
    if leaves(text.incoming.text, setting.language):
        reply = await leave(case, person, talk)
    else:
        outcome = step(asking.form, talk.answers, text.incoming.text, setting)
        if isinstance(outcome, Again) and whose is Belongs.EITHER:
            return False
        if topic.heard and not isinstance(outcome, Again):
            await topic.heard(case, person, replace(talk, answers=outcome.answers))
        reply = await _carry_out(case, person, topic, talk, outcome)
    reply = await _and_back(case, person, reply, found[1:])
    if reply.text:
        by, leaves_at = [text.incoming.channel], text.answered_at(case)
        await say(case, person, reply, channels=by, visit_id=talk.visit_id, not_before=leaves_at)
    return True


async def live(case: Case, person: Person) -> list[Talk]:
    """A person's open conversations; one whose time is over is left without a word."""
    found = []
    for talk in await talks.open_with(case.tx, person.school_id, person.id):
        topic = _topic(case, talk)
        if topic and topic.lasts and case.now - talk.asked_at > topic.lasts:
            await _end(case, talk, TalkState.LEFT)
        else:
            found.append(talk)
    return found


async def asks(case: Case, person: Person, name: str) -> bool:
    """Whether the question that is open with somebody is the one of this name."""
    for talk in (await live(case, person))[:1]:
        if topic := _topic(case, talk):
            asking, _ = await _asking(case, person, topic, talk)
            asked = first(asking.form, talk.answers)
            return asked is not None and asked.name == name
    return False


async def close(case: Case, school_id: int, visit_id: int, topic: Topic, alarm_id: int | None) -> None:
    """What a conversation was about is over: it is ended with everybody, without a word."""
    for talk in await talks.open_about(case.tx, school_id, visit_id):
        if (talk.topic, talk.alarm_id) == (topic.name, alarm_id):
            await _end(case, talk, TalkState.DONE)


async def leave(case: Case, person: Person, talk: Talk) -> Question:
    """Leave a conversation, with a kind word."""
    topic = _topic(case, talk)
    await _end(case, talk, TalkState.LEFT)
    return Question(notices.render(topic.left if topic else "talk_left", case.language(person.school_id)), ())


async def close_others(case: Case, talk: Talk, by: Person) -> None:
    """The first answer counts: whoever was asked the same is told who has answered, and asked no more."""
    if talk.visit_id is None:
        return
    for other in await talks.open_about(case.tx, talk.school_id, talk.visit_id):
        if (other.topic, other.alarm_id) != (talk.topic, talk.alarm_id) or other.person_id == by.id:
            continue
        await _end(case, other, TalkState.DONE)
        person = await case.person(other.school_id, other.person_id)
        if person is not None:
            told = notices.render("talk_taken", case.language(other.school_id), initials=by.initials)
            await say(case, person, Question(told, ()), visit_id=other.visit_id)


async def remind(case: Case, talk: Talk) -> None:
    """A reminder has come due: ask again, or let the conversation be. Nobody is reminded inside a home."""
    person, topic = await case.person(talk.school_id, talk.person_id), _topic(case, talk)
    if not talk.is_open or talk.remind_at is None or talk.remind_at > case.now:
        return
    if person is None or topic is None:
        await talks.save(case.tx, replace(talk, remind_at=None))
        return
    if standing(await _places(case, person), case.now) is Standing.INSIDE:
        await talks.save(case.tx, replace(talk, remind_at=case.now + LET_BE))
        return
    if talk.reminders >= len(topic.reminders):
        await _end(case, talk, TalkState.LEFT)
        return
    asking, setting = await _asking(case, person, topic, talk)
    asked = first(asking.form, talk.answers)
    count = talk.reminders + 1
    await talks.save(case.tx, replace(talk, asked_at=case.now, reminders=count, remind_at=_next(case, topic, count)))
    if asked is not None:
        ask = question(asked, setting)
        still = notices.render("talk_still", setting.language, ask=ask.text)
        await say(case, person, Question(still, ask.buttons), visit_id=talk.visit_id)


async def _places(case: Case, person: Person) -> list[Place]:
    return await visits.places_of_visitor(case.tx, person.school_id, person.id, case.now - RECENT)


def _topic(case: Case, talk: Talk) -> Topic | None:
    """The topic of a conversation; None for one that another version began and this one does not know."""
    return case.habits.topics.get(talk.topic)


async def _asking(case: Case, person: Person, topic: Topic, talk: Talk) -> tuple[Asking, Setting]:
    asking = await topic.asking(case, person, talk)
    school = case.school(person.school_id)
    return asking, Setting(case.now, school.zone, school.language, asking.values, asking.known)


async def _stand(case: Case, person: Person, topic: Topic, talk: Talk, again: Again | None = None) -> Question:
    """What is to be said where a conversation stands: its next question, or its last words."""
    asking, _ = await _asking(case, person, topic, talk)
    return await _carry_out(case, person, topic, talk, again or go_on(asking.form, talk.answers))


async def _carry_out(case: Case, person: Person, topic: Topic, talk: Talk, outcome: Step) -> Question:
    if isinstance(outcome, Done):
        talk = replace(talk, answers=outcome.answers)
        last = await topic.done(case, person, talk)
        if not isinstance(last, Again):
            await _end(case, talk, TalkState.DONE)
            return Question(last, ()) if isinstance(last, str) else last
        outcome = last
    if isinstance(outcome, Again):
        talk = replace(talk, answers=anew(talk.answers, outcome))
    else:
        talk = replace(talk, answers=outcome.answers)
    asking, setting = await _asking(case, person, topic, talk)
    asked = first(asking.form, talk.answers)
    assert asked is not None, f"nothing is left to ask in {topic.name}"
    await talks.save(case.tx, replace(talk, asked_at=case.now, reminders=0, remind_at=_next(case, topic, 0)))
    await _note(case, talk, "asked", field=asked.name)
    return question(asked, setting, outcome.fault if isinstance(outcome, Again) else None)


async def _and_back(case: Case, person: Person, reply: Question, older: list[Talk]) -> Question:
    """When a conversation has ended, the one before it is asked again, in the same text."""
    still_open = await talks.open_with(case.tx, person.school_id, person.id)
    if not older or still_open[0].id != older[0].id:
        return reply
    topic = case.habits.topics[older[0].topic]
    again = await _stand(case, person, topic, still_open[0])
    back = notices.render("talk_back", case.language(person.school_id), ask=again.text)
    return Question(f"{reply.text} {back}".strip(), again.buttons)


def _next(case: Case, topic: Topic, count: int) -> datetime | None:
    """When a question that was asked so many times again is due once more, or the conversation to be given up."""
    if count < len(topic.reminders):
        return case.now + topic.reminders[count]
    return case.now + topic.reminders[-1] if topic.gives_up and topic.reminders else None


async def _end(case: Case, talk: Talk, state: TalkState) -> None:
    await talks.save(case.tx, replace(talk, state=state, remind_at=None))
    await _note(case, talk, state.value)


async def _note(case: Case, talk: Talk, event: str, **body: object) -> None:
    await case.note(
        talk.school_id, "talk", talk.visit_id, talk.alarm_id, talk.person_id, topic=talk.topic, event=event, **body
    )
