"""Planning by chat: in one line or question by question, on either channel, by a visitor or by the office."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.gsm7 import SINGLE, septets
from bot.people import Channel
from store import visits
from store.visits import Visit
from tests.world.phones import Human
from tests.world.world import SCHOOL, World

WILLOWS = SCHOOL.replace('"default"', '"willows"')
"""A policy that wants little: address, start, pupil, reason, and whether a signature is the reason."""


@pytest.fixture
async def willows(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane Primary under the policy that wants least."""
    world = World(tmp_path, school=WILLOWS)
    await world.opens()
    yield world
    await world.closes()


async def kept(world: World, number: int = 1) -> Visit:
    """The visit of this number, as it is kept."""
    async with world.attached.service.database.transaction() as tx:
        found = await visits.by_id(tx, world.school_id, number)
    assert found is not None
    return found


async def starts(world: World, human: Human) -> list[str]:
    """When this visitor's places start and when they are back, in order."""
    async with world.attached.service.database.transaction() as tx:
        found = await visits.places_of_visitor(tx, world.school_id, world.ids[human.name], world.clock())
    return [
        f"{place.starts_at:%d %H:%M}-{place.ends_at:%H:%M}{f' {place.returns_at:%H:%M}' if place.returns_at else ''}"
        for place in found
    ]


async def test_one_line_and_what_the_policy_wants_besides(world: World) -> None:
    """What the line lacks is asked for, one question at a time; the last answer is the plan in one text."""
    asha, ben = world.asha, world.ben
    await asha.texts("visit Tue 2pm 14 High St SG19 2AB, K.T., attendance, with Ben, back 3.30")
    asha.receives("Who made the risk assessment, and when? 1 not yet.")
    await asha.texts("Henry, 20 Nov")
    asha.receives("How long will it take", "1 30 min, 2 45 min, 3 1 hour")
    await asha.texts("2")
    asha.receives("How and when was the family told?")
    await asha.texts("rang mum on Friday")
    shown = asha.receives("PLANNED 1: Tue 14:00 14 High St SG19 2AB, K.T., A., B., back 15:30.")
    assert septets(shown.text) <= SINGLE
    ben.receives("A. PLANNED 1 with you: Tue 14:00 14 High St")
    assert await starts(world, asha) == await starts(world, ben) == ["24 14:00-14:45 15:30"]
    made = await kept(world)
    assert (made.address, made.pupil, made.reason) == ("14 High St SG19 2AB", "K.T.", "attendance")
    assert (made.details.assessment, made.details.family_told) == ("Henry, 20 Nov", "rang mum on Friday")
    assert made.made_by == world.ids["Asha"]
    assert "planned" in [entry.kind for entry in await world.journal()]


async def test_step_by_step_with_buttons(world: World) -> None:
    """ "Plan a visit" asks for everything; every choice is a button, and names are initials."""
    asha, ben = world.asha, world.ben
    await world.enrols(asha)
    await asha.writes("Plan a visit")
    asha.receives("Which day and time?", by=Channel.TELEGRAM)
    await asha.writes("tomorrow")
    asha.receives("What time does it start?")
    await asha.writes("half 10")
    asha.receives("Which address, with the postcode?")
    await asha.writes("5 Mill Road, Marston sg19 1qq")
    asha.receives("Which pupil?")
    await asha.writes("KT")
    assert asha.receives("What is the visit for?").buttons == ("attendance", "safeguarding", "signature", "support")
    await asha.taps("attendance")
    assert asha.receives("Who goes along?").buttons == ("B.", "nobody")
    await asha.taps("B.")
    asha.receives("risk assessment")
    await asha.taps("not yet")
    assert asha.receives("How long").buttons == ("30 min", "45 min", "1 hour")
    await asha.taps("1 hour")
    asha.receives("How and when was the family told?")
    await asha.taps("not told")
    asha.receives("Why was the family not told?")
    await asha.taps("no contact")
    asha.receives("When are you back at school?")
    await asha.writes("12")
    shown = asha.receives("PLANNED 1: Tue 10:30 5 Mill Road, Marston sg19 1qq, KT, A., B., back 12:00.")
    assert shown.buttons == ("Arrived", "15 late")
    ben.receives("A. PLANNED 1 with you")
    assert (await kept(world)).details.family_told == "no: no contact"


