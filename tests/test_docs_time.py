"""What the handbook shows of school time is read as it stands there."""

import re
from pathlib import Path

from bot.school import parse_schools
from handlers.imports import (
    ABSENCE_COLUMNS,
    PARTICULARS_COLUMNS,
    PEOPLE_COLUMNS,
    ROTA_COLUMNS,
    import_absences,
    import_rota,
)
from tests.handlers.office import NOW, open_office
from tests.test_docs import fenced, read, rows


def test_the_example_of_a_calendar_is_read() -> None:
    """The one of the handbook, and the one that schools.example.toml shows to be filled in."""
    (page,) = [block for block in fenced(read("docs/administrator.md"), "toml") if "calendar" in block]
    shown = read("schools.example.toml").split("[marsh_lane.calendar]", 1)[1].split("# A school with", 1)[0]
    for text in (page, re.sub(r"^# ?", "", f"# [marsh_lane.calendar]{shown}", flags=re.MULTILINE)):
        calendar = parse_schools(f'[marsh_lane]\nname = "Marsh Lane Primary"\n{text}')["marsh_lane"].calendar
        assert (len(calendar.terms), len(calendar.half_terms), len(calendar.inset)) == (3, 3, 2)
        assert list(calendar.closed.values()) == ["early May bank holiday"]
    listed = [row[0].strip("`") for row in rows(read("docs/administrator.md"), "### School days")]
    assert listed == ["terms", "half_terms", "inset", "closed", "hours"]


def csv_blocks() -> list[str]:
    """The handbook's examples of files: people, visits, rota, absences; the further columns of people left out."""
    return [block for block in fenced(read("docs/administrator.md"), "csv") if "dbs" not in block]


async def test_the_further_columns_of_people_are_taken(tmp_path: Path) -> None:
    """Every one there is stands in the example, and it is imported as printed."""
    (staff,) = [block for block in fenced(read("docs/administrator.md"), "csv") if "dbs" in block]
    assert staff.splitlines()[0] == ",".join((*PEOPLE_COLUMNS, *PARTICULARS_COLUMNS))
    async with open_office(tmp_path) as office:
        assert (await office.people(staff)).added == 1
        asha = (await office.staff())["Asha"]
    assert asha.vehicle == "red Ford Fiesta AB12 CDE"
    assert len(asha.particulars.training) == 2


async def test_the_examples_of_a_rota_and_of_absences_are_taken(tmp_path: Path) -> None:
    """As printed, for the people of the handbook's own example."""
    staff, _, rota, absences = csv_blocks()
    assert rota.splitlines()[0] == ",".join(ROTA_COLUMNS)
    assert absences.splitlines()[0] == ",".join(ABSENCE_COLUMNS)
    async with open_office(tmp_path) as office:
        await office.people(staff)
        async with office.database.transaction() as tx:
            assert (await import_rota(tx, office.schools, rota, NOW)).added == len(rota.splitlines()) - 1
            assert (await import_absences(tx, office.schools, absences, NOW)).added == len(absences.splitlines()) - 1
