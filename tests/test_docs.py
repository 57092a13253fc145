"""The pages for people say what is so: settings, policies, commands, sentences, states, files, links.

That none of them names a registry is for `test_lock`, which reads every text of the tree.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot.__main__ import app
from bot.faults import BAD_SETTINGS, FAILED
from bot.policy import Policy, parse_policy, preset
from bot.school import parse_schools
from bot.settings import NAMES, SECRETS
from handlers.imports import ENTRY_COLUMNS, PEOPLE_COLUMNS, VISIT_COLUMNS
from tests.handlers.office import open_office

HOUSE = Path(__file__).parent.parent
PAGES = sorted(
    path
    for path in (*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md"))
    if path.relative_to(HOUSE).as_posix() != "docs/states.md"  # drawn, and held to its tables by a test of its own
)
FOR_PEOPLE = ("docs/office.md", "docs/visitors.md", "docs/authorisers.md")
TOWARDS_TESTS = re.compile(r"DOORSTEP_(?:TEST_[A-Z]+|REQUIRE_PEERS)")


def read(page: str) -> str:
    return (HOUSE / page).read_text(encoding="utf-8")


def name(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def fenced(text: str, language: str) -> list[str]:
    """The contents of the blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def spans(text: str) -> list[str]:
    """What stands `so` in a page."""
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose(text))]


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, its head left out."""
    below = text.split(f"\n{heading}\n", 1)[1]
    table = re.search(r"^(\|.*\n)+", below, re.MULTILINE)
    assert table is not None, heading
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in table[0].splitlines()[2:]]


# -- settings and policies --------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_setting_a_page_names_is_there(page: Path) -> None:
    """No page speaks of a setting that Doorstep, or its tests, would not read."""
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:DOORSTEP|TELEGRAM|TWILIO)_[A-Z_]*[A-Z]\b", text)) - {"DOORSTEP_SERVICE_HOST"}
    known = {*NAMES, *(f"{secret}_FILE" for secret in SECRETS)}
    assert {setting for setting in named - known if not TOWARDS_TESTS.fullmatch(setting)} == set()


def test_every_policy_value_is_described_with_its_default() -> None:
    """The administrator's table has each value in order, as the default preset has it, and says what it means."""
    table = rows(read("docs/administrator.md"), "## Policies")
    assert [row[0].strip("`") for row in table] == list(Policy.model_fields)
    assert {row[0].strip("`"): row[1].strip("`") for row in table} == {
        field: json.dumps(value) for field, value in preset("default").items()
    }
    assert all(len(row[2].split()) > 3 for row in table)


def test_every_entry_of_a_schools_table_is_described() -> None:
    """What the handbook lists for schools.toml is what can be written there, and nothing is left out."""
    listed = [row[0].strip("`") for row in rows(read("docs/administrator.md"), "## Schools")]
    written = ['name="A"', 'time_zone="Europe/London"', 'hours="08:00-17:00"', "calendar={}", 'policy="default"']
    written += [
        'overrides={check_in="never"}',
        'language="en"',
        'code_words=["copper lantern"]',
        'phone="07700 900990"',
        'pupils=["K.T."]',
    ]
    assert [entry.split("=")[0] for entry in written] == listed
    school = parse_schools("\n".join(["[marsh_lane]", *written]))["marsh_lane"]
    assert (school.name, school.policy) == ("A", parse_policy("default", {"check_in": "never"}))
    example = parse_schools(read("schools.example.toml"))["marsh_lane"]
    said_so = {*listed} - {"time_zone", "hours", "overrides"}
    assert set(type(example).model_fields) == {"key", "zone", "opens", "closes", *said_so}


# -- commands, files, links -------------------------------------------------------------------------


def commands() -> set[str]:
    """Every command of the command line, such as "people import"; "journal verify" is a word of "journal"."""
    found = {"journal verify"}
    root: Any = typer.main.get_command(app)
    for word in root.list_commands(None):
        below = getattr(root.get_command(None, word), "commands", None)
        found |= {f"{word} {second}" for second in below} if below else {word}
    return found


GROUPS = {command.split()[0] for command in commands()} - commands()
"""Words that name no command by themselves."""


def commands_in(text: str) -> Iterator[str]:
    """The commands that a page tells people to type."""
    typed = [*spans(text), *(line for block in fenced(text, "bash") for line in block.splitlines())]
    for line in typed:
        match = re.match(r"(?:\.venv/bin/)?doorstep ([a-z][a-z-]*)(?: ([a-z]+)\b)?", line)
        if match:
            both = f"{match[1]} {match[2]}"
            yield both if both in commands() or match[1] in GROUPS else match[1]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_on_a_page_exists(page: Path) -> None:
    """Nobody is told to type what is not there: neither of doorstep nor of make."""
    text = page.read_text(encoding="utf-8")
    assert set(commands_in(text)) <= commands()
    typed = [*spans(text), *(line for block in fenced(text, "bash") for line in block.splitlines())]
    targets = {match[1] for line in typed if (match := re.match(r"make ([\w./-]+)", line))}
    makefile = read("Makefile").replace("$(STAMP)", re.search(r"^STAMP := (.*)$", read("Makefile"), re.MULTILINE)[1])  # type: ignore[index]
    assert targets <= set(re.findall(r"^([\w./-]+):", makefile, re.MULTILINE))


