"""The pulse: that the service lives, for those who look from outside."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import select

from store.database import Transaction
from store.tables import PulseRow


async def beat(tx: Transaction, now: datetime, since: datetime) -> None:
    """A pass has ended now; this process runs `since` then."""
    result = await tx.write(update(PulseRow), beat_at=now, since=since)
    if not result.rowcount:
        tx.session.add(PulseRow(beat_at=now, since=since))
        await tx.session.flush()


async def last(tx: Transaction) -> datetime | None:
    """When a pass last ended, as far as was noted."""
    return (await tx.session.exec(select(PulseRow.beat_at))).first()
