"""Nobody is sent to a door without a yes: asked in one text, answered with one digit, and never in the way of protection."""

import pytest

from bot.details import Details
from bot.people import Channel
from tests.world.phones import Human
from tests.world.world import World

SEEN = Details(risks="dog", assessment="Henry 20/11", family_told="by phone Fri", house_phone="07700 900960")


async def asked(world: World, *visitors: Human, start: str = "16:00", end: str = "16:30", **plan: object) -> int:
    """A visit that Henry has been asked for; Dee of the safeguarding leads has been told."""
    plan = {"details": SEEN, "asks": True, **plan}
    number = await world.plans(*(visitors or (world.asha, world.ben)), start=start, end=end, **plan)  # type: ignore[arg-type]
    await world.passes("2m")
    world.dee.ignores()
    return number


async def test_a_headteacher_says_yes_with_one_digit(world: World) -> None:
    """What must be judged stands in one text; whoever goes hears of the yes, and is briefed in the same text."""
    asha, ben, henry = world.asha, world.ben, world.henry
    number = await world.plans(asha, ben, start="16:00", end="16:30", details=SEEN, asks=True)
    henry.receives_nothing()
    await world.passes("2m")
    text = henry.receives(f"AUTHORISE? {number}: A.+B. to K.T., 16:00-16:30, attendance. Risks: dog.").text
    assert text.endswith("Reply 1 yes, 2 no and why.")
    assert len(text) <= 160
    world.dee.receives(f"PLANNED {number}: A.+B. to K.T.", f"Anything to add? Reply RISK {number}")
    await henry.texts("1")
    henry.receives(f"AUTHORISED {number}. Whoever goes is told.")
    for one in (asha, ben):
        one.receives(f"AUTHORISED by H. BRIEFING {number}, 16:00-16:30 with", "Risks: dog")


async def test_a_no_carries_its_reason_and_calls_the_visit_off(world: World) -> None:
    """Whoever was to go hears why, and so does the office, once for both, with whom to tell of it."""
    number = await asked(world)
    world.henry.receives("AUTHORISE?")
    await world.henry.texts("2 too soon after Friday")
    world.henry.receives(f"DECLINED {number}")
    for one in (world.asha, world.ben):
        one.receives(f"NOT AUTHORISED, called off: {number}, 16:00-16:30. H. writes: too soon after Friday")
    world.olive.receives("NOT AUTHORISED", "A.+B.", "too soon after Friday", "Please tell the family: 07700 900960.")
    assert await world.state(world.asha) == "called off"
    await world.until("17:30")


async def test_a_no_without_a_reason_is_asked_for_it(world: World) -> None:
    """Not even a crash between the two texts loses it, and a bare yes is no reason."""
    number = await asked(world)
    henry = world.henry
    henry.receives("AUTHORISE?")
    await henry.texts("2")
    henry.receives("Why not?", str(number))
    await world.crashes()
    await world.reopens()
    assert await world.state(world.asha) == "planned"
    await henry.texts("yes")
    henry.receives("A reason in words, please.")
    await henry.texts("mum is in hospital")
    henry.receives(f"DECLINED {number}")
    for one in (world.asha, world.ben):
        one.receives("H. writes: mum is in hospital")
    world.olive.receives("mum is in hospital")


async def test_the_visits_of_one_sitting_are_one_list(world: World) -> None:
    """Approved with one answer; a row that is left out waits on, and is refused alone."""
    asha, ben, henry = world.asha, world.ben, world.henry
    first = await world.plans(asha, ben, start="15:30", end="16:00", details=SEEN, asks=True)
    second = await world.plans(asha, start="16:10", end="16:40", pupil="Olive Dee", details=SEEN, asks=True)
    await world.passes("2m")
    text = henry.receives("AUTHORISE? 2 visits. Mon 23/11:").text
    assert f"{first} 15:30 A.+B. to K.T." in text
    assert f"{second} 16:10 A. alone to O.D." in text
    world.dee.ignores()
    await henry.texts("1")
    henry.receives(f"Which visit? Waiting: {first}, {second}.")
    await henry.texts(f"all but {second}")
    henry.receives(f"AUTHORISED {first}", f"{second} waits on: reply NO {second} and why")
    for one in (asha, ben):
        one.receives("AUTHORISED by H.")
    await henry.texts(f"no {second} take Ben along")
    henry.receives(f"DECLINED {second}")
    asha.receives("NOT AUTHORISED", "take Ben along")
    world.olive.receives("NOT AUTHORISED", "take Ben along")


