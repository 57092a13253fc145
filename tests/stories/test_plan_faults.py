"""Plans that cannot be: each fault is named, with the question that mends it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world.world import SCHOOL, World

WILLOWS = SCHOOL.replace('"default"', '"willows"')


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane Primary under the policy that wants least, with a list of its pupils."""
    world = World(tmp_path, school=f'{WILLOWS}pupils = ["K.T."]\n')
    await world.opens()
    yield world
    await world.closes()


FAULTS = [
    ("visit 20/11 2pm 14 High St KT attendance", "That is in the past. Which day and time?"),
    ("visit today 1pm 14 High St KT attendance", "That is in the past. Which day and time?"),
    ("visit 31/2 2pm 14 High St KT attendance", "There is no 31/2. Which day?"),
    ("visit tue 25 nov 2pm 14 High St KT", "25/11 is another day of the week. Which day?"),
    ("visit 3/12/2028 2pm 14 High St KT", "That is more than a year off. Which day and time?"),
    ("visit wed 3pm-2pm 14 High St KT", "It would end 14:00, before it starts 15:00. How long will it take"),
    ("visit wed 3pm 14 High St KT back 2pm", "Back 14:00 is before the start, 15:00. When are you back"),
    ("visit wed 2pm-3pm 14 High St KT back 2.30pm", "Back 14:30 is before the end, 15:00. When are you back"),
    ("visit wed 2pm for 30 hours 14 High St KT", "1800 minutes is too long for a visit. How long"),
    ("visit wed 2pm 14 High St SG19 2A KT", "SG19 2A cannot be a postcode. Which address"),
    ("visit wed 2pm 14 High St KT with Sam", "Sam is not on the list of visitors. Who goes along?"),
    ("visit wed 2pm 14 High St pupil BL", "BL is not on the school's list. Which pupil?"),
]


@pytest.mark.parametrize(("line", "answer"), FAULTS)
async def test_what_cannot_be_is_named_and_asked_for(world: World, line: str, answer: str) -> None:
    """One text says what is wrong and asks the one question that mends it."""
    await world.asha.texts(line)
    world.asha.receives(answer)
    await world.asha.texts("never mind")
    world.asha.receives("Never mind")


async def test_several_faults_are_mended_one_after_another(world: World) -> None:
    """First the one that was named, then the others, and then what is still missing."""
    asha, ben = world.asha, world.ben
    await asha.texts("visit wed 2pm 14 High St SG19 2A KT attendance with Sam")
    asha.receives("SG19 2A cannot be a postcode")
    await asha.texts("14 High St SG19 2AB")
    asha.receives("Who goes along? 1 B., 2 nobody.")
    await asha.texts("Ben")
    asha.receives("signature?")
    await asha.texts("no")
    asha.receives("PLANNED 1: Wed 14:00 14 High St SG19 2AB, KT, A., B.")
    ben.receives("PLANNED 1 with you")


async def test_nobody_is_on_two_visits_at_once(world: World) -> None:
    """The other visit is named by number and time; another time mends it."""
    asha, olive = world.asha, world.olive
    number = await world.plans(asha, start="15:00", end="15:45")
    await olive.texts("visit for Asha today 3.30pm 5 Mill Rd KT attendance")
    olive.receives("signature?")
    await olive.texts("no")
    olive.receives(f"A. is on visit {number} then (15:00). Which day and time?")
    await olive.texts("4pm")
    olive.receives("PLANNED 2: 16:00 5 Mill Rd")
    asha.receives("O. PLANNED 2 with you")


async def test_two_who_plan_the_same_are_told(world: World) -> None:
    """The first plan counts; the second hears of it."""
    asha, ben = world.asha, world.ben
    await asha.texts("visit wed 2pm 14 High St KT attendance with ben")
    asha.receives("signature?")
    await ben.texts("visit wed 2pm 14 High St KT attendance with asha")
    ben.receives("signature?")
    await asha.texts("no")
    asha.receives("PLANNED 1")
    ben.receives("A. PLANNED 1 with you")
    await ben.texts("no")
    ben.receives("B. is on visit 1 then (Wed 14:00)")
    await ben.texts("never mind")
    ben.receives("Never mind")


async def test_an_answer_that_cannot_be_is_asked_for_again(world: World) -> None:
    """Step by step too: past days, wrong postcodes, unknown names, no time at all."""
    asha = world.asha
    await asha.texts("plan a visit")
    asha.receives("Which day and time?")
    for said, answer in (
        ("soon", "There is no day in that. Which day and time?"),
        ("20/11 2pm", "That is in the past. Which day and time?"),
        ("wed", "What time does it start?"),
        ("when she is in", "There is no time in that. What time does it start?"),
        ("2", "Which address"),
        ("14 High St SG19 22AB", "SG19 22AB cannot be a postcode. Which address"),
        ("14 High St", "Which pupil?"),
        ("BL", "BL is not on the school's list. Which pupil?"),
        ("k.t", "What is the visit for?"),
        ("attendance", "signature?"),
        ("perhaps", "That is none of the answers"),
        ("no", "PLANNED 1: Wed 14:00 14 High St, K.T., A."),
    ):
        await asha.texts(said)
        asha.receives(answer)


async def test_half_a_plan_is_reminded_of_once_and_then_let_be(world: World) -> None:
    """It does not lie in wait for days: after two reminders it is left without a word."""
    asha = world.asha
    await asha.texts("visit wed 2pm 14 High St")
    asha.receives("Which pupil?")
    await world.passes("30m")
    asha.receives("Still open, or text NEVER MIND: Which pupil?")
    await world.passes("12h")
    asha.receives("Still open")
    await world.passes("24h")
    await asha.texts("KT")
    asha.receives("Not sure what you mean")
