"""The doctor: looks at everything a guard needs before somebody goes out, and says how each fault is mended (DESIGN §6).

What is to be looked at is handed over as checks; Telegram's and Twilio's are in their own rooms. All are made at once, and
one that fails or hangs is itself a sign: nothing that is wrong keeps the doctor from the rest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import structlog

from bot import checkup
from bot.audit import Kind
from bot.checkup import About, Sign, Staff, amber, red, well
from bot.clock import Clock
from bot.people import Channel
from bot.school import School
from bot.settings import Settings
from store import audit, pulse, visits
from store import checkup as store_checkup
from store import people as people_store
from store.audit import When
from store.crypto import KeyFault
from store.database import Database, StoreDown, Transaction

log = structlog.get_logger(__name__)
Check = Callable[[], Awaitable[list[Sign]]]
TIME_LIMIT = 20.0
"""Seconds for one check; all are made side by side."""
ANSWER = 8.0
BEATS_WITHIN = timedelta(seconds=30)
SUMMER, WINTER = datetime(2026, 7, 1), datetime(2026, 1, 1)  # noqa: DTZ001 - read in the zone that is being tried


async def examine(checks: Sequence[Check]) -> list[Sign]:
    """Every sign, in the order of the checks."""
    return [sign for signs in await asyncio.gather(*(_made(check) for check in checks)) for sign in signs]


async def _made(check: Check) -> list[Sign]:
    try:
        async with asyncio.timeout(TIME_LIMIT):
            return await check()
    except TimeoutError:
        return [
            red(
                About.GUARD, f"a check did not end within {TIME_LIMIT:.0f} s", "look at this machine's network and disk"
            )
        ]
    except StoreDown as error:
        return [red(About.STORE, str(error), "look at the disk, or at the database server and its address")]
    except Exception as error:
        log.exception("a check failed", error=type(error).__name__)
        return [
            red(About.GUARD, f"a check failed by itself ({type(error).__name__})", "look at the log, and report it")
        ]


@dataclass(frozen=True, slots=True)
class SettingsCheck:
    """The settings and the schools file, as they were read."""

    settings: Settings
    schools: Mapping[str, School]

    async def __call__(self) -> list[Sign]:
        signs = [well(About.SCHOOLS, f"{len(self.schools)} school(s) in {self.settings.schools_file}")]
        for key, school in self.schools.items():
            short = school.policy.rehearsal_lengths()
            if short:
                words = f"fit for a rehearsal only, under a minute: {', '.join(short)}"
                signs.append(amber(About.SCHOOLS, words, "give these lengths of a minute or more", key))
        if self.settings.is_local:
            words = "no credentials: the local phones are open, and no text leaves this machine"
            signs.append(
                amber(About.SETTINGS, words, "give Telegram's and Twilio's credentials before anybody goes out")
            )
        elif not self.settings.has_twilio:
            words = "without SMS nobody knows whether an alarm has arrived: Telegram does not say"
            signs.append(amber(About.SETTINGS, words, "connect Twilio too"))
        return [*signs, *_zones({school.zone for school in self.schools.values()})]


def _zones(zones: Collection[ZoneInfo]) -> list[Sign]:
    """Whether this machine's rules for the hour that changes twice a year are there: London is known to have them."""
    london = ZoneInfo("Europe/London")
    hours = [moment.replace(tzinfo=london).utcoffset() for moment in (SUMMER, WINTER)]
    if hours != [timedelta(hours=1), timedelta(0)]:
        mend = "install the newest time zones: reinstall what requirements.lock names (tzdata)"
        return [red(About.CLOCK, "this machine's time zones are wrong", mend)]
    return [well(About.CLOCK, f"time zones: {', '.join(sorted(str(zone) for zone in zones))}")]


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """The store, its key, and the people in it. `thorough` reads a whole SQLite file."""

    database: Database
    schools: Mapping[int, School]
    channels: Collection[Channel]
    now: Clock
    thorough: bool = False

    async def __call__(self) -> list[Sign]:
        signs = await store_checkup.examine(self.database, self.now(), thorough=self.thorough)
        async with self.database.reading() as tx:
            try:
                await people_store.check_key(tx)
            except KeyFault as error:
                return [
                    *signs,
                    red(About.KEY, str(error), "give the key the store was made with to DOORSTEP_SECRET_KEY"),
                ]
            signs.append(well(About.KEY, "the key opens what is stored"))
            if unwatched := await visits.elsewhere(tx, list(self.schools)):
                words = (
                    f"{unwatched} open visit(s) of a school that is not in the schools file: nobody watches over them"
                )
                signs.append(red(About.SCHOOLS, words, "put the school back into the file, and start Doorstep again"))
            for school_id, school in self.schools.items():
                signs += await self._people(tx, school_id, school)
        return signs

    async def _people(self, tx: Transaction, school_id: int, school: School) -> list[Sign]:
        everybody = await people_store.of_school(tx, school_id)
        return list(checkup.people(Staff(school, everybody, self.channels)))


@dataclass(frozen=True, slots=True)
class GuardCheck:
    """What the auditor finds, where a service runs; that none runs is no fault before going live."""

    database: Database
    now: Clock

    async def __call__(self) -> list[Sign]:
        now = self.now()
        if not await is_running(self.database, now):
            return [well(About.GUARD, "no Doorstep runs on this store now")]
        look = await audit.look(self.database.url.render_as_string(hide_password=False), When(now))
        mend = "see the administrator's page, The auditor"
        faults = [red(About.GUARD, finding.words, mend) for finding in look.findings if finding.kind is not Kind.PULSE]
        return faults or [well(About.GUARD, "a Doorstep runs on this store, and the auditor finds nothing wrong")]


async def is_running(database: Database, now: datetime) -> bool:
    """Whether a service has noted its pulse just now."""
    async with database.reading() as tx:
        beat_at = await pulse.last(tx)
    return beat_at is not None and abs(now - beat_at) < BEATS_WITHIN


@dataclass(frozen=True, slots=True)
class AddressCheck:
    """Whether the public address leads here. Only a running service can answer."""

    public_url: str
    running: bool

    async def __call__(self) -> list[Sign]:
        mend = "look at DNS, the certificate and the proxy; try from outside too: a school's own network may not lead there"
        try:
            async with httpx.AsyncClient(timeout=ANSWER) as client:
                response = await client.get(f"{self.public_url}/healthz")
                ours = isinstance(response.json(), dict) and "store" in response.json()
        except (httpx.HTTPError, ValueError) as error:
            words = f"{self.public_url} was not reached from here ({type(error).__name__})"
            return (
                [amber(About.ADDRESS, words, mend)]
                if self.running
                else [amber(About.ADDRESS, words, f"run it, and {mend}")]
            )
        if ours:
            return [well(About.ADDRESS, f"{self.public_url} leads to Doorstep")]
        judge = red if self.running else amber
        return [judge(About.ADDRESS, f"{self.public_url} leads to something else ({response.status_code})", mend)]
