"""`doorstep people …`: who goes, and who can be alarmed."""

import json
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import system_clock
from bot.faults import FAILED
from bot.people import Channel
from handlers import imports, reports, telegram
from handlers.commands.shared import (
    AsJson,
    carry_out,
    looked_at,
    opened,
    refuse,
    settings_and_schools,
    text_of,
)
from store import people as people_store
from store.database import StoreDown

LINK_LASTS = timedelta(days=7)

app = typer.Typer(no_args_is_help=True, help="Who goes, and who can be alarmed.")


@app.command("import")
def import_people(file: Annotated[Path, typer.Argument(help="A CSV file.")]) -> None:
    """Add or change people. All or nothing: a bad line is named, and then nothing is changed."""
    text = text_of(file)

    async def work() -> None:
        async with opened() as (tx, schools):
            report = await imports.import_people(tx, schools, text)
        typer.echo(f"{report.added} added, {report.changed} changed, {report.unchanged} as they were")

    carry_out(work())


@app.command()
def rota(
    file: Annotated[Path | None, typer.Argument(help="A CSV file.")] = None,
    none: Annotated[str | None, typer.Option(help="Take the rota of this school away.", metavar="SCHOOL")] = None,
) -> None:
    """Say who is on duty when: the file is the whole rota of the schools it names, in place of any before."""
    if (file is None) is (none is None):
        refuse("give a CSV file, or --none and a school's key", FAILED)
    text = text_of(file) if file else ""

    async def work() -> None:
        async with opened() as (tx, schools):
            if none is not None:
                await imports.drop_rota(tx, schools, none, system_clock())
                typer.echo(f"{none} has no rota: everybody is on duty")
                return
            report = await imports.import_rota(tx, schools, text, system_clock())
        typer.echo("\n".join([f"rota: {report.added} line(s)", *report.notes]))

    carry_out(work())


@app.command()
def absences(file: Annotated[Path, typer.Argument(help="A CSV file.")]) -> None:
    """Note who is absent when. All or nothing; what is known already stays."""
    text = text_of(file)

    async def work() -> None:
        async with opened() as (tx, schools):
            report = await imports.import_absences(tx, schools, text, system_clock())
        typer.echo("\n".join([f"{report.added} added, {report.unchanged} known already", *report.notes]))

    carry_out(work())


@app.command()
def absent(
    phone: Annotated[str, typer.Argument(help="The person's number, as on record.")],
    first: Annotated[
        str, typer.Argument(metavar="FROM", help="A day like 2026-11-30, or a time like 2026-11-30T13:00.")
    ],
    last: Annotated[str, typer.Argument(metavar="TO", help="The last day, or a time.")],
) -> None:
    """Note that somebody is absent: alarms go to others first."""

    async def work() -> None:
        async with opened() as (tx, schools):
            report = await imports.absent(tx, schools, phone, first, last, system_clock())
        typer.echo("\n".join(["noted", *report.notes]))

    carry_out(work())


@app.command()
def back(phone: Annotated[str, typer.Argument(help="The person's number, as on record.")]) -> None:
    """End somebody's absence; without one now, take back what is noted for later."""

    async def work() -> None:
        async with opened() as (tx, schools):
            left = await imports.present(tx, schools, phone, system_clock())
        typer.echo(f"on duty again; absences still to come: {left}")

    carry_out(work())


@app.command()
def left(phone: Annotated[str, typer.Argument(help="The person's number, as on record.")]) -> None:
    """Note that somebody has left the school: no alarm goes to them, and nobody waits for their yes."""

    async def work() -> None:
        async with opened() as (tx, schools):
            report = await imports.has_left(tx, schools, phone, system_clock())
        typer.echo("\n".join(["noted", *report.notes]))

    carry_out(work())


@app.command()
def duty(as_json: AsJson = False) -> None:
    """Who is on duty now, rung by rung, and who is absent when."""

    async def work() -> None:
        async with looked_at() as (tx, schools):
            rows = [await reports.duty_row(tx, of_id, school, system_clock()) for of_id, school in schools.items()]
        typer.echo(json.dumps(rows, indent=2) if as_json else "\n".join(map(reports.duty_lines, rows)))

    carry_out(work())


@app.command()
def check(as_json: AsJson = False) -> None:
    """What the records of those who go on visits lack, and what runs out within 30 days. Exits with 1 when something lacks."""

    async def work() -> None:
        async with looked_at() as (tx, schools):
            rows = await reports.check_rows(tx, schools, system_clock())
        told = "\n".join(map(reports.check_row_line, rows)) or "nothing is missing, and nothing runs out within 30 days"
        typer.echo(json.dumps(rows, indent=2) if as_json else told)
        if any(row["when"] == "now" for row in rows):
            raise typer.Exit(FAILED)

    carry_out(work())


@app.command()
def invite(phone: Annotated[str, typer.Argument(help="The person's number, as on record.")]) -> None:
    """Make a one-time link with which this person enrols their Telegram."""
    settings, _ = settings_and_schools()
    bot_token = settings.telegram_bot_token
    if bot_token is None:
        refuse("TELEGRAM_BOT_TOKEN: it is missing, and a link needs a bot; give it")

    async def work() -> None:
        token = secrets.token_urlsafe(24)
        async with opened() as (tx, _):
            found = await people_store.by_address(tx, Channel.SMS, phone)
            if not found:
                refuse(f"{phone} is nobody's number on record; import the person first", FAILED)
            for person in found[:1]:
                await people_store.invite(tx, person, token, system_clock() + LINK_LASTS)
        door = telegram.TelegramDoor(
            bot_token.get_secret_value(), settings.telegram_api_url, never_keep, on_conflict=lambda: None
        )
        typer.echo(await door.link(token))
        await door.close()

    carry_out(work())


async def never_keep(channel: Channel, external_id: str, raw: bytes) -> bool:
    """For a door that only looks up the bot's name."""
    raise StoreDown("this door takes nothing in")
