"""After leaving: "any concerns?", why it was unsafe, and who is told at once."""

import pytest

from bot.people import Channel
from tests.world.after import chores
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
    await asha.texts("no food in the house and he looked unwell")
    asha.receives("CONCERN noted", "ring 999 first")
    dee.receives("CONCERN 14:00 from A.", by=Channel.SMS)
    dee.receives("CONCERN 14:00 from A.", by=Channel.TELEGRAM)
    assert await kept(world) == ["no food in the house and he looked unwell"]


async def kept(world: World) -> list[object]:
    """What is on record of concerns, in its order."""
    return [entry.body["concerns"] for entry in await world.journal() if entry.kind == "concerns" and entry.body]


async def says_yes(world: World) -> None:
    """Asha has left at 14:00 and says that there is a concern: Dee is told at once, and Asha is asked what it is."""
    await world.plans(world.asha)
    await world.asha.texts("arrived")
    await world.asha.texts("left")
    world.asha.receives("ARRIVED")
    world.asha.receives("LEFT 14:00", "Any concerns?")
    world.olive.receives("LEFT")
    await world.asha.texts("yes")
    world.asha.receives("CONCERN noted 14:00", "ring 999 first", "What is it, in a few words?")
    world.dee.receives("CONCERN 14:00 from A., visit 1. Please ring +447700900001")
    assert await kept(world) == ["yes"]


async def test_yes_is_a_concern_though_its_words_never_come(world: World) -> None:
    """The DSL knows before anything else is asked. The words are asked for once more, and taken for half a day."""
    asha, dee = world.asha, world.dee
    await says_yes(world)
    await world.until("14:15")
    asha.receives("Still open", "What is it, in a few words?")
    await world.until("20:00")
    await chores(world)
    asha.receives("Record of visit 1", "who was there?")
    await asha.texts("later")
    asha.receives("Kept as far as it goes", "Back to before: What is it, in a few words?")
    await asha.texts("an empty fridge, and he was asleep on the floor")
    asha.receives("CONCERN noted 20:00")
    dee.receives("CONCERN 20:00 from A.")
    assert await kept(world) == ["yes", "an empty fridge, and he was asleep on the floor"]


@pytest.mark.parametrize("said", ["nm", "never mind", "no"])
async def test_never_mind_after_yes_takes_nothing_back(world: World, said: str) -> None:
    """Told is told: whoever leaves the question reads that the concern stands."""
    await says_yes(world)
    await world.asha.texts(said)
    world.asha.receives("still knows that there is a concern")
    await world.passes("20m")
    assert "yes" in await kept(world) and "none" not in await kept(world)
    for one in world.everyone:
        one.ignores()


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
