"""The guard is guarded: when the service is what fails, somebody hears of it by a way that does not lead through it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path

import httpx

from bot.audit import Finding, Kind
from handlers.audit import Auditor, Route
from tests.fakes.watchdog import Watchdog
from tests.world.world import World


class Beside:
    """The auditor of a world, and the watchdog it calls. Bruno is the one whom it texts."""

    def __init__(self, world: World, client: httpx.AsyncClient, watchdog: Watchdog) -> None:
        self.world, self.watchdog, self.began = world, watchdog, world.clock()
        changes = {"audit_phones": (world.bruno.number,), "audit_ping_url": f"{watchdog.url}/marsh-lane"}
        settings = world.settings().model_copy(update=changes)
        self.auditor = Auditor(settings.database_url, world.clock, Route(client, settings), world.school.zone)

    async def looks(self) -> list[Finding]:
        """One look; where the service lives, it has just noted its pulse."""
        if self.world.is_open:
            await self.world.attached.service.note_pulse(self.began)
        return await self.auditor.turn()

    @property
    def pings(self) -> list[datetime]:
        return self.watchdog.pings


@asynccontextmanager
async def an_auditor(world: World) -> AsyncIterator[Beside]:
    with Watchdog(world.clock) as watchdog:
        async with httpx.AsyncClient(trust_env=False) as client:
            yield Beside(world, client, watchdog)


async def test_a_service_that_dies_on_a_visit_is_told_of_by_another_way(world: World) -> None:
    """The process is gone and a check-in passes: the administrator is texted, the watchdog is called no more."""
    async with an_auditor(world) as beside:
        await world.plans(world.asha)
        await world.asha.texts("1")
        world.asha.receives("ARRIVED")
        assert (await beside.looks(), len(beside.pings)) == ([], 1)
        await world.crashes()
        world.clock.move_to(world.clock().replace(minute=11))
        found = await beside.looks()
        assert [finding.kind for finding in found] == [Kind.PULSE, Kind.LATE]
        world.bruno.receives("AUDIT 14:11", "it has stopped, a deadline passed unnoticed", "Ring whoever is out")
        assert len(beside.pings) == 1
        await world.reopens()
        for one in (world.asha, world.olive):
            one.receives("GUARD BACK 14:11")
        world.asha.receives("Is all OK?")
        await world.asha.texts("2")
        world.asha.receives_nothing()
        assert (await beside.looks(), len(beside.pings)) == ([], 2)
        await world.passes("2m")
        await beside.looks()
        world.bruno.receives("AUDIT 14:13: all is well", "since 14:11")
        await world.asha.texts("3")
        world.asha.receives("LEFT")
        world.olive.receives("LEFT")


async def test_an_afternoon_that_goes_well_is_no_news(world: World) -> None:
    """Check-in, alarm, "mine", "left": looked at in between, nothing of it is a finding, and every look calls the watchdog."""
    async with an_auditor(world) as beside:
        await world.plans(world.asha)
        await world.asha.texts("1")
        for minute in range(1, 19):
            await world.until(f"14:{minute:02d}")
            assert await beside.looks() == []
        for one in (world.asha, world.olive, world.henry, world.dana):
            one.ignores()
        await world.olive.texts("1")
        await world.asha.texts("3")
        assert await beside.looks() == []
        assert len(beside.pings) == 19
        for one in (world.asha, world.olive, world.henry, world.dana):
            one.ignores()


async def test_texts_that_do_not_leave_are_told_of_again_and_again(world: World) -> None:
    """Twilio takes nothing from the service: told once, and after ten minutes anew, for as long as it lasts."""
    async with an_auditor(world) as beside:
        await world.asha.texts("help")
        world.asha.ignores()
        world.twilio.fails_next(500, times=10_000)
        for one in (world.olive, world.henry):
            one.ignores()
        await world.asha.texts("9")
        await world.passes("1m")
        assert Kind.OWED in {finding.kind for finding in await beside.looks()}
        world.bruno.receives_nothing()  # his text does not leave either
        world.twilio.mends()
        await beside.looks()
        world.bruno.receives("AUDIT 14:01", "texts do not leave")
        await world.passes("10m")
        for one in world.staff:
            one.ignores()


async def test_a_look_that_cannot_be_had_is_told_of(world: World) -> None:
    """A store that is not there, or a look that fails by itself, is the worst that can be found."""
    async with an_auditor(world) as beside:
        beside.auditor.database_url = "sqlite+aiosqlite:////nowhere/doorstep.db"
        assert [finding.kind for finding in await beside.looks()] == [Kind.STORE]
        world.bruno.receives("AUDIT 14:00", "its store cannot be read")
        beside.auditor.database_url = "no address at all"
        assert [finding.kind for finding in await beside.looks()] == [Kind.STORE]
        assert beside.pings == []


def put_back(older: Path, store: Path) -> None:
    """An older copy takes the place of the store, and what was newest beside it goes."""
    for left_over in store.parent.glob(f"{store.name}-*"):
        left_over.unlink()
    older.replace(store)


async def test_an_older_store_in_its_place_is_told_of(world: World, tmp_path: Path) -> None:
    """A journal that has gone back is told of; after that the store is taken as it is."""
    store, older = tmp_path / "doorstep.db", tmp_path / "older.db"
    async with an_auditor(world) as beside:
        with closing(sqlite3.connect(store)) as now, closing(sqlite3.connect(older)) as then:
            now.backup(then)
        await world.asha.texts("status")
        world.asha.ignores()
        assert await beside.looks() == []
        await world.crashes()
        await asyncio.to_thread(put_back, older, store)
        assert Kind.JOURNAL in {finding.kind for finding in await beside.looks()}
        world.bruno.receives("AUDIT 14:00", "the journal does not fit")
        assert Kind.JOURNAL not in {finding.kind for finding in await beside.looks()}
        await world.reopens()
        world.asha.receives("No visit of yours is open")  # the copy lacks her text, and Twilio's list has it


async def test_the_second_sender_is_tried_when_the_first_is_refused(world: World) -> None:
    """Where there is a Messaging Service and a number, what the one does not take goes by the other."""
    async with an_auditor(world) as beside:
        settings = beside.auditor.route.settings.model_copy(update={"twilio_messaging_service_sid": "MG" + "0" * 32})
        route = Route(beside.auditor.route.client, settings)
        assert await route.tell("AUDIT 14:00: words")
        world.bruno.receives("AUDIT 14:00: words")
        assert [call.params.get("MessagingServiceSid") for call in world.twilio.calls("create")] == [
            "MG" + "0" * 32,
            None,
        ]
