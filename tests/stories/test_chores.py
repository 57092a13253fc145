"""Daily chores: what is due once a day is done whatever else goes wrong."""

import pytest

from handlers.desk import desk as desk_room
from handlers.desk.case import Case
from tests.world.after import chores
from tests.world.world import World


async def test_a_chore_that_fails_keeps_no_other_from_being_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault is logged, and the next look finds what is still due."""
    done: list[int] = []

    async def breaks(case: Case, school_id: int) -> bool:
        raise ArithmeticError("a chore of the tests")

    async def works(case: Case, school_id: int) -> bool:
        done.append(school_id)
        return True

    monkeypatch.setattr(desk_room, "CHORES", (breaks, works))
    await chores(world)
    assert done == [world.school_id, world.school_id]
