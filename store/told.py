"""What a school is told of once, and not again for a while, whatever crashes between."""

from datetime import datetime

from sqlmodel import select

from store.database import Transaction
from store.tables import ToldRow


async def is_due(tx: Transaction, school_id: int, what: str, since: datetime, now: datetime) -> bool:
    """Whether the school has not been told of this since then; it is noted as told now."""
    query = select(ToldRow).where(ToldRow.school_id == school_id, ToldRow.what == what)
    row = (await tx.session.exec(query)).first()
    if row is not None and row.at >= since:
        return False
    row = row or ToldRow(school_id=school_id, what=what, at=now)
    row.at = now
    tx.session.add(row)
    await tx.session.flush()
    return True


async def last(tx: Transaction, school_id: int, what: str) -> datetime | None:
    """When the school was last told of this."""
    query = select(ToldRow.at).where(ToldRow.school_id == school_id, ToldRow.what == what)
    return (await tx.session.exec(query)).first()
