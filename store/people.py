"""People: who they are, how they are found by a number or a chat, and what channel they last used."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, bindparam, update
from sqlmodel import col, select

from bot.particulars import Particulars
from bot.people import NOTHING_ON_RECORD, Channel, Person, Role
from store.crypto import REMEMBERED, Sealer
from store.database import Transaction
from store.known import those_known
from store.tables import EnrolmentRow, PersonRow, StrangerRow

# Built once: that takes longer than running it.
_OF_SCHOOL = col(PersonRow.school_id) == bindparam("school")
_BY_ID = select(PersonRow).where(_OF_SCHOOL, col(PersonRow.id) == bindparam("person"))
_ALL = select(PersonRow).where(_OF_SCHOOL).order_by(col(PersonRow.id))
_ONE = update(PersonRow).where(col(PersonRow.id) == bindparam("number"), col(PersonRow.school_id) == bindparam("of"))
_KNOWN: BindParameter[str] = bindparam("known", expanding=True)
_BY_PHONE, _BY_CHAT = (
    select(PersonRow).where(col(column).in_(_KNOWN)).order_by(col(PersonRow.id))
    for column in (PersonRow.phone_index, PersonRow.telegram_index)
)


def _person(sealer: Sealer, row: PersonRow) -> Person:
    assert row.id is not None
    return Person(
        id=row.id,
        school_id=row.school_id,
        name=sealer.open(row.name),
        roles=those_known(Role, row.roles),
        phone=sealer.open(row.phone),
        telegram_id=sealer.open(row.telegram_id) if row.telegram_id else None,
        code_words=tuple(json.loads(sealer.open(row.code_words))),
        vehicle=sealer.open(row.vehicle),
        particulars=Particulars.read(sealer.open(row.particulars)) if row.particulars else NOTHING_ON_RECORD,
        last_channel=next(iter(those_known(Channel, row.last_channel or "")), None),
        lost=those_known(Channel, row.lost),
        opted_out=row.opted_out,
    )


_same = lru_cache(REMEMBERED)(_person)
"""For rows that were asked for: most say what they said when they were last asked for."""


async def save(tx: Transaction, person: Person) -> int:
    """Add a person, or change the one of that school with that phone; give the id. `person.id` is not looked at."""
    seal, index = tx.sealer.seal, tx.sealer.index
    known = tx.sealer.indexes("sms", person.phone)
    query = select(PersonRow).where(PersonRow.school_id == person.school_id, col(PersonRow.phone_index).in_(known))
    row = (await tx.session.exec(query)).first()
    values: dict[str, Any] = {
        "name": seal(person.name),
        "phone": seal(person.phone),
        "roles": ";".join(sorted(person.roles)),
        "code_words": seal(json.dumps(person.code_words)),
        "vehicle": seal(person.vehicle),
        "particulars": seal(written) if (written := person.particulars.write()) else None,
    }
    if row is None:
        row = PersonRow(school_id=person.school_id, phone_index=known[0], **values)
    row.sqlmodel_update({**values, "phone_index": known[0]})
    if person.telegram_id:
        row.telegram_id, row.telegram_index = seal(person.telegram_id), index("telegram", person.telegram_id)
    tx.session.add(row)
    await tx.session.flush()
    assert row.id is not None
    return row.id


async def check_key(tx: Transaction) -> None:
    """Open one sealed row. Raises KeyFault when the key is not the store's: nobody would be found by their number."""
    row = (await tx.session.exec(select(PersonRow).limit(1))).first()
    if row is not None:
        tx.sealer.open(row.name)


async def by_id(tx: Transaction, school_id: int, person_id: int) -> Person | None:
    rows = await tx.rows(_BY_ID, school=school_id, person=person_id)
    return _same(tx.sealer, rows[0]) if rows else None


async def of_school(tx: Transaction, school_id: int) -> list[Person]:
    """Everybody of one school, in the order they were added."""
    return [_same(tx.sealer, row) for row in await tx.rows(_ALL, school=school_id)]


async def by_address(tx: Transaction, channel: Channel, address: str) -> list[Person]:
    """Whose number or chat this is: one person a school, usually one in all."""
    query = _BY_PHONE if channel is Channel.SMS else _BY_CHAT
    return [_same(tx.sealer, row) for row in await tx.rows(query, known=tx.sealer.indexes(channel, address))]


