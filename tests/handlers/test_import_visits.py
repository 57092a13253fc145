"""Visits out of CSV files: all lines or none, on a real SQLite file."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.events import Event
from bot.visit import Place, State
from store import journal, visits
from tests.handlers.office import ASHA, BEN, NOW, OLIVE, SAM, STAFF, Office, open_office, table

VISIT = {
    "school": "marsh_lane",
    "visitors": ASHA,
    "address": "14 Tansy Row",
    "pupil": "K.T.",
    "reason": "attendance",
    "starts_at": "2026-11-23T14:00",
    "ends_at": "2026-11-23T15:00",
    "code_word": "",
}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        await office.people(STAFF)
        yield office


async def test_a_visit_is_planned(office: Office) -> None:
    """The visit, a place with its first deadline for each visitor, the school's policy, and an entry in the journal."""
    report = await office.visits(table(VISIT | {"visitors": f"{ASHA}; 07700 900002", "code_word": "tartan kettle"}))
    (planned,) = await office.planned()
    visit, places = planned
    staff = await office.staff()
    assert report.visit_ids == (visit.id,)
    assert (visit.address, visit.pupil, visit.reason) == ("14 Tansy Row", "K.T.", "attendance")
    assert visit.code_words == ("tartan kettle",)
    assert visit.policy == office.schools[office.school_id].policy
    assert [place.visitor_id for place in places] == [staff["Asha"].id, staff["Ben"].id]
    starts_at = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    assert {(p.state, p.starts_at, p.ends_at) for p in places} == {
        (State.PLANNED, starts_at, starts_at + timedelta(hours=1))
    }
    assert {(p.deadline, p.deadline_at) for p in places} == {
        (Event.ARRIVAL_DUE, starts_at + visit.policy.arrival_grace)
    }
    async with office.database.transaction() as tx:
        (entry,) = await journal.of_visit(tx, office.school_id, visit.id)
        assert not [check for check in await journal.verify(tx) if check.fault]
    assert (entry.kind, entry.at) == ("planned", NOW)
    assert entry.body == {
        "visitors": [staff["Asha"].id, staff["Ben"].id],
        "starts_at": "2026-11-23T14:00:00+00:00",
        "ends_at": "2026-11-23T15:00:00+00:00",
        "returns_at": None,
    }


async def test_times_are_the_schools_own(office: Office) -> None:
    """Two o'clock in June is one o'clock UTC."""
    await office.visits(
        table(VISIT | {"starts_at": "2026-06-23T14:00", "ends_at": "2026-06-23T15:00"}), NOW - timedelta(days=200)
    )
    ((_, places),) = await office.planned()
    assert places[0].starts_at == datetime(2026, 6, 23, 13, 0, tzinfo=UTC)


async def test_an_hour_that_does_not_come_is_refused(office: Office) -> None:
    """Half past one on the night the clocks go forward is no time; the refusal says so."""
    lines = await office.visits_refused(table(VISIT | {"starts_at": "2027-03-28T01:30", "ends_at": "2027-03-28T03:00"}))
    assert lines == [
        "line 2: starts_at: 2027-03-28T01:30 does not exist in Europe/London: "
        "the clocks go forward over it; write another time"
    ]


