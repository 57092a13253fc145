"""Carrying out what the visit machine decides."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot import notices, visit
from bot.acts import UNSAFE
from bot.events import Event, Happening
from bot.people import Channel, Person
from bot.visit import Decision, LifeSign, Place, Raise, Say, Tell
from handlers.desk import alarms, going, outings
from handlers.desk.case import Case, when_late
from store import requests, visits


class Owed(NamedTuple):
    """A notice that a decision owes to the visitor, not yet in words."""

    place: Place
    notice: str
    happening: Happening
    spare: bool = False
    partner: str = ""


BARE_WORDS = 2
"""A text that opens a visit and says more than so many words says where: it stands as the address until one is given."""


def says_where(text: str) -> bool:
    return len(text.split()) > BARE_WORDS


async def happen(
    case: Case,
    person: Person,
    place: Place,
    happening: Happening,
    *,
    quiet: bool = False,
    echo: bool = False,
    heard: bool = True,
) -> tuple[Place, list[Owed]]:
    """Let something happen to a place; give the place as it now is and what is owed to the visitor.

    What is for one channel is given back, so that one text has one answer; what is for every channel is owed here.
    `quiet` keeps a danger from raising a second alarm where the code word has raised one already; `echo` is for what has
    been told of another visit of the same outing. `heard`: it is the visitor who was heard; what another does for them is no
    sign of life, and is not told as their word.
    """
    policy = await case.policy(person.school_id, place.visit_id)
    happening = await outings.among_others(case, person.school_id, place, happening)
    decision = visit.decide(place, happening, policy, happening.said_at or case.now)
    spoke_at = (happening.spoke_at or case.spoke_at) if heard else None
    after = await _keep(case, person, place, _heard(place, decision.place, spoke_at), happening)
    await case.note(
        person.school_id,
        "visit",
        after.visit_id,
        person_id=person.id,
        event=happening.event,
        before=place.state,
        after=after.state,
        deadline=after.deadline,
        deadline_at=after.deadline_at,
        **when_late(happening.said_at),
    )
    answers = await _carry_out(case, person, after, decision, quiet=quiet, echo=echo, heard=heard)
    await going.note(case, person.school_id, place, after)
    if after.returns_at != place.returns_at:
        await outings.share_return(case, person.school_id, after)
    if decision.happening.event is Event.RETURNED:
        # One at a time: each that is back looks for the next itself, so that none is written from an old reading.
        for other in (await outings.also_back(case, person.school_id, place, after))[:1]:
            await happen(
                case, person, other, Happening(Event.RETURNED, said_at=happening.said_at), quiet=True, echo=True
            )
    return after, answers


async def _carry_out(
    case: Case, person: Person, after: Place, decision: Decision, *, quiet: bool, echo: bool, heard: bool
) -> list[Owed]:
    """What follows from a decision is owed, told or raised; gives what the visitor is to be answered."""
    answers: list[Owed] = []
    for effect in decision.effects:
        match effect:
            case Say(notice, everywhere, spare):
                owed = Owed(after, notice, decision.happening, spare)
                if everywhere:
                    await _everywhere(case, person, owed)
                else:
                    answers.append(owed)
            case Tell():
                if heard and not echo:
                    await _tell(case, person, after, effect, decision.happening)
            case Raise(kind):
                if not quiet:
                    await alarms.raise_alarm(case, person.school_id, person.id, after.visit_id, kind)
            case LifeSign(word):
                if heard:
                    await alarms.sign_of_life(case, person, after.visit_id, word, decision.happening.said_at)
    return answers


def _heard(before: Place, after: Place, spoke_at: datetime | None) -> Place:
    """The visitor was heard when they spoke, and by nothing else; words that come late take back nothing of when that was."""
    spoke = min(spoke_at, after.heard_at) if spoke_at and after.heard_at else None
    return replace(after, heard_at=max(filter(None, (before.heard_at, spoke)), default=None))


async def _keep(case: Case, person: Person, before: Place, after: Place, happening: Happening) -> Place:
    if after.id is not None:
        await visits.save_place(case.tx, person.school_id, after)
        return after
    if not after.is_open:
        return after
    school = case.school(person.school_id)
    said = f'"{happening.note}"' if says_where(happening.note) else ""
    made = await visits.add(case.tx, person.school_id, school.policy, case.now, address=said)
    await case.note(person.school_id, "opened", made.id, person_id=person.id, text=happening.note)
    return await visits.add_place(case.tx, person.school_id, replace(after, visit_id=made.id))


def sentence(case: Case, person: Person, owed: Owed, place: Place) -> str:
    """The words of one notice to a visitor: from the visit alone (law 7)."""
    notice, happening = owed.notice, owed.happening
    language = case.school(person.school_id).language
    clock = {
        name: case.clock(person.school_id, instant)
        for name, instant in (
            ("now", happening.said_at or case.now),
            ("start", place.starts_at),
            ("end", place.ends_at),
            ("arrived", place.arrived_at),
            ("left", place.left_at),
            ("check_in", place.check_in_at),
            ("wait", place.wait_until),
            ("back", place.returns_at),
            ("returned", place.returned_at),
        )
    }
    if notice == "arrived" and place.check_in_at is None:
        notice = "arrived_no_check_in"
    if notice == "unclear" and happening.ask and _can_be(happening.ask, place):
        notice = f"ask_back_{happening.ask}"
    state = notices.state_line(place.state, language, **clock)
    return notices.render(notice, language, **clock, state=state, partner=owed.partner)


def answer(case: Case, person: Person, owed: Sequence[Owed]) -> str:
    """One text out of all that is owed, each sentence once, with the times as they stand at the end."""
    latest = {one.place.id: one.place for one in owed}
    sentences = [sentence(case, person, one, latest[one.place.id]) for one in owed]
    return " ".join(dict.fromkeys(sentences))


def _can_be(asked: str, place: Place) -> bool:
    """Whether the question makes sense: nobody who is there is asked whether they have arrived."""
    if asked == Event.ARRIVED:
        return not place.is_inside
    if asked == Event.RETURNED:
        return place.is_open
    return place.is_inside or (place.is_open and asked not in (Event.LEFT, Event.OK))


async def prompt(case: Case, person: Person, place: Place, notice: str, text: str) -> None:
    """Owe a sentence to the visitor where they last wrote."""
    channels = case.usable(person.channels())[:1]
    await _owe(case, person, place, notice, text, channels)


async def _everywhere(case: Case, person: Person, owed: Owed) -> None:
    text = sentence(case, person, owed, owed.place)
    await _owe(case, person, owed.place, owed.notice, text, case.usable(person.channels()))


async def _owe(case: Case, person: Person, place: Place, notice: str, text: str, channels: tuple[Channel, ...]) -> None:
    buttons = notices.buttons(place.state, case.school(person.school_id).language)
    await case.owe(person, notice, text, channels, buttons=buttons, visit_id=place.visit_id)


async def _tell(case: Case, person: Person, place: Place, effect: Tell, happening: Happening) -> None:
    """Tell the contacts what the visitor has said; of what is called off, those too who have been asked for a yes to it."""
    plan = await visits.by_id(case.tx, person.school_id, place.visit_id) if place.visit_id else None
    off = effect.notice == "office_called_off"
    asked = await requests.waits_for(case.tx, person.school_id, plan.id) if plan and off else frozenset[int]()
    partners = await visits.places_of_visit(case.tx, person.school_id, place.visit_id) if place.visit_id else []
    await case.tell(
        person.school_id,
        effect.roles,
        effect.notice,
        first_only=effect.first_only,
        urgent=effect.urgent,
        besides=frozenset({person.id, *(partner.visitor_id for partner in partners)}),
        also=asked,
        visit_id=place.visit_id,
        **({"now": case.clock(person.school_id, happening.said_at)} if happening.said_at else {}),
        initials=person.initials,
        visit=place.visit_id or "-",
        where=notices.shorten(case.where(person.school_id, plan), 60),
        note=_why(happening, case.school(person.school_id).language),
        start=case.clock(person.school_id, place.starts_at),
        end=case.clock(person.school_id, place.ends_at),
        back=case.clock(person.school_id, place.returns_at),
        words=notices.shorten(happening.note or "-"),
        phone=person.phone,
    )


def _why(happening: Happening, language: str) -> str:
    """Why a visit is called off, in writing: the reason by its name, and what was said where that says more."""
    known = notices.why_off(happening.reason, language) if happening.reason else ""
    says_why = not known or (happening.reason in UNSAFE and says_where(happening.note))
    return notices.shorten(": ".join(part for part in (known, happening.note if says_why else "") if part) or "-")


async def deadline(case: Case, school_id: int, place: Place) -> None:
    """A deadline of a place has come: ask, nudge, or raise the alarm."""
    person = await case.person(school_id, place.visitor_id)
    if person is None or place.deadline is None or place.deadline_at is None or place.deadline_at > case.now:
        return
    happening = Happening(Event.JOINED if await outings.is_awaited_later(case, school_id, place) else place.deadline)
    after, answers = await happen(case, person, place, happening)
    if answers:
        await prompt(case, person, after, answers[0].notice, answer(case, person, answers))


async def unreachable(case: Case, person: Person) -> None:
    """No channel reaches the visitor any more: every open visit of theirs hears of it."""
    since = case.now
    for place in await visits.places_of_visitor(case.tx, person.school_id, person.id, since):
        if place.is_open:
            await happen(case, person, place, Happening(Event.UNREACHABLE))