async def test_one_alone_goes_only_with_a_risk_assessment(world: World) -> None:
    """P9: without one the visitor is asked again, and may name who comes along instead."""
    asha, ben = world.asha, world.ben
    await asha.texts("visit tues 2-3pm 14 High St KT attendance, mum told by phone, back 3.30")
    asha.receives("Who goes along? 1 B., 2 nobody.")
    await asha.texts("on my own")
    asha.receives("risk assessment")
    await asha.texts("not yet")
    asha.receives("One alone may go only with a risk assessment, or text WITH and who comes along.")
    await asha.texts("with ben")
    asha.receives("Who made the risk assessment")
    await asha.texts("Henry today")
    asha.receives("PLANNED 1: Tue 14:00 14 High St, KT, A., B., back 15:30")
    ben.receives("PLANNED 1 with you")


async def test_a_school_that_sends_nobody_alone(tmp_path: Path) -> None:
    """C9, E1: "nobody" is refused, with the question that mends it."""
    world = World(tmp_path, school=SCHOOL.replace('"default"', '"coteford"'))
    await world.opens()
    asha, ben = world.asha, world.ben
    await asha.texts("visit tues 2pm 14 High St KT attendance alone")
    asha.receives("Nobody goes alone, by the school's policy. Who goes along?")
    await asha.texts("ben")
    asha.receives("risk assessment")
    await asha.texts("Henry")
    asha.receives("confirmed in writing? 1 yes, 2 short notice, 3 no contact")
    await asha.texts("short notice")
    asha.receives("Whom will you see there?")
    await asha.texts("mum and nan")
    asha.receives("attendance, in percent?")
    await asha.texts("85%")
    asha.receives("PLANNED 1")
    ben.receives("PLANNED 1 with you")
    details = (await kept(world)).details
    assert (details.confirmed, details.parents, details.attendance) == ("short notice", "mum and nan", "85")
    await world.closes()


async def test_a_pairs_own_code_word_is_agreed_at_planning(tmp_path: Path) -> None:
    """B11: it is asked for, checked like any other, and heard on the visit."""
    world = World(tmp_path, school=SCHOOL.replace('"default"', '"birchwood"'))
    await world.opens()
    asha, ben, olive = world.asha, world.ben, world.olive
    await asha.texts("visit 3pm 14 High St KT attendance with ben, mum told by phone, back 4")
    asha.receives("Agree a code word with your partner")
    await asha.texts("teapot")
    asha.receives("That cannot be a code word.", "Agree a code word")
    await asha.texts("tartan ukulele")
    asha.receives("PLANNED 1: 15:00 14 High St")
    ben.receives("PLANNED 1 with you")
    assert (await kept(world)).code_words == ("tartan ukulele",)
    await ben.texts("is the tartan ukulele in the hall?")
    ben.ignores()
    olive.receives("CODE WORD from Ben")
    await olive.texts(f"false {olive.code()} he tried it")
    for one in world.everyone:
        one.ignores()
    await world.closes()


async def test_the_office_plans_for_asha(willows: World) -> None:
    """Somebody who goes on no visits plans for those who do; they are told."""
    asha, ben, olive = willows.asha, willows.ben, willows.olive
    await olive.texts("visit for Asha Mon 3pm 14 High St KT attendance")
    olive.receives("signature? 1 Yes, 2 No.")
    await olive.texts("no")
    olive.receives("PLANNED 1: 15:00 14 High St, KT, A.")
    asha.receives("O. PLANNED 1 with you: 15:00 14 High St, KT, A.")
    await olive.texts("plan a visit")
    olive.receives("Who goes? 1 A., 2 B.")
    await olive.texts("asha and ben")
    olive.receives("Which day and time?")
    await olive.texts("never mind")
    olive.receives("Never mind")
    ben.receives_nothing()
    assert await starts(willows, asha) == ["23 15:00-15:45"]


async def test_a_round_in_one_text_shares_one_return(willows: World) -> None:
    """E3: one return at lunchtime for the morning's two, and one at the end of the day; each has its number."""
    asha = willows.asha
    await asha.texts(
        "visits tues 9am 14 high st KT attendance\n10am 5 mill rd BL behaviour, back 12\n1pm 9 Park Rd CD settling, back 3"
    )
    asha.receives("signature?")
    await asha.texts("no")
    asha.receives("PLANNED 1: Tue 09:00 14 high st, KT, A.", "signature?")
    await asha.texts("no")
    asha.receives("PLANNED 2: Tue 10:00 5 mill rd, BL, A., back 12:00", "signature?")
    await asha.texts("no")
    asha.receives("PLANNED 3: Tue 13:00 9 Park Rd, CD, A., back 15:00")
    assert await starts(willows, asha) == ["24 09:00-09:45 12:00", "24 10:00-10:45 12:00", "24 13:00-13:45 15:00"]
    assert [(await kept(willows, number)).outing_id for number in (1, 2, 3)] == [1, 1, None]


