"""What people send that nobody planned for: a kind answer, a record, and never a fault."""

import pytest

from tests.world.world import World


async def test_a_stranger_is_answered_once_an_hour_and_told_of_once_a_day(world: World) -> None:
    """Kept every time, answered kindly at most hourly, the office told daily."""
    sam, olive = world.sam, world.olive
    await sam.texts("who is this?")
    sam.receives("your number is not on its list")
    olive.receives("a number not on the list, ending 099")
    await sam.texts("hello??")
    sam.receives_nothing()
    await world.passes("1h")
    await sam.texts("hello again")
    sam.receives("your number is not on its list")
    olive.receives_nothing()
    await world.passes("23h")
    await sam.texts("me again")
    sam.receives("not on its list")
    olive.receives("a number not on the list")


@pytest.mark.parametrize("text", ["\u0000\u0000", "\u202etfel", "😀😀", " ", "a" * 1500, "لقد وصلت", "﷽"])
async def test_texts_that_mean_nothing_are_answered_and_change_nothing(world: World, text: str) -> None:
    """Nulls, right-to-left overrides, emoji, blanks, far too long: an answer, and the clock runs on."""
    asha = world.asha
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await asha.texts(text)
    asha.receives("nothing has changed")
    assert await world.state(asha) == "there"
    await asha.texts("3")
    asha.receives("LEFT")
    world.olive.receives("LEFT")


@pytest.mark.parametrize("text", ["not left yet", "have you left?", "left my phone in the car", "leaving soon"])
async def test_near_misses_ask_back_and_the_clock_runs_on(world: World, text: str) -> None:
    """Only the certain may lower: what is nearly "left" is asked about in one question, and the visit stays open."""
    asha = world.asha
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await asha.texts(text)
    asha.receives("Have you left? Reply 3 for yes")
    assert await world.state(asha) == "there"
    await asha.texts("3")
    asha.receives("LEFT")
    world.olive.receives("LEFT")


async def test_a_photo_a_voice_note_and_a_sticker_are_answered(world: World) -> None:
    """Only text can be read; the visitor is told so, and it is on record."""
    asha = world.asha
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("arrived")
    asha.receives("ARRIVED")
    for send in (world.telegram.sends_photo, world.telegram.sends_voice, world.telegram.sends_sticker):
        send(asha.chat)
        await world.settles()
        asha.receives("Only text can be read here")
    whats = [entry.body["what"] for entry in await world.journal() if entry.kind == "text" and entry.body]
    assert whats[-3:] == ["photo", "voice", "sticker"]
    await asha.writes("left")
    asha.receives("LEFT")
    world.olive.receives("LEFT")


async def test_a_code_word_in_a_photos_caption(world: World) -> None:
    """A caption is a text like any other."""
    asha = world.asha
    await world.enrols(asha)
    world.telegram.sends_photo(asha.chat, "the blue folder")
    await world.settles()
    asha.ignores()
    world.olive.receives("CODE WORD")
    world.henry.receives("CODE WORD")
    await world.olive.texts("safe spoke to her")
    for one in (world.olive, world.henry):
        one.receives("ENDED")


async def test_poison_does_not_hold_up_the_text_behind_it(world: World) -> None:
    """An update that cannot be parsed, and a cry for help behind it: the cry is heard."""
    asha = world.asha
    await world.enrols(asha)
    world.telegram.poison()
    await asha.writes("help")
    asha.receives("Noted 14:00")
    world.olive.receives("texts for HELP")
    world.henry.receives("texts for HELP")
    await world.olive.texts("safe spoke to her")
    for one in (world.olive, world.henry):
        one.receives("ENDED")


async def test_several_alarms_at_once_stay_apart_by_their_codes(world: World) -> None:
    """A bare "1" is asked about when two alarms are open; with a code it is taken."""
    asha, ben, olive, henry = world.asha, world.ben, world.olive, world.henry
    await asha.texts("help")
    await ben.texts("help")
    for one in (asha, ben):
        one.receives("Noted")
    first = olive.receives("Asha texts for HELP").text.split()[1]
    second = olive.receives("Ben texts for HELP").text.split()[1]
    henry.ignores()
    await olive.texts("1")
    olive.receives("Which one?", first, second)
    await olive.texts(f"mine {second}")
    olive.receives(f"{second} is yours")
    henry.receives(f"{second} 14:00: Olive has it")
    await henry.texts(f"{first} mine")
    henry.receives(f"{first} is yours")
    olive.receives(f"{first} 14:00: Henry has it")
    await olive.texts(f"safe {second}")
    olive.receives(f"reply SAFE {second} and why")
    await olive.texts(f"safe {second} spoke to Ben")
    await henry.texts(f"safe {first.lower()} spoke to Asha")
    for one in (olive, henry):
        one.receives(f"{first} ENDED")
        one.receives(f"{second} ENDED")
    await olive.texts(f"mine {first}")
    olive.receives(f"{first} was ended")


