"""Setting out, arriving and being there, each school as its policy has it."""

from bot.people import Channel, Role
from tests.policies.conftest import At, ends
from tests.world.phones import Human
from tests.world.world import World


async def arrived(world: World, at: str = "14:00", **plan: str) -> World:
    """Asha is on a visit from 14:00, and has said that she is there."""
    await world.plans(world.asha, **plan)  # type: ignore[arg-type]
    await world.until(at)
    await world.asha.texts("arrived")
    world.asha.receives(f"ARRIVED {at}")
    return world


def nobody_hears(*humans: Human) -> None:
    for one in humans:
        one.receives_nothing()


async def test_B6_leaving_the_site_is_told_to_the_safeguarding_lead(at: At) -> None:
    """A text "setting off" is recorded, with the expected return, and the safeguarding lead hears of it."""
    world = await at("birchwood")
    await world.plans(world.asha, back="15:00")
    await world.asha.texts("setting off")
    world.asha.receives("SET OUT 14:00", "Text 1 when you arrive")
    world.dee.receives("A. SET OUT 14:00", "expected back 15:00")
    await ends(world)


async def test_E14_setting_out_and_coming_back_are_told_to_the_office(at: At) -> None:
    """The office hears when somebody sets out for a visit, and when they are back; no arrival is asked for."""
    world = await at("early-years")
    await world.plans(world.asha, back="15:00")
    await world.asha.texts("setting off")
    world.asha.receives("SET OUT 14:00. Expected back 15:00. Text 4 when you are back.", "Take your ID")
    world.olive.receives("A. SET OUT 14:00", "expected back 15:00")
    await world.until("14:55")
    world.asha.receives_nothing()
    await world.asha.texts("4")
    world.olive.receives("A. BACK 14:55")


async def test_C2_an_arrival_is_told_to_the_office_and_the_leadership(at: At) -> None:
    """A planned arrival is recorded and told to those the policy names: Olive, and Dana of the senior leaders."""
    world = await at("coteford")
    world.dana.roles = frozenset({Role.DEPUTY, Role.SLT})
    await world.records(world.dana)
    await arrived(world)
    for one in (world.olive, world.dana):
        one.receives("A. ARRIVED 14:00")
    world.henry.receives_nothing()
    await ends(world)


async def test_E2_setting_out_is_on_record_with_the_expected_return(at: At) -> None:
    """When they left, for where, and when they are to be back: told to the office, and kept."""
    world = await at("early-years")
    await world.plans(world.asha, world.ben, back="15:30")
    await world.asha.texts("we are setting off")
    for one in (world.asha, world.ben):
        one.receives("SET OUT 14:00. Expected back 15:30.")
    for initials in "AB":
        world.olive.receives(f"{initials}. SET OUT 14:00", "expected back 15:30")
    kept = [entry.body for entry in await world.journal() if entry.kind == "visit" and entry.body]
    assert [(body["event"], body["after"]) for body in kept] == [("set out", "setting out")] * 2
    await world.asha.texts("we are both back at school")
    await ends(world)


async def test_B14_a_pair_has_arrived_when_both_have_said_so_or_one_for_both(at: At) -> None:
    """Asha's "arrived" is hers alone: Ben is asked for his. "We have arrived" is for both."""
    world = await at("birchwood")
    await world.plans(world.asha, world.ben)
    await world.asha.texts("arrived")
    world.asha.receives("ARRIVED")
    await world.until("14:10")
    world.ben.receives("have you arrived?")
    await world.asha.texts("we are both here")
    world.asha.receives("noted already")
    world.ben.receives("ARRIVED 14:10")
    await world.asha.texts("we have both left")
    for one in world.everyone:
        one.ignores()


async def test_P13_the_check_in_is_asked_ten_minutes_after_the_scheduled_start(at: At) -> None:
    """There at 14:04 and asked at 14:10, again on every channel at 14:12; at 14:14 office and headteacher are alarmed."""
    world = await at("potton")
    await world.enrols(world.asha)
    await arrived(world, "14:04")
    await world.until("14:09")
    nobody_hears(*world.everyone)
    await world.until("14:10")
    world.asha.receives("Is all OK?")
    await world.until("14:11")
    nobody_hears(*world.everyone)
    await world.until("14:12")
    for channel in (Channel.SMS, Channel.TELEGRAM):
        world.asha.receives("No answer yet. Is all OK?", by=channel)
    await world.until("14:13")
    nobody_hears(*world.everyone)
    await world.until("14:14")
    for one in (world.olive, world.henry):
        one.receives("ALARM", "missed check-in")
    await world.asha.texts("2")
    world.asha.receives("OK 14:14")
    await ends(world)
    await world.passes("1h")
    nobody_hears(*world.everyone)


