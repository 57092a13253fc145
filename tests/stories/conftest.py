"""A fresh world for each story."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane Primary on a Monday, two o'clock."""
    world = World(tmp_path)
    await world.opens()
    yield world
    await world.closes()
