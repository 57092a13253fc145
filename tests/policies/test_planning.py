"""What the five policies want in the log entry of a visit, and of a visit that is called off, row by row."""

from tests.policies.conftest import At
from tests.world.phones import Human
from tests.world.world import World

LINE = "visit tue 2pm-3pm 14 High St SG19 2AB, K.T., attendance, with Ben"
ASSESSED = ("risk assessment", "Henry, 20 Nov")
WHO = ("Going: A. +447700900001, B. +447700900002", "14 High St SG19 2AB")


async def planned(world: World, line: str, *asked: tuple[str, str]) -> str:
    """Asha plans in one line, and answers what her school's policy wants besides; gives her last text."""
    await world.asha.texts(line)
    for question, said in asked:
        world.asha.receives(question)
        await world.asha.texts(said)
    shown = world.asha.receives("PLANNED 1: Tue 14:00 14 High St SG19 2AB, K.T., A., B.")
    world.ben.receives("A. PLANNED 1 with you")
    return shown.text


async def reads(human: Human, *wanted: str) -> str:
    """The log entry is read by text, and holds all of this; gives it."""
    await human.texts("brief 1")
    return human.receives("1: Tue 14:00-", *wanted).text


async def reads_twice(world: World, yes: Human | None, *wanted: str) -> str:
    """The office reads the entry the day before, and the same words while both are there; gives it."""
    entry = await reads(world.olive, *wanted)
    if yes is not None:
        await yes.texts("1 yes")
    await world.passes("23h59m")
    await world.until("14:02")
    await world.asha.texts("we have both arrived")
    overlooks(world)
    assert [await world.state(one) for one in (world.asha, world.ben)] == ["there", "there"]
    await world.olive.texts("brief 1")
    assert world.olive.receives("1: 14:00-").text == entry.replace("Tue ", "")
    return entry


async def leaves(world: World) -> None:
    await world.asha.texts("we have both left, no concerns, not coming back to school")
    overlooks(world)


def overlooks(world: World) -> None:
    """What else there is to read is not looked at."""
    for one in world.everyone:
        one.ignores()


async def test_P2_the_log_entry_is_read_in_the_office_before_and_during_the_visit(at: At) -> None:
    """Who goes and their numbers, where, from when until when, why, and the return: by text, whenever the office asks."""
    world = await at("potton")
    shown = await planned(
        world, LINE, ASSESSED, ("How and when was the family told?", "rang mum Fri"), ("back at school?", "3.30")
    )
    assert "back 15:30" in shown
    wanted = (*WHO, "Tue 14:00-15:00", "K.T., attendance", "Assessment: Henry, 20 Nov", "Back Tue 15:30")
    await reads_twice(world, world.henry, *wanted)
    await leaves(world)


async def test_B3_the_intent_to_visit_holds_the_return_and_the_code_word_of_the_pair(at: At) -> None:
    """What its form has is asked for, and read before and during the visit; the code word is heard, and nobody reads it."""
    world = await at("birchwood")
    await planned(
        world,
        LINE,
        ("How and when was the family told?", "rang mum Fri"),
        ("Agree a code word with your partner", "tartan ukulele"),
        ("back at school?", "3.30"),
    )
    wanted = (*WHO, "K.T., attendance", "Family told: rang mum Fri", "Back Tue 15:30")
    assert "ukulele" not in await reads_twice(world, world.dee, *wanted)
    await world.ben.texts("is the tartan ukulele there?")
    world.olive.receives("CODE WORD from Ben+Asha")
    await world.olive.texts(f"safe {world.olive.code()} police have been")
    await leaves(world)


async def test_C6_the_log_entry_says_whom_they_see_and_why(at: At) -> None:
    """Parents, child, times, reason and attendance; before and during the visit."""
    world = await at("coteford")
    await planned(
        world,
        LINE,
        ASSESSED,
        ("confirmed in writing?", "yes"),
        ("Whom will you see there?", "mum and nan"),
        ("attendance, in percent?", "85"),
    )
    wanted = (*WHO, "K.T., attendance", "To see: mum and nan", "Attendance: 85%", "Confirmed: yes")
    await reads_twice(world, world.henry, *wanted)
    await leaves(world)


async def test_E2_the_log_entry_holds_the_number_the_named_contact_and_the_return(at: At) -> None:
    """Number of the family, who at school is the contact, and when they are back; before and during the visit."""
    world = await at("early-years")
    await planned(
        world,
        LINE,
        ("How and when was the family told?", "letter"),
        ("Which number reaches the family?", "07700 900123"),
        ("contact for this visit?", "Olive"),
        ("back at school?", "3.30"),
    )
    wanted = (*WHO, "At school: Olive", "Their number: +447700900123", "Back Tue 15:30")
    await reads_twice(world, world.henry, *wanted)
    await leaves(world)


async def test_W2_the_log_entry_holds_who_where_when_and_why(at: At) -> None:
    """One question besides the line: whether a signature is the reason; read before and during the visit."""
    world = await at("willows")
    await planned(world, LINE, ("signature?", "no"))
    await reads_twice(world, None, *WHO, "Tue 14:00-15:00", "K.T., attendance")
    await leaves(world)


async def test_B2_a_family_that_was_not_told_has_the_reason_named(at: At) -> None:
    """How and when, or why not: whoever is asked for their yes reads the exception."""
    world = await at("birchwood")
    await planned(
        world,
        LINE,
        ("How and when was the family told?", "not told"),
        ("Why was the family not told?", "short notice"),
        ("Agree a code word", "tartan ukulele"),
        ("back at school?", "3.30"),
    )
    await reads(world.olive, "Family told: no: short notice")
    await world.passes("2m")
    world.dee.receives("AUTHORISE? 1", "short notice")
    overlooks(world)


async def test_C5_an_appointment_is_confirmed_in_writing_or_its_exception_is_named(at: At) -> None:
    """The two exceptions are buttons: short notice, and no contact."""
    world = await at("coteford")
    await planned(
        world,
        LINE,
        ASSESSED,
        ("confirmed in writing? 1 yes, 2 short notice, 3 no contact.", "3"),
        ("Whom will you see there?", "whoever is in"),
        ("attendance, in percent?", "61"),
    )
    await reads(world.olive, "Confirmed: no contact")
    overlooks(world)


async def test_E12_a_visit_called_off_is_told_to_the_visitors_and_noted_for_the_family(at: At) -> None:
    """Whoever calls it off is asked to tell the family, with their number, and the journal has it."""
    world = await at("early-years")
    line = f"{LINE}, 07700 900123, mum told by phone, back 3.30"
    await planned(world, line, ("contact for this visit?", "Olive"))
    await world.olive.texts("call off 1 family ill")
    world.olive.receives("CALLED OFF 1", "Please tell the family. +447700900123")
    for one in (world.asha, world.ben):
        one.receives("O. CALLED OFF 1: Tue 14:00", "family ill")
        assert await world.state(one) == "called off"
    assert "tell the family" in [entry.kind for entry in await world.journal() if entry.visit_id == 1]
    overlooks(world)
