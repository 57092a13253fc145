"""Somebody has left the school: nobody waits for their yes, no alarm goes to them, and what they leave behind is named."""

import pytest

from handlers.imports import ImportRefused, ImportReport, has_left
from tests.stories.test_authorising import asked
from tests.world.after import chores
from tests.world.phones import Human
from tests.world.world import World


async def leaves(world: World, human: Human) -> ImportReport:
    """The administrator notes that somebody has left; within a minute Doorstep has looked at what that means."""
    async with world.attached.service.database.transaction() as tx:
        report = await has_left(tx, world.attached.service.desk.habits.schools, human.number, world.clock())
    await chores(world)
    return report


async def test_a_request_of_an_authoriser_who_has_left_is_put_to_the_next(world: World) -> None:
    """At once, not at the next reminder; what the leaver still answers is no yes."""
    number = await asked(world)
    world.henry.receives(f"AUTHORISE? {number}")
    report = await leaves(world, world.henry)
    assert f"marsh-lane: visit {number} waited for their yes; whoever else may give it is asked" in report.notes
    assert "marsh-lane: nobody is headteacher any more" in report.notes
    world.dana.receives(f"AUTHORISE? {number}: A.+B. to K.T.")
    await world.henry.texts("approved")
    world.henry.receives("Not sure what you mean")
    for one in (world.asha, world.ben):
        one.receives_nothing()
    await world.dana.texts("1")
    world.dana.receives(f"AUTHORISED {number}")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED by D.")
    for one in world.everyone:
        one.ignores()


async def test_when_nobody_is_left_to_say_yes_the_office_is_told(world: World) -> None:
    """With the visit and the roles, once a day; whoever is put on the list then is asked."""
    await leaves(world, world.dana)
    number = await asked(world, days=1)
    world.henry.receives(f"AUTHORISE? {number}")
    report = await leaves(world, world.henry)
    assert "marsh-lane: nobody can say yes to a visit any more; import a headteacher, deputy" in report.notes
    world.olive.receives(f"Nobody can authorise visit {number}", "no headteacher, deputy", "missing on the list?")
    await chores(world)
    world.olive.receives_nothing()
    await world.records(world.dana)
    await chores(world)
    world.dana.receives(f"AUTHORISE? {number}")


async def test_no_alarm_goes_to_somebody_who_has_left(world: World) -> None:
    """The ladder is climbed without them, and a cry of theirs is heard all the same."""
    await leaves(world, world.henry)
    await world.plans(world.asha)
    await world.asha.texts("is the blue folder in?")
    world.olive.receives("CODE WORD from Asha")
    world.dana.receives_nothing()
    await world.passes("2m")
    world.dana.receives("CODE WORD from Asha")
    world.henry.receives_nothing()
    await world.olive.texts(f"safe {world.olive.code()} police were there")
    await world.henry.texts("help")
    world.olive.receives("Henry texts for HELP")
    await world.olive.texts(f"safe {world.olive.code()} he rang")
    await world.asha.texts("called off")
    for one in world.everyone:
        one.ignores()


async def test_nobody_leaves_a_visit_or_an_alarm_behind(world: World) -> None:
    """Named, with what to do first; nothing has changed until then."""
    number = await world.plans(world.asha, start="16:00", end="16:30")
    with pytest.raises(ImportRefused, match=rf"Asha goes on visit {number} \(Mon 23/11 16:00\); call it off"):
        await leaves(world, world.asha)
    await world.ben.texts("help")
    world.ben.receives("Noted")
    for one in (world.olive, world.henry):
        one.receives("Ben texts for HELP")
    with pytest.raises(ImportRefused, match=f"alarm {world.olive.code()} is open to Henry; end it first"):
        await leaves(world, world.henry)
    with pytest.raises(ImportRefused, match="is nobody on record who has a role"):
        await leaves(world, world.sam)
    await world.henry.texts(f"safe {world.henry.code()} he is here")
    for one in (world.olive, world.henry):
        one.receives("ENDED")


async def test_the_contact_of_an_evening_who_has_left_is_named(world: World) -> None:
    """With the text that names another; until then the whole ladder is climbed."""
    number = await asked(world, start="18:00", end="18:30")
    world.henry.receives("AUTHORISE?")
    await world.henry.texts(f"{number} yes")
    world.henry.receives("alarms about", "come to you first")
    await world.henry.texts(f"contact {number} Bruno")
    world.bruno.receives("names you")
    report = await leaves(world, world.bruno)
    assert report.notes == (f"marsh-lane: Bruno was the contact of visit {number}; text CONTACT {number} and a name",)
    for one in world.everyone:
        one.ignores()
