"""How far something has got: one instant by its name, moved in the transaction that does the work."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, update
from sqlmodel import col, select

from store.database import Transaction
from store.tables import MarkRow

# Built once: that takes longer than running it.
_AT = select(MarkRow.at).where(MarkRow.name == bindparam("mark"))
_THESE = delete(MarkRow).where(col(MarkRow.name).in_(bindparam("marks", expanding=True)))
_MOVED = update(MarkRow).where(col(MarkRow.name) == bindparam("mark"))


async def find(tx: Transaction, name: str) -> datetime | None:
    return next(iter(await tx.column(_AT, mark=name)), None)


async def drop(tx: Transaction, names: Collection[str]) -> None:
    """Forget these, if they are known."""
    await tx.execute(_THESE, {"marks": list(names)})


async def put(tx: Transaction, name: str, at: datetime) -> None:
    if not (await tx.write(_MOVED, mark=name, at=at)).rowcount:
        tx.session.add(MarkRow(name=name, at=at))
        await tx.session.flush()
