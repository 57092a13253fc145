"""The chase: whoever takes a silent alarm is led from number to number, and every answer is kept."""

import pytest

from bot.details import Details
from tests.world.phones import Human
from tests.world.world import World


async def missed(world: World, owner: Human, house: str = "") -> int:
    """Asha is silent at her check-in; the owner is told first, and takes it."""
    number = await world.plans(world.asha, end="16:00", details=Details(house_phone=house, risks="a large dog"))
    await world.asha.texts("arrived")
    await world.until("14:14")
    world.asha.ignores()
    owner.receives("ALARM", "missed check-in")
    await owner.texts("1")
    return number


async def test_somebody_reached_ends_the_chase_but_not_the_alarm(world: World) -> None:
    """ "Reached" is kept and asks for the outcome: only a person's SAFE ends the alarm."""
    olive = world.olive
    await missed(world, olive)
    olive.receives("is yours", "Ring Asha")
    await olive.texts("reached, she is fine, phone was on silent")
    olive.receives("Is all well? Then SAFE")
    assert await world.open_alarms() == ["missed check-in"]
    await olive.texts(f"safe {olive.code()} spoke to her")
    olive.receives("ENDED")
    await world.asha.texts("left")
    world.asha.receives("LEFT")
    olive.receives("LEFT")


async def test_only_who_was_certainly_reached_ends_the_chase(world: World) -> None:
    """ "She is not answering" begins like "she is fine": what is not certain is asked again, or is no answer."""
    olive = world.olive
    await missed(world, olive, house="01767 600123")
    olive.receives("is yours", "Ring Asha")
    doubts = [
        "reached her voicemail",
        "spoke to nobody",
        "they say she never came",
        "she is missing",
        "reached?",
        "yes, rang out",
    ]
    for answer in doubts:
        await olive.texts(answer)
        olive.receives("Not sure what you mean. Ring Asha")
    script = ("Asha, school staff, at 14 High Street", "heard 14:00: arrived", "a large dog", "red Fiesta")
    for answer, *step in (
        ("she is not answering", "Ring the house"),
        ("reached voicemail", "Ring the head"),
        ("reached nobody", "Ring 999", *script),
        ("called, nobody answers", "Not sure what you mean. Ring 999"),
        ("rang, no answer", "Not sure what you mean. Ring 999"),
        ("rang the house", "Not sure what you mean. Ring 999"),
        ("rung", "999 is rung"),
    ):
        await olive.texts(answer)
        olive.receives(*step)
    await world.asha.texts("left")
    for one in (world.asha, olive):
        one.ignores()


@pytest.mark.parametrize("answer", ["REACHED she is not upset", "she's ok, phone was off"])
async def test_what_was_said_by_whoever_was_reached_is_theirs(world: World, answer: str) -> None:
    """Behind the word that was asked for anything may stand, and who is said to be well was reached."""
    olive = world.olive
    await missed(world, olive)
    await olive.texts(answer)
    olive.receives("Is all well?")
    await world.asha.texts("left")
    for one in (world.asha, olive):
        one.ignores()


async def test_every_answer_keeps_the_alarm_with_whoever_is_at_work(world: World) -> None:
    """Ten minutes are counted from the last answer, not from "mine"; an answer nobody understands is asked again."""
    olive, henry = world.olive, world.henry
    await missed(world, olive)
    olive.receives("is yours")
    await world.until("14:22")
    await olive.texts("no answer")
    olive.receives("No number is known for 14 High Street")
    await world.until("14:30")
    await olive.texts("gone to look")
    olive.receives("Not sure what you mean. No number is known")
    henry.receives_nothing()
    await world.until("14:33")
    olive.receives("10 min and no outcome")
    olive.receives("AGAIN")
    world.asha.ignores()
    henry.receives("ALARM")
    await henry.texts("mine")
    henry.receives("is yours", "No number is known for 14 High Street")
    olive.receives("Henry has it")
    await world.asha.texts("2")
    world.asha.receives("OK")
    for one in (olive, henry):
        one.receives("ENDED", "Asha texted OK")
    await world.asha.texts("left")
    world.asha.ignores()
    olive.receives("LEFT")


@pytest.mark.parametrize("decision", ["reached henry, he says ring 999", "reached, call police"])
@pytest.mark.parametrize("rung", ["rung 999", "i have rung 999", "999 rung"])
async def test_danger_words_lead_the_chase_on_and_are_passed_on(world: World, decision: str, rung: str) -> None:
    """What the head decides leads to the police, and that they are rung is taken; everybody on the ladder reads both."""
    olive, henry = world.olive, world.henry
    await missed(world, olive)
    for answer, step in (
        ("no answer", "No number is known"),
        ("no answer", "Ring the head"),
        (decision, "Ring 999. Say"),
    ):
        await olive.texts(answer)
        olive.receives(step)
    henry.receives("Olive writes", decision)
    await olive.texts("should i ring 999")
    olive.receives("Not sure what you mean. Ring 999. Say")
    await olive.texts(rung)
    olive.receives("999 is rung")
    henry.receives("Olive writes", rung)
    assert await world.open_alarms() == ["missed check-in"]
    await world.asha.texts("left")
    for one in world.everyone:
        one.ignores()


