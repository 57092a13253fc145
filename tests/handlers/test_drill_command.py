"""`doorstep drill`, typed as an administrator types it: one is wanted, and how the last one went is shown."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.alarm import Alarm, Kind
from bot.drill import State
from bot.faults import FAILED
from bot.people import Channel, Person, Role
from store import alarms, drills, outbox, people
from store.outbox import Notice
from tests.handlers.office import OLIVE, SCHOOLS, open_office

TWO = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, schools and a store, in which the commands are typed."""
    (tmp_path / "schools.toml").write_text(SCHOOLS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/doorstep.db")
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "blue-kettles-sing-at-noon")
    monkeypatch.setenv("DOORSTEP_SCHOOLS_FILE", str(tmp_path / "schools.toml"))
    return tmp_path


def types(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


async def _state(folder: Path) -> State | None:
    async with open_office(folder) as office, office.database.transaction() as tx:
        last = await drills.last(tx, office.school_id)
        return last.state if last else None


async def _held(folder: Path) -> None:
    """A drill that Olive answered after 42 s and Henry not at all; no receipt has come for either."""
    async with open_office(folder) as office, office.database.transaction() as tx:
        olive = await people.save(tx, Person(0, office.school_id, "Olive", frozenset({Role.OFFICE}), OLIVE))
        henry = Person(0, office.school_id, "Henry", frozenset({Role.HEADTEACHER}), "+447700900011")
        silent = await people.save(tx, henry)
        for person_id, phone in ((olive, OLIVE), (silent, henry.phone)):
            await outbox.owe(tx, Notice(office.school_id, person_id, Channel.SMS, phone, "drill", "TEST"), TWO)
        answers = {olive: TWO + timedelta(seconds=42), silent: None}
        wanted = await drills.ask(tx, office.school_id, TWO)
        await drills.save(tx, replace(wanted, state=State.OVER, begun_at=TWO, ended_at=TWO, answers=answers))


async def _alarmed(folder: Path) -> None:
    async with open_office(folder) as office, office.database.transaction() as tx:
        await alarms.add(tx, Alarm("K7Q4", Kind.DANGER, office.school_id, TWO))


def test_one_is_wanted_and_the_service_is_to_begin_it(folder: Path) -> None:
    """By key or by name; wanting it again changes nothing."""
    for name in ("marsh_lane", "marsh lane primary"):
        result = types("drill", name)
        assert result.exit_code == 0
        assert "begins it within seconds" in result.output
    assert asyncio.run(_state(folder)) is State.ASKED


def test_there_is_none_while_an_alarm_is_open(folder: Path) -> None:
    """What is real comes first, and its code is named."""
    asyncio.run(_alarmed(folder))
    result = types("drill", "marsh_lane")
    assert result.exit_code == FAILED
    assert "an alarm is open at Marsh Lane Primary (K7Q4)" in result.output
    assert asyncio.run(_state(folder)) is None


def test_the_report_has_everybody_and_their_times(folder: Path) -> None:
    """For people as a table, for programs as JSON; who never answered is in it."""
    asyncio.run(_held(folder))
    shown = types("drill", "marsh_lane", "--report").output
    for words in ("TEST 1 over", "Olive", "0:42 min", "Henry", "no answer"):
        assert words in shown
    told = json.loads(types("drill", "marsh_lane", "--report", "--json").output)
    assert told["begun_at"] == "2026-11-23T14:00+00:00"
    assert told["people"] == [
        {"name": "Olive", "reached": "not known", "answered": "0:42 min"},
        {"name": "Henry", "reached": "not known", "answered": "no answer"},
    ]


def test_where_there_was_none_it_says_so(folder: Path) -> None:
    """And an unknown school is named with those that are known."""
    assert asyncio.run(_state(folder)) is None
    assert "has had no drill yet" in types("drill", "marsh_lane", "--report").output
    assert "these are known: marsh_lane" in types("drill", "elsewhere").output
