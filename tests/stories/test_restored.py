"""A store that is brought back holds its fire, asks which visits are real, and forgets nobody."""

from pathlib import Path

import pytest

from handlers import backups
from store import drills, pulse
from store.backup import BackupFault
from store.crypto import Sealer
from tests.fakes.twilio_messages import NEVER
from tests.world.world import World


def sealer(world: World) -> Sealer:
    key = world.settings().secret_key
    assert key is not None
    return Sealer(key.get_secret_value())


def url(world: World) -> str:
    return world.settings().database_url


async def is_backed_up(world: World) -> Path:
    file = world.folder / "kept.backup"
    await backups.take(url(world), sealer(world), file)
    return file


async def is_brought_back(world: World, file: Path, at: str) -> None:
    """The machine dies, its disk with it; the backup is restored at that time, and Doorstep started."""
    await world.crashes()
    for lost in world.folder.glob("doorstep.db*"):
        lost.unlink()
    hours, minutes = at.split(":")
    world.clock.move_to(world.clock().replace(hour=int(hours), minute=int(minutes)))
    await backups.restore(url(world), sealer(world), file, world.clock())
    await world.reopens()


async def both_are_out(world: World) -> tuple[int, int]:
    """Asha and Ben are each on a visit, and the backup is taken; both have said "left" to the machine that then died."""
    visits = []
    for one in (world.asha, world.ben):
        visits.append(await world.plans(one))
        await one.texts("1")
        one.receives("ARRIVED")
    return visits[0], visits[1]


async def test_nothing_fires_before_the_office_has_said_what_is_real(world: World) -> None:
    """Hours later two deadlines are past: nobody is alarmed, the office is asked, and only who is real is missed."""
    asha, ben, olive = world.asha, world.ben, world.olive
    first, second = await both_are_out(world)
    await is_brought_back(world, await is_backed_up(world), "16:00")
    olive.receives("brought back from a backup of 14:00", "ring whoever may be out")
    olive.receives(f"{first} A., {second} B.", f"REAL {first} {second}", "NONE REAL", "count as real at 16:10")
    await world.passes("2m")
    assert await world.open_alarms() == []
    await olive.texts(f"REAL {second}")
    olive.receives(f"real, and watched from now on: {second}. Closed: {first}")
    ben.receives("OK")
    await world.passes("6m")
    olive.receives("ALARM", "Ben")
    ben.ignores()
    world.henry.ignores()
    world.dana.ignores()
    olive.ignores()
    asha.ignores()
    noted = [entry.body for entry in await world.journal() if entry.kind == "brought back" and entry.visit_id]
    assert [body["real"] for body in noted if body] == [True, False]


async def test_none_closes_them_all(world: World) -> None:
    """All were home long ago: nobody hears another word of it."""
    await both_are_out(world)
    await is_brought_back(world, await is_backed_up(world), "18:00")
    world.olive.ignores()
    await world.olive.texts("none real")
    world.olive.receives("Closed: 1, 2")
    await world.passes("2h")
    assert await world.open_alarms() == []
    for one in (world.olive, world.henry):
        one.ignores()  # what Twilio held went out while the machine was dead, and is explained


async def test_without_a_word_all_are_real(world: World) -> None:
    """Asked again after five minutes; after ten every visit is watched, and its silence told."""
    first, second = await both_are_out(world)
    await is_brought_back(world, await is_backed_up(world), "16:00")
    world.olive.ignores()
    await world.passes("5m")
    world.olive.receives("in the backup are out")
    await world.passes("4m")
    assert await world.open_alarms() == []
    await world.passes("1m")
    world.olive.receives("so all are, and are watched", f"{first}, {second}")
    await world.passes("6m")
    assert len(await world.open_alarms()) == 2
    for one in world.staff:
        one.ignores()


async def test_what_cannot_be_meant_is_asked_about(world: World) -> None:
    """A number that is none of them, none at all, more than numbers: nothing is closed by it."""
    first, _ = await both_are_out(world)
    await is_brought_back(world, await is_backed_up(world), "16:00")
    world.olive.ignores()
    for words in ("REAL 99", "real", "none", f"REAL {first} I think"):
        await world.olive.texts(words)
        world.olive.receives("who really is?")
    await world.asha.texts(f"REAL {first}")
    world.asha.ignores()
    await world.passes("10m")
    world.olive.receives("are watched")
    for one in world.staff:
        one.ignores()


async def test_nothing_is_closed_from_the_phone_of_somebody_in_question(world: World) -> None:
    """The headteacher is out in the backup: whoever holds that phone can write nobody off."""
    asha, henry, olive = world.asha, world.henry, world.olive
    await world.plans(asha)
    await asha.texts("1")
    visit = await world.plans(henry)
    await henry.texts("1")
    for one in (asha, henry):
        one.receives("ARRIVED")
    await is_brought_back(world, await is_backed_up(world), "16:00")
    olive.ignores()
    for words in ("none real", f"real {visit}", "none real"):
        await henry.texts(words)
        assert not [line.text for line in henry.ignores() if "Closed" in line.text or "really is?" in line.text]
    assert await world.state(asha) == "there"
    await world.passes("10m")
    olive.receives("are watched")
    await world.passes("6m")
    assert len(await world.open_alarms()) == 2
    for one in world.staff:
        one.ignores()


