"""The journal: what happened, in order, so that nobody can change it afterwards without being seen.

Each entry's hash covers the one before it, so a change, a gap or a swap breaks the chain from there on. The hash covers a
digest of the body, not the body: a body may be taken out when its time has come (DESIGN §8) and the chain still holds.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, update
from sqlmodel import col, select

from store.crypto import KeyFault
from store.database import Chain, Head, Transaction
from store.tables import JournalRow, SchoolRow


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, opened. `body` is None when its retention has passed."""

    seq: int
    at: datetime
    kind: str
    visit_id: int | None
    alarm_id: int | None
    person_id: int | None
    body: dict[str, Any] | None
    hash: str


@dataclass(frozen=True, slots=True)
class Check:
    """What `verify` found in one school's journal: how many entries hold, the last hash, and the first fault."""

    school: str
    entries: int
    head: str
    fault: str = ""


class _Link(NamedTuple):
    """What the hash of an entry covers."""

    school_id: int
    seq: int
    at: datetime
    kind: str
    visit_id: int | None
    alarm_id: int | None
    person_id: int | None
    digest: str


# Built once: that takes longer than running it.
_HEAD = (
    select(SchoolRow.journal_seq, SchoolRow.journal_hash)
    .where(col(SchoolRow.id) == bindparam("school"))
    .with_for_update()
)
_MOVE = update(SchoolRow).where(col(SchoolRow.id) == bindparam("school"))
_ADD = insert(JournalRow)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _chain(previous: str, row: "JournalRow | _Link") -> str:
    at = row.at.astimezone(UTC).isoformat()  # as it will be read back, in whatever offset it was given
    fields = [previous, row.school_id, row.seq, at, row.kind, row.visit_id, row.alarm_id, row.person_id, row.digest]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


async def append(
    tx: Transaction,
    school_id: int,
    at: datetime,
    kind: str,
    *,
    visit_id: int | None = None,
    alarm_id: int | None = None,
    person_id: int | None = None,
    **body: Any,
) -> None:
    """Add an entry at the end of the school's chain; it is written with the others of its transaction, at the commit."""
    chain = tx.chains.get(school_id)
    if chain is None:
        head = Head._make((await tx.execute(_HEAD, {"school": school_id})).one())
        chain = tx.chains[school_id] = Chain(head)
        tx.before_commit.append(partial(_write_out, tx, school_id, chain))
    before = chain.head
    # The salt keeps a short body (an "ok") from being guessed from its digest once it has been taken out.
    written = json.dumps({**body, "salt": secrets.token_hex(8)}, sort_keys=True, default=str)
    link = _Link(school_id, before.seq + 1, at, kind, visit_id, alarm_id, person_id, _digest(written))
    head = chain.head = Head(link.seq, _chain(before.hash, link))
    chain.unwritten.append({**link._asdict(), "body": tx.sealer.seal(written), "hash": head.hash})


async def _write_out(tx: Transaction, school_id: int, chain: Chain) -> None:
    if chain.unwritten:
        await tx.execute(_ADD, chain.unwritten)
        await tx.write(_MOVE, school=school_id, journal_seq=chain.head.seq, journal_hash=chain.head.hash)
        chain.unwritten = []


async def _written(tx: Transaction) -> None:
    """Before the journal is read: what this transaction has added to it."""
    for school_id, chain in tx.chains.items():
        await _write_out(tx, school_id, chain)


def _entry(tx: Transaction, row: JournalRow) -> Entry:
    body = json.loads(tx.sealer.open(row.body)) if row.body else None
    if body:
        body.pop("salt", None)
    return Entry(row.seq, row.at, row.kind, row.visit_id, row.alarm_id, row.person_id, body, row.hash)


async def of_visit(tx: Transaction, school_id: int, visit_id: int) -> Sequence[Entry]:
    await _written(tx)
    query = select(JournalRow).where(JournalRow.school_id == school_id, JournalRow.visit_id == visit_id)
    return [_entry(tx, row) for row in (await tx.session.exec(query.order_by(col(JournalRow.seq)))).all()]


async def of_school(tx: Transaction, school_id: int) -> Sequence[Entry]:
    await _written(tx)
    query = select(JournalRow).where(JournalRow.school_id == school_id).order_by(col(JournalRow.seq))
    return [_entry(tx, row) for row in (await tx.session.exec(query)).all()]


async def verify(tx: Transaction) -> list[Check]:
    """Recompute every school's chain from its first entry."""
    await _written(tx)
    schools = (await tx.session.exec(select(SchoolRow).order_by(col(SchoolRow.id)))).all()
    return [await _verify_school(tx, school) for school in schools]


async def _verify_school(tx: Transaction, school: SchoolRow) -> Check:
    query = select(JournalRow).where(JournalRow.school_id == school.id).order_by(col(JournalRow.seq))
    previous = ""
    count = 0
    for row in (await tx.session.exec(query)).all():
        fault = _fault(tx, row, count + 1, previous)
        if fault:
            return Check(school.key, count, previous, fault)
        previous, count = row.hash, row.seq
    if (count, previous) != (school.journal_seq, school.journal_hash):
        return Check(
            school.key, count, previous, f"the journal ends at entry {count}, but {school.journal_seq} were written"
        )
    return Check(school.key, count, previous)


def _fault(tx: Transaction, row: JournalRow, expected: int, previous: str) -> str:
    if row.seq != expected:
        return f"entry {expected} is missing"
    try:
        if row.body is not None and _digest(tx.sealer.open(row.body)) != row.digest:
            return f"the body of entry {row.seq} has been changed"
    except KeyFault as error:
        return f"the body of entry {row.seq} does not open: it has been changed, or {error}"
    if _chain(previous, row) != row.hash:
        return f"entry {row.seq} does not follow from the one before it"
    return ""