async def wrote_on(tx: Transaction, person: Person, channel: Channel) -> None:
    """They wrote: prompts go where they last wrote, and a channel they write on is not lost, unless they stopped it."""
    lost = ";".join(sorted(person.found_on(channel)))
    await tx.write(_ONE, number=person.id, of=person.school_id, last_channel=channel, lost=lost)


async def choose_code_word(tx: Transaction, person: Person, phrase: str) -> None:
    """The person's own phrase from now on, in place of any before."""
    sealed = tx.sealer.seal(json.dumps([phrase]))
    await tx.write(_ONE, number=person.id, of=person.school_id, code_words=sealed)


async def lose_channel(tx: Transaction, person: Person, channel: Channel) -> None:
    """The channel refuses us: the other one is used until they write on it again."""
    lost = ";".join(sorted(person.lost | {channel}))
    await tx.write(_ONE, number=person.id, of=person.school_id, lost=lost)


async def opt_out(tx: Transaction, person: Person) -> None:
    """They have texted STOP: no SMS of ours reaches them, whatever else they write, until they text START."""
    await _stop(tx, person, True, person.lost | {Channel.SMS})


async def opt_in(tx: Transaction, person: Person) -> None:
    await _stop(tx, person, False, person.lost - {Channel.SMS})


async def _stop(tx: Transaction, person: Person, stopped: bool, lost: frozenset[Channel]) -> None:
    await tx.write(_ONE, number=person.id, of=person.school_id, opted_out=stopped, lost=";".join(sorted(lost)))


async def invite(tx: Transaction, person: Person, token: str, expires_at: datetime) -> None:
    """Keep a one-time enrolment link for this person (DESIGN §5: a bot cannot write first)."""
    row = EnrolmentRow(
        school_id=person.school_id,
        person_id=person.id,
        token_index=tx.sealer.index("enrolment", token),
        expires_at=expires_at,
    )
    tx.session.add(row)
    await tx.session.flush()


async def claim_invitation(tx: Transaction, token: str, chat: str, now: datetime) -> bool:
    """Bind an unused, unexpired link to the chat that opened it; the number is proved next."""
    query = select(EnrolmentRow).where(EnrolmentRow.token_index == tx.sealer.index("enrolment", token))
    row = (await tx.session.exec(query)).first()
    chat_index = tx.sealer.index("telegram", chat)
    if row is None or row.used_at is not None or row.expires_at <= now or row.chat_index not in (None, chat_index):
        return False
    row.chat_index = chat_index
    tx.session.add(row)
    await tx.session.flush()
    return True


async def enrol(tx: Transaction, chat: str, phone: str, now: datetime) -> Person | None:
    """Tie the chat to the invited person whose number it has proved to own; None when that is not the one invited."""
    query = select(EnrolmentRow).where(
        EnrolmentRow.chat_index == tx.sealer.index("telegram", chat), col(EnrolmentRow.used_at).is_(None)
    )
    for row in (await tx.session.exec(query)).all():
        person = (
            await tx.session.exec(
                select(PersonRow).where(
                    PersonRow.school_id == row.school_id,
                    PersonRow.id == row.person_id,
                    col(PersonRow.phone_index).in_(tx.sealer.indexes("sms", phone)),
                )
            )
        ).first()
        if person is None or row.expires_at <= now:
            continue
        row.used_at = now
        person.telegram_id = tx.sealer.seal(chat)
        person.telegram_index = tx.sealer.index("telegram", chat)
        person.last_channel = Channel.TELEGRAM
        person.lost = ";".join(channel for channel in person.lost.split(";") if channel not in ("", Channel.TELEGRAM))
        tx.session.add_all([row, person])
        await tx.session.flush()
        return _person(tx.sealer, person)
    return None


async def stranger_due(
    tx: Transaction, channel: Channel, sender: str, now: datetime, answer_every: timedelta, tell_every: timedelta
) -> tuple[bool, bool]:
    """Whether a stranger is to be answered now, and whether the office is to be told; notes what is."""
    index = tx.sealer.index(channel, sender)
    row = await tx.session.get(StrangerRow, index) or StrangerRow(sender_index=index)
    answer = row.answered_at is None or row.answered_at <= now - answer_every
    tell = row.told_at is None or row.told_at <= now - tell_every
    row.answered_at = now if answer else row.answered_at
    row.told_at = now if tell else row.told_at
    tx.session.add(row)
    await tx.session.flush()
    return answer, tell


def with_role(people: Iterable[Person], role: Role) -> list[Person]:
    return [person for person in people if role in person.roles]
