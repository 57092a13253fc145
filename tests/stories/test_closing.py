"""After leaving: "any concerns?", why it was unsafe, and who is told at once."""

import pytest

from bot.people import Channel
from tests.world.world import World


async def test_no_concerns_is_recorded_and_costs_no_text(world: World) -> None:
    """The question rides in the answer to "left"; "no" is kept, and by SMS needs no answer (P14)."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await asha.texts("left")
    asha.receives("LEFT 14:00", "Any concerns? Reply NO, or say what.")
    olive.receives("LEFT")
    await asha.texts("no")
    asha.receives_nothing()
    kept = [entry.body for entry in await world.journal() if entry.kind == "concerns"]
    assert kept == [{"concerns": "none"}]


async def test_left_no_concerns_is_not_asked_again(world: World) -> None:
    """Said in one breath, it is recorded in one breath."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    await asha.texts("left, no concerns")
    asha.receives("ARRIVED")
    left = asha.receives("LEFT 14:00")
    assert "Any concerns?" not in left.text
    olive.receives("LEFT")
    assert [entry.body for entry in await world.journal() if entry.kind == "concerns"] == [{"concerns": "none"}]


async def test_all_fine_in_the_next_home_answers_for_the_next_visit(world: World) -> None:
    """Though "any concerns?" of the visit before still waits: nobody is missed who has said that all is well."""
    asha, olive = world.asha, world.olive
    await world.plans(asha, end="14:10")
    await asha.texts("arrived")
    await asha.texts("left")
    asha.receives("ARRIVED")
    asha.receives("Any concerns? Reply NO, or say what.")
    olive.receives("LEFT")
    await world.plans(asha, start="14:10", end="14:40")
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await world.passes("20m")
    asha.receives("Is all OK?")
    await asha.texts("all fine")
    await world.passes("5m")
    assert await world.open_alarms() == []


async def test_a_concern_goes_to_the_dsl_by_every_way_at_once(world: World) -> None:
    """Never only into a record: Dee is told in the same instant, on each of her channels (P19b)."""
    asha, dee, olive = world.asha, world.dee, world.olive
    await world.enrols(dee)
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await asha.texts("left")
    asha.receives("LEFT")
    olive.receives("LEFT")
    await asha.texts("yes")
    asha.receives("What is it, in a few words?")
    await asha.texts("no food in the house and he looked unwell")
    asha.receives("CONCERN noted", "ring 999 first")
    dee.receives("CONCERN 14:00 from A.", by=Channel.SMS)
    dee.receives("CONCERN 14:00 from A.", by=Channel.TELEGRAM)
    kept = [entry.body for entry in await world.journal() if entry.kind == "concerns"]
    assert kept == [{"concerns": "no food in the house and he looked unwell"}]


@pytest.mark.parametrize("again", ["3", "left", "left now, thanks"])
async def test_left_said_again_is_no_concern(world: World, again: str) -> None:
    """Tapped twice, it is leaving said again: nobody is told of a concern, and the question still waits."""
    asha, dee, olive = world.asha, world.dee, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    await asha.texts("3")
    asha.receives("ARRIVED")
    asha.receives("LEFT 14:00", "Any concerns?")
    olive.receives("LEFT")
    await asha.texts(again)
    asha.receives("already", "Any concerns?")
    dee.receives_nothing()
    await asha.texts("no")
    kept = [entry.body for entry in await world.journal() if entry.kind == "concerns"]
    assert kept == [{"concerns": "none"}]


async def test_why_it_was_unsafe_is_asked_and_goes_to_the_head_in_writing(world: World) -> None:
    """ "Unsafe, leaving" is carried out at once; the reason follows (P5 C14 W6 E7)."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await asha.texts("unsafe, visit off")
    asha.receives("CALLED OFF 14:00", "Why, in a few words?")
    for one in (olive, henry):
        one.receives("CALLED OFF 14:00", "unsafe")
    await asha.texts("3")
    asha.receives("Why, in a few words?")
    await asha.texts("two men drinking in the hallway")
    asha.receives("passed on in writing")
    for one in (olive, henry):
        one.receives("A. called visit 1 off, unsafe: two men drinking in the hallway")


async def test_a_later_text_is_no_answer_any_more(world: World) -> None:
    """After half an hour "see you tomorrow" is small talk, and no concern."""
    asha, dee = world.asha, world.dee
    await world.plans(asha)
    await asha.texts("arrived")
    await asha.texts("left")
    asha.receives("ARRIVED")
    asha.receives("LEFT")
    world.olive.receives("LEFT")
    await world.passes("40m")
    await asha.texts("see you tomorrow")
    asha.ignores()
    dee.receives_nothing()


async def test_back_is_heard_while_a_question_is_open(world: World) -> None:
    """ "4" ends the wait for a return, whatever else has been asked."""
    asha, olive = world.asha, world.olive
    await world.plans(asha, back="15:00")
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await asha.texts("left")
    asha.receives("LEFT 14:00. Text 4 when you are back, expected 15:00.", "Any concerns?")
    olive.receives("LEFT 14:00", "expected back 15:00")
    await asha.texts("4")
    assert await world.state(asha) == "returned"
    asha.receives_nothing()