async def test_a_round_step_by_step(willows: World) -> None:
    """After each visit it asks for another, and for the return at the end; the day and the partner are taken over."""
    asha, ben = willows.asha, willows.ben
    await asha.texts("plan a round")
    asha.receives("Which day and time?")
    for said, asked in (
        ("tues 9 with ben", "Which address"),
        ("14 high st", "Which pupil?"),
        ("KT", "What is the visit for?"),
        ("1", "signature?"),
        ("2", "Another visit on this round? 1 Yes, 2 No."),
        ("1", "PLANNED 1"),
    ):
        await asha.texts(said)
        shown = asha.receives(asked)
    assert "What time does it start?" in shown.text
    ben.ignores()
    for said, asked in (
        ("10.15", "Which address"),
        ("5 mill rd", "Which pupil?"),
        ("BL", "What is the visit for?"),
        ("settling in", "signature?"),
        ("no", "Another visit"),
        ("no", "When are you back at school?"),
        ("half 11", "PLANNED 2: Tue 10:15 5 mill rd, BL, A., back 11:30"),
    ):
        await asha.texts(said)
        asha.receives(asked)
    assert await starts(willows, asha) == ["24 09:00-09:45 11:30", "24 10:15-11:00 11:30"]


async def test_half_a_plan_is_picked_up_after_a_crash(willows: World) -> None:
    """Killed between two questions: the next answer goes on where it was."""
    asha = willows.asha
    await asha.texts("visit tues 2pm 14 high st")
    asha.receives("Which pupil?")
    await willows.crashes()
    await willows.passes("3m")
    await willows.reopens()
    await asha.texts("KT")
    asha.receives("What is the visit for?")
    await asha.texts("plan a visit")
    asha.receives("What is the visit for?")
    await asha.texts("support")
    asha.receives("signature?")
    await asha.texts("yes")
    asha.receives("PLANNED 1: Tue 14:00 14 high st, KT, A.")
    assert (await kept(willows)).details.signature


async def test_outside_school_hours_is_said_at_planning(willows: World) -> None:
    """P3, B12, E9: the plan is made, and the one who makes it is warned."""
    asha = willows.asha
    await asha.texts("visit tues 7pm 14 high st KT attendance")
    asha.receives("signature?")
    await asha.texts("no")
    asha.receives("PLANNED 1: Tue 19:00 14 high st, KT, A. Outside school hours: after 17:00.")


async def test_a_text_about_the_visit_that_goes_on_is_no_plan(willows: World) -> None:
    """Inside a home "visit is nearly done" is the visit's, and a full plan is a plan."""
    asha = willows.asha
    await willows.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await asha.texts("visit is nearly done")
    asha.receives("nothing has changed")
    await asha.texts("visit tomorrow 2pm 14 high st KT attendance")
    asha.receives("signature?")
    await asha.texts("3")
    asha.receives("LEFT")
    await asha.texts("2")
    asha.receives("PLANNED 2")


async def test_planning_in_welsh(tmp_path: Path) -> None:
    """The line, the questions and the plan, all in Welsh."""
    world = World(tmp_path, school=f'{WILLOWS}language = "cy"\n')
    await world.opens()
    asha, ben = world.asha, world.ben
    await asha.texts("ymweliad Mawrth 2pm 14 Heol Fawr, K.T., presenoldeb, gyda Ben, yn ôl 3.30")
    asha.receives("Ai cael llofnod rhiant yw'r diben? 1 Ie, 2 Na.")
    await asha.texts("nage")
    asha.receives("WEDI TREFNU 1: Maw 14:00 14 Heol Fawr, K.T., A., B., yn ol 15:30.")
    ben.receives("A. WEDI TREFNU 1 gyda chi")
    await asha.texts("symud 1 i 3pm")
    asha.receives("WEDI SYMUD 1: Maw 15:00")
    ben.receives("A. WEDI SYMUD 1")
    await world.closes()
