"""What is down, and who has been told: it outlives the process, so that one outage is told once."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlmodel import select

from bot.outage import Part
from store.database import Transaction
from store.tables import OutageRow


class Outage(NamedTuple):
    """A part that is down since then, and the ids of the people who know."""

    part: Part
    since: datetime
    told: frozenset[int]


async def all_of_them(tx: Transaction) -> list[Outage]:
    rows = (await tx.session.exec(select(OutageRow))).all()
    return [Outage(Part(row.part), row.since, frozenset(json.loads(row.told))) for row in rows]


async def note(tx: Transaction, part: Part, since: datetime, told: Collection[int]) -> None:
    """Write down who knows by now."""
    row = await tx.session.get(OutageRow, part.value) or OutageRow(part=part.value, since=since, told="")
    row.told = json.dumps(sorted(told))
    tx.session.add(row)
    await tx.session.flush()


async def end(tx: Transaction, part: Part) -> None:
    row = await tx.session.get(OutageRow, part.value)
    if row is not None:
        await tx.session.delete(row)
        await tx.session.flush()
