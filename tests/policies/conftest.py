"""A world under one school's policy, as its preset has it: `at("potton")`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.world.world import SCHOOL, World

At = Callable[..., Awaitable[World]]


async def ends(world: World) -> None:
    """Whoever is out has left and it is over, and nothing more is looked at."""
    await world.asha.texts("left, no concerns, not coming back to school")
    for one in world.everyone:
        one.ignores()


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[At]:
    """Marsh Lane Primary under the preset that is named, on a Monday at two; at the end every text was expected."""
    worlds: list[World] = []

    async def opens(preset: str, more: str = "") -> World:
        folder = tmp_path / f"{preset}-{len(worlds)}"
        folder.mkdir()
        text = SCHOOL.replace('policy = "default"', f'policy = "{preset}"') + more
        world = World(folder, school=text)
        worlds.append(world)
        await world.opens()
        return world

    yield opens
    for world in worlds:
        await world.closes()
