"""What came in by a door: texts of people we know, strangers, enrolments, lost phones, receipts."""

from datetime import timedelta

from bot import notices
from bot.events import Incoming, Sort
from bot.optout import Wish, says_more
from bot.people import Person, Role
from handlers.desk import alarms, overheard, reach, texts
from handlers.desk.case import Case
from store import inbox, outbox, people, receipts
from store.inbox import Kept

ANSWER_STRANGERS_EVERY = timedelta(hours=1)
TELL_OF_STRANGERS_EVERY = timedelta(days=1)


class ReceiptEarly(Exception):
    """A receipt whose message is not known yet: the send has not been written down. It is looked at again."""


async def take(case: Case, kept: Kept, incoming: Incoming) -> None:
    """Carry out one thing that came in, and mark its row as done in the same transaction."""
    if incoming.sort is Sort.RECEIPT:
        await _receipt(case, kept, incoming)
        return
    known = await _known(case, incoming)
    heard = await reach.hear(case, known, incoming)
    if heard is not Wish.NONE:
        known = await _known(case, incoming)
    person = await _chosen(case, known, incoming.text)
    match incoming.sort:
        case Sort.TEXT if heard is Wish.START and not says_more(incoming.text):
            pass
        case Sort.TEXT | Sort.EDIT | Sort.OTHER if person is not None:
            await texts.take(case, person, kept, incoming)
        case Sort.TEXT | Sort.EDIT | Sort.OTHER:
            await _stranger(case, incoming)
        case Sort.ENROL | Sort.CONTACT:
            await _enrolment(case, incoming, person)
        case Sort.BLOCKED if person is not None:
            await reach.lose(case, person, incoming.channel)
        case Sort.UNBLOCKED if person is not None:
            await people.wrote_on(case.tx, person, incoming.channel)
        case _:
            pass
    await inbox.done(
        case.tx,
        kept,
        case.now,
        sender=incoming.sender,
        text=incoming.text or (f"[{incoming.what}]" if incoming.what else ""),
        school_id=person.school_id if person else None,
        person_id=person.id if person else None,
    )


async def _known(case: Case, incoming: Incoming) -> list[Person]:
    """Whose number or chat it is, at the schools we watch over."""
    known = await people.by_address(case.tx, incoming.channel, incoming.sender)
    return [person for person in known if person.school_id in case.habits.schools]


async def _chosen(case: Case, known: list[Person], text: str) -> Person | None:
    """A number may be on record at several schools: the one whose alarm is named, or that has a visit or an alarm open."""
    if len(known) < 2:
        return known[0] if known else None
    likely = []
    for person in known:
        alarms_of_theirs = await alarms.answerable(case, person)
        if any(alarm.code in text.upper() for alarm in alarms_of_theirs):
            return person
        if await texts.open_places(case, person) or any(person.id in alarm.told for alarm in alarms_of_theirs):
            likely.append(person)
    return (likely or known)[0]


async def _receipt(case: Case, kept: Kept, incoming: Incoming) -> None:
    if incoming.receipt is None or await receipts.take_in(case.tx, incoming.receipt, case.now):
        await inbox.done(case.tx, kept, case.now)
    else:
        raise ReceiptEarly


async def _stranger(case: Case, incoming: Incoming) -> None:
    """A kind answer once an hour at most, kept, and the office told once a day.

    Somebody may be using a borrowed phone: a code word in a stranger's text raises the alarm of the one it belongs to.
    """
    for school_id in case.habits.schools:
        await overheard.on_a_borrowed_phone(case, school_id, incoming.text)
    answer, tell = await people.stranger_due(
        case.tx, incoming.channel, incoming.sender, case.now, ANSWER_STRANGERS_EVERY, TELL_OF_STRANGERS_EVERY
    )
    if answer:
        await _reply(case, incoming, "stranger")
    if tell:
        ending = incoming.sender[-3:]
        for school_id in case.habits.schools:
            await case.tell(school_id, [Role.OFFICE], "office_stranger", ending=ending)


async def _enrolment(case: Case, incoming: Incoming, person: Person | None) -> None:
    """A one-time link, then the phone's own number: only both together tie a chat to a person (DESIGN §5)."""
    if incoming.sort is Sort.ENROL:
        if incoming.text and await people.claim_invitation(case.tx, incoming.text, incoming.sender, case.now):
            await _reply(case, incoming, "share_number", known=person, asks_number=True)
        elif person is not None:
            await _reply(case, incoming, "help", known=person)
        else:
            await _reply(case, incoming, "link_used" if incoming.text else "stranger")
    elif incoming.what != "own":
        await _reply(case, incoming, "share_own_number", known=person, asks_number=True)
    else:
        enrolled = await people.enrol(case.tx, incoming.sender, incoming.text, case.now)
        case.forget_people()
        await _reply(case, incoming, "enrolled" if enrolled else "not_on_list", enrolled)
        if enrolled:
            await case.note(enrolled.school_id, "enrolled", person_id=enrolled.id, channel=incoming.channel)


async def _reply(
    case: Case,
    incoming: Incoming,
    notice: str,
    person: Person | None = None,
    *,
    known: Person | None = None,
    asks_number: bool = False,
) -> None:
    """Answer at the door, in the language of whoever is `known` there; `person` is the one just enrolled."""
    values = {"initials": person.initials} if person else {}
    reader = person or known
    language = case.language(reader.school_id if reader else None)
    row = outbox.Notice(
        school_id=person.school_id if person else None,
        person_id=person.id if person else None,
        channel=incoming.channel,
        address=incoming.sender,
        notice=notice,
        text=notices.render(notice, language, **values),
        buttons=(notices.label("share", language),) if asks_number else (),
        asks_number=asks_number,
    )
    await outbox.owe(case.tx, row, case.now)
