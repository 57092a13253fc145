"""Conversations on either channel: asked, answered, left, picked up; and never in the way of a visit."""

from dataclasses import replace

import pytest

from bot.people import Channel
from handlers.desk import talks
from handlers.desk.case import Case
from handlers.desk.talks import Topic
from store import people
from store import talks as talk_store
from tests.world.phones import Human
from tests.world.topics import BAGS, PACKING, TOPICS
from tests.world.world import World


async def begins(world: World, human: Human, topic: Topic = PACKING, visit_id: int | None = None) -> None:
    """Doorstep begins a conversation with somebody."""
    knows(world)
    desk = world.attached.service.desk
    async with world.attached.service.database.transaction() as tx:
        person = await people.by_id(tx, world.school_id, world.ids[human.name])
        assert person is not None
        case = Case(tx, world.clock(), desk.habits)
        await talks.say(case, person, await talks.begin(case, person, topic, visit_id=visit_id))
    await world.settles()


def knows(world: World) -> None:
    """The service knows the topics of these stories."""
    desk = world.attached.service.desk
    desk.habits = replace(desk.habits, topics={**desk.habits.topics, **TOPICS})


async def test_four_questions_by_sms_each_answered_with_one_text(world: World) -> None:
    """Digits, words and small courtesies are answers; the options are numbered for a phone without buttons."""
    olive = world.olive
    await begins(world, olive)
    olive.receives("Is your card with you? 1 Yes, 2 No.")
    await olive.texts("yes please")
    olive.receives("How full is the phone? 1 Full, 2 Half, 3 Low.")
    await olive.texts("2")
    olive.receives("How many go?")
    await olive.texts("3")
    olive.receives("What else?")
    await olive.texts("a torch")
    olive.receives("PACKED 3 half a torch")
    await olive.texts("hello")
    olive.receives("No alarm is open for you")


async def test_on_telegram_the_options_are_buttons(world: World) -> None:
    """A tap is an answer, and after the last one the buttons of the visit are back."""
    asha = world.asha
    await world.enrols(asha)
    await begins(world, asha)
    assert asha.receives("card", by=Channel.TELEGRAM).buttons == ("Yes", "No")
    await asha.taps("No")
    asha.receives("How many go?")
    await asha.writes("2")
    asha.receives("What else?")
    await asha.writes("none")
    assert asha.receives("PACKED 2 None None").buttons == ("Arrived",)


async def test_an_answer_that_is_none_is_named_and_asked_again(world: World) -> None:
    """What is wrong is said with the question that mends it; nothing is lost."""
    olive = world.olive
    await begins(world, olive)
    olive.receives("card")
    await olive.texts("perhaps")
    olive.receives("That is none of the answers", "Is your card with you?")
    await olive.texts("no")
    olive.receives("How many go?")
    await olive.texts("5")
    olive.receives("A number from 1 to 4, please", "How many go?")
    await olive.texts("4")
    olive.receives("What else?")
    await olive.texts("none")
    olive.receives("There are no words in that", "What else?")
    await olive.texts("torches")
    olive.receives("PACKED 4 None torches")


async def test_never_mind_leaves_it_kindly(world: World) -> None:
    """The conversation is over, and the next text is an ordinary one."""
    olive = world.olive
    await begins(world, olive)
    olive.receives("card")
    await olive.texts("never mind, thanks")
    olive.receives("Never mind: left")
    await olive.texts("yes")
    olive.receives("No alarm is open for you")


async def test_a_crash_in_the_middle_changes_nothing(world: World) -> None:
    """Answered before, asked after: it is all rows."""
    olive = world.olive
    await begins(world, olive)
    olive.receives("card")
    await olive.texts("1")
    olive.receives("phone")
    await world.crashes()
    await world.passes("5m")
    await world.reopens()
    knows(world)
    await olive.texts("full")
    olive.receives("How many go?")
    await olive.texts("2")
    olive.receives("What else?")
    await olive.texts("-")
    olive.receives("PACKED 2 full None")


async def test_the_newest_is_answered_and_then_the_older_is_asked_again(world: World) -> None:
    """One thing at a time, and each is picked up where it was."""
    olive = world.olive
    await begins(world, olive, PACKING)
    olive.receives("card")
    await olive.texts("no")
    olive.receives("How many go?")
    await begins(world, olive, BAGS)
    olive.receives("card")
    await olive.texts("never mind")
    olive.receives("Never mind: left", "Back to before", "How many go?")
    await olive.texts("1")
    olive.receives("What else?")
    await olive.texts("nothing")
    olive.receives("PACKED 1")


async def test_a_question_is_asked_again_and_then_let_be(world: World) -> None:
    """Two reminders, then it is left without a word, and digits mean what they always mean."""
    asha = world.asha
    await begins(world, asha)
    asha.receives("card")
    await world.passes("29m")
    asha.receives_nothing()
    await world.passes("1m")
    asha.receives("Still open, or text NEVER MIND", "card")
    await world.passes("1h")
    asha.receives("Still open", "card")
    await world.passes("24h")
    asha.receives_nothing()
    await asha.texts("2")
    asha.receives("No visit of yours is open")


async def test_begun_twice_about_the_same_it_is_one(world: World) -> None:
    """At most one open conversation a person, topic and visit: begun again it stands where it stood."""
    olive = world.olive
    number = await world.plans(world.asha, start="15:00", end="15:30")
    await begins(world, olive, PACKING, number)
    olive.receives("card")
    await olive.texts("no")
    olive.receives("How many go?")
    await begins(world, olive, PACKING, number)
    olive.receives("How many go?")
    await olive.texts("never mind")
    assert olive.receives("Never mind").text.endswith("kept.")


