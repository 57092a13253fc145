"""What every command needs: the settings, the store, and one kind line where something is to be mended."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from bot.faults import BAD_SETTINGS, FAILED, Mendable
from bot.policy import PolicyError
from bot.school import School, parse_schools
from bot.settings import Settings, SettingsError, load_settings
from store import schools as schools_store
from store.crypto import Sealer, key_beside
from store.database import Database, Transaction
from store.schema import migrate

ENV_FILE = Path(".env")
LOCAL_TIME = "%Y-%m-%dT%H:%M"

SchoolName = Annotated[str, typer.Argument(help="The school's key or name.", metavar="SCHOOL")]
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
    except Mendable as error:
        refuse(error, error.exit_code)


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


def text_of(file: Path) -> str:
    """The text of a CSV file, or a refusal."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{file} cannot be read ({type(error).__name__}); save it as CSV in UTF-8")


def school_named(schools: Mapping[int, School], wanted: str) -> tuple[int, School]:
    """A school by its key or its name, or a refusal that names those there are."""
    for school_id, school in schools.items():
        if wanted.casefold() in (school.key.casefold(), school.name.casefold()):
            return school_id, school
    known = ", ".join(school.key for school in schools.values()) or "none yet"
    return refuse(f"there is no school {wanted!r}; these are known: {known}", FAILED)
