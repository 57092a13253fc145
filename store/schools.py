"""The schools of the schools file, as rows with ids."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from bot.school import School
from store.database import ALONE, Transaction
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


async def known(tx: Transaction, schools: Mapping[str, School]) -> dict[int, School]:
    """The schools that have a row, by their ids; nothing is written."""
    rows = (await tx.session.exec(select(SchoolRow).order_by(col(SchoolRow.id)))).all()
    return {row.id: schools[row.key] for row in rows if row.id is not None and row.key in schools}


async def code_words_asked(tx: Transaction, school_id: int) -> tuple[datetime | None, datetime | None]:
    """When the office was last asked whether everybody knows their code word, and when it last said so."""
    query = select(SchoolRow.code_words_asked_at, SchoolRow.code_words_confirmed_at).where(SchoolRow.id == school_id)
    asked_at, confirmed_at = (await tx.session.exec(query)).one()
    return asked_at, confirmed_at


async def ask_code_words(tx: Transaction, school_id: int, now: datetime) -> None:
    query = update(SchoolRow).where(col(SchoolRow.id) == school_id).values(code_words_asked_at=now)
    await tx.session.exec(query, execution_options=ALONE)


async def confirm_code_words(tx: Transaction, school_id: int, now: datetime) -> None:
    query = update(SchoolRow).where(col(SchoolRow.id) == school_id).values(code_words_confirmed_at=now)
    await tx.session.exec(query, execution_options=ALONE)
