"""The optional columns of the people's file, and what the check of the records says of them."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.particulars import Car, Dbs, Particulars, Training
from handlers import reports
from tests.handlers.office import ASHA, NOW, STAFF, Office, open_office, table

PERSON = {"school": "marsh_lane", "name": "Asha", "roles": "visitor", "phone": ASHA} | dict.fromkeys(
    ("telegram_id", "code_word", "vehicle"), ""
)
WHOLE = PERSON | {
    "dbs": "Enhanced",
    "dbs_on": "2026-01-12",
    "training": "home visits 2026-09-01; violence prevention 2026-09-02 until 2027-08-31",
    "insured_until": "2027-03-31",
    "vehicle_make": "Ford",
    "vehicle_model": "Fiesta",
    "vehicle_colour": "red",
    "vehicle_registration": "ab12 cde",
    "emergency_contact": "Ben,  07700 900002",
}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


async def particulars(office: Office) -> Particulars:
    return (await office.staff())["Asha"].particulars


async def test_every_column_is_kept(office: Office) -> None:
    """Level, dates, training with and without an end, car and whom to ring; the car's words come from its parts."""
    await office.people(table(WHOLE))
    assert await particulars(office) == Particulars(
        dbs=Dbs.ENHANCED,
        dbs_on=date(2026, 1, 12),
        training=(
            Training("home visits", date(2026, 9, 1)),
            Training("violence prevention", date(2026, 9, 2), date(2027, 8, 31)),
        ),
        insured_until=date(2027, 3, 31),
        car=Car("Ford", "Fiesta", "red", "AB12 CDE"),
        emergency="Ben, 07700 900002",
    )
    assert (await office.staff())["Asha"].vehicle == "red Ford Fiesta AB12 CDE"


async def test_a_file_without_the_columns_leaves_what_is_on_record(office: Office) -> None:
    """The old list imported again wipes nothing out; a cell that is there and empty does."""
    await office.people(table(WHOLE))
    report = await office.people(table(PERSON))
    assert (report.changed, report.unchanged) == (0, 1)
    assert (await particulars(office)).dbs is Dbs.ENHANCED
    report = await office.people(table(PERSON | {"dbs": "", "dbs_on": ""}))
    assert report.changed == 1
    assert ((await particulars(office)).dbs, (await particulars(office)).insured_until) == (None, date(2027, 3, 31))


FAULTS = [
    ({"dbs": "full"}, "dbs: 'full' is no level; write one of: none basic standard enhanced"),
    ({"dbs_on": ""}, "dbs_on: it is empty; write the day of the certificate, like 2026-09-01"),
    ({"dbs_on": "12/01/2026"}, "dbs_on: '12/01/2026' is no day; write it like 2026-09-01"),
    ({"insured_until": "March"}, "insured_until: 'March' is no day; write it like 2026-09-01"),
    (
        {"training": "home visits"},
        "training: 'home visits' has no day; write it like home visits 2026-09-01, parted by ;",
    ),
    ({"training": "home visits 2026-13-01"}, "training: '2026-13-01' is no day; write it like 2026-09-01"),
    (
        {"emergency_contact": "x" * 81},
        "emergency_contact: it is longer than 80 characters; a name and a number are enough",
    ),
]


@pytest.mark.parametrize(("cells", "fault"), FAULTS)
async def test_each_bad_cell_is_named(cells: dict[str, str], fault: str, office: Office) -> None:
    """The line, the column, what stands there and how to mend it."""
    assert await office.people_refused(table(WHOLE | cells)) == [f"line 2: {fault}"]


async def test_the_check_names_what_lacks_and_what_runs_out(office: Office) -> None:
    """Of those who go on visits only, by name: it is for whoever keeps the records."""
    await office.people(STAFF)
    await office.people(table(WHOLE | {"insured_until": "2026-12-01", "training": "home visits 2023-12-01"}))
    async with office.database.transaction() as tx:
        rows = await reports.check_rows(tx, office.schools, NOW)
        lines = [reports.check_row_line(row) for row in rows]
    assert lines == [
        "marsh_lane: Asha: training in home visits good until 30/11/2026 only (within 30 days)",
        "marsh_lane: Asha: car insured until 01/12/2026 only (within 30 days)",
        "marsh_lane: Ben: no DBS check on record (enhanced is wanted)",
        "marsh_lane: Ben: not trained in home visits",
        "marsh_lane: Ben: no car insurance on record",
    ]


async def test_term_dates_that_end_are_named_in_time(tmp_path: Path) -> None:
    """A month before the last day that the school has given."""
    calendar = '[marsh_lane.calendar]\nterms = ["2026-09-02..2026-12-18"]\n'
    async with open_office(tmp_path, calendar) as office, office.database.transaction() as tx:
        early = await reports.check_rows(tx, office.schools, datetime(2026, 11, 10, tzinfo=UTC))
        late = await reports.check_rows(tx, office.schools, datetime(2026, 11, 23, tzinfo=UTC))
    assert early == []
    assert [row["what"] for row in late] == ["the term dates end on 2026-12-18"]