async def test_C3_the_check_in_repeats_every_twenty_minutes_until_leaving(at: At) -> None:
    """Twenty minutes after arriving, and twenty after each answer; an OK of their own accord counts; after leaving, never."""
    world = await at("coteford")
    await arrived(world, "14:04", end="16:00")
    world.olive.receives("ARRIVED 14:04")
    for quiet, due in (("14:23", "14:24"), ("14:43", "14:44")):
        await world.until(quiet)
        nobody_hears(*world.everyone)
        await world.until(due)
        world.asha.receives("Is all OK?")
        await world.asha.texts("2")
    await world.until("14:55")
    await world.asha.texts("all ok")
    await world.until("15:14")
    nobody_hears(*world.everyone)
    await world.until("15:15")
    world.asha.receives("Is all OK?")
    await world.asha.texts("2")
    await world.until("15:20")
    await world.asha.texts("left")
    world.asha.receives("LEFT 15:20")
    world.olive.receives("LEFT 15:20")
    await world.until("16:30")
    nobody_hears(*world.everyone)


async def _code_word(world: World, text: str, name: str = "Asha") -> None:
    """Her phone shows what it does for that text without the phrase, her partner's nothing; those named hear at once."""
    await world.asha.texts(text.replace("silver kettle", "red chair"))
    plain = world.asha.receives("nothing has changed")
    await world.asha.texts(text)
    assert world.asha.receives("nothing has changed") == plain
    await _alarmed(world, name)


async def _alarmed(world: World, name: str) -> None:
    """Office and headteacher hear of the code word in the same instant, and nobody else does, to the very end."""
    for one in (world.olive, world.henry):
        one.receives(f"CODE WORD from {name} at 14 High Street", "Do NOT ring", "Ring 999")
    nobody_hears(*world.everyone)
    await world.olive.texts(f"safe {world.olive.code()} police have been")
    for one in (world.olive, world.henry):
        one.receives("ENDED", "police have been")
    nobody_hears(*world.everyone)


async def test_P15_the_code_word_of_the_school_alerts_silently(at: At) -> None:
    """The school's own phrase in any text: the office and the headteacher are told, the phone shows nothing."""
    world = await at("potton", 'code_words = ["silver kettle"]\n')
    await _code_word(await arrived(world), "is the silver kettle still in the staff room?")
    await ends(world)


async def test_P15_the_code_word_is_heard_in_a_telephone_call_too(at: At) -> None:
    """Whoever hears it at school texts it with her name: office and headteacher are alarmed, and her phone shows nothing."""
    world = await arrived(await at("potton", 'code_words = ["silver kettle"]\n'))
    await world.bruno.texts("Asha rang, asking whether the silver kettle is back")
    world.bruno.receives("CODE WORD from Asha noted 14:00", "Do NOT ring or text them")
    await _alarmed(world, "Asha")
    await ends(world)


async def _pair(world: World) -> World:
    """Asha and Ben are there, with a code word of their own on the visit."""
    await world.plans(world.asha, world.ben, code_word="silver kettle")
    await world.asha.texts("we have both arrived")
    for one in (world.asha, world.ben):
        one.receives("ARRIVED")
    return world


async def test_B10_the_code_word_of_a_pair_is_heard_on_their_visit(at: At) -> None:
    """A phrase agreed for one visit is heard from its visitors; both phones show nothing, and the alarm names both."""
    world = await _pair(await at("birchwood"))
    await _code_word(world, "did you bring the silver kettle?", "Asha+Ben")
    await world.ben.texts("left")
    await ends(world)


async def test_B11_the_same_code_word_alerts_the_school(at: At) -> None:
    """Said to school in a call it alerts as in a text: office and headteacher at once, for both, and on no visitor's phone."""
    world = await _pair(await at("birchwood"))
    await world.bruno.texts("Asha rang, asking whether the silver kettle is back")
    world.bruno.receives("CODE WORD from Asha noted 14:00", "Do NOT ring or text them")
    await _alarmed(world, "Asha+Ben")
    await world.ben.texts("left")
    await ends(world)


async def _danger(world: World, first_step: str, *later: Human) -> None:
    """The first text of everybody has the first step; office and headteacher hear at once, the others in the policy's order."""
    await world.asha.texts("he won't let us leave")
    assert world.asha.receives("Noted 14:00").text == f"Noted 14:00 and passed on{first_step}"
    for one in (world.olive, world.henry):
        one.receives("ALARM", "Asha texts for HELP at 14 High Street. Ring 999. Do NOT ring them first.")
    for rung, human in enumerate(later, start=1):
        nobody_hears(*world.everyone)
        await world.until(f"14:{2 * rung:02}")
        human.receives("ALARM", "Asha texts for HELP at 14 High Street. Ring 999.")
        for one in (world.olive, world.henry, *later[: rung - 1]):
            one.receives(f"no answer yet, so {human.name} is told too")
    nobody_hears(*world.everyone)
    await world.henry.texts(f"real {world.henry.code()} police are there")
    await ends(world)


async def test_P12_danger_in_plain_words_alerts_at_once_police_first(at: At) -> None:
    """The visitor is asked to ring 999 if they can; office and headteacher are told to, then deputy and safeguarding lead."""
    world = await arrived(await at("potton"))
    await _danger(world, ". Ring 999 if you can.", world.dana, world.dee)


async def test_C7_the_police_first_then_the_office(at: At) -> None:
    """The visitor is told to ring 999 themselves, and the office knows in the same instant; then the leadership, in order."""
    world = await arrived(await at("coteford"))
    world.olive.receives("ARRIVED 14:00")
    await _danger(world, ". Ring 999 if you can.", world.dana, world.bruno)


