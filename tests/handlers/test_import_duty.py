"""The rota and absences out of CSV files, and what they leave empty, on a real SQLite file."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.duty import Absence, Shift
from bot.people import Role
from handlers import reports
from handlers.imports import (
    ABSENCE_COLUMNS,
    ROTA_COLUMNS,
    ImportRefused,
    ImportReport,
    absent,
    drop_rota,
    import_absences,
    import_rota,
    present,
)
from store import duty, journal
from tests.handlers.office import BEN, NOW, OLIVE, STAFF, Office, open_office

HEAD = ",".join(ROTA_COLUMNS)
ABSENT = ",".join(ABSENCE_COLUMNS)
ROTA = f"""{HEAD}
marsh_lane,office,Mon-Fri,08:00-13:00
marsh_lane,{BEN},Mon;Wed;2026-12-21..2026-12-22,
Marsh Lane Primary,{OLIVE},every day,all day
"""


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        await office.people(STAFF)
        yield office


async def rota(office: Office, text: str) -> ImportReport:
    async with office.database.transaction() as tx:
        return await import_rota(tx, office.schools, text, NOW)


async def lines(office: Office) -> list[Shift]:
    async with office.database.transaction() as tx:
        return await duty.rota(tx, office.school_id)


async def absences(office: Office) -> list[Absence]:
    async with office.database.transaction() as tx:
        return await duty.absences(tx, office.school_id, NOW)


async def refused(office: Office, text: str) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        await rota(office, text)
    return list(caught.value.lines)


async def test_a_rota_is_read_as_a_spreadsheet_has_it(office: Office) -> None:
    """Roles and phones, weekdays in a run or one by one, dates, hours, all day, or nothing for school hours."""
    report = await rota(office, ROTA)
    assert report.added == 4
    seen = await lines(office)
    assert [(bool(line.person_id), line.role, sorted(line.weekdays), str(line.days or "")) for line in seen] == [
        (False, Role.OFFICE, [0, 1, 2, 3, 4], ""),
        (True, None, [0, 2], ""),
        (True, None, [], "2026-12-21..2026-12-22"),
        (True, None, [0, 1, 2, 3, 4, 5, 6], ""),
    ]
    assert [line.hours is None for line in seen] == [False, True, True, False]


async def test_the_file_is_the_whole_rota_and_says_where_nobody_is_left(office: Office) -> None:
    """What is taken out of the file is gone; a rung without anybody in the coming fortnight is told at once."""
    await rota(office, ROTA)
    report = await rota(office, f"{HEAD}\nmarsh_lane,office,Mon-Fri,08:00-13:00\n")
    assert len(await lines(office)) == 1
    assert report.notes == (
        "marsh_lane: nobody is on duty as office on Mon 23/11 from 13:00; alarms then go to the next",
    )
    async with office.database.transaction() as tx:
        await drop_rota(tx, office.schools, "marsh_lane", NOW)
    assert await lines(office) == []


FAULTS = [
    ("marsh_lane,ofice,Mon,", "who: 'ofice' is no role and no phone; write a phone, or one of: office headteacher"),
    ("marsh_lane,visitor,Mon,", "who: 'visitor' is no role and no phone"),
    ("marsh_lane,+447700900001,Mon,", "who: +447700900001 is nobody of this school who can be alarmed"),
    ("marsh_lane,0770,Mon,", "who: '0770' is not a phone number"),
    ("marsh_lane,office,,", "days: they are empty; write Mon-Fri"),
    ("marsh_lane,office,Mo-Fr,", "days: 'Mo-Fr' are no days; write Mon-Fri, or Mon;Wed, or 2026-12-21..2026-12-23"),
    ("marsh_lane,office,2026-12-32,", "days: '2026-12-32' are no days"),
    ("marsh_lane,office,Mon,8-4", "hours: '8-4' are no hours; write them like 08:00-16:00"),
    ("marsh_lane,office,Mon,16:00-08:00", "hours: '16:00-08:00' are no hours"),
    ("mash_lane,office,Mon,", "school: 'mash_lane' is none of the schools file"),
]


@pytest.mark.parametrize(("line", "fault"), FAULTS)
async def test_each_bad_line_of_a_rota_is_named(line: str, fault: str, office: Office) -> None:
    """With its mend; and the rota that was there stays."""
    await rota(office, ROTA)
    found = await refused(office, f"{HEAD}\n{line}\n")
    assert len(found) == 1
    assert found[0].startswith(f"line 2: {fault}")
    assert len(await lines(office)) == 4


async def test_absences_are_added_once(office: Office) -> None:
    """Whole days, the last one too, or times; the same file again adds none."""
    text = f"{ABSENT}\nmarsh_lane,{OLIVE},2026-11-30,2026-12-01\nmarsh_lane,{BEN},2026-11-24T13:00,2026-11-24T15:30\n"
    for added in (2, 0):
        async with office.database.transaction() as tx:
            report = await import_absences(tx, office.schools, text, NOW)
        assert (report.added, report.unchanged) == (added, 2 - added)
    assert [(absence.from_at, absence.until_at) for absence in await absences(office)] == [
        (datetime(2026, 11, 24, 13, 0, tzinfo=UTC), datetime(2026, 11, 24, 15, 30, tzinfo=UTC)),
        (datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC)),
    ]
    assert report.notes == (
        "marsh_lane: nobody is on duty as deputy on Tue 24/11 from 13:00; alarms then go to the next",
        "marsh_lane: nobody is on duty as office on Mon 30/11 from 08:00; alarms then go to the next",
    )


BAD_ABSENCES = [
    (f"marsh_lane,{OLIVE},2026-11-30,2026-11-29", "to: 2026-11-29 is not after 2026-11-30"),
    (f"marsh_lane,{OLIVE},2026-11-20,2026-11-21", "to: 2026-11-21 has passed"),
    (f"marsh_lane,{OLIVE},30/11,2026-12-01", "from: '30/11' is no day; write it like 2026-11-30"),
    ("marsh_lane,+447700900099,2026-11-30,2026-12-01", "phone: +447700900099 is nobody of this school who can be"),
]


@pytest.mark.parametrize(("line", "fault"), BAD_ABSENCES)
async def test_each_bad_absence_is_named(line: str, fault: str, office: Office) -> None:
    """With its mend, and nothing is kept."""
    with pytest.raises(ImportRefused) as caught:
        async with office.database.transaction() as tx:
            await import_absences(tx, office.schools, f"{ABSENT}\n{line}\n", NOW)
    assert caught.value.lines[0].startswith(f"line 2: {fault}")
    assert await absences(office) == []


async def test_one_absence_by_command_and_its_end(office: Office) -> None:
    """By the number as people write it; both are in the journal, and a number of nobody is refused without a line."""
    async with office.database.transaction() as tx:
        report = await absent(tx, office.schools, "07700 900003", "2026-11-23", "2026-11-24", NOW)
        assert report.notes == (
            "marsh_lane: nobody is on duty as office on Mon 23/11 from 09:00; alarms then go to the next",
        )
        row = await reports.duty_row(tx, office.school_id, office.schools[office.school_id], NOW)
        assert row["rungs"][0] == {"role": "office", "on_duty": [], "off_rota": [], "absent": ["Olive"]}
        assert "office: Olive (absent)" in reports.duty_lines(row)
        assert await present(tx, office.schools, OLIVE, NOW) == 0
    async with office.database.transaction() as tx:
        assert [entry.kind for entry in await journal.of_school(tx, office.school_id)] == ["absent", "present"]
    assert await absences(office) == []
    with pytest.raises(ImportRefused) as caught:
        async with office.database.transaction() as tx:
            await absent(tx, office.schools, "+447700900001", "2026-11-23", "2026-11-24", NOW)
    assert caught.value.lines[0].startswith("PHONE: +447700900001 is nobody on record who can be alarmed")


async def test_who_is_on_duty_is_told_with_the_reason_the_school_is_closed(office: Office) -> None:
    """For people and for programs."""
    async with office.database.transaction() as tx:
        await import_rota(tx, office.schools, f"{HEAD}\nmarsh_lane,office,Mon-Fri,08:00-13:00\n", NOW)
        evening = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
        row = await reports.duty_row(tx, office.school_id, office.schools[office.school_id], evening)
    assert (row["closed"], row["terms_until"]) == ("after 17:00", None)
    assert [rung["on_duty"] for rung in row["rungs"]] == [[], [], ["Ben"]]
    assert row["rungs"][0]["off_rota"] == ["Olive"]