def test_every_command_is_described() -> None:
    """The administrator's table has all that can be typed."""
    table = rows(read("docs/administrator.md"), "## Commands")
    assert {command for row in table for command in commands_in(row[0])} == commands()


def test_the_exit_codes_are_the_real_ones() -> None:
    """What a supervisor sees is in the handbook."""
    codes = [int(row[0]) for row in rows(read("docs/administrator.md"), "## Run it as a service")]
    standstill = re.search(r"os\._exit\((\d+)\)", read("handlers/service.py"))
    assert standstill is not None
    assert codes == [0, FAILED, BAD_SETTINGS, int(standstill[1])]


def test_the_log_lines_to_watch_for_are_written_somewhere() -> None:
    """Each event in the handbook's table is one that the code logs."""
    files = [path for room in ("handlers", "store") for path in (HOUSE / room).rglob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    table = rows(read("docs/administrator.md"), "## Health, counters and logs")
    events = [event for row in table for event in spans(row[0])]
    assert len(events) > 5
    assert [event for event in events if f'"{event}"' not in code] == []


def test_what_the_tests_read_from_the_environment_is_described() -> None:
    """The developer's page has every such name, and no other."""
    used = {
        found
        for path in (HOUSE / "tests").rglob("*.py")
        if "node_modules" not in path.parts
        for found in re.findall(rf'"({TOWARDS_TESTS.pattern})"', path.read_text(encoding="utf-8"))
    }
    assert set(TOWARDS_TESTS.findall(read("docs/developer.md"))) == used


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_a_page_names_is_there(page: Path) -> None:
    """Paths of the house that a page names lead somewhere."""
    paths = [span for span in spans(page.read_text(encoding="utf-8")) if re.fullmatch(r"(?!/)[\w.-]+/[\w./-]*", span)]
    rooms = ("bot", "store", "handlers", "tests", "bench", "docs", ".ci")
    assert [path for path in paths if path.split("/")[0] in rooms and not (HOUSE / path).exists()] == []


def anchors(text: str) -> set[str]:
    """The anchors that a forge gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [*PAGES, HOUSE / "docs" / "states.md"], ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """A relative link points to a file of the tree, and its anchor to a heading there."""
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        there = (page.parent / path).resolve() if path else page
        known = anchors(there.read_text(encoding="utf-8")) if there.is_file() else set()
        lost += [link] if not there.exists() or (anchor and anchor not in known) else []
    assert lost == []


def test_the_decisions_are_numbered() -> None:
    """Each record has a number of its own, in its name and in its title."""
    records = sorted((HOUSE / "docs" / "decisions").glob("*.md"))
    numbers = [record.name[:4] for record in records]
    assert len(set(numbers)) == len(numbers)
    assert [
        r.name for r in records if not re.match(rf"# 0*{int(r.name[:4])}[.:] ", r.read_text(encoding="utf-8"))
    ] == []


# -- the examples -----------------------------------------------------------------------------------


async def test_the_examples_of_files_are_taken(tmp_path: Path) -> None:
    """The people and the visits of the handbook, as printed, are imported without a fault."""
    staff, plans = [block for block in fenced(read("docs/administrator.md"), "csv") if "dbs" not in block][:2]
    assert staff.splitlines()[0] == ",".join(PEOPLE_COLUMNS)
    columns = plans.splitlines()[0].split(",")
    assert columns[: len(VISIT_COLUMNS)] == list(VISIT_COLUMNS)
    assert set(columns[len(VISIT_COLUMNS) :]) <= set(ENTRY_COLUMNS)
    async with open_office(tmp_path) as office:
        report = await office.people(staff)
        assert report.added == len(staff.splitlines()) - 1
        planned = await office.visits(plans)
        assert (planned.added, planned.notes) == (len(plans.splitlines()) - 1, ())


async def test_the_people_of_the_readme_are_taken(tmp_path: Path) -> None:
    """The trial by hand begins with an import that works."""
    staff = re.search(r"<<'END'\n(.*?)^END$", read("README.md"), re.MULTILINE | re.DOTALL)
    assert staff is not None
    async with open_office(tmp_path) as office:
        assert (await office.people(staff[1])).added == len(staff[1].splitlines()) - 1


def test_the_states_of_the_readme_are_those_that_run() -> None:
    """Between its markers the README has the diagrams of docs/states.md: copy them from there when they change."""
    block = re.search(r"<!-- states: begin.*?-->(.*?)<!-- states: end -->", read("README.md"), re.DOTALL)
    assert block is not None
    assert fenced(block[1], "mermaid") == fenced(read("docs/states.md"), "mermaid") != []