async def test_an_hour_that_comes_twice_is_the_earlier(office: Office) -> None:
    """Half past one on the night the clocks go back is read as the first, and the administrator is told which."""
    report = await office.visits(table(VISIT | {"starts_at": "2027-10-31T00:30", "ends_at": "2027-10-31T01:30"}))
    assert report.notes == (
        "line 2: ends_at: 2027-10-31T01:30 comes twice in Europe/London; the earlier is taken, 00:30 UTC",
        "line 2: the school's policy also wants returns_at, family_told",
        "line 2: nobody can say yes to it as it is: one alone needs a risk assessment; name it under assessment",
    )
    ((_, places),) = await office.planned()
    assert places[0].ends_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"address": " "}, "address: it is empty; nobody could be sent there"),
        ({"visitors": ""}, "visitors: they are empty; write the phone of each, parted by ;"),
        ({"visitors": "Asha"}, "visitors: 'Asha' is not a phone number; write it like +447700900001"),
        ({"visitors": SAM}, f"visitors: {SAM} is no visitor of this school; import them first, with the role visitor"),
        (
            {"visitors": OLIVE},
            f"visitors: {OLIVE} is no visitor of this school; import them first, with the role visitor",
        ),
        ({"visitors": f"{ASHA};07700900001"}, f"visitors: {ASHA} is there twice"),
        (
            {"school": "marsh_lane_annexe"},
            f"visitors: {ASHA} is no visitor of this school; import them first, with the role visitor",
        ),
        ({"ends_at": "2026-11-23T14:00"}, "ends_at: 2026-11-23T14:00 is not after starts_at, 2026-11-23T14:00"),
        ({"starts_at": "2026-11-20T14:00", "ends_at": "2026-11-20T15:00"}, "ends_at: 2026-11-20T15:00 has passed"),
        (
            {"starts_at": "23/11/2026 14:00"},
            "starts_at: '23/11/2026 14:00' is not a time; write the school's local time like 2026-11-23T14:00",
        ),
        (
            {"ends_at": "2026-11-31T15:00"},
            "ends_at: '2026-11-31T15:00' is not a time; write the school's local time like 2026-11-23T14:00",
        ),
    ],
)
async def test_each_bad_cell_of_a_visit_is_named(cells: dict[str, str], fault: str, office: Office) -> None:
    """The line, the column, what stands there and how to mend it; and nothing is planned."""
    good = VISIT | {"visitors": BEN, "address": "2 Mill Lane"}
    assert await office.visits_refused(table(good, VISIT | cells)) == [f"line 3: {fault}"]
    assert await office.planned() == []


async def test_a_visit_under_way_may_still_be_planned(office: Office) -> None:
    """Only a visit whose end has passed is refused: one that began a moment ago still needs its guard."""
    report = await office.visits(table(VISIT), datetime(2026, 11, 23, 14, 30, tzinfo=UTC))
    assert len(report.visit_ids) == 1


async def test_nobody_is_in_two_places(office: Office) -> None:
    """A visitor's overlapping visits are named, in the file and against the store; one after the other is well."""
    first = VISIT | {"visitors": f"{ASHA};{BEN}"}
    second = VISIT | {"address": "2 Mill Lane", "starts_at": "2026-11-23T14:30", "ends_at": "2026-11-23T15:30"}
    assert await office.visits_refused(table(first, second)) == [
        f"line 3: visitors: {ASHA} is on another visit at that time, on line 2"
    ]
    report = await office.visits(table(first))
    assert await office.visits_refused(table(second)) == [
        f"line 2: visitors: {ASHA} is on another visit at that time, visit {report.visit_ids[0]}"
    ]
    after = second | {"starts_at": "2026-11-23T15:00"}
    assert len((await office.visits(table(after))).visit_ids) == 1


async def test_the_same_line_twice_is_one_visit(office: Office) -> None:
    """The same visitors, address and start are one visit: in a file, in a second import, and after it has ended."""
    pair = VISIT | {"visitors": f"{ASHA};{BEN}"}
    again = pair | {"visitors": f"{BEN};{ASHA}", "address": "14 TANSY row", "ends_at": "2026-11-23T16:00"}
    assert await office.visits_refused(table(pair, again)) == [
        "line 3: it is the same visit as on line 2; take one of them out"
    ]
    (visit_id,) = (await office.visits(table(pair))).visit_ids
    refused = [f"line 2: this visit is planned already, as visit {visit_id}; take the line out"]
    assert await office.visits_refused(table(again)) == refused
    async with office.database.transaction() as tx:
        for place in await visits.places_of_visit(tx, office.school_id, visit_id):
            closed = Place(
                place.visitor_id, State.LEFT, place.id, visit_id, place.starts_at, left_at=NOW, version=place.version
            )
            await visits.save_place(tx, office.school_id, closed)
    assert await office.visits_refused(table(again)) == refused
