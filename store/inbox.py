"""What came in: kept as received, once, before anybody is told that it arrived (law 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Integer, bindparam, func, literal_column, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.people import Channel
from store.database import Transaction
from store.sweep import among
from store.tables import InboxRow

NEW, DONE, ASIDE = "new", "done", "aside"
AT_ONCE = 500
"""Values in one statement, well below what any database takes."""
A_RECEIPT = "%:%"
"""A receipt's id is that of its message, a colon, and what it says; no text's own id has a colon."""


_KEEP = {
    name: dialect.insert(InboxRow).on_conflict_do_nothing(index_elements=["channel", "external_id"])
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_ONE = update(InboxRow).where(col(InboxRow.id) == bindparam("row"))
_COUNT = select(func.count()).select_from(InboxRow).where(col(InboxRow.state) == bindparam("kind"))
_LAST_WORDS = (
    select(InboxRow.text)
    .where(col(InboxRow.person_id) == bindparam("person"), col(InboxRow.text).is_not(None))
    .order_by(col(InboxRow.id).desc())
    .limit(1)
)
_SAID_BEFORE = (
    select(InboxRow)
    .where(col(InboxRow.person_id) == bindparam("person"), col(InboxRow.id) < bindparam("before"))
    .where(col(InboxRow.received_at) >= bindparam("since"), col(InboxRow.text).is_not(None))
    .order_by(col(InboxRow.id).desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the inbox, opened."""

    id: int
    channel: Channel
    external_id: str
    raw: bytes
    received_at: datetime
    tries: int


class Heard(NamedTuple):
    """A text of a person we know, and when it came in."""

    received_at: datetime
    text: str


def _kept(tx: Transaction, row: InboxRow) -> Kept:
    assert row.id is not None
    return Kept(
        row.id, Channel(row.channel), row.external_id, tx.sealer.open_bytes(row.raw), row.received_at, row.tries
    )


async def keep(tx: Transaction, channel: Channel, external_id: str, raw: bytes, now: datetime) -> bool:
    """Keep what was received; False when it is here already. Deduped by membership, never by order (DESIGN §5)."""
    values = {
        "channel": channel,
        "external_id": external_id,
        "raw": tx.sealer.seal_bytes(raw),
        "received_at": now,
        "state": NEW,
        "tries": 0,
    }
    result = await tx.write(_KEEP[tx.connection.dialect.name], **values)
    return bool(result.rowcount)


async def missing(tx: Transaction, channel: Channel, external_ids: Sequence[str]) -> set[str]:
    """Which of these have never been kept."""
    gone = set(external_ids)
    for start in range(0, len(external_ids), AT_ONCE):
        some = external_ids[start : start + AT_ONCE]
        query = select(InboxRow.external_id).where(InboxRow.channel == channel, col(InboxRow.external_id).in_(some))
        gone -= set((await tx.session.exec(query)).all())
    return gone


def names_a_receipt(external_id: str) -> bool:
    """Whether this is the id of a receipt for a text of ours."""
    return ":" in external_id


def is_receipt() -> ColumnElement[bool]:
    """Whether a row is the receipt for a text of ours."""
    # Written out: SQLite plans a statement anew whenever a pattern is bound to it, which takes ten times its own time.
    return col(InboxRow.external_id).like(literal_column(f"'{A_RECEIPT}'"))


async def new_ones(tx: Transaction, limit: int, after: int = 0, *, receipts: bool | None = None) -> Sequence[Kept]:
    """Rows not yet dealt with, oldest first: receipts only, all but receipts, or every one."""
    return [_kept(tx, row) for row in await tx.rows(_new(receipts), after=after, most=limit)]


@cache
def _new(receipts: bool | None) -> SelectOfScalar[InboxRow]:
    """Built once: that takes longer than running it."""
    query = select(InboxRow).where(InboxRow.state == NEW, col(InboxRow.id) > bindparam("after"))
    query = query.where(among(InboxRow.channel, Channel))  # what another version has taken in is for that version
    if receipts is not None:
        query = query.where(is_receipt() if receipts else ~is_receipt())
    return query.order_by(col(InboxRow.id)).limit(bindparam("most", type_=Integer))


async def done(
    tx: Transaction,
    kept: Kept,
    now: datetime,
    *,
    sender: str = "",
    text: str | None = None,
    school_id: int | None = None,
    person_id: int | None = None,
) -> None:
    """The row has had its effect; who sent it and what it said are noted beside it."""
    values = {
        "state": DONE,
        "done_at": now,
        "school_id": school_id,
        "person_id": person_id,
        "sender_index": tx.sealer.index(kept.channel, sender) if sender else None,
        "text": tx.sealer.seal(text) if text is not None else None,
    }
    await tx.write(_ONE, row=kept.id, **values)


async def tried(tx: Transaction, kept: Kept, most: int) -> bool:
    """Count a failed try; True when the row is set aside, so that it never blocks those behind it."""
    aside = kept.tries + 1 >= most
    values = {"tries": kept.tries + 1, "state": ASIDE if aside else NEW}
    await tx.write(_ONE, row=kept.id, **values)
    return aside


async def sent_by(tx: Transaction, channel: Channel, sender: str) -> list[tuple[datetime, str]]:
    """What one phone has sent on one channel, oldest first, with the time it was received."""
    query = select(InboxRow).where(InboxRow.sender_index == tx.sealer.index(channel, sender), InboxRow.state == DONE)
    rows = (await tx.session.exec(query.order_by(col(InboxRow.id)))).all()
    return [(row.received_at, tx.sealer.open(row.text) if row.text else "") for row in rows]


async def count(tx: Transaction, state: str) -> int:
    return (await tx.column(_COUNT, kind=state))[0]


async def said_between(tx: Transaction, kept: Kept, person_id: int, start: datetime, end: datetime) -> list[Heard]:
    """The same person's other texts that came in within this time, oldest first."""
    query = select(InboxRow).where(
        InboxRow.person_id == person_id,
        col(InboxRow.id) != kept.id,
        col(InboxRow.received_at).between(start, end),
        col(InboxRow.text).is_not(None),
    )
    rows = (await tx.session.exec(query.order_by(col(InboxRow.received_at), col(InboxRow.id)))).all()
    return [Heard(row.received_at, tx.sealer.open(row.text)) for row in rows if row.text]


async def said_before(tx: Transaction, kept: Kept, person_id: int, since: datetime) -> str:
    """The same person's text just before this one, if it came since then: a code word may run over two texts."""
    rows = await tx.rows(_SAID_BEFORE, person=person_id, before=kept.id, since=since)
    return tx.sealer.open(rows[0].text) if rows and rows[0].text else ""


async def last_words(tx: Transaction, person_id: int) -> str:
    """What a person last texted; "" for nothing."""
    text = (await tx.execute(_LAST_WORDS, {"person": person_id})).scalar()
    return tx.sealer.open(text) if text else ""