async def test_the_head_who_has_the_alarm_is_sent_to_nobody_who_decides(world: World) -> None:
    """Whoever decides goes from the house straight to the police."""
    henry = world.henry
    await missed(world, world.olive)
    await world.until("14:26")
    await henry.texts("mine")
    henry.receives("is yours", "Ring Asha")
    await henry.texts("no answer")
    henry.receives("No number is known")
    await henry.texts("no answer")
    henry.receives("Ring 999. Say")
    await world.asha.texts("left")
    for one in world.everyone:
        one.ignores()


async def test_with_the_head_off_duty_the_deputy_decides(world: World) -> None:
    """Nobody is sent to ring a head who is off today: the next who is on duty is named, as what they are."""
    olive = world.olive
    await world.henry.texts("off today")
    await missed(world, olive)
    for answer, step in (("no answer", "No number is known"), ("no answer", "Ring the deputy, Dana +447700900012")):
        await olive.texts(answer)
        olive.receives(step)
    await world.asha.texts("left")
    for one in world.everyone:
        one.ignores()


async def test_nobody_is_led_to_ring_somebody_under_duress(world: World) -> None:
    """A code word: no number, no chase; ringing could betray it."""
    olive, henry = world.olive, world.henry
    await world.plans(world.asha)
    await world.asha.texts("arrived")
    world.asha.receives("ARRIVED")
    await world.asha.texts("have you the blue folder?")
    world.asha.receives("nothing has changed")
    for one in (olive, henry):
        one.receives("CODE WORD from Asha")
    await olive.texts("1")
    yours = olive.receives("is yours")
    assert "Ring Asha" not in yours.text and "+447700900001" not in yours.text
    henry.receives("Olive has it")
    await olive.texts(f"safe {olive.code()} police are with her")
    for one in (olive, henry):
        one.receives("ENDED")
    await world.asha.texts("left")
    world.asha.ignores()
    olive.ignores()


async def test_silence_after_a_code_word_leads_nobody_to_ring(world: World) -> None:
    """The check-in missed beside it is an alarm as ever: its words, and what whoever takes it reads, name no number."""
    olive, henry = world.olive, world.henry
    await world.plans(world.asha)
    await world.asha.texts("arrived")
    await world.asha.texts("have you the blue folder?")
    for one in (olive, henry):
        one.receives("CODE WORD from Asha", "Do NOT ring")
    await olive.texts("1")
    await world.until("14:14")
    olive.ignores()
    await olive.texts(f"mine {olive.code()}")
    shown = [line.text for one in (olive, henry, world.dana) for line in one.read if "missed check-in" in line.text]
    assert shown and all("UNDER DURESS: do NOT ring them" in text for text in shown)
    await olive.texts("1")
    for one in (olive, henry, world.dana):
        assert [line.text for line in one.read if "Ring Asha" in line.text or "+447700900001" in line.text] == []
    assert sorted(await world.open_alarms()) == ["code word", "missed check-in"]
    for one in world.staff:
        one.ignores()


async def test_a_code_word_ends_the_chase_that_silence_began(world: World) -> None:
    """Whoever is being led from number to number reads DO NOT RING at once, on whatever rung, and is led no further."""
    olive, dana = world.olive, world.dana
    await missed(world, olive, house="01767 600123")
    olive.receives("is yours 14:14", "Ring Asha")
    silent = olive.code()
    await world.until("14:26")
    dana.receives("ALARM", "missed check-in", "Ring +447700900001")
    await dana.texts("mine")
    dana.receives("is yours", "Ring Asha")
    await world.asha.texts("have you the blue folder?")
    for one in (dana, olive, world.henry):
        one.ignores()
        assert "CODE WORD from Asha" in one.read[-1].text and "Do NOT ring" in one.read[-1].text
    await dana.texts("no answer")
    assert "Ring the house" not in dana.receives(silent).text
    assert sorted(await world.open_alarms()) == ["code word", "missed check-in"]
    await world.passes("30m")
    later = [line.text for one in world.staff for line in one.ignores()]
    assert [text for text in later if "Ring Asha" in text or "+447700900001" in text] == []


async def test_a_code_word_of_either_of_a_pair_is_a_cry_for_both(world: World) -> None:
    """The alarm names both, and neither phone shows anything."""
    asha, ben, olive, henry = world.asha, world.ben, world.olive, world.henry
    await world.plans(asha, ben)
    await asha.texts("we have both arrived")
    asha.receives("ARRIVED")
    ben.receives("ARRIVED")
    await asha.texts("is the blue folder with you?")
    asha.receives("nothing has changed")
    for one in (olive, henry):
        one.receives("CODE WORD from Asha+Ben at 14 High Street")
    ben.receives_nothing()
    await henry.texts(f"safe {henry.code()} police have them both")
    for one in (olive, henry):
        one.receives("ENDED")
    await asha.texts("we have left")
    for one in (asha, ben, olive):
        one.ignores()
