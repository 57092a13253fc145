"""Silence always has a consequence: asked, nudged, alarmed, and never a silent end."""

from bot.people import Channel
from tests.fakes.twilio_messages import NEVER
from tests.world.world import World


async def test_silence_at_the_check_in_climbs_to_the_office(world: World) -> None:
    """Asked at ten minutes, nudged at twelve, the office alarmed at fourteen."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    await world.until("14:10")
    asha.receives("Is all OK?")
    await world.until("14:12")
    asha.receives("No answer yet")
    olive.receives_nothing()
    await world.until("14:14")
    olive.receives("ALARM", "Asha missed check-in at 14 High Street", "heard 14:00", "+447700900001")
    await olive.texts("1")
    olive.receives("is yours 14:14")
    await olive.texts(f"safe {olive.code()} rang her, all well")
    olive.receives("ENDED 14:14 by Olive: safe. rang her, all well")
    assert await world.open_alarms() == []
    await asha.texts("left")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_silence_is_noticed_though_no_question_could_be_sent(world: World) -> None:
    """The clock runs by the store alone: the alarm is raised at its time, whatever was or was not delivered to the visitor."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("arrived")
    asha.receives("ARRIVED")
    world.twilio.fails_next(503, method="create", times=999)
    await world.until("14:14")
    assert await world.open_alarms() == ["missed check-in"]
    world.twilio.mends()
    await world.passes("2m")
    olive.receives("ALARM", "missed check-in")
    for one in (asha, olive, world.henry, world.dana):
        one.ignores()


async def test_a_silent_office_passes_the_alarm_to_the_headteacher(world: World) -> None:
    """Two minutes a rung; the office is told that the headteacher is told; the first "mine" wins and the others know who."""
    asha, olive, henry, dana = world.asha, world.olive, world.henry, world.dana
    await world.plans(asha)
    await asha.texts("1")
    await world.until("14:14")
    asha.ignores()
    olive.receives("ALARM")
    await world.until("14:16")
    olive.receives("Henry is told too")
    henry.receives("ALARM", "Asha missed check-in")
    await world.until("14:18")
    for one in (olive, henry):
        one.receives("Dana is told too")
    dana.receives("ALARM")
    await henry.texts("mine")
    henry.receives("is yours 14:18")
    for one in (olive, dana):
        one.receives("Henry has it")
    await dana.texts("mine")
    dana.receives("Henry has it since 14:18")
    await henry.texts(f"false {henry.code()} phone was in the car")
    henry.receives("ENDED", "false alarm")
    for one in (olive, dana):
        one.receives("ENDED 14:18 by Henry: false alarm. phone was in the car")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_past_the_top_everybody_is_told_again_with_the_words_for_999(world: World) -> None:
    """There is no silent end: round after round, until a person answers."""
    asha, ladder = world.asha, [world.olive, world.henry, world.dana]
    await world.plans(asha)
    await asha.texts("1")
    await world.until("14:18")
    for one in (asha, *ladder):
        one.ignores()
    for minute in (20, 22, 24):
        await world.until(f"14:{minute}")
        for one in ladder:
            one.receives("NOBODY ANSWERS", "Ring 999", "Asha at 14 High Street", "heard 14:00")
    await world.dana.texts("1")
    world.dana.receives("is yours")
    for one in (world.olive, world.henry):
        one.receives("Dana has it")
    await world.dana.texts(f"real {world.dana.code()} police are with her")
    for one in ladder:
        one.receives("ENDED", "real, dealt with. police are with her")
    await asha.texts("left")
    asha.receives("LEFT")
    world.olive.receives("LEFT")