async def test_inside_a_home_digits_and_words_are_the_visits(world: World) -> None:
    """1, 2, 3 and everything that even nearly means something there; what means nothing may be an answer."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await begins(world, asha)
    asha.receives("card")
    await asha.texts("2")
    asha.receives("OK 14:00")
    await asha.texts("yes")
    asha.receives("Is all OK? Reply 2 for yes")
    await asha.texts("running 10 late")
    asha.receives("LONGER noted")
    olive.receives("CHANGED")
    await asha.texts("no")
    asha.receives("How many go?")
    await asha.texts("left, no concerns")
    asha.receives("LEFT 14:00")
    olive.receives("LEFT")
    await asha.texts("3")
    asha.receives("What else?")
    await asha.texts("never mind")
    asha.receives("left, and nothing was kept")


async def test_nobody_is_reminded_inside_a_home(world: World) -> None:
    """The reminder waits until they are out."""
    asha, olive = world.asha, world.olive
    await world.plans(asha, end="14:45")
    await begins(world, asha)
    asha.receives("card")
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await world.until("14:10")
    asha.receives("Is all OK?")
    await asha.texts("2")
    asha.receives_nothing()
    await world.until("14:35")
    asha.receives_nothing()
    await asha.texts("left, no concerns")
    asha.receives("LEFT")
    olive.receives("LEFT")
    await world.passes("10m")
    asha.receives("Still open", "card")
    await asha.texts("never mind")
    asha.receives("Never mind")


async def test_a_plain_arrival_is_never_taken_for_an_answer(world: World) -> None:
    """Not even where any words would do; nor an old question's digit by somebody who goes on visits."""
    asha, olive = world.asha, world.olive
    await begins(world, asha)
    asha.receives("card")
    await world.passes("20m")
    await asha.texts("1")
    asha.receives("ARRIVED", "not planned")
    olive.receives("ARRIVED")
    await asha.texts("left, no concerns")
    asha.receives("LEFT")
    olive.receives("LEFT")
    await asha.texts("no")
    asha.receives("How many go?")
    await asha.texts("2")
    asha.receives("What else?")
    await asha.texts("arrived at the house")
    asha.receives("ARRIVED", "not planned")
    olive.receives("ARRIVED")
    await asha.texts("left, no concerns")
    asha.receives("LEFT")
    olive.receives("LEFT")
    await asha.texts("never mind")
    asha.receives("Never mind")


@pytest.mark.parametrize("cry", ["help", "he has a knife", "9"])
async def test_a_cry_goes_past_every_conversation(world: World, cry: str) -> None:
    """Danger is looked for first, and is never an answer."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await begins(world, asha)
    asha.receives("card")
    await asha.texts(cry)
    asha.receives("Noted 14:00 and passed on")
    for one in (olive, henry):
        one.receives("Asha texts for HELP")
    await olive.texts("safe spoke to her")
    for one in (olive, henry):
        one.receives("ENDED")
    await asha.texts("never mind")
    asha.receives("Never mind")


async def test_a_contact_takes_an_alarm_in_the_middle_of_a_conversation(world: World) -> None:
    """ "1" is "mine" to somebody who has been told of an alarm, whatever else they were asked."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await begins(world, olive)
    olive.receives("card")
    await asha.texts("help")
    asha.receives("Noted")
    for one in (olive, henry):
        one.receives("texts for HELP")
    await olive.texts("1")
    olive.receives("is yours")
    henry.receives("Olive has it")
    await olive.texts(f"safe {olive.code()} spoke to her")
    for one in (olive, henry):
        one.receives("ENDED")
    await olive.texts("no")
    olive.receives("How many go?")
    await olive.texts("never mind")
    olive.receives("Never mind")


async def test_a_code_word_in_an_answer_alarms_and_is_an_answer_all_the_same(world: World) -> None:
    """The phone shows the next question, as it would have."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await begins(world, asha)
    asha.receives("card")
    await asha.texts("no")
    asha.receives("How many go?")
    await asha.texts("2")
    asha.receives("What else?")
    await asha.texts("my blue folder")
    asha.receives("PACKED 2 None my blue folder")
    for one in (olive, henry):
        one.receives("CODE WORD from Asha")
    await olive.texts("safe spoke to her")
    for one in (olive, henry):
        one.receives("ENDED")


async def test_the_first_answer_counts_and_the_other_is_told(world: World) -> None:
    """Two people are asked the same: when one has answered, the other need not."""
    olive, henry = world.olive, world.henry
    number = await world.plans(world.asha, start="15:00", end="15:30")
    for one in (olive, henry):
        await begins(world, one, PACKING, number)
        one.receives("card")
    async with world.attached.service.database.transaction() as tx:
        case = Case(tx, world.clock(), world.attached.service.desk.habits)
        person = await people.by_id(tx, world.school_id, world.ids["Olive"])
        assert person is not None
        [talk, _] = await talk_store.open_about(tx, world.school_id, number)
        await talks.close_others(case, talk, person)
    await world.settles()
    henry.receives("O. has answered already")
    await henry.texts("yes")
    henry.receives("No alarm is open")
    await olive.texts("never mind")
    olive.receives("Never mind")
