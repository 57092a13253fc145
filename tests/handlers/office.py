"""Marsh Lane's office with its two schools, on a real SQLite file: what an administrator does there."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.people import Person
from bot.school import School, parse_schools
from bot.visit import Place
from handlers.imports import ImportRefused, ImportReport, import_people, import_visits
from store import people, schools, visits
from store.crypto import Sealer
from store.database import Database
from store.visits import Visit
from tests.world.laid import lay

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ASHA, BEN, OLIVE, SAM = "+447700900001", "+447700900002", "+447700900003", "+447700900099"
SCHOOLS = '[marsh_lane]\nname = "Marsh Lane Primary"\n[marsh_lane_annexe]\nname = "Marsh Lane Annexe"\n'
STAFF = f"""school,name,roles,phone,telegram_id,code_word,vehicle
marsh_lane,Asha,visitor,{ASHA},1001,blue folder,
Marsh Lane Primary,Ben,visitor;deputy,07700 900002,,,"grey estate, a dent"
marsh_lane,Olive,office,{OLIVE},,,
"""


def table(*rows: Mapping[str, str]) -> str:
    """These rows as a CSV file with a header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@dataclass
class Office:
    """A store with Marsh Lane's two schools in it, and what the administrator does there."""

    database: Database
    schools: dict[int, School]

    @property
    def school_id(self) -> int:
        return next(school_id for school_id, school in self.schools.items() if school.key == "marsh_lane")

    async def people(self, text: str) -> ImportReport:
        async with self.database.transaction() as tx:
            return await import_people(tx, self.schools, text)

    async def visits(self, text: str, now: datetime = NOW) -> ImportReport:
        async with self.database.transaction() as tx:
            return await import_visits(tx, self.schools, text, now)

    async def people_refused(self, text: str) -> list[str]:
        with pytest.raises(ImportRefused) as refused:
            await self.people(text)
        return refused.value.lines

    async def visits_refused(self, text: str, now: datetime = NOW) -> list[str]:
        with pytest.raises(ImportRefused) as refused:
            await self.visits(text, now)
        return refused.value.lines

    async def staff(self) -> dict[str, Person]:
        async with self.database.transaction() as tx:
            return {person.name: person for person in await people.of_school(tx, self.school_id)}

    async def planned(self) -> list[tuple[Visit, list[Place]]]:
        async with self.database.transaction() as tx:
            return await visits.of_school(tx, self.school_id)


@asynccontextmanager
async def open_office(folder: Path, calendar: str = "") -> AsyncIterator[Office]:
    """An office with nobody on record, in a store of its own."""
    database = Database(f"sqlite+aiosqlite:///{folder}/doorstep.db", Sealer("blue-kettles-sing-at-noon"))
    lay(folder / "doorstep.db")
    async with database.transaction() as tx:
        by_id = await schools.sync(tx, parse_schools(SCHOOLS + calendar))
    yield Office(database, by_id)
    await database.close()
