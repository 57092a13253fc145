"""What is down, and who has been told: it outlives the process, so that one outage is told once."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, select

from bot.outage import Part
from store.database import Transaction
from store.tables import OutageRow


class Knows(NamedTuple):
    """Somebody who knows, and whether they were told as one who is out: what is known of a part need not be the same."""

    person_id: int
    is_out: bool = False


class Outage(NamedTuple):
    """A part that is down since then, and those who know."""

    part: Part
    since: datetime
    told: frozenset[Knows]


async def all_of_them(tx: Transaction) -> list[Outage]:
    """Every outage but of a part that only another version knows: that one's row is left to it."""
    query = select(OutageRow).where(col(OutageRow.part).in_(tuple(Part)))
    return [Outage(Part(row.part), row.since, _read(row.told)) for row in (await tx.session.exec(query)).all()]


def _read(told: str) -> frozenset[Knows]:
    """Ids; of those who were told as being out below zero, so that the row is for every version a list of numbers."""
    return frozenset(Knows(abs(number), number < 0) for number in json.loads(told))


async def note(tx: Transaction, part: Part, since: datetime, told: Collection[Knows]) -> None:
    """Write down who knows by now."""
    row = await tx.session.get(OutageRow, part.value) or OutageRow(part=part.value, since=since, told="")
    row.told = json.dumps(sorted(-one.person_id if one.is_out else one.person_id for one in told))
    tx.session.add(row)
    await tx.session.flush()


async def end(tx: Transaction, part: Part) -> None:
    row = await tx.session.get(OutageRow, part.value)
    if row is not None:
        await tx.session.delete(row)
        await tx.session.flush()
