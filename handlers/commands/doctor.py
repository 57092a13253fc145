"""`doorstep doctor`: everything a guard needs, looked at before somebody goes out."""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.text import Text

from bot.checkup import About, Colour, Sign, red, summary
from bot.clock import Clock, system_clock
from bot.faults import FAILED
from bot.people import Channel
from bot.policy import PolicyError
from bot.school import School, parse_schools
from bot.settings import Settings, SettingsError, load_settings
from handlers import doctor as room
from handlers import logs
from handlers.commands.shared import ENV_FILE, AsJson, carry_out, key_for
from handlers.doctor import Check
from handlers.doors import telegram_webhook
from handlers.sms.checks import TwilioChecks
from handlers.telegram.checks import TelegramChecks
from store import schools as schools_store
from store.crypto import KeyFault, Sealer
from store.database import Database, StoreDown
from store.schema import SchemaAhead, migrate

STYLES = {Colour.GREEN: "green", Colour.AMBER: "yellow", Colour.RED: "bold red"}


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at, and how closely. `running`: our service is up; `probe`: whether another poller is looked for."""

    settings: Settings
    schools: Mapping[int, School]
    database: Database
    clock: Clock
    running: bool = True
    probe: bool = False
    thorough: bool = False
    outside: bool = True
    """Whether our own public address is called."""

    def checks(self) -> list[Check]:
        """Everything that can be looked at with these settings."""
        settings, by_key = self.settings, {school.key: school for school in self.schools.values()}
        attached = {Channel.TELEGRAM: settings.has_telegram, Channel.SMS: settings.has_twilio}
        channels = [channel for channel, is_there in attached.items() if is_there or settings.is_local]
        found: list[Check] = [
            room.SettingsCheck(settings, by_key),
            room.StoreCheck(self.database, self.schools, channels, self.clock, self.thorough),
            room.GuardCheck(self.database, self.clock),
        ]
        if settings.telegram_bot_token is not None:
            webhook = telegram_webhook(settings, self.database.sealer)
            token = settings.telegram_bot_token.get_secret_value()
            api = settings.telegram_api_url
            found.append(TelegramChecks(token, api, self.clock, webhook, running=self.running, probe=self.probe))
        if settings.twilio_account_sid is not None and settings.twilio_auth_token is not None:
            found.append(
                TwilioChecks(
                    settings.twilio_account_sid,
                    settings.twilio_auth_token.get_secret_value(),
                    settings.twilio_api_url,
                    numbers=settings.twilio_from,
                    service_sid=settings.twilio_messaging_service_sid,
                    texts_url=f"{settings.public_url}/twilio/sms",
                    now=self.clock,
                )
            )
        if settings.public_url is not None and self.outside:
            found.append(room.AddressCheck(settings.public_url, self.running))
        return found

    async def examine(self) -> list[Sign]:
        return await room.examine(self.checks())


def doctor(as_json: AsJson = False) -> None:
    """Look at everything before somebody goes out: green, amber or red, and how it is mended. Exits with 1 on red."""
    logs.configure()
    carry_out(_doctor(as_json))


async def _doctor(as_json: bool) -> None:
    signs = await _signs()
    if as_json:
        typer.echo(json.dumps([sign._asdict() for sign in signs], indent=2))
    else:
        show(signs)
    if any(sign.colour is Colour.RED for sign in signs):
        raise typer.Exit(FAILED)


async def _signs() -> list[Sign]:
    """What is wrong with the settings, where that keeps everything else from being looked at; else all there is to see."""
    try:
        settings = load_settings(os.environ, ENV_FILE)
    except SettingsError as error:
        named = [problem.partition(": ") for problem in error.problems]
        return [
            red(About.SETTINGS, f"{name}: {words}", "mend it in .env, or in the environment")
            for name, _, words in named
        ]
    try:
        schools = parse_schools(settings.schools_file.read_text(encoding="utf-8"))
    except (PolicyError, OSError, UnicodeDecodeError) as error:
        words = str(error) if isinstance(error, PolicyError) else f"it cannot be read ({type(error).__name__})"
        mend = "mend the file, or copy schools.example.toml and change it"
        return [red(About.SCHOOLS, f"{settings.schools_file}: {words}", mend)]
    return await _opened(settings, schools)


async def _opened(settings: Settings, schools: Mapping[str, School]) -> list[Sign]:
    try:
        database = Database(settings.database_url, Sealer(key_for(settings)))
    except KeyFault as error:
        return [red(About.KEY, str(error), "give another key")]
    try:
        await migrate(database)
        async with database.reading() as tx:
            by_id = await schools_store.known(tx, schools)
        running = await room.is_running(database, system_clock()) or await listens(settings)
        return await Look(
            settings,
            by_id or dict(enumerate(schools.values())),  # before the first start no school has a row
            database,
            system_clock,
            running=running,
            probe=not running,
            thorough=True,
        ).examine()
    except SchemaAhead as error:
        return [red(About.STORE, str(error), "run the newer version of Doorstep")]
    except StoreDown as error:
        return [red(About.STORE, str(error), "look at the disk, or at the database server and its address")]
    finally:
        await database.close()


async def listens(settings: Settings) -> bool:
    """Whether a service answers at our address already: one that has just started has noted no pulse yet."""
    try:
        async with asyncio.timeout(1):
            _, writer = await asyncio.open_connection(settings.listen_host, settings.listen_port)
            writer.close()
            await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
    return True


def show(signs: Sequence[Sign]) -> None:
    """For people: what was seen, the colours also in words, and below it how it is mended."""
    console = Console(highlight=False)
    for sign in signs:
        where = f" {sign.school}:" if sign.school else ""
        line = Text.assemble(
            (f"{sign.colour:<7}", STYLES[sign.colour]), f"{sign.about:<10}", f"{where} {sign.words}".strip()
        )
        console.print(line, soft_wrap=True)
        if sign.mend:
            console.print(Text(f"{'':17}> {sign.mend}", "dim"), soft_wrap=True)
    console.print(Text(summary(signs)))


def remarks(signs: Sequence[Sign]) -> list[str]:
    """For the start of the service: one line for each sign that is not green, and how many there are of each colour."""
    lines = [f"doctor: {s.colour}: {s.words}; {s.mend}" for s in signs if s.colour is not Colour.GREEN]
    return [*lines, f"doctor: {summary(signs)}"]
