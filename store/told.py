"""What a school is told of once, and not again for a while, whatever crashes between."""

from datetime import datetime

from sqlalchemy import and_, bindparam, insert, update
from sqlmodel import col, select

from store.database import Transaction
from store.tables import ToldRow

# Built once: that takes longer than running it.
_THIS = and_(col(ToldRow.school_id) == bindparam("school"), col(ToldRow.what) == bindparam("about"))
_AT = select(ToldRow.at).where(_THIS)
_NOTED = update(ToldRow).where(_THIS)
_ADD = insert(ToldRow)


async def is_due(tx: Transaction, school_id: int, what: str, since: datetime, now: datetime) -> bool:
    """Whether the school has not been told of this since then; it is noted as told now."""
    told_at = await last(tx, school_id, what)
    if told_at is not None and told_at >= since:
        return False
    if not (await tx.write(_NOTED, school=school_id, about=what, at=now)).rowcount:
        await tx.add(_ADD, school_id=school_id, what=what, at=now)
    return True


async def last(tx: Transaction, school_id: int, what: str) -> datetime | None:
    """When the school was last told of this."""
    return next(iter(await tx.column(_AT, school=school_id, about=what)), None)