async def test_details_of_an_alarm_for_who_asks(world: World) -> None:
    """The code alone brings the number, the car, the pupil and the times."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("help")
    asha.receives("Noted")
    olive.receives("HELP")
    await olive.texts(olive.code())
    olive.receives("+447700900001", "red Fiesta AB12 CDE", "K.T.", "14 High Street")
    await olive.texts("safe spoke to her")
    olive.receives("ENDED")
    world.henry.ignores()
    await asha.texts("called off")
    asha.receives("CALLED OFF")
    olive.receives("CALLED OFF")
    world.henry.receives("CALLED OFF")


async def test_a_contact_who_texts_with_no_alarm_open(world: World) -> None:
    """A kind answer that says what will come and what to do with it."""
    for text in ("1", "hello", "mine"):
        await world.olive.texts(text)
        world.olive.receives("No alarm is open for you")


async def test_a_contact_who_reports_to_the_alarm_raises_no_second_one(world: World) -> None:
    """ "Have rung the police" is about the alarm in hand: it asks for the outcome instead of raising another."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await asha.texts("help")
    asha.receives("Noted")
    for one in (olive, henry):
        one.receives("HELP")
    await olive.texts("have rung the police, they are on the way")
    olive.receives("To end it reply SAFE")
    henry.receives("Olive writes: have rung the police, they are on the way")
    world.dana.receives("Olive writes: have rung the police")
    assert await world.open_alarms() == ["danger"]
    await olive.texts(f"real {olive.code()} police are there")
    for one in (olive, henry):
        one.receives("ENDED")


async def test_a_contacts_own_cry_is_never_taken_for_an_answer(world: World) -> None:
    """Danger beside "mine" from a contact who was told of no alarm is that contact's own: it is raised."""
    dee, olive, henry = world.dee, world.olive, world.henry
    await dee.texts("he has a knife, i have got this")
    dee.receives("Noted 14:00 and passed on")
    for one in (olive, henry):
        one.receives("ALARM", "Dee texts for HELP")
    await olive.texts("mine, ringing the police now")
    olive.receives("is yours")
    for one in (henry, world.dana):
        one.receives("Olive writes: mine, ringing the police now")
    henry.receives("Olive has it")
    await olive.texts(f"real {olive.code()} police are there")
    for one in (olive, henry):
        one.receives("ENDED")


@pytest.mark.parametrize("text", ["is that mine?", "not mine", "i will take it later", "got it", "mine i think"])
async def test_what_is_nearly_mine_stops_no_climb(world: World, text: str) -> None:
    """Only a certain "mine" owns an alarm: what is nearly one is asked about, and the next rung is told all the same."""
    asha, olive, dana = world.asha, world.olive, world.dana
    await asha.texts("help")
    asha.receives("Noted")
    for one in (olive, world.henry):
        one.receives("HELP")
    await olive.texts(text)
    olive.receives("Do you have it? Reply MINE")
    await world.passes("2m")
    dana.receives("ALARM")
    await olive.texts("mine")
    olive.receives("is yours")
    await olive.texts("safe spoke to her")
    for one in (olive, world.henry, dana):
        one.ignores()


async def test_a_question_is_no_stand_down(world: World) -> None:
    """ "Safe?" ends nothing, and a forwarded "safe" neither."""
    asha, olive = world.asha, world.olive
    await world.enrols(olive)
    await asha.texts("help")
    asha.receives("Noted")
    olive.receives("HELP")
    world.henry.receives("HELP")
    world.telegram.texts(olive.chat, f"safe {olive.code()} all well here", forwarded="Ben")
    await world.settles()
    olive.receives("To end it reply SAFE")
    assert await world.open_alarms() == ["danger"]
    await olive.texts("safe spoke to her")
    for one in (olive, world.henry):
        one.receives("ENDED")


async def test_a_cry_that_begins_like_a_code_word_is_heard(world: World) -> None:
    """ "Code word help me" proposes nothing: it is a cry."""
    await world.asha.texts("code word! help me")
    world.asha.receives("Noted")
    for one in (world.olive, world.henry):
        one.receives("Asha texts for HELP")
    await world.olive.texts("safe spoke to her")
    for one in (world.olive, world.henry):
        one.receives("ENDED")


@pytest.mark.parametrize(
    "text", ["safe no longer", "safe or not", "test me", "real police needed here", "safe she is back"]
)
async def test_an_end_that_is_not_certain_is_asked_for_with_its_code(world: World, text: str) -> None:
    """A reason in free words could mean the opposite: without the code it ends nothing, with the code it does."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await asha.texts("help")
    asha.receives("Noted")
    for one in (olive, henry):
        one.receives("HELP")
    await olive.texts(text)
    olive.receives("To end it reply SAFE", olive.code())
    assert await world.open_alarms() == ["danger"]
    henry.ignores()
    world.dana.ignores()
    await olive.texts(f"safe {olive.code()} she is back")
    for one in (olive, henry):
        one.receives("ENDED", "she is back")


@pytest.mark.parametrize(
    ("words", "told"),
    [("the child is at risk of harm", "CHILD IN DANGER"), ("incident in the hall", "INCIDENT")],
)
async def test_what_a_contact_passes_on_is_no_small_talk(world: World, words: str, told: str) -> None:
    """A child in danger and an incident go to whom they are for, also from somebody who goes on no visits."""
    await world.olive.texts(words)
    assert "CHILD IN DANGER" not in world.olive.receives().text
    (world.dee if "CHILD" in told else world.henry).receives(told)
    for one in world.everyone:
        one.ignores()