async def test_E13_a_violent_incident_is_for_the_police_and_then_the_school(at: At) -> None:
    """The visitor is told to ring 999 themselves, and office and head know in the same instant; then the deputy."""
    world = await arrived(await at("early-years"))
    await _danger(world, ". Ring 999 if you can.", world.dana)


async def test_W3_the_office_is_alerted_and_rings_the_police(at: At) -> None:
    """The visitor is told that the office rings 999, not to ring; and the office is told to, at once."""
    world = await arrived(await at("willows"))
    await _danger(world, ": the office rings 999.", world.dana)


async def test_P16_a_delay_moves_the_deadlines_and_is_told_to_the_office(at: At) -> None:
    """ "Running 20 late" moves start and end, each is asked about at its new time and not at the old, and the office hears."""
    world = await at("potton")
    await world.plans(world.asha)
    await world.asha.texts("running 20 late")
    world.asha.receives("LATE noted", "start now 14:20", "end 14:50")
    world.olive.receives("A. CHANGED 14:00", "start 14:20, end 14:50")
    await world.until("14:29")
    nobody_hears(*world.everyone)
    await world.until("14:30")
    world.asha.receives("14:20 visit: have you arrived?")
    await world.asha.texts("arrived")
    world.asha.receives("ARRIVED 14:30")
    await world.until("14:40")
    world.asha.receives("Is all OK?")
    await world.asha.texts("2")
    await world.until("14:54")
    nobody_hears(*world.everyone)
    await world.until("14:55")
    world.asha.receives("Expected to end 14:50")
    await ends(world)


async def test_B15_a_change_of_plan_is_told_to_school(at: At) -> None:
    """ "Back by half four" moves the expected return, "back by half three" makes it earlier; it is asked about then."""
    world = await arrived(await at("birchwood"), back="15:00")
    await world.asha.texts("back by 4.30")
    world.asha.receives("expected back 16:30")
    world.olive.receives("A. CHANGED 14:00", "expected back 16:30")
    await world.asha.texts("left, no concerns")
    world.asha.receives("LEFT 14:00", "expected 16:30")
    world.olive.receives("LEFT 14:00")
    await world.until("15:20")
    nobody_hears(*world.everyone)
    await world.asha.texts("back by half three")
    world.asha.receives("expected back 15:30")
    world.olive.receives("A. CHANGED 15:20", "expected back 15:30")
    await world.until("15:44")
    nobody_hears(*world.everyone)
    await world.until("15:45")
    world.asha.receives("Expected back 15:30")
    await world.asha.texts("4")
    await ends(world)


async def test_C13_any_change_is_notified_to_the_headteacher(at: At) -> None:
    """ "Another 20 mins" moves the expected end, asked about at its new time alone; office and headteacher hear of it."""
    world = await arrived(await at("coteford"))
    world.olive.receives("ARRIVED")
    await world.asha.texts("another 20 mins")
    world.asha.receives("LONGER noted 14:00", "14:50")
    for one in (world.olive, world.henry):
        one.receives("A. CHANGED 14:00", "end 14:50")
    for due in ("14:20", "14:40"):
        await world.until(due)
        world.asha.receives("Is all OK?")
        await world.asha.texts("2")
    await world.until("14:54")
    nobody_hears(*world.everyone)
    await world.until("14:55")
    world.asha.receives("Expected to end 14:50")
    await ends(world)


async def test_E5_staff_who_cannot_be_back_in_time_give_a_new_time(at: At) -> None:
    """ "Back by 15:40" is noted, told to the office, and awaited instead: asked about at 15:55, and not at 15:15."""
    world = await at("early-years")
    await world.plans(world.asha, back="15:00")
    await world.asha.texts("setting off")
    await world.asha.texts("back by 15:40")
    world.asha.receives("SET OUT")
    world.asha.receives("BACK BY noted 14:00: expected back 15:40")
    world.olive.receives("SET OUT")
    world.olive.receives("A. CHANGED 14:00", "expected back 15:40")
    await world.until("15:54")
    nobody_hears(*world.everyone)
    await world.until("15:55")
    world.asha.receives("Expected back 15:40")
    await world.asha.texts("4")
    world.olive.receives("BACK 15:55")


async def _child(world: World) -> None:
    await world.asha.texts("child at risk here")
    assert world.asha.receives("safeguarding lead is told").text.startswith("Ring 999 now")
    world.dee.receives("CHILD IN DANGER 14:00", "999 first", "+447700900001")
    await ends(world)


async def test_P23_a_child_in_danger_is_999_first_and_the_dsl_at_once(at: At) -> None:
    """The visitor reads "ring 999 now" first; the safeguarding lead is told in the same instant."""
    await _child(await arrived(await at("potton")))


async def test_B13_a_child_in_danger_is_999_first_and_the_dsl_at_once(at: At) -> None:
    """The visitor reads "ring 999 now" first; the safeguarding lead is told in the same instant."""
    await _child(await arrived(await at("birchwood")))
