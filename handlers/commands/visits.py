"""`doorstep visits …`: what is planned, and where it stands."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.clock import system_clock
from handlers import imports, reports
from handlers.commands.shared import AsJson, SteppedFrom, carry_out, looked_at, opened, text_of

app = typer.Typer(no_args_is_help=True, help="What is planned, and where it stands.")


@app.command("import")
def import_visits(file: Annotated[Path, typer.Argument(help="A CSV file.")], stepped_from: SteppedFrom = None) -> None:
    """Add planned visits. All or nothing: a bad line is named, and then nothing is added."""
    text = text_of(file)

    async def work() -> None:
        async with opened() as (tx, schools):
            zone = next(iter(schools.values())).zone
            now = stepped_from.replace(tzinfo=zone) if stepped_from else system_clock()
            report = await imports.import_visits(tx, schools, text, now)
        typer.echo("\n".join([f"planned as no. {', '.join(map(str, report.visit_ids)) or '-'}", *report.notes]))

    carry_out(work())


@app.command("list")
def list_visits(as_json: AsJson = False) -> None:
    """Every visit and where it stands."""

    async def work() -> None:
        async with looked_at() as (tx, schools):
            rows = await reports.visit_rows(tx, schools)
        if as_json:
            typer.echo(json.dumps(rows, indent=2))
        else:
            Console().print(reports.visits_table(rows))

    carry_out(work())
