"""A code word brings people and shows nothing."""

import pytest

from bot.people import Role
from tests.world.world import World


async def test_a_code_word_in_an_innocent_sentence(world: World) -> None:
    """Office and headteacher in the same instant, the visitor's phone as ever; only a contact ends it."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.until("14:05")
    await asha.texts("Could you look for the Blue-Folder on my desk?")
    asha.receives("There since 14:00, expected to leave by 14:30")
    for one in (olive, henry):
        one.receives("ALARM", "CODE WORD from Asha at 14 High Street", "Do NOT ring or text them", "Ring 999")
    await olive.texts("1")
    olive.receives("is yours 14:05")
    henry.receives("Olive has it")
    await asha.texts("left")
    asha.receives("LEFT 14:05")
    for one in (olive, henry):
        one.receives("phone texts LEFT", "Do NOT take it as safe")
    olive.receives("A. LEFT")
    assert await world.open_alarms() == ["code word"]
    await olive.texts(f"real {olive.code()} police at the house, she is safe")
    for one in (olive, henry):
        one.receives("ENDED", "police at the house")
    await world.passes("2h")
    assert await world.open_alarms() == []


async def test_no_visitor_can_stand_down_a_code_word(world: World) -> None:
    """Not with the code, not with "safe", not with "mine": the alarm goes on, and nothing on the phone tells of it."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await asha.texts("the blue folder please")
    asha.receives("Not sure what you mean")
    for one in (olive, henry):
        one.receives("CODE WORD")
    for attempt in (f"safe {olive.code()} all good", f"mine {olive.code()}", "stand down, false alarm"):
        await asha.texts(attempt)
        shown = asha.receives()
        assert "alarm" not in shown.text.lower() or "Not sure" in shown.text
    assert await world.open_alarms() == ["code word"]
    await henry.texts(f"false {henry.code()} checked by phone with her partner")
    for one in (olive, henry):
        one.receives("ENDED")
    asha.ignores()
    await asha.texts("3")
    asha.receives("LEFT")
    olive.ignores()


async def test_a_code_word_in_an_edit(world: World) -> None:
    """An edited message is read again: the phrase put in afterwards raises the alarm."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED")
    await asha.edits("arrived, tell Olive about the blue folder")
    asha.ignores()
    for one in (olive, henry):
        one.receives("CODE WORD from Asha")
    await olive.texts(f"test {olive.code()} of the edit")
    for one in (olive, henry):
        one.receives("ENDED")
    await asha.writes("left")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_code_word_of_the_visit_works_for_either_of_the_pair(world: World) -> None:
    """The pair's own phrase raises the alarm from Ben's phone, and neither of their phones shows it."""
    asha, ben, olive, henry = world.asha, world.ben, world.olive, world.henry
    await world.plans(asha, ben, code_word="green kettle")
    for one in (asha, ben):
        await one.texts("1")
        one.receives("ARRIVED")
    await ben.texts("all ok, is the green kettle on?")
    shown = ben.receives()
    assert "alarm" not in shown.text.lower()
    for one in (olive, henry):
        one.receives("CODE WORD from Ben")
    asha.receives_nothing()
    await henry.texts("safe spoke to both at the door")
    for one in (olive, henry):
        one.receives("ENDED")
    await asha.texts("we have both left")
    for one in (asha, ben):
        one.receives("LEFT")
    for _ in range(2):
        olive.receives("LEFT")


async def test_a_code_word_with_no_visit_open(world: World) -> None:
    """On the way home, in the car park: the alarm is raised all the same."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await asha.texts("forgot the blue folder")
    asha.ignores()
    for one in (olive, henry):
        one.receives("CODE WORD from Asha", "address not given")
    await olive.texts("1")
    olive.receives("is yours")
    henry.receives("Olive has it")
    await olive.texts(f"safe {olive.code()} she is back at school")
    for one in (olive, henry):
        one.receives("ENDED")


async def test_a_code_word_from_a_borrowed_phone(world: World) -> None:
    """A number nobody knows that texts Asha's phrase raises Asha's alarm."""
    sam, olive, henry = world.sam, world.olive, world.henry
    await sam.texts("this is a friends phone, please bring the blue folder")
    sam.receives("your number is not on its list")
    texts = [olive.receives().text for _ in range(2)]
    assert any("CODE WORD from Asha" in text for text in texts)
    assert any("a number not on the list, ending 099" in text for text in texts)
    henry.receives("CODE WORD from Asha")
    await henry.texts(f"safe {henry.code()} asha is here")
    for one in (olive, henry):
        one.receives("ENDED")


