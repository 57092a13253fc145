"""`doorstep people …`: who goes, and who can be alarmed."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import system_clock
from bot.people import Channel
from handlers import imports, telegram
from handlers.commands.shared import FAILED, carry_out, opened, refuse, settings_and_schools, text_of
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