async def test_rounds_that_cannot_leave_come_as_one_when_they_can(world: World) -> None:
    """While Twilio is down for ten rounds no ten texts heap up; who has Telegram gets each round by it meanwhile."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.enrols(henry)
    await world.plans(asha, end="16:30")
    await asha.texts("1")
    await world.until("14:18")
    for one in (asha, olive, henry, world.dana):
        one.ignores()
    world.twilio.goes_down()
    await world.until("14:39")
    rounds = [line for line in henry.ignores() if "NOBODY ANSWERS" in line.text]
    assert [line.channel for line in rounds] == [Channel.TELEGRAM] * 10
    world.twilio.comes_back()
    await world.passes("50s")
    for one in (olive, world.dana):
        assert len([line for line in one.ignores() if "NOBODY ANSWERS" in line.text]) == 1
    await world.until("14:40")
    olive.receives("14:40: NOBODY ANSWERS")
    await olive.texts("safe rang her")
    for one in (asha, olive, henry, world.dana):
        one.ignores()


async def test_a_round_of_which_nobody_knows_whether_it_left_stands_for_no_other(world: World) -> None:
    """Twilio takes each text, says that it does not, and cannot be asked: the next round goes out all the same."""
    asha, olive = world.asha, world.olive
    await world.plans(asha, end="16:30")
    await asha.texts("1")
    await world.until("14:18")
    world.twilio.receipts(*NEVER)
    world.twilio.fails_next(500, after_accepting=True, times=9_999)
    world.twilio.fails_next(500, method="list", times=9_999)
    for one in (asha, olive, world.henry, world.dana):
        one.ignores()
    await world.until("14:31")
    rounds = {line.text.split(" ")[1] for line in olive.ignores() if "NOBODY ANSWERS" in line.text}
    assert len(rounds) >= 4
    world.twilio.mends()
    await olive.texts("safe rang her")
    for one in (asha, olive, world.henry, world.dana):
        one.ignores()


async def test_ownership_runs_out_and_the_climb_goes_on(world: World) -> None:
    """ "Mine" and then nothing for ten minutes is no outcome: the next rung is told, and the owner is asked again."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.plans(asha, end="16:00")
    await asha.texts("1")
    await world.until("14:14")
    asha.ignores()
    olive.receives("ALARM")
    await olive.texts("1")
    olive.receives("is yours 14:14")
    await world.until("14:24")
    olive.receives("10 min and no outcome")
    henry.receives("ALARM")
    await henry.texts("1")
    henry.receives("is yours")
    olive.receives("Henry has it")
    await henry.texts("safe she rang me back")
    henry.receives("ENDED")
    olive.receives("ENDED")
    await asha.texts("left")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_the_visitors_own_ok_ends_a_quiet_alarm(world: World) -> None:
    """Late but well: "2" ends the missed check-in, and those who were alarmed are told."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    await world.until("14:14")
    asha.ignores()
    olive.receives("ALARM")
    await asha.texts("all fine")
    asha.receives("OK 14:14")
    olive.receives("ENDED 14:14: Asha texted OK")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_an_overdue_visit_is_ended_by_a_late_left(world: World) -> None:
    """Expected end, five minutes, a question, a nudge, the alarm; "left" ends it and closes the visit."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.until("14:10")
    asha.receives("Is all OK?")
    await asha.texts("2")
    asha.receives_nothing()
    await world.until("14:35")
    asha.receives("Expected to end 14:30")
    await world.until("14:37")
    asha.receives("No answer yet")
    await world.until("14:39")
    olive.receives("ALARM", "Asha overdue at 14 High Street, due out 14:30")
    await asha.texts("left")
    asha.receives("LEFT 14:39")
    olive.receives("ENDED 14:39: Asha texted LEFT")
    olive.receives("A. LEFT 14:39")
    assert await world.state(asha) == "left"


async def test_somebody_who_never_arrives_is_missed(world: World) -> None:
    """Ten minutes after the start the arrival is asked for; silence raises the alarm; arriving ends it."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await world.until("14:10")
    asha.receives("14:00 visit: have you arrived?")
    await world.until("14:12")
    asha.receives("no word from you yet")
    await world.until("14:14")
    olive.receives("ALARM", "Asha not arrived at 14 High Street, due 14:00")
    await asha.texts("just arrived")
    asha.receives("ARRIVED 14:14")
    olive.receives("ENDED 14:14: Asha texted ARRIVED")
    await asha.texts("left")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_left_before_arriving_is_asked_about(world: World) -> None:
    """ "Left" from somebody not marked as there may mean left school: nothing is closed."""
    asha = world.asha
    await world.plans(asha)
    await asha.texts("left")
    asha.receives("You are not marked as there yet")
    assert await world.state(asha) == "planned"
    await asha.texts("called off")
    asha.receives("CALLED OFF")
    world.olive.receives("CALLED OFF")
    world.henry.receives("CALLED OFF")


async def test_silence_goes_on_being_noticed_after_a_stand_down(world: World) -> None:
    """A contact may end the alarm; the visit stays open and, still silent, is nudged and raised anew."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("1")
    await world.until("14:14")
    asha.ignores()
    olive.receives("ALARM")
    await olive.texts("safe her husband has rung in")
    olive.receives("ENDED")
    await world.until("14:29")
    asha.receives("No answer yet")
    olive.receives("ALARM", "missed check-in")
    await asha.texts("2")
    asha.receives("OK")
    olive.receives("ENDED")
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_nudges_go_to_every_channel_a_visitor_has(world: World) -> None:
    """A prompt goes where they last wrote; the nudge goes to SMS and Telegram alike."""
    asha, olive = world.asha, world.olive
    await world.enrols(asha)
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("ARRIVED")
    await world.until("14:10")
    asha.receives("Is all OK?")
    await world.until("14:12")
    channels = {asha.receives("No answer yet").channel for _ in range(2)}
    assert len(channels) == 2
    await asha.texts("3")
    asha.receives("LEFT")
    olive.receives("LEFT")


async def test_a_visitor_is_never_their_own_contact(world: World) -> None:
    """The headteacher on a visit is overdue: the office and the deputy are told, never the headteacher's own phone."""
    henry, olive, dana = world.henry, world.olive, world.dana
    await henry.texts("arrived at 9 Mill Lane")
    henry.receives("ARRIVED 14:00")
    olive.receives("H. ARRIVED")
    await world.until("14:14")
    henry.ignores()
    olive.receives("ALARM", "Henry missed check-in")
    await world.until("14:16")
    olive.receives("Dana is told too")
    dana.receives("ALARM")
    henry.receives_nothing()
    await dana.texts("1")
    dana.receives("is yours")
    olive.receives("Dana has it")
    await henry.texts("left")
    henry.receives("LEFT")
    for one in (olive, dana):
        one.receives("ENDED")
    olive.receives("H. LEFT")