async def test_a_borrowed_phone_betrays_nobody_to_the_partner_in_that_home(world: World) -> None:
    """The alarm is of the visit that Asha is on: Dee, who is inside with her and would be alarmed, hears nothing."""
    asha, dee = world.asha, world.dee
    dee.roles = frozenset({Role.HEADTEACHER})
    await world.records(dee)
    await world.plans(asha, dee)
    for one in (asha, dee):
        await one.texts("1")
        one.receives("ARRIVED")
    await world.sam.texts("this is a friends phone, please bring the blue folder")
    for one in (world.olive, world.henry):
        one.receives("CODE WORD from Asha+Dee at 14 High Street")
    for one in (asha, dee):
        one.receives_nothing()
    await world.henry.texts(f"safe {world.henry.code()} police have been")
    await asha.texts("we have both left")
    for one in world.everyone:
        one.ignores()


async def test_a_borrowed_phone_and_the_phrase_of_a_visit(world: World) -> None:
    """What was agreed for one visit is heard from any phone, and from any contact, while that visit is on."""
    await world.plans(world.ben, code_word="green kettle")
    await world.ben.texts("1")
    world.ben.receives("ARRIVED")
    await world.sam.texts("is the green kettle on?")
    for one in (world.olive, world.henry):
        one.receives("CODE WORD from Ben at 14 High Street")
    await world.henry.texts(f"safe {world.henry.code()} police have been")
    await world.ben.texts("left")
    for one in world.everyone:
        one.ignores()


@pytest.mark.parametrize("cry", ["help", "9", "he won't let us leave", "call the police", "DANGER!!"])
async def test_plain_danger_alarms_at_once(world: World, cry: str) -> None:
    """Danger in plain words goes to office and headteacher in the same instant, and the answer on the phone is calm."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await asha.texts(cry)
    asha.receives("Noted 14:00 and passed on. Ring 999 if you can.")
    for one in (olive, henry):
        one.receives("ALARM", "Asha texts for HELP at 14 High Street", "Ring 999")
    await asha.texts("2")
    asha.receives("OK")
    for one in (olive, henry):
        one.receives("Do NOT take it as safe")
    assert await world.open_alarms() == ["danger"]
    await olive.texts(f"real {olive.code()} police on site")
    for one in (olive, henry):
        one.receives("ENDED")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_second_code_word_is_told_to_those_who_know(world: World) -> None:
    """The same alarm, said again: no second code to juggle, but everybody hears of it."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await asha.texts("blue folder")
    await asha.texts("BLUE FOLDER")
    asha.ignores()
    for one in (olive, henry):
        one.receives("CODE WORD from Asha")
        one.receives("code word AGAIN, Asha")
    await olive.texts("safe ok")
    for one in (olive, henry):
        one.receives("ENDED")


async def test_a_code_word_over_two_texts_within_half_a_minute(world: World) -> None:
    """Half the phrase, then the other half, as shaking thumbs do."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await asha.texts("have you got the blue")
    await world.passes("20s")
    await asha.texts("folder there")
    for one in (olive, henry):
        one.receives("CODE WORD from Asha")
    await olive.texts("safe spoke to her")
    for one in (olive, henry):
        one.receives("ENDED")
    asha.ignores()


async def test_two_texts_a_minute_apart_are_no_phrase(world: World) -> None:
    """What was said earlier is not held against the next text for ever."""
    await world.asha.texts("have you got the blue")
    await world.passes("1m")
    await world.asha.texts("folder there")
    world.asha.ignores()
    world.olive.receives_nothing()


@pytest.mark.parametrize("words", ["left", "all ok", "called off"])
async def test_an_edit_never_lowers(world: World, words: str) -> None:
    """Who changes an old message into "left" is asked, and the clock runs on."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED")
    await asha.edits(words)
    asha.receives("Until then nothing has changed")
    assert await world.state(asha) == "there"
    await asha.writes("left")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_forwarded_left_is_somebody_elses(world: World) -> None:
    """A forward or a quotation may raise and never lowers."""
    asha = world.asha
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED")
    world.telegram.texts(asha.chat, "left", forwarded="Ben")
    await world.settles()
    asha.receives("Have you left?")
    assert await world.state(asha) == "there"
    await asha.writes("left")
    asha.receives("LEFT")
    world.olive.receives("LEFT")


async def test_ben_has_left_is_bens_to_say(world: World) -> None:
    """What one of a pair says of the other is put to the other, and closes nothing."""
    asha, ben, olive = world.asha, world.ben, world.olive
    await world.plans(asha, ben)
    await asha.texts("we have arrived")
    for one in (asha, ben):
        one.receives("ARRIVED")
    await asha.texts("Ben has left")
    asha.receives("There since 14:00")
    ben.receives("Have you left? Reply 3")
    assert (await world.state(asha), await world.state(ben)) == ("there", "there")
    await ben.texts("3")
    ben.receives("LEFT")
    asha.receives("Your partner has left. Is all OK?")
    await asha.texts("3")
    asha.receives("LEFT")
    for _ in range(2):
        olive.receives("LEFT")
