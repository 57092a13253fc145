"""Somebody more goes along on a visit that is to come, and whoever says yes sees it (P9 C9 E1)."""

from pathlib import Path

import pytest

from bot.details import Details
from tests.stories.test_authorising import SEEN, asked
from tests.world.world import SCHOOL, World


async def test_what_no_yes_can_mend_is_mended_by_one_text(tmp_path: Path) -> None:
    """Where nobody goes alone the headteacher has Ben go along, and says yes; both are told."""
    world = World(tmp_path, school=SCHOOL.replace('"default"', '"coteford"'))
    await world.opens()
    number = await asked(world, world.asha)
    world.henry.receives("AUTHORISE?", "Alone against the policy.")
    await world.henry.texts("1")
    world.henry.receives(f"{number}: nobody goes alone", f"Reply ALONG {number} and who goes along")
    await world.henry.texts(f"along {number} Ben")
    world.henry.receives(f"{number}: B. goes along. Reply {number} yes")
    world.ben.receives(f"H. PLANNED {number} with you: 16:00 14 High Street, K.T., A., B.")
    world.asha.receives(f"H.: B. goes along on {number}: 16:00 14 High Street, K.T., A., B.")
    await world.henry.texts("1")
    world.henry.receives(f"AUTHORISED {number}")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED by H.")
    assert await world.state(world.ben) == "planned"
    await world.closes()


async def test_other_people_need_a_new_yes(world: World) -> None:
    """What was said yes to was Asha alone: the office has Ben go along, and the request is put with both."""
    number = await asked(world, world.asha)
    world.henry.receives("AUTHORISE?", "A. alone to K.T.")
    await world.henry.texts("1")
    world.henry.receives("AUTHORISED")
    world.asha.receives("AUTHORISED by H.")
    await world.olive.texts(f"{number} along Ben")
    world.olive.receives(f"{number}: B. goes along.")
    world.ben.receives("O. PLANNED")
    world.asha.receives("O.: B. goes along")
    for one in (world.asha, world.ben):
        one.receives(f"CHANGED {number}", "It needs a new yes.")
    await world.passes("2m")
    world.dee.ignores()
    world.henry.receives(f"AUTHORISE? {number}: A.+B. to K.T.")
    await world.henry.texts("1")
    world.henry.receives("AUTHORISED")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED by H.")


async def test_who_joins_is_watched_like_the_others(world: World) -> None:
    """Their arrival is awaited, and they come back with the others."""
    number = await world.plans(world.asha, start="14:20", end="14:50")
    await world.asha.texts(f"ALONG {number} Ben")
    world.asha.receives("B. goes along")
    world.ben.receives("A. PLANNED")
    await world.passes("2m")
    for one in world.everyone:
        one.ignores()
    await world.until("14:20")
    await world.asha.texts("arrived")
    world.asha.receives("ARRIVED")
    await world.until("14:34")
    assert [line.text for line in world.ben.ignores() if "have you arrived?" in line.text]
    world.olive.receives("ALARM", "Ben not arrived")
    await world.asha.texts("we are both here")
    await world.asha.texts("we have both left, no concerns")
    for one in world.everyone:
        one.ignores()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("along 1", "Who goes along? Reply ALONG 1 and the first name"),
        ("along 1 Sam", "Who goes along? Reply ALONG 1 and the first name"),
        ("along 1 Henry", "Who goes along? Reply ALONG 1 and the first name"),
        ("along 1 Asha", "A. goes on 1 already."),
        ("along 1 Ben", "B. is on visit 2 then (16:00). Who else goes along?"),
        ("along 3 Ben", "3 has begun. Whoever comes along now texts ARRIVED AT and the address"),
        ("along 9 Ben", "There is no visit 9 that this could be about."),
    ],
)
async def test_what_cannot_be_is_named_and_asked_for(world: World, text: str, answer: str) -> None:
    """With the question that mends it; nothing has changed until then."""
    await world.plans(world.asha, start="16:00", end="16:30", details=SEEN)
    await world.plans(world.ben, start="16:00", end="16:30", details=Details())
    await world.plans(world.dee, start="14:00", end="14:40")
    await world.olive.texts(text)
    world.olive.receives(answer)
    for one in (world.asha, world.ben):
        one.receives_nothing()
    await world.dee.texts("called off")
    for one in world.everyone:
        one.ignores()
