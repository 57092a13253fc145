"""Before the first visit of the day: what is wrong with the guard is told to the office, in words of its own."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.checkup import About, Colour, Sign
from bot.people import Channel
from handlers.commands.doctor import Look
from store import people
from tests.world.world import MONDAY_TWO, World

SEVEN = MONDAY_TWO.replace(hour=7)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane at seven, as the handbook wants it; Doorstep is reached at its own address."""
    world = World(tmp_path, begins=SEVEN)
    await world.opens()
    await is_fit(world)
    yield world
    await world.closes()


async def is_fit(world: World) -> None:
    await world.enrols(world.olive)
    await has_words(world)
    settings = world.settings().model_copy(
        update={"public_url": world.url, "twilio_messaging_service_sid": world.twilio.service_sid}
    )
    world.twilio.account.leads_to(f"{settings.public_url}/twilio/sms")
    world.twilio.account.adds_service(world.twilio.service_sid, world.twilio.number, use_inbound_webhook_on_number=True)
    service = world.attached.service
    look = Look(settings, service.desk.habits.schools, service.database, world.clock)
    service.examine, service.administrator = look.examine, "Bruno 07700 900014"
    await service.note_pulse(world.clock())


async def has_words(world: World) -> None:
    """Ben has a code word too."""
    async with world.attached.service.database.transaction() as tx:
        [ben] = await people.by_address(tx, Channel.SMS, world.ben.number)
        await people.choose_code_word(tx, ben, "copper lantern")


async def signs(world: World, colour: Colour) -> list[Sign]:
    assert world.attached.service.examine is not None
    return [sign for sign in await world.attached.service.examine() if sign.colour is colour]


async def test_a_guard_that_is_fit_is_green_from_end_to_end(world: World) -> None:
    """Both platforms, the address, the store, the people: no red, and of amber only what the library's version brings."""
    assert await signs(world, Colour.RED) == []
    assert [sign.words for sign in await signs(world, Colour.AMBER) if "SQLite" not in sign.words] == []
    assert {sign.about for sign in await signs(world, Colour.GREEN)} >= set(About) - {About.SETTINGS, About.STORE}
    await world.attached.service.morning()


async def test_what_is_red_is_told_to_the_office_before_the_first_visit(world: World) -> None:
    """On every channel they have, because it may be a channel that is red; once a day; and whom to ask."""
    await world.plans(world.asha, start="09:00", end="09:30")
    world.twilio.account.numbers[world.twilio.number]["sms_url"] = ""
    world.twilio.balance = "0.40"
    for _ in range(2):
        await world.attached.service.morning()
        await world.settles()
    for channel in Channel:
        line = world.olive.receives("07:00: Doorstep is not fit for visits", "Ask Bruno 07700 900014", by=channel)
        assert "no credit left for texts, texts to it may get lost" in line.text
    await world.asha.texts("called off")  # or a day of alarms would be lived through
    await world.passes("24h")
    for one in world.staff:
        one.ignores()
    world.twilio.balance = "25.00"
    await world.attached.service.morning()
    await world.settles()
    world.olive.receives("Doorstep is not fit", "texts to it may get lost", by=Channel.SMS)
    world.olive.receives("Doorstep is not fit", by=Channel.TELEGRAM)


async def test_nothing_red_is_no_news(world: World) -> None:
    """A sound morning is noted in the journal, and nobody is troubled; before seven nobody looks."""
    world.clock.move_to(world.clock() + timedelta(days=1) - timedelta(hours=1))
    for _ in range(2):
        await world.attached.service.morning()
    assert [entry.kind for entry in await world.journal()].count("examined") == 0
    await world.passes("1h")
    await world.attached.service.note_pulse(world.clock())
    await world.attached.service.morning()
    await world.settles()
    assert [entry.body for entry in await world.journal() if entry.kind == "examined"] == [{"red": []}]


async def test_what_has_turned_red_since_the_morning_is_told_at_the_next_start(world: World) -> None:
    """Sound in the morning; at noon Doorstep is started anew without credit: the office hears of it, once."""
    service = world.attached.service
    world.twilio.balance = "0.40"
    assert service.examine is not None
    await service.look_over(service.examine)  # the morning's own look is to come, and would tell it
    await world.settles()
    world.twilio.balance = "25.00"
    await service.morning()
    await world.passes("5h")
    for one in world.staff:
        one.ignores()
    world.twilio.balance = "0.40"
    for _ in range(2):
        await service.look_over(service.examine)
        await world.settles()
    for channel in Channel:
        world.olive.receives("12:00: Doorstep is not fit for visits: no credit left", by=channel)
    world.olive.receives_nothing()


async def test_a_school_without_an_office_tells_its_headteacher(world: World) -> None:
    """That there is no office is red, and somebody hears of it all the same."""
    async with world.attached.service.database.transaction() as tx:
        [olive] = await people.by_address(tx, Channel.SMS, world.olive.number)
        await people.save(tx, replace(olive, roles=world.asha.roles, code_words=("wooden basket",)))
    await world.attached.service.morning()
    await world.settles()
    world.henry.receives("not everybody can be alarmed")