async def test_the_first_answer_counts_and_the_second_is_told(world: World) -> None:
    """Where time is short both are asked; who answers later hears who said what, and changes nothing."""
    henry, dana = world.henry, world.dana
    number = await asked(world, start="14:40", end="15:00")
    for one in (henry, dana):
        one.receives("AUTHORISE?")
    await dana.texts("yes")
    dana.receives(f"AUTHORISED {number}")
    for visitor in (world.asha, world.ben):
        visitor.receives("AUTHORISED by D.")
    await henry.texts("2 not today")
    henry.receives(f"{number}: D. said yes 14:02, and the first answer counts.")
    await henry.texts(f"{number} no not today")
    henry.receives("D. said yes 14:02")
    assert await world.state(world.asha) == "planned"


async def test_who_said_yes_may_take_it_back(world: World) -> None:
    """Until the start a no of the same person is a refusal like any other."""
    number = await asked(world)
    world.henry.receives("AUTHORISE?")
    await world.henry.texts("1")
    world.henry.receives("AUTHORISED")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED")
    await world.henry.texts(f"no {number} dad has phoned the school")
    world.henry.receives(f"DECLINED {number}")
    for one in (world.asha, world.ben):
        one.receives("dad has phoned")
    world.olive.receives("dad has phoned")


async def test_nobody_authorises_a_visit_of_their_own(world: World) -> None:
    """It goes to the next role; whoever goes is told who may say yes."""
    henry, dana = world.henry, world.dana
    number = await asked(world, henry, world.asha)
    henry.receives_nothing()
    dana.receives(f"AUTHORISE? {number}: A.+H.")
    await henry.texts(f"yes {number}")
    henry.receives(f"{number} is a visit of your own, so somebody else must say yes: D.")
    await dana.texts("1")
    dana.receives("AUTHORISED")
    for one in (henry, world.asha):
        one.receives("AUTHORISED by D.")


async def test_somebody_without_the_role_is_told_whose_it_is(world: World) -> None:
    """A yes counts by role alone."""
    number = await asked(world)
    world.henry.receives("AUTHORISE?")
    await world.bruno.texts(f"{number} yes")
    world.bruno.receives(f"{number} is not yours to authorise. That is for H., D.")
    await world.asha.texts("approved")
    world.asha.receives("Not sure what you mean")
    await world.henry.texts("no we are short")
    world.henry.receives("DECLINED")
    for one in (world.asha, world.ben, world.olive):
        one.receives("we are short")


async def test_a_condition_is_no_yes(world: World) -> None:
    """A yes with more to it, or a word that may be about anything, is asked back about."""
    number = await asked(world)
    henry = world.henry
    henry.receives("AUTHORISE?")
    for said in ("yes if Dee goes too", "1 but call first", "ok thanks", "no problem", "not sure"):
        await henry.texts(said)
        henry.receives(f"Is that a yes? Reply {number} yes, or {number} no and why. Until then nothing has changed.")
    await henry.texts("go ahead")
    henry.receives(f"AUTHORISED {number}")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED")


@pytest.mark.parametrize("said", ["1", "yes"])
async def test_with_an_alarm_open_a_bare_yes_is_neither(world: World, said: str) -> None:
    """Never claims an alarm wrongly, never authorises by mistake; the alarm's clock runs on."""
    henry, dana, olive, dee = world.henry, world.dana, world.olive, world.dee
    number = await asked(world, world.ben, dee)
    henry.receives("AUTHORISE?")
    await world.asha.texts("help")
    world.asha.receives("Noted")
    for one in (olive, henry):
        one.receives("texts for HELP")
    await henry.texts(said)
    henry.receives(f"Which do you mean? Reply MINE {henry.code()} for the alarm, or {number} yes for the visit.")
    await world.passes("2m")
    dana.receives("ALARM")
    for one in (olive, henry):
        one.receives("no answer yet, so Dana is told too")
    await henry.texts(f"{number} yes")
    henry.receives(f"AUTHORISED {number}")
    for visitor in (world.ben, dee):
        visitor.receives("AUTHORISED by H.")
    await henry.texts("mine")
    henry.receives("is yours")
    for one in (olive, dana):
        one.receives("Henry has it")
    await henry.texts(f"safe {henry.code()} spoke to her")
    for one in (olive, henry, dana):
        one.receives("ENDED")


async def test_outside_school_hours_needs_a_yes_of_its_own(world: World) -> None:
    """It is asked for alone, says why, and "all" does not cover it (P3)."""
    asha, ben, henry = world.asha, world.ben, world.henry
    day = await world.plans(asha, ben, details=SEEN, start="15:30", end="16:00", asks=True)
    late = await world.plans(asha, ben, details=SEEN, start="17:30", end="18:00", asks=True)
    await world.passes("2m")
    world.dee.ignores()
    henry.receives(f"AUTHORISE? {day}: A.+B. to K.T., 15:30-16:00")
    henry.receives(f"AUTHORISE? {late}: A.+B. to K.T., 17:30-18:00", "Out of hours: after 17:00.", f"Reply {late} yes")
    await henry.texts("all")
    henry.receives(f"AUTHORISED {day}", f"{late} is outside school hours and needs a yes of its own")
    await henry.texts(f"{late} yes")
    henry.receives(f"AUTHORISED {late}", f"Outside school hours alarms about {late} come to you first.")
    await henry.texts(f"contact {late} Nobody")
    henry.receives("no contact of the school has just that name")
    await henry.texts(f"CONTACT {late} Dana")
    henry.receives(f"{late}: outside school hours alarms go to D. first")
    world.dana.receives(f"H. names you for visit {late}, 17:30-18:00")
    for one in (asha, ben):
        one.receives(f"BRIEFING {day}")
        one.receives(f"BRIEFING {late}")


