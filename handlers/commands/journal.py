"""`doorstep journal …`: all that happened in a visit, and the proof that nothing was changed."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from bot.faults import FAILED
from handlers import reports
from handlers.commands.shared import AsJson, carry_out, looked_at, refuse
from store import journal as journal_store


def journal(
    visit: Annotated[str, typer.Argument(help="A visit's number, or the word verify.")], as_json: AsJson = False
) -> None:
    """Print all that happened in a visit; or with `verify`, prove that nothing in any journal was changed."""
    if visit == "verify":
        carry_out(verify(as_json))
    elif visit.isdecimal():
        carry_out(print_journal(int(visit), as_json))
    else:
        refuse(f"{visit!r} is not a visit's number; `doorstep visits list` shows them")


async def verify(as_json: bool) -> None:
    """Exits with an error when a chain is broken."""
    async with looked_at() as (tx, _):
        checks = await journal_store.verify(tx)
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in checks]))
    else:
        typer.echo("\n".join(reports.check_line(check) for check in checks))
    if any(check.fault for check in checks):
        raise typer.Exit(FAILED)


async def print_journal(visit_id: int, as_json: bool) -> None:
    """One line an entry, in the school's time."""
    async with looked_at() as (tx, schools):
        found = await reports.visit_journal(tx, schools, visit_id)
    if found is None:
        refuse(f"there is no visit {visit_id}; `doorstep visits list` shows them", FAILED)
    school, entries = found
    if as_json:
        typer.echo(json.dumps([reports.entry_row(entry, school.zone) for entry in entries], indent=2))
    else:
        typer.echo("\n".join(reports.entry_line(entry, school.zone) for entry in entries))