async def test_none_in_answer_to_something_else_closes_nothing(world: World) -> None:
    """A conversation has asked the office since: its "none" is the conversation's, however it is worded."""
    olive = world.olive
    await both_are_out(world)
    await is_brought_back(world, await is_backed_up(world), "16:00")
    olive.ignores()
    await olive.texts("plan a visit")
    olive.ignores()
    for words in ("none", "none real"):
        await olive.texts(words)
        assert not [line.text for line in olive.ignores() if "Closed" in line.text or "really is?" in line.text]
    await world.passes("5m")
    olive.receives("who really is?")
    await olive.texts("none real")
    olive.receives("Closed: 1, 2")
    for one in (olive, world.henry):
        one.ignores()


async def test_what_was_owed_is_not_sent_twice_and_an_alarm_waits_too(world: World) -> None:
    """The backup was taken in the middle of an alarm: what it owed has long been sent; real, it climbs on from there."""
    asha, olive, dana = world.asha, world.olive, world.dana
    visit = await world.plans(asha)
    await asha.texts("1")
    await world.crashes()
    await world.reopens()
    world.twilio.fails_next(503, method="create", times=99)
    await asha.texts("blue folder")
    file = await is_backed_up(world)
    world.twilio.mends()
    for one in world.staff:
        one.ignores()
    await is_brought_back(world, file, "15:00")
    olive.receives("brought back")
    olive.receives(f"{visit} A.")
    for one in (asha, olive, world.henry, dana):
        assert [line.text for line in one.ignores() if "ALARM" in line.text] == []
    await olive.texts(f"real {visit}")
    dana.receives("NOBODY ANSWERS", "Asha", "code word")
    for one in world.staff:
        one.ignores()


async def test_whoever_is_heard_from_is_real(world: World) -> None:
    """A cry for help goes out at once, whatever the office has not yet said; an "OK" ends the question about that visit."""
    asha, ben, olive = world.asha, world.ben, world.olive
    _, second = await both_are_out(world)
    await is_brought_back(world, await is_backed_up(world), "15:00")
    olive.ignores()
    await asha.texts("help")
    olive.receives("ALARM", "HELP")
    world.henry.receives("ALARM", "HELP")
    asha.ignores()
    await olive.texts("none real")
    olive.receives(f"Closed: {second}")
    await world.passes("2m")
    world.dana.receives("ALARM", "HELP")
    for one in (asha, ben, olive, world.henry):
        one.ignores()


async def test_what_was_going_on_then_is_over(world: World) -> None:
    """A drill, an outage, an alarm without a receipt: nobody hears of the old ones again, nor that nobody watched."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    async with world.attached.service.database.transaction() as tx:
        await drills.ask(tx, world.school_id, world.clock())
        await pulse.beat(tx, world.clock(), world.clock())
    await world.settles()
    world.telegram.goes_down()
    world.twilio.receipts(*NEVER)
    await world.passes("2m")
    await asha.texts("blue folder")
    file = await is_backed_up(world)
    world.telegram.comes_back()
    for one in world.staff:
        one.ignores()
    await is_brought_back(world, file, "16:00")
    await world.passes("2m")
    for one in world.staff:
        shown = [line.text for line in one.ignores()]
        assert [text for text in shown if any(word in text for word in ("GUARD", "TEST", "ALARM", "no answer"))] == []
    await olive.texts("none real")
    olive.receives("Closed: 1")
    for one in (olive, world.henry):
        one.receives("ENDED 16:02 by Olive: false alarm. not real")
    ended = [entry.body for entry in await world.journal() if entry.kind == "alarm" and entry.body]
    assert (ended[-1]["event"], ended[-1]["after"], ended[-1]["outcome"]) == ("stand down", "stood down", "false")


async def test_a_backup_with_nobody_out_asks_nothing(world: World) -> None:
    """The office is told all the same, because of what the backup cannot know; what is planned comes as planned."""
    await world.plans(world.asha, start="17:00")
    await is_brought_back(world, await is_backed_up(world), "16:00")
    world.olive.receives("brought back")
    await world.until("17:10")
    world.asha.receives("have you arrived?")


async def test_a_store_is_not_written_over(world: World) -> None:
    """Where one is, restoring refuses, beside a running service and after it."""
    file = await is_backed_up(world)
    before = (world.folder / "doorstep.db").stat().st_ino
    await world.crashes()
    with pytest.raises(BackupFault, match="move it away first"):
        await backups.restore(url(world), sealer(world), file, world.clock())
    assert (world.folder / "doorstep.db").stat().st_ino == before
    await world.reopens()
