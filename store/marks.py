"""How far something has got: one instant by its name, moved in the transaction that does the work."""

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from store.database import Transaction
from store.tables import MarkRow

# Built once: that takes longer than running it.
_AT = select(MarkRow.at).where(MarkRow.name == bindparam("mark"))
_MOVED = update(MarkRow).where(col(MarkRow.name) == bindparam("mark"))


async def find(tx: Transaction, name: str) -> datetime | None:
    return next(iter(await tx.column(_AT, mark=name)), None)


async def put(tx: Transaction, name: str, at: datetime) -> None:
    if not (await tx.write(_MOVED, mark=name, at=at)).rowcount:
        tx.session.add(MarkRow(name=name, at=at))
        await tx.session.flush()
