"""What was agreed is asked about on its day; not kept, there is a letter, and then another visit is proposed."""

from pathlib import Path

from bot.agreement import State
from tests.world.after import agreements_of, chores, lives_to_day, visited
from tests.world.world import SCHOOL, World


async def agreed(world: World, text: str = "Mum rings by 8.30, by Fri 4 Dec") -> int:
    """Asha has visited and recorded what was agreed; gives the visit's number."""
    asha = world.asha
    number = await visited(world)
    for said in ("record", "Mother", "All well", text, "4 Oak", "95"):
        await asha.texts(said)
    asha.ignores()
    return number


async def state(world: World, number: int) -> list[State]:
    return [one.state for one in await agreements_of(world, number)]


async def test_kept_is_noted_and_asked_no_more(world: World) -> None:
    """On its day, in school hours, the visitor and the office are asked; the first answer counts."""
    asha, olive = world.asha, world.olive
    number = await agreed(world)
    await lives_to_day(world, 3, "12:00")
    await chores(world)
    asha.receives_nothing()
    await lives_to_day(world, 4, "07:30")
    await chores(world)
    asha.receives_nothing()
    await lives_to_day(world, 4, "09:00")
    await chores(world)
    asked = f"Visit {number}, agreed by 04/12: Mum rings by 8.30. Was it kept? 1 Yes, 2 No."
    asha.receives(asked)
    olive.receives(asked)
    await olive.texts("yes")
    olive.receives("Noted as kept")
    asha.receives("O. has answered already")
    assert await state(world, number) == [State.KEPT]
    await lives_to_day(world, 18)
    await chores(world)
    asha.receives_nothing()


async def test_not_kept_is_a_letter_and_not_kept_again_another_visit(world: World) -> None:
    """P21, C16: the office is told how to print the letter; two weeks later the head is proposed a visit."""
    asha, olive, henry = world.asha, world.olive, world.henry
    number = await agreed(world)
    await lives_to_day(world, 4)
    await chores(world)
    asha.receives("Was it kept?")
    olive.receives("Was it kept?")
    await asha.texts("2")
    asha.receives("Noted as not kept. The office is told")
    [agreement] = await agreements_of(world, number)
    olive.receives(
        f"Visit {number}: not kept: Mum rings by 8.30.", f"doorstep paper letter {number} --agreement {agreement.id}"
    )
    olive.receives("A. has answered already")
    await lives_to_day(world, 17)
    await chores(world)
    asha.receives_nothing()
    await lives_to_day(world, 18)
    await chores(world)
    asha.receives("Was it kept?")
    olive.receives("Was it kept?")
    await olive.texts("no")
    olive.receives("A follow-up visit is proposed")
    asha.receives("O. has answered already")
    for head in (henry, world.dana):
        head.receives(f"Visit {number}: again not kept", "A follow-up visit is proposed")
    assert await state(world, number) == [State.FOLLOW_UP]


async def test_unanswered_it_is_asked_again_after_a_week(world: World) -> None:
    """Nothing is taken for kept because nobody said so."""
    asha, olive = world.asha, world.olive
    number = await agreed(world)
    await lives_to_day(world, 4)
    await chores(world)
    asha.receives("Was it kept?")
    olive.receives("Was it kept?")
    await lives_to_day(world, 10)
    await chores(world)
    asha.receives_nothing()
    await lives_to_day(world, 11)
    await chores(world)
    asha.receives("Was it kept?")
    olive.receives("Was it kept?")
    assert await state(world, number) == [State.ASKED]


async def test_two_agreements_of_one_day_are_asked_one_after_the_other(world: World) -> None:
    """One question a text, and an answer belongs to one agreement."""
    asha, olive = world.asha, world.olive
    number = await agreed(world, "Mum rings by Fri 4 Dec; bus pass by 4/12")
    await lives_to_day(world, 4)
    await chores(world)
    asha.receives("Mum rings. Was it kept?")
    olive.ignores()
    asha.receives_nothing()
    await asha.texts("yes")
    asha.receives("Noted as kept")
    olive.ignores()
    await chores(world)
    asha.receives("bus pass. Was it kept?")
    olive.receives("bus pass. Was it kept?")
    await asha.texts("no")
    asha.receives("not kept")
    assert await state(world, number) == [State.KEPT, State.REMINDED]
    olive.ignores()


async def test_whoever_is_inside_a_home_is_not_asked(world: World) -> None:
    """The office answers; the visitor has something else to do."""
    asha, olive = world.asha, world.olive
    await agreed(world)
    await lives_to_day(world, 4)
    await world.plans(asha, start="09:00", end="09:30")
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await chores(world)
    asha.receives_nothing()
    olive.receives("Was it kept?")


async def test_the_headteacher_is_reminded_of_the_review_once(tmp_path: Path) -> None:
    """P22: as long before it as the policy says, in school hours, with how much feedback there is."""
    overrides = '[marsh-lane.overrides]\nreview_on = 2026-12-23\nremind_review = "504h"\n'
    world = World(tmp_path, school=SCHOOL + overrides)
    await world.opens()
    asha, henry = world.asha, world.henry
    await asha.texts("feedback the slip is hard to read")
    asha.receives("Kept for the review")
    await chores(world)
    henry.receives_nothing()
    await lives_to_day(world, 2, "07:00")
    await chores(world)
    henry.receives_nothing()
    await lives_to_day(world, 2, "09:00")
    await chores(world)
    henry.receives(
        "to be reviewed on 23/12/2026. Feedback given: 1. To print it: doorstep feedback marsh-lane",
    )
    await lives_to_day(world, 10)
    await chores(world)
    henry.receives_nothing()
    await world.closes()
