"""STOP silences us towards its sender: the others hear of it, another way is used, and START undoes it."""

from bot.people import Channel
from tests.world.world import World


async def test_a_contact_who_texts_stop_is_told_of_to_the_others(world: World) -> None:
    """The office has texted STOP: whoever else is on the ladder knows that no SMS reaches it."""
    olive, henry, dana = world.olive, world.henry, world.dana
    await olive.texts("Stop")
    for one in (henry, dana):
        one.receives("O. has texted STOP (14:00): NO alarm reaches them by SMS", "no other way", "text START")
    olive.receives_nothing()
    await world.asha.texts("help")
    henry.receives("texts for HELP")
    dana.receives("texts for HELP")  # in the place of the office, at once
    olive.receives_nothing()
    await olive.texts("start")
    for one in (henry, dana):
        one.receives("O. has texted START (14:00): SMS reaches them again")
    olive.ignores()
    await world.asha.texts("help")
    olive.receives("AGAIN")
    await henry.texts("safe spoke to her")
    for one in world.staff:
        one.ignores()


async def test_the_other_channel_is_used_and_asks_for_start(world: World) -> None:
    """Olive has Telegram: there she is asked to undo it, and there her alarms come meanwhile."""
    olive, henry = world.olive, world.henry
    await world.enrols(olive)
    await olive.texts("UNSUBSCRIBE")
    olive.receives("You texted STOP", "Please text START", by=Channel.TELEGRAM)
    henry.receives("O. has texted STOP", "Their other channel is used")
    world.dana.receives("O. has texted STOP")
    olive.ignores()
    await world.asha.texts("help")
    olive.receives("texts for HELP", by=Channel.TELEGRAM)
    henry.receives("texts for HELP")
    await olive.writes("1")
    await olive.writes("safe spoke to her")
    await olive.texts("START")
    for one in world.staff:
        one.ignores()
    await world.asha.texts("help")
    olive.receives("texts for HELP", by=Channel.SMS)
    await olive.texts("safe spoke to her again")
    for one in world.staff:
        one.ignores()


async def test_other_texts_do_not_undo_a_stop(world: World) -> None:
    """Twilio refuses us until START, whatever else they write: SMS is not taken for found again."""
    olive, henry = world.olive, world.henry
    await world.enrols(olive)
    await olive.texts("quit")
    await olive.texts("who is out")
    for one in world.staff:
        one.ignores()
    await world.asha.texts("help")
    olive.receives("texts for HELP", by=Channel.TELEGRAM)
    henry.receives("texts for HELP")
    assert not any("HELP" in line.body for line in world.twilio.phone(olive.number))
    await olive.writes("safe spoke to her")
    for one in world.staff:
        one.ignores()


async def test_a_stop_we_learn_of_from_a_refusal_is_told_in_the_same_way(world: World) -> None:
    """21610 at the moment of the alarm: the next person has it at once, and all are told why."""
    olive, henry, dana = world.olive, world.henry, world.dana
    world.twilio.opts_out(olive.number)
    await world.plans(world.asha)
    await world.asha.texts("1")
    await world.until("14:14")
    world.asha.ignores()
    henry.receives("ALARM", "missed check-in")
    for one in (henry, dana):
        one.receives("O. has texted STOP")
    await henry.texts("1")
    henry.receives("is yours 14:14")
    await world.asha.texts("3")
    for one in world.staff:
        one.ignores()
    await olive.texts("yes")
    henry.receives("O. has texted START")
    dana.receives("O. has texted START")
    olive.ignores()


async def test_a_visitor_who_texts_end_has_not_left(world: World) -> None:
    """END is the phone company's word: the visit stays open, the office knows, and Telegram asks."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await asha.texts("END")
    asha.receives("You texted STOP", by=Channel.TELEGRAM)
    asha.receives("Have you left?", by=Channel.TELEGRAM)
    olive.receives("A. has texted STOP", "Their other channel is used")
    assert await world.state(asha) == "there"
    await asha.writes("left")
    asha.receives("LEFT", by=Channel.TELEGRAM)
    olive.receives("LEFT")
    await asha.texts("START")
    olive.receives("A. has texted START")
    asha.ignores()


async def test_a_visitor_with_no_other_way_is_out_of_reach(world: World) -> None:
    """STOP in the middle of a visit, and no Telegram: nobody can ask whether all is well, and that is an alarm."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await asha.texts("stop")
    olive.receives("A. has texted STOP", "no other way")
    olive.receives("ALARM", "Asha's phone takes no texts")
    await asha.texts("start")
    olive.receives("A. has texted START")
    await asha.texts("3")
    for one in world.staff:
        one.ignores()


async def test_a_stop_is_told_once(world: World) -> None:
    """Said twice, or refused again and again: nobody is told over and over."""
    olive, henry = world.olive, world.henry
    await olive.texts("STOP")
    henry.receives("O. has texted STOP")
    await olive.texts("STOP")
    await world.asha.texts("arrived")
    await world.passes("1m")
    henry.receives_nothing()
    world.dana.ignores()
    await world.asha.texts("3")
    world.asha.ignores()
    await olive.texts("START")
    await olive.texts("START")
    henry.receives("O. has texted START")
    henry.receives_nothing()
    for one in world.staff:
        one.ignores()


async def test_start_from_somebody_who_never_stopped_is_a_text_like_any_other(world: World) -> None:
    """ "Yes" is often said."""
    await world.olive.texts("yes")
    world.henry.receives_nothing()
    world.olive.ignores()
