"""`doorstep policy …`: what a policy holds, how two differ, and whether one can be carried out."""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot import presets
from bot.faults import FAILED
from bot.policy import Policy, PolicyError, parse_policy, preset
from bot.school import parse_schools
from handlers.commands.shared import AsJson, refuse

app = typer.Typer(no_args_is_help=True, help="The rules of a school, and the presets to start from.")

Name = Annotated[str, typer.Argument(help="A preset: default, potton, birchwood, coteford, early-years or willows.")]


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Print every value of a preset, each with the clause it carries out."""
    try:
        rows = presets.values(name)
    except PolicyError as error:
        refuse(error)
    if as_json:
        typer.echo(json.dumps([row._asdict() for row in rows], indent=2))
        return
    table = Table("value", "set to", "clause")
    for row in rows:
        table.add_row(row.name, row.written, row.clause)
    Console().print(table)


@app.command()
def diff(one: Name, other: Name, as_json: AsJson = False) -> None:
    """Print the values in which two presets differ."""
    try:
        rows = presets.differences(preset(one), preset(other))
    except PolicyError as error:
        refuse(error)
    if as_json:
        typer.echo(json.dumps([{"name": name, one: mine, other: theirs} for name, mine, theirs in rows], indent=2))
        return
    if not rows:
        typer.echo(f"{one} and {other} have the same values.")
        return
    table = Table("value", one, other)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A schools file, or a policy in TOML.")]) -> None:
    """Say whether a schools file, or one policy, can be carried out; if not, name every fault and its mend."""
    text = _text_of(file)
    try:
        found = _policies(text)
    except PolicyError as error:
        refuse(f"{file}: it cannot be carried out:\n  " + "\n  ".join(str(error).split("; ")), FAILED)
    for name, policy in found.items():
        typer.echo(f"{name}: it can be carried out.")
        if short := policy.rehearsal_lengths():
            typer.echo(f"{name}: fit for a rehearsal only, under a minute: {', '.join(short)}")


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{file} cannot be read ({type(error).__name__}); save it as TOML in UTF-8")


def _policies(text: str) -> dict[str, Policy]:
    """The policies of a schools file by their schools, or the one policy that the file is. Raises PolicyError."""
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"it is not TOML: {error}") from error
    if tables and all(isinstance(table, dict) for table in tables.values()):
        return {key: school.policy for key, school in parse_schools(text).items()}
    return {"the policy": parse_policy(tables)}
