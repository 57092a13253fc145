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
from typing import Any

from sqlmodel import col, select

from store.crypto import KeyFault
from store.database import Transaction
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


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _chain(previous: str, row: JournalRow) -> str:
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
    """Add an entry at the end of the school's chain."""
    school = tx.chains.get(school_id)
    if school is None:
        query = select(SchoolRow).where(SchoolRow.id == school_id).with_for_update()
        query = query.execution_options(populate_existing=True)  # what was read before the lock may be old
        school = tx.chains[school_id] = (await tx.session.exec(query)).one()
    # The salt keeps a short body (an "ok") from being guessed from its digest once it has been taken out.
    written = json.dumps({**body, "salt": secrets.token_hex(8)}, sort_keys=True, default=str)
    row = JournalRow(
        school_id=school_id,
        seq=school.journal_seq + 1,
        at=at,
        kind=kind,
        visit_id=visit_id,
        alarm_id=alarm_id,
        person_id=person_id,
        body=tx.sealer.seal(written),
        digest=_digest(written),
        hash="",
    )
    row.hash = _chain(school.journal_hash, row)
    school.journal_seq, school.journal_hash = row.seq, row.hash
    tx.session.add_all([row, school])


def _entry(tx: Transaction, row: JournalRow) -> Entry:
    body = json.loads(tx.sealer.open(row.body)) if row.body else None
    if body:
        body.pop("salt", None)
    return Entry(row.seq, row.at, row.kind, row.visit_id, row.alarm_id, row.person_id, body, row.hash)


async def of_visit(tx: Transaction, school_id: int, visit_id: int) -> Sequence[Entry]:
    query = select(JournalRow).where(JournalRow.school_id == school_id, JournalRow.visit_id == visit_id)
    return [_entry(tx, row) for row in (await tx.session.exec(query.order_by(col(JournalRow.seq)))).all()]


async def of_school(tx: Transaction, school_id: int) -> Sequence[Entry]:
    query = select(JournalRow).where(JournalRow.school_id == school_id).order_by(col(JournalRow.seq))
    return [_entry(tx, row) for row in (await tx.session.exec(query)).all()]


async def verify(tx: Transaction) -> list[Check]:
    """Recompute every school's chain from its first entry."""
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
