"""The command line, and the one place that attaches the rooms: `doorstep …` or `python -m bot …`."""

import asyncio
import json
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from bot import codeword
from bot.clock import SteppedClock, system_clock
from bot.people import Channel
from bot.policy import PolicyError
from bot.school import School, parse_schools
from bot.settings import Settings, SettingsError, load_settings
from bot.words import think
from handlers import demo as demo_room
from handlers import imports, logs, reports, telegram
from handlers.doors import open_service
from handlers.service import LostHold
from handlers.web.running import PortTaken
from store import journal as journal_store
from store import people as people_store
from store import schools as schools_store
from store.crypto import KeyFault, Sealer, key_beside
from store.database import Database, StoreDown, StoreInUse, Transaction
from store.schema import SchemaAhead, migrate

BAD_SETTINGS, FAILED = 2, 1
LINK_LASTS = timedelta(days=7)
ENV_FILE = Path(".env")
LOCAL_TIME = "%Y-%m-%dT%H:%M"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they would show names and texts
    help="The guard for school staff on home visits.",
)
people_app = typer.Typer(no_args_is_help=True, help="Who goes, and who can be alarmed.")
visits_app = typer.Typer(no_args_is_help=True, help="What is planned, and where it stands.")
code_word_app = typer.Typer(no_args_is_help=True, help="Phrases that bring help unseen.")
app.add_typer(people_app, name="people")
app.add_typer(code_word_app, name="code-word")
app.add_typer(visits_app, name="visits")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SteppedFrom = Annotated[datetime | None, typer.Option(hidden=True, formats=[LOCAL_TIME])]


def refuse(reason: object, code: int = BAD_SETTINGS) -> NoReturn:
    """Say on standard error why nothing was done, and leave."""
    typer.echo(f"doorstep: {reason}", err=True)
    raise typer.Exit(code)


def settings_and_schools() -> tuple[Settings, dict[str, School]]:
    """The settings and the schools file, or a refusal that names what is wrong and how to mend it."""
    try:
        settings = load_settings(os.environ, ENV_FILE)
    except SettingsError as error:
        refuse("these settings are to be mended first:\n  " + "\n  ".join(error.problems))
    try:
        return settings, parse_schools(settings.schools_file.read_text(encoding="utf-8"))
    except PolicyError as error:
        refuse(f"{settings.schools_file}: {error}")
    except (OSError, UnicodeDecodeError) as error:
        refuse(
            f"DOORSTEP_SCHOOLS_FILE: {settings.schools_file} cannot be read ({type(error).__name__}); "
            "copy schools.example.toml and change it"
        )


def key_for(settings: Settings) -> str:
    """The key to seal with: the one given, or in a rehearsal with local phones one kept beside the store."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    file = settings.database_url.partition(":///")[2] if settings.database_url.startswith("sqlite") else ""
    return key_beside(Path(file or "doorstep").with_suffix(".key"))


def carry_out(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end; a fault that an administrator can mend is told in one line."""
    try:
        asyncio.run(work)
    except (StoreInUse, SchemaAhead, KeyFault, PortTaken) as error:
        refuse(error)
    except imports.ImportRefused as refused:
        refuse("nothing was imported:\n  " + "\n  ".join(refused.lines), FAILED)
    except (StoreDown, LostHold) as error:
        refuse(error, FAILED)


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[Transaction, dict[int, School]]]:
    """One transaction on the store, beside a service that may be running."""
    settings, schools = settings_and_schools()
    database = Database(settings.database_url, Sealer(key_for(settings)))
    try:
        await migrate(database)
        async with database.transaction() as tx:
            yield tx, await schools_store.sync(tx, schools)
    finally:
        await database.close()


@asynccontextmanager
async def looked_at() -> AsyncIterator[tuple[Transaction, dict[int, School]]]:
    """The store to be read, however long it takes: a service that is running is not kept waiting."""
    settings, schools = settings_and_schools()
    database = Database(settings.database_url, Sealer(key_for(settings)))
    try:
        await migrate(database)
        async with database.reading() as tx:
            yield tx, await schools_store.known(tx, schools)
    finally:
        await database.close()


