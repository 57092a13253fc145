"""How far something has got: one instant by its name, moved in the transaction that does the work."""

from datetime import datetime

from store.database import Transaction
from store.tables import MarkRow


async def find(tx: Transaction, name: str) -> datetime | None:
    row = await tx.session.get(MarkRow, name)
    return row.at if row else None


async def put(tx: Transaction, name: str, at: datetime) -> None:
    row = await tx.session.get(MarkRow, name) or MarkRow(name=name, at=at)
    row.at = at
    tx.session.add(row)
    await tx.session.flush()
