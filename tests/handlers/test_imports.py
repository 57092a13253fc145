"""People out of CSV files: all lines or none, on a real SQLite file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.people import Role
from handlers.imports import PARTICULARS_COLUMNS, PEOPLE_COLUMNS, VISIT_COLUMNS
from tests.handlers.office import ASHA, BEN, OLIVE, STAFF, Office, open_office, table

PERSON = {"school": "marsh_lane", "name": "Asha", "roles": "visitor", "phone": ASHA} | dict.fromkeys(
    ("telegram_id", "code_word", "vehicle"), ""
)


@pytest.fixture
async def empty_office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


@pytest.fixture
async def office(empty_office: Office) -> Office:
    await empty_office.people(STAFF)
    return empty_office


async def test_people_are_added(empty_office: Office) -> None:
    """A school by its key or its name, numbers as people write them, several roles, a comma in quotes."""
    report = await empty_office.people(STAFF)
    assert (report.added, report.changed, report.unchanged) == (3, 0, 0)
    staff = await empty_office.staff()
    assert (staff["Asha"].telegram_id, staff["Asha"].code_words) == ("1001", ("blue folder",))
    assert (staff["Ben"].phone, staff["Ben"].vehicle) == (BEN, "grey estate, a dent")
    assert staff["Ben"].roles == {Role.VISITOR, Role.DEPUTY}
    assert staff["Olive"].roles == {Role.OFFICE}


async def test_the_same_file_again_changes_nothing(office: Office) -> None:
    """People are known by their phone: a second import adds nobody, and counts what did change."""
    report = await office.people(STAFF.replace("grey estate", "white van"))
    assert (report.added, report.changed, report.unchanged) == (0, 1, 2)
    assert (await office.staff())["Ben"].vehicle == "white van, a dent"


async def test_an_empty_chat_leaves_the_tied_one(office: Office) -> None:
    """An administrator's list does not undo an enrolment."""
    report = await office.people(STAFF.replace("1001", ""))
    assert report.changed == 0
    assert (await office.staff())["Asha"].telegram_id == "1001"


async def test_a_file_as_spreadsheets_write_it(empty_office: Office) -> None:
    """A byte-order mark, other line ends, spaces, capitals, blank lines and another order of columns are tolerated."""
    text = (
        "\ufeff Phone , NAME, roles ,school,vehicle,code_word,telegram_id\r\n\r\n"
        ' 07700 900001 , " Asha " , Visitor ; OFFICE ; ,marsh lane primary,, blue   folder ;copper lantern, \r\n'
        ",,,,,,\r\n"
    )
    assert (await empty_office.people(text)).added == 1
    asha = (await empty_office.staff())["Asha"]
    assert (asha.phone, asha.roles) == (ASHA, frozenset({Role.VISITOR, Role.OFFICE}))
    assert asha.code_words == ("blue folder", "copper lantern")


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"phone": "0770"}, "phone: '0770' is not a phone number; write it like +447700900001"),
        ({"phone": "4.477E+11"}, "phone: '4.477E+11' is not a phone number; write it like +447700900001"),
        ({"phone": "07700 90001"}, "phone: '07700 90001' is not a phone number; write it like +447700900001"),
        ({"phone": ""}, "phone: it is empty; everybody needs a mobile number on record"),
        (
            {"school": "marsh_lan"},
            "school: 'marsh_lan' is none of the schools file; write one of: marsh_lane, marsh_lane_annexe",
        ),
        ({"name": " "}, "name: it is empty"),
        (
            {"roles": ";"},
            "roles: they are empty; write one or more of: visitor office headteacher deputy dsl slt business_manager",
        ),
        ({"telegram_id": "@asha"}, "telegram_id: '@asha' is not a Telegram id; write digits only, or leave it empty"),
        ({"telegram_id": "-1001"}, "telegram_id: '-1001' is not a Telegram id; write digits only, or leave it empty"),
    ],
)
async def test_each_bad_cell_is_named(cells: dict[str, str], fault: str, empty_office: Office) -> None:
    """The line, the column, what stands there and how to mend it."""
    assert await empty_office.people_refused(table(PERSON | cells)) == [f"line 2: {fault}"]


async def test_an_unknown_role_is_named(empty_office: Office) -> None:
    """A misspelt role is nobody on the ladder: it is refused, with the roles there are."""
    (line,) = await empty_office.people_refused(table(PERSON | {"roles": "visitor;ofice"}))
    assert line.startswith("line 2: roles: 'ofice' is no role; write one or more of: visitor office")


