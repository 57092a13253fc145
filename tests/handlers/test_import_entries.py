"""What a file of visits may hold beside who, where and when: the log entry, outings, and a yes that was given on paper."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.details import Authorisation, Details
from handlers.imports import ENTRY_COLUMNS
from store import briefings, requests
from tests.handlers.office import ASHA, BEN, NOW, OLIVE, SAM, STAFF, Office, open_office, table

DEE, HENRY = "+447700900013", "+447700900011"
PAIR = {
    "school": "marsh_lane",
    "visitors": f"{ASHA};{BEN}",
    "address": "14 Tansy Row",
    "pupil": "K.T.",
    "reason": "attendance",
    "starts_at": "2026-11-23T14:00",
    "ends_at": "2026-11-23T15:00",
    "code_word": "",
}
ENTRY = {
    "returns_at": "2026-11-23T15:30",
    "house_phone": "07700 900123",
    "pupil_class": "4B",
    "kind": "Safeguarding",
    "family_told": "by phone 20/11",
    "confirmed": "letter",
    "parents": "mum",
    "attendance": "82.5%",
    "named_contact": "Olive",
    "risks": "dog",
    "assessment": "Henry 20/11",
    "high_risk": "no",
    "signature": "yes",
    "responsible": OLIVE,
}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        await office.people(f"{STAFF}marsh_lane,Henry,headteacher,{HENRY},,,\nmarsh_lane,Dee,dsl,{DEE},,,\n")
        yield office


async def test_the_log_entry_comes_along(office: Office) -> None:
    """Every column that is there is in the visit, and the return in each place."""
    await office.visits(table(PAIR | ENTRY))
    ((visit, places),) = await office.planned()
    staff = await office.staff()
    assert visit.details == Details(
        house_phone="+447700900123",
        pupil_class="4B",
        kind="safeguarding",
        family_told="by phone 20/11",
        confirmed="letter",
        parents="mum",
        attendance="82.5",
        named_contact="Olive",
        risks="dog",
        assessment="Henry 20/11",
        signature=True,
        responsible_id=staff["Olive"].id,
    )
    assert {place.returns_at for place in places} == {datetime(2026, 11, 23, 15, 30, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("column", "written", "fault"),
    [
        ("returns_at", "2026-11-23T14:30", "returns_at: 2026-11-23T14:30 is before ends_at, 2026-11-23T15:00"),
        ("house_phone", "ask Olive", "house_phone: 'ask Olive' is not a phone number; write it like +447700900001"),
        ("kind", "welfare", "kind: 'welfare' is none; write safeguarding, or leave it empty"),
        ("attendance", "182", "attendance: '182' is not between 0 and 100"),
        ("high_risk", "perhaps", "high_risk: 'perhaps' is neither yes nor no"),
        ("responsible", SAM, f"responsible: {SAM} is nobody of this school; import them first"),
        (
            "responsible",
            ASHA,
            f"responsible: {ASHA} can be told of no alarm; name somebody with a contact's role",
        ),
        (
            "authorised_by",
            OLIVE,
            f"authorised_by: {OLIVE} cannot say yes to it, by the school's policy; "
            "leave it empty, and those who can are asked",
        ),
    ],
)
async def test_each_bad_cell_of_the_entry_is_named(column: str, written: str, fault: str, office: Office) -> None:
    """The column, what stands there and how to mend it; and nothing is planned."""
    assert await office.visits_refused(table(PAIR | ENTRY | {column: written})) == [f"line 2: {fault}"]
    assert await office.planned() == []


async def test_what_the_policy_wants_besides_is_named(office: Office) -> None:
    """A file without the new columns is taken as before, and the administrator hears what its lines lack."""
    report = await office.visits(table(PAIR | {"visitors": ASHA}))
    assert report.notes == (
        "line 2: the school's policy also wants returns_at, family_told",
        "line 2: nobody can say yes to it as it is: one alone needs a risk assessment; name it under assessment",
    )
    assert len(await office.planned()) == 1


async def test_an_unknown_column_is_refused_with_all_there_may_be(office: Office) -> None:
    """The administrator sees every column a file may have."""
    lines = await office.visits_refused(table(PAIR | {"colour": "red"}))
    assert lines[0] == "line 1: there is no column 'colour'"
    assert all(column in lines[1] for column in ENTRY_COLUMNS)


async def test_the_yes_is_asked_for(office: Office) -> None:
    """A visit that needs somebody's yes is put to them at the desk's next look."""
    await office.visits(table(PAIR))
    ((visit, _),) = await office.planned()
    async with office.database.transaction() as tx:
        (request,) = await requests.due(tx, datetime(2026, 11, 23, 13, 0, tzinfo=UTC), 10, [office.school_id])
    assert (request.visit_id, visit.authorisation) == (visit.id, Authorisation.WANTED)


async def test_a_yes_on_paper_is_one(office: Office) -> None:
    """Whoever may say yes and has is named; nobody is asked again, and those who go are briefed."""
    await office.visits(table(PAIR | {"assessment": "Henry 20/11", "authorised_by": HENRY}))
    ((visit, places),) = await office.planned()
    assert visit.authorisation is Authorisation.AUTHORISED
    async with office.database.transaction() as tx:
        assert await requests.pending(tx, office.school_id) == []
        assert len(await briefings.due(tx, NOW, 10, [office.school_id])) == len(places) == 2


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"high_risk": "yes"}, "it is marked high risk, and the mark is to be lifted with a reason"),
        ({"kind": "safeguarding"}, "a safeguarding lead must say yes too; leave it empty, and both are asked"),
        ({"visitors": ASHA}, "one alone needs a risk assessment; name it under assessment"),
    ],
)
async def test_a_yes_that_would_not_hold_is_refused(cells: dict[str, str], fault: str, office: Office) -> None:
    """What no yes can mend, no yes on paper mends (E10, P19, P9)."""
    written = table(PAIR | {"authorised_by": HENRY} | cells)
    assert await office.visits_refused(written) == [f"line 2: authorised_by: {fault}"]


LATER = PAIR | {"starts_at": "2026-11-23T17:00", "ends_at": "2026-11-23T17:30", "outing": "", "returns_at": ""}
FIRST = PAIR | {"outing": "Tue am", "returns_at": ""}
SECOND = FIRST | {
    "address": "2 Mill Lane",
    "starts_at": "2026-11-23T15:15",
    "ends_at": "2026-11-23T15:45",
    "returns_at": "2026-11-23T16:00",
}


async def test_one_outing_shares_one_return(office: Office) -> None:
    """Lines of the same outing are one: its number is that of the first visit, its return that of whichever says it (E3)."""
    await office.visits(table(FIRST, SECOND, LATER))
    found = await office.planned()
    first = found[0][0].id
    assert [visit.outing_id for visit, _ in found] == [first, first, None]
    back = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert [{(p.outing_id, p.returns_at) for p in places} for _, places in found] == [
        {(first, back)},
        {(first, back)},
        {(None, None)},
    ]


async def test_an_outing_that_cannot_be_is_refused(office: Office) -> None:
    """Two returns, or a visit after the return."""
    assert await office.visits_refused(table(FIRST | {"returns_at": "2026-11-23T15:05"}, SECOND)) == [
        "line 3: returns_at: the outing Tue am has one return; give a visit after it another name"
    ]
    assert await office.visits_refused(
        table(FIRST | {"returns_at": "2026-11-23T15:05"}, SECOND | {"returns_at": ""})
    ) == ["line 3: ends_at: the outing Tue am is back before that; give this visit another name"]
