"""Who can be reached by which channel: one that refuses us, one that its owner has stopped, one that is found again."""

from collections.abc import Sequence
from typing import Any

from bot import notices
from bot.events import Incoming, Sort
from bot.optout import Wish, wish
from bot.people import Channel, Person, Role
from handlers.desk import places
from handlers.desk.case import Case
from store import people


async def lose(case: Case, person: Person, channel: Channel) -> Person | None:
    """A channel refuses us: the office is told, and prompts go by the other one. Gives the person as they now are."""
    if channel in person.lost:
        return await case.person(person.school_id, person.id)
    await people.lose_channel(case.tx, person, channel)
    case.forget_people()
    now_known = await case.person(person.school_id, person.id)
    await case.note(person.school_id, "channel lost", person_id=person.id, channel=channel)
    await case.tell(
        person.school_id,
        [Role.OFFICE],
        "office_channel_lost",
        besides=frozenset({person.id}),
        initials=person.initials,
        channel=channel.upper(),
    )
    if now_known and not _ways(case, now_known):
        await places.unreachable(case, now_known)
    return now_known


async def hear(case: Case, known: Sequence[Person], incoming: Incoming) -> Wish:
    """STOP and START are acted on by the phone company, for the phone and so for everybody whose it is.

    Gives what has changed them: NONE where they are as they were.
    """
    if incoming.channel is not Channel.SMS or incoming.sort is not Sort.TEXT:
        return Wish.NONE
    heard = wish(incoming.text)
    changing = [person for person in known if person.opted_out is (heard is Wish.START)]
    if heard is Wish.NONE or not changing:
        return Wish.NONE
    for person in changing:
        await (stop if heard is Wish.STOP else start)(case, person)
    return heard


async def stop(case: Case, person: Person) -> Person | None:
    """No SMS of ours reaches them until they text START: those who count on them are told, and so are they, elsewhere.

    Gives the person as they now are.
    """
    if person.opted_out:
        return person
    await people.opt_out(case.tx, person)
    case.forget_people()
    now_known = await case.person(person.school_id, person.id)
    if now_known is None:
        return None
    await case.note(person.school_id, "opted out", person_id=person.id)
    ways = _ways(case, now_known)
    language = case.school(person.school_id).language
    other = notices.label("way_other" if ways else "way_none", language)
    await _tell(case, person, "contact_stopped" if person.is_contact else "visitor_stopped", other=other)
    if ways:
        await case.owe(now_known, "start_again", notices.render("start_again", language), ways[:1], urgent=True)
    else:
        await places.unreachable(case, now_known)
    return now_known


async def start(case: Case, person: Person) -> None:
    """They have texted START: SMS reaches them again, and those who were told otherwise are told."""
    await people.opt_in(case.tx, person)
    case.forget_people()
    await case.note(person.school_id, "opted in", person_id=person.id)
    await _tell(case, person, "started_again")


async def _tell(case: Case, person: Person, notice: str, **values: Any) -> None:
    """Whom it concerns: all the others on the ladder where a contact is out of reach, else the office."""
    roles = case.school(person.school_id).rungs if person.is_contact else (Role.OFFICE,)
    await case.tell(
        person.school_id,
        roles,
        notice,
        urgent=person.is_contact,
        besides=frozenset({person.id}),
        initials=person.initials,
        **values,
    )


def _ways(case: Case, person: Person) -> tuple[Channel, ...]:
    """The channels that have not refused."""
    return case.usable(channel for channel in person.channels() if channel not in person.lost)