@pytest.mark.parametrize("phrase", ["STOP", "help", "cup", "blue folder;end"])
async def test_a_code_word_that_cannot_work_is_refused(phrase: str, empty_office: Office) -> None:
    """Twilio's reserved words and what is too short never become a code word; the reason is given."""
    (line, *_) = await empty_office.people_refused(table(PERSON | {"code_word": phrase}))
    assert line.startswith("line 2: code_word: ")


async def test_at_most_three_code_words(empty_office: Office) -> None:
    """More phrases than three are more than anybody remembers."""
    lines = await empty_office.people_refused(
        table(PERSON | {"code_word": "blue folder;tartan kettle;amber teapot;violet ladder"})
    )
    assert lines == ["line 2: code_word: there are 4 phrases; give at most 3"]


async def test_all_or_nothing(empty_office: Office) -> None:
    """Every bad line of the file is named at once, and nobody is saved, not even those of the good lines."""
    bad = table(PERSON, PERSON | {"phone": "1", "name": ""}, PERSON | {"phone": BEN, "roles": "pupil"})
    lines = await empty_office.people_refused(bad)
    assert [line.split(":")[:2] for line in lines] == [["line 3", " name"], ["line 3", " phone"], ["line 4", " roles"]]
    assert await empty_office.staff() == {}


async def test_a_phone_twice_in_a_file_is_refused(empty_office: Office) -> None:
    """One line a person, however the number is written; the same number at another school is another matter."""
    lines = await empty_office.people_refused(table(PERSON, PERSON | {"phone": "07700 900001"}))
    assert lines == [f"line 3: phone: {ASHA} is already on line 2; write one line a person"]
    assert (await empty_office.people(table(PERSON, PERSON | {"school": "marsh_lane_annexe"}))).added == 2


async def test_a_chat_belongs_to_one_person(office: Office) -> None:
    """A Telegram chat that another person of the school has is refused, in the file or on record."""
    line = await office.people_refused(table(PERSON | {"phone": BEN, "name": "Ben", "telegram_id": "1001"}))
    assert line == ["line 2: telegram_id: 1001 already belongs to somebody on record; a chat belongs to one person"]
    twins = table(PERSON | {"phone": BEN, "telegram_id": "1002"}, PERSON | {"phone": OLIVE, "telegram_id": "1002"})
    assert await office.people_refused(twins) == [
        "line 3: telegram_id: 1002 already belongs to line 2; a chat belongs to one person"
    ]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [f"the column {name} is missing" for name in PEOPLE_COLUMNS]),
        (
            "school,name,roles,phone,telegram_id,code_word,car\n",
            ["the column vehicle is missing", "there is no column 'car'"],
        ),
        (",".join([*PEOPLE_COLUMNS, "name"]) + "\n", ["the column name is there twice"]),
    ],
)
async def test_a_wrong_header_is_named(text: str, faults: list[str], empty_office: Office) -> None:
    """Missing, unknown and repeated columns are named, and the right ones told."""
    told = f"the columns are {','.join(PEOPLE_COLUMNS)}, in any order; there may be {','.join(PARTICULARS_COLUMNS)} too"
    assert await empty_office.people_refused(text) == [f"line 1: {fault}" for fault in [*faults, told]]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "line 2: there is nothing below the header"),
        ("marsh_lane,Asha\n", "line 2: it has 2 cells, but the header has 7; quote a cell that holds a comma"),
        (f"marsh_lane,Asha,visitor,{ASHA},,,grey estate, a dent\n", "line 2: it has 8 cells, but the header has 7;"),
        ('\n\nmarsh_lane,"Asha', "line 4: it is not CSV"),
        (f'marsh_lane,"As\nha",visitor,{ASHA},,,\nmarsh_lane,Ben,visitor,1,,,\n', "line 4: phone: '1'"),
    ],
)
async def test_a_wrong_form_is_named_by_its_line(text: str, fault: str, empty_office: Office) -> None:
    """Too few cells, too many, a quote never closed; the number is the file's, also after a cell of two lines."""
    lines = await empty_office.people_refused(",".join(PEOPLE_COLUMNS) + "\n" + text)
    assert len(lines) == 1
    assert lines[0].startswith(fault)


def test_the_columns_are_those_of_the_handbook() -> None:
    """What administrators' files already have stays what it is."""
    assert ",".join(PEOPLE_COLUMNS) == "school,name,roles,phone,telegram_id,code_word,vehicle"
    assert ",".join(VISIT_COLUMNS) == "school,visitors,address,pupil,reason,starts_at,ends_at,code_word"
