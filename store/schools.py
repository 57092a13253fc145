"""The schools of the schools file, as rows with ids."""

from collections.abc import Mapping

from sqlmodel import select

from bot.school import School
from store.database import Transaction
from store.tables import SchoolRow


async def sync(tx: Transaction, schools: Mapping[str, School]) -> dict[int, School]:
    """Make a row for each new school, keep the names, and give the schools by their ids."""
    rows = {row.key: row for row in (await tx.session.exec(select(SchoolRow))).all()}
    by_id: dict[int, School] = {}
    for key, school in schools.items():
        row = rows.get(key) or SchoolRow(key=key, name=school.name)
        row.name = school.name
        tx.session.add(row)
        await tx.session.flush()
        assert row.id is not None
        by_id[row.id] = school
    return by_id
