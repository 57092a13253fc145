"""What an earlier process knew of the time: it is not forgotten with the process."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import update
from sqlmodel import select

from store.database import Transaction
from store.tables import ClockRow


class Mark(NamedTuple):
    """Which start of the machine it was, when our time had that machine started, and when this was noted."""

    boot: str
    origin: datetime
    seen_at: datetime


async def last(tx: Transaction) -> Mark | None:
    row = (await tx.session.exec(select(ClockRow))).first()
    return Mark(row.boot, row.origin, row.seen_at) if row else None


async def note(tx: Transaction, mark: Mark) -> None:
    """There is one row; it is written over."""
    values = mark._asdict()
    result = await tx.write(update(ClockRow), **values)
    if not result.rowcount:
        tx.session.add(ClockRow(**values))
        await tx.session.flush()