# -- the service ------------------------------------------------------------------------------------


@app.command()
def run(stepped_from: SteppedFrom = None) -> None:
    """Watch over visits until stopped. Without credentials it opens local phones instead of Telegram and Twilio."""
    logs.configure()
    settings, schools = settings_and_schools()
    for key, school in schools.items():
        short = school.policy.rehearsal_lengths()
        if short:
            typer.echo(f"doorstep: [{key}] fit for a rehearsal only, under a minute: {', '.join(short)}", err=True)
    if stepped_from is not None and not settings.is_local:
        refuse("a stepped clock is for local phones; take the credentials out")
    carry_out(serve(settings, schools, stepped_from))


async def serve(settings: Settings, schools: dict[str, School], stepped_from: datetime | None) -> None:
    """Open, listen, and stay until SIGTERM or SIGINT."""
    zone = next(iter(schools.values())).zone
    clock = SteppedClock(stepped_from.replace(tzinfo=zone)) if stepped_from else system_clock
    key = "" if settings.secret_key else key_for(settings)
    attached = await open_service(settings, schools, clock, key)
    stop = asyncio.Event()
    try:
        await attached.service.warm_up()
        url = await attached.web.start()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        doors = "local phones at " + url + "/local" if settings.is_local else "Telegram and Twilio, as set"
        typer.echo(f"Doorstep watches over {len(schools)} school(s): {doors}", err=True)
        await attached.service.run(stop)
    finally:
        await attached.close()


@app.command()
def demo(
    keep: Annotated[Path | None, typer.Option(help="Keep the store of the afternoon in this folder.")] = None,
) -> None:
    """Play an afternoon at Marsh Lane Primary, faster than life, and check that it went as it should."""
    raise typer.Exit(demo_room.play(Console(), keep))


# -- people and visits ------------------------------------------------------------------------------


@people_app.command("import")
def import_people(file: Annotated[Path, typer.Argument(help="A CSV file.")]) -> None:
    """Add or change people. All or nothing: a bad line is named, and then nothing is changed."""
    text = text_of(file)

    async def work() -> None:
        async with opened() as (tx, schools):
            report = await imports.import_people(tx, schools, text)
        typer.echo(f"{report.added} added, {report.changed} changed, {report.unchanged} as they were")

    carry_out(work())


@visits_app.command("import")
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


def text_of(file: Path) -> str:
    """The text of a CSV file, or a refusal."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{file} cannot be read ({type(error).__name__}); save it as CSV in UTF-8")


@people_app.command()
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


@visits_app.command("list")
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


# -- the journal ------------------------------------------------------------------------------------


@app.command()
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


# -- words ------------------------------------------------------------------------------------------


@app.command()
def words(
    code_word: Annotated[list[str] | None, typer.Option(help="A code word to look for; may be given again.")] = None,
    at: Annotated[datetime | None, typer.Option(help="The local time of reading.", formats=[LOCAL_TIME])] = None,
    language: Annotated[str, typer.Option(help="The language the texts are in.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Read texts from standard input, one a line, and print what each is taken to mean."""
    zone = ZoneInfo("Europe/London")
    now = at.replace(tzinfo=zone) if at else system_clock()
    lines = enumerate(sys.stdin.buffer, start=1)
    try:
        for row in think.report(lines, now=now, zone=zone, code_words=tuple(code_word or ()), language=language):
            typer.echo(json.dumps(row) if as_json else think.in_words(row))
    except think.NotText as error:
        refuse(error, FAILED)
    except FileNotFoundError:
        refuse(f"--language: there are no words for {language!r}")


@code_word_app.command("check")
def check_code_word(phrase: str) -> None:
    """Say whether a phrase can be a code word, and if not why, with three that can."""
    reasons = codeword.objections(phrase)
    if not reasons:
        typer.echo("It can be used.")
        return
    better = ", ".join(codeword.suggestions(seed=secrets.randbelow(2**32)))
    refuse("it cannot be used:\n  " + "\n  ".join(reasons) + f"\nThese can: {better}", FAILED)


def main() -> None:
    """The way in for the installed command."""
    app()


if __name__ == "__main__":
    main()
