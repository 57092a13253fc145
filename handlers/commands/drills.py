"""`doorstep drill SCHOOL`: have one held, and see how the last one went."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot import notices
from bot.alarm import Alarm
from bot.clock import system_clock
from bot.drill import NOTICE, Drill, State, scores
from bot.faults import FAILED
from bot.school import School
from handlers.commands.shared import AsJson, SchoolName, carry_out, looked_at, opened, refuse, school_named
from store import alarms, drills, outbox, people
from store.database import Transaction

Rows = list[dict[str, Any]]


def drill(
    school: SchoolName,
    report: Annotated[bool, typer.Option("--report", help="Hold none: show how the last one went.")] = False,
    as_json: AsJson = False,
) -> None:
    """Rehearse: the running service asks all who can be alarmed, marked TEST, and scores who answers."""
    carry_out(_show(school, as_json) if report else _ask(school))


async def _ask(wanted: str) -> None:
    async with opened() as (tx, schools):
        school_id, school = school_named(schools, wanted)
        open_ones: list[Alarm] = await alarms.open_in_school(tx, school_id)
        if open_ones:
            codes = ", ".join(alarm.code for alarm in open_ones)
            refuse(f"an alarm is open at {school.name} ({codes}): no drill before it has ended", FAILED)
        known = await drills.live(tx, school_id)
        if known is not None and known.state is State.OPEN:
            refuse(f"a drill is open at {school.name}: see how it goes with --report", FAILED)
        await drills.ask(tx, school_id, system_clock())
    typer.echo(f"{school.name}: the running service begins it within seconds; see how it went with --report")


async def _show(wanted: str, as_json: bool) -> None:
    async with looked_at() as (tx, schools):
        school_id, school = school_named(schools, wanted)
        last = await drills.last(tx, school_id)
        if last is None:
            refuse(f"{school.name} has had no drill yet", FAILED)
        rows = await _rows(tx, last)
    if as_json:
        typer.echo(
            json.dumps({"drill": last.id, "state": last.state, "begun_at": _local(last, school), "people": rows})
        )
        return
    table = Table(
        "name", "reached after", "answered after", title=f"TEST {last.id} {last.state} {_local(last, school)}"
    )
    for row in rows:
        table.add_row(*(str(row[key]) for key in ("name", "reached", "answered")))
    Console().print(table)


async def _rows(tx: Transaction, last: Drill) -> Rows:
    """Everybody who takes part, and their times as people write them."""
    names = {person.id: person.name for person in await people.of_school(tx, last.school_id)}
    reached = await outbox.reached(tx, last.school_id, NOTICE, last.begun_at or last.asked_at)
    return [
        {
            "name": names.get(one.person_id, "?"),
            "reached": notices.length(one.reached) if one.reached is not None else "not known",
            "answered": notices.length(one.answered) if one.answered is not None else "no answer",
        }
        for one in scores(last, reached)
    ]


def _local(last: Drill, school: School) -> str:
    at = last.begun_at or last.asked_at
    return at.astimezone(school.zone).isoformat(timespec="minutes")
