"""What a visit costs in texts: few when nothing happens, one to a contact and rung when something does."""

from pathlib import Path

import pytest

from bot.gsm7 import segments
from tests.world.world import SCHOOL, World


def sent(world: World) -> int:
    """The segments that Doorstep has sent by SMS, to everybody."""
    return sum(
        segments(line.body) for one in world.everyone for line in world.twilio.phone(one.number) if line.way == "got"
    )


async def uneventful(world: World, *texts: tuple[str, str]) -> int:
    """A planned visit on which nothing happens; gives what it cost."""
    await world.plans(world.asha, back="15:00" if world.school.policy.returns != "never" else "")
    for when, text in texts:
        await world.until(when)
        await world.asha.texts(text)
    cost = sent(world)
    await world.until("16:30")
    assert sent(world) == cost, "what came later cost something too"
    for one in world.everyone:
        one.ignores()
    return cost


ALL = (("14:00", "1"), ("14:11", "2"), ("14:29", "left, no concerns"), ("14:50", "4"))
NO_CHECK_IN = (("14:00", "1"), ("14:29", "left, no concerns"), ("14:50", "4"))
DAYS = {
    "default": ALL,
    "potton": ALL,
    "birchwood": NO_CHECK_IN,
    "coteford": (("14:00", "1"), ("14:18", "2"), ("14:29", "3")),
    "early-years": (("14:00", "setting off"), ("14:50", "4")),
    "willows": (("14:00", "1"), ("14:29", "3")),
}


@pytest.mark.parametrize("preset", DAYS)
async def test_an_uneventful_visit_costs_at_most_four_segments(preset: str, tmp_path: Path) -> None:
    """By SMS alone, and the office's texts counted, under each preset."""
    world = World(tmp_path, school=SCHOOL.replace('policy = "default"', f'policy = "{preset}"'))
    await world.opens()
    assert await uneventful(world, *DAYS[preset]) <= 4
    await world.closes()


async def test_an_alarm_costs_one_segment_to_each_contact_and_rung(world: World) -> None:
    """Office, headteacher, deputy: each rung costs one text to each who has been told, and no more."""
    await world.plans(world.asha)
    await world.asha.texts("1")
    await world.until("14:13")
    before = sent(world)
    for when, told in (("14:14", 1), ("14:16", 2), ("14:18", 3)):
        await world.until(when)
        assert sent(world) - before == told
        before = sent(world)
    await world.asha.texts("2")
    await world.asha.texts("left, no concerns")
    for one in world.everyone:
        one.ignores()
