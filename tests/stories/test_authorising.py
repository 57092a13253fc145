"""Nobody is sent to a door without a yes: asked in one text, answered with one digit, and never in the way of protection."""

from bot.details import Details
from tests.world.world import World

PAIR = Details(risks="dog", assessment="Henry 20/11", family_told="by phone Fri")


async def test_a_headteacher_says_yes_with_one_digit(world: World) -> None:
    """What must be judged stands in one text; whoever goes hears of the yes, and is briefed in the same text."""
    asha, ben, henry = world.asha, world.ben, world.henry
    number = await world.plans(asha, ben, start="16:00", end="16:30", details=PAIR, asks=True)
    henry.receives_nothing()
    await world.passes("2m")
    text = henry.receives(f"AUTHORISE? {number}: A.+B. to K.T., 16:00-16:30, attendance.", "Risks: dog.").text
    assert text.endswith("Reply 1 yes, 2 no and why.")
    world.dee.receives(f"PLANNED {number}", "RISK")
    await henry.texts("1")
    henry.receives(f"AUTHORISED {number}")
    for one in (asha, ben):
        one.receives("AUTHORISED by H.", f"BRIEFING {number}", "Risks: dog")