async def test_on_telegram_the_answers_are_buttons(world: World) -> None:
    """A tap is an answer, by the visit's number."""
    await world.enrols(world.henry)
    number = await asked(world)
    line = world.henry.receives("AUTHORISE?", by=Channel.TELEGRAM)
    assert line.buttons == (f"{number} yes", f"{number} no")
    await world.henry.taps(f"{number} yes")
    world.henry.receives(f"AUTHORISED {number}")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED")


async def test_words_of_danger_in_a_refusal_are_heard_as_a_cry_too(world: World) -> None:
    """The refusal counts and the alarm is raised: "2 men are threatening us" begins with a 2 as well."""
    henry, olive = world.henry, world.olive
    number = await asked(world)
    henry.receives("AUTHORISE?")
    await henry.texts("2 dad has a knife")
    henry.receives(f"DECLINED {number}")
    henry.receives("Noted 14:02 and passed on.")
    olive.receives("ALARM", "Henry texts for HELP")
    for one in (world.asha, world.ben, olive):
        one.receives("H. writes: dad has a knife")
    await olive.texts(f"false {olive.code()} it was a reason")
    olive.receives("ENDED")


async def test_a_risk_told_of_a_visit_by_its_number_is_no_cry(world: World) -> None:
    """From a contact who is on no visit; "help" is one all the same, and so is everything from somebody on a visit."""
    number = await asked(world)
    world.henry.receives("AUTHORISE?")
    await world.bruno.texts(f"risk {number} dad has a knife")
    world.bruno.receives(f"{number}: risk noted.")
    assert await world.open_alarms() == []
    await world.passes("2m")
    world.dee.ignores()
    world.henry.receives("dad has a knife")
    await world.henry.texts(f"{number} no dad has a knife and no help is near")
    world.henry.receives(f"DECLINED {number}")
    assert await world.open_alarms() == []
    for one in (world.asha, world.ben, world.olive):
        one.receives("dad has a knife")
    await world.bruno.texts(f"risk {number} help me")
    world.bruno.receives("Noted")
    for one in (world.olive, world.henry):
        one.receives("Bruno texts for HELP")
    await world.olive.texts(f"safe {world.olive.code()} spoke to him")
    for one in (world.olive, world.henry):
        one.receives("ENDED")


async def test_the_newest_question_is_the_one_that_is_answered(world: World) -> None:
    """A bare answer is never taken from another question; where both are fresh it is asked back about."""
    number = await asked(world)
    henry = world.henry
    henry.receives("AUTHORISE?")
    await henry.texts("2")
    henry.receives("Why not?")
    other = await world.plans(world.dee, start="15:40", end="16:00", details=SEEN, asks=True)
    await world.passes("2m")
    henry.receives("AUTHORISE?", str(other))
    await henry.texts("1")
    henry.receives(f"Which visit? Waiting: {number}, {other}.")
    await henry.texts("short of staff")
    henry.receives(f"DECLINED {number}")
    for one in (world.asha, world.ben, world.olive):
        one.receives("short of staff")
    await henry.texts("all")
    henry.receives(f"AUTHORISED {other}")
    world.dee.receives("AUTHORISED by H.")


async def test_who_has_set_out_and_runs_late_is_out_when_the_no_comes(world: World) -> None:
    """The start that was put off lies ahead again, and still nobody stops watching over who is on the way."""
    number = await asked(world, start="14:20", end="15:00")
    asha, ben, henry, dana = world.asha, world.ben, world.henry, world.dana
    for one in (henry, dana):
        one.receives("AUTHORISE?")
    await world.until("14:10")
    await asha.texts("setting off")
    asha.receives("SET OUT")
    await asha.texts("late 20")
    asha.receives("LATE noted")
    for one in (henry, dana, world.olive):
        one.ignores()
    await henry.texts(f"no {number} dad has phoned the school")
    asha.receives("dad has phoned")
    assert (await world.state(asha), await world.state(ben)) == ("planned", "called off")
    await world.until("14:54")
    assert await world.open_alarms() == ["missed arrival"]
    await asha.texts("back at school")
    for human in world.everyone:
        human.ignores()
