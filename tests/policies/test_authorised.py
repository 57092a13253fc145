"""Before the visit: whose yes it needs, what they must see, what whoever goes must know; each school as its policy has it."""

from datetime import date

from bot.details import Details
from handlers.papers import gather
from tests.policies.conftest import At, ends
from tests.world.after import paper
from tests.world.phones import Human
from tests.world.world import World

ASSESSED = Details(
    assessment="Henry and Bruno 20/11",
    family_told="by phone Fri",
    confirmed="letter 16/11",
    house_phone="07700 900960",
)


async def asks(world: World, *visitors: Human, start: str = "16:00", end: str = "16:30", **more: object) -> int:
    """A visit is planned, and two minutes later those are asked whose yes it needs."""
    plan = {"details": ASSESSED, "asks": True, **more}
    number = await world.plans(*visitors, start=start, end=end, **plan)  # type: ignore[arg-type]
    await world.passes("2m")
    return number


async def refuses(world: World, by: Human, why: str) -> None:
    """One more visit of a pair, and a no to it: both hear whose and why, it is off for them, and the reason is on record."""
    await ends(world)
    number = await asks(world, world.asha, world.ben, start="16:40", end="17:00")
    by.receives(f"AUTHORISE? {number}")
    await by.texts(f"{number} no {why}")
    by.receives(f"DECLINED {number}")
    for one in (world.asha, world.ben):
        one.receives(f"NOT AUTHORISED, called off: {number}", f"{by.name[0]}. writes: {why}")
        assert await world.state(one) == "called off"
    kept = [entry for entry in await world.journal() if entry.kind == "authorisation" and entry.visit_id == number][-1]
    assert kept.body is not None
    assert (kept.person_id, kept.body["after"], kept.body["reason"]) == (world.ids[by.name], "declined", why)
    await ends(world)


# -- whose yes -------------------------------------------------------------------------------------------------------


async def test_P1_the_headteacher_authorises_with_input_of_the_safeguarding_lead(at: At) -> None:
    """The headteacher alone is asked; the safeguarding lead adds to the risks; the deputy's yes is none; a no says why."""
    world = await at("potton")
    number = await asks(world, world.asha, world.ben)
    world.henry.receives(f"AUTHORISE? {number}: A.+B. to K.T.")
    world.dee.receives(f"PLANNED {number}", f"Reply RISK {number}")
    await world.dana.texts(f"{number} yes")
    world.dana.receives("not yours to authorise. That is for H.")
    await world.dee.texts(f"risk {number} dad has a dog")
    world.dee.receives("risk noted")
    await world.passes("2m")
    world.henry.receives("Risks: dad has a dog.")
    await world.henry.texts("1")
    world.henry.receives(f"AUTHORISED {number}")
    world.asha.receives("AUTHORISED by H.")
    await refuses(world, world.henry, "mum asked for next week")


async def test_B1_the_safeguarding_lead_or_any_of_the_leadership_authorises(at: At) -> None:
    """The safeguarding lead is asked first; a deputy's yes counts as well, and a refusal carries its reason."""
    world = await at("birchwood")
    first = await asks(world, world.asha, start="15:00", end="15:20")
    world.dee.receives(f"AUTHORISE? {first}: A. alone to K.T.")
    await world.dana.texts(f"{first} yes")
    world.dana.receives(f"AUTHORISED {first}")
    world.asha.receives(f"AUTHORISED by D. {first}")
    second = await asks(world, world.asha)
    world.dee.receives(f"AUTHORISE? {second}")
    await world.dee.texts("2 the family is away")
    world.dee.receives(f"DECLINED {second}")
    world.asha.receives("NOT AUTHORISED", "D. writes: the family is away")
    world.olive.receives("NOT AUTHORISED", "the family is away")
    await ends(world)


async def test_C1_the_headteacher_or_the_deputy_is_consulted(at: At) -> None:
    """The deputy in the headteacher's absence; nobody sets out without a yes unwarned, and whoever is refused reads why."""
    world = await at("coteford")
    await world.henry.texts("off today")
    number = await asks(world, world.asha, world.ben, start="15:20", end="15:40")
    world.dana.receives(f"AUTHORISE? {number}")
    await world.until("14:50")
    for one in (world.asha, world.ben):
        one.receives(f"NOT AUTHORISED YET: {number}", "Please do not set out.")
    world.dana.receives("Not answered yet.")
    await world.dana.texts("1")
    world.dana.receives(f"AUTHORISED {number}")
    for one in (world.asha, world.ben):
        one.receives(f"AUTHORISED by D. {number}")
    await refuses(world, world.dana, "the family is away")


async def test_E9b_the_head_of_school_authorises(at: At) -> None:
    """Whoever sets out without that yes is watched over, and told of to office and head; whoever is refused reads why."""
    world = await at("early-years")
    number = await asks(world, world.asha, world.ben, back="17:00")
    world.henry.receives(f"AUTHORISE? {number}")
    await world.asha.texts("setting off")
    world.asha.receives("SET OUT 14:02. Expected back 17:00.")
    for one in (world.olive, world.henry):
        one.receives(f"NOT AUTHORISED 14:02: A. on the way or there, visit {number}")
    assert await world.state(world.ben) == "planned"
    await world.henry.texts(f"{number} yes")
    await refuses(world, world.henry, "dad is known to be violent")


async def test_C1b_the_list_of_a_day_is_approved_as_one(at: At) -> None:
    """Every visit of the day in one text, with one answer for all; the list as a paper says who approved each, and when."""
    world = await at("coteford")
    first = await world.plans(world.asha, world.ben, start="15:10", end="15:40", details=ASSESSED, asks=True)
    second = await asks(world, world.asha, world.ben, pupil="Olive Dee", reason="reading")
    line = world.henry.receives("AUTHORISE? 2 visits. Mon 23/11:")
    assert f"{first} 15:10 A.+B. to K.T., attendance; {second} 16:00 A.+B. to O.D., reading" in line.text
    await world.henry.texts("all")
    world.henry.receives(f"AUTHORISED {first}, {second}.")
    for one in (world.asha, world.ben):
        one.receives(f"AUTHORISED by H. {first}")
        one.receives(f"AUTHORISED by H. {second}")
    school_id, school = world.school_id, world.school
    listed = await paper(world, lambda tx, _: gather.day(tx, school_id, school, date(2026, 11, 23), world.clock()))
    assert listed.count("Henry, Monday 23 November 2026 14:02") == 2


async def test_C10_a_row_of_the_list_can_be_refused_alone(at: At) -> None:
    """ "All but" one, with the reason in the same text."""
    world = await at("coteford")
    first = await world.plans(world.asha, world.ben, start="15:10", end="15:40", details=ASSESSED, asks=True)
    second = await asks(world, world.asha, world.ben, pupil="Olive Dee")
    world.henry.receives("AUTHORISE? 2 visits")
    await world.henry.texts(f"all but {second} mum is at work then")
    world.henry.receives(f"AUTHORISED {first}.", f"DECLINED {second}.")
    for one in (world.asha, world.ben):
        one.receives(f"AUTHORISED by H. {first}")
        one.receives(f"NOT AUTHORISED, called off: {second}", "mum is at work then")
    world.olive.receives("NOT AUTHORISED", "mum is at work then")


# -- how many go -----------------------------------------------------------------------------------------------------


async def test_P9_one_alone_only_where_the_headteacher_allows_it_after_an_assessment(at: At) -> None:
    """Without one the yes does not count; named in an answer it does."""
    world = await at("potton")
    number = await asks(world, world.asha, details=Details(family_told="by phone"))
    world.henry.receives("A. alone to K.T.", "No assessment.")
    await world.henry.texts("1")
    world.henry.receives("one alone needs a risk assessment")
    await world.henry.texts(f"assessed {number} Henry 23/11")
    world.henry.receives("assessment noted")
    await world.henry.texts("1")
    world.henry.receives(f"AUTHORISED {number}")
    world.asha.receives("AUTHORISED by H.")
    await ends(world)


async def test_B5_one_alone_where_there_are_no_concerns(at: At) -> None:
    """One may go; where there are concerns only after an assessment."""
    world = await at("birchwood")
    first = await asks(world, world.asha, start="15:00", end="15:20", details=Details(family_told="by phone"))
    world.dee.receives("A. alone to K.T.")
    await world.dee.texts("1")
    world.dee.receives(f"AUTHORISED {first}")
    world.asha.receives("AUTHORISED")
    second = await asks(world, world.asha, details=Details(family_told="by phone", risks="threats on the phone"))
    world.dee.receives("Risks: threats on the phone.")
    await world.dee.texts("1")
    world.dee.receives(f"{second}: one alone needs a risk assessment")
    await ends(world)


async def test_C9_nobody_goes_alone(at: At) -> None:
    """Without exception: no yes counts, whatever assessment there is."""
    world = await at("coteford")
    number = await asks(world, world.asha)
    world.henry.receives("Alone against the policy.")
    await world.henry.texts("1")
    world.henry.receives(f"{number}: nobody goes alone, by the school's policy.")
    await ends(world)


async def test_E1_visits_are_made_in_pairs(at: At) -> None:
    """One alone cannot be authorised, a pair can."""
    world = await at("early-years")
    alone = await asks(world, world.asha, start="15:00", end="15:20")
    world.henry.receives("AUTHORISE?", "Alone against the policy.")
    await world.henry.texts("1")
    world.henry.receives(f"{alone}: nobody goes alone")
    await world.henry.texts("2 take Ben along")
    world.henry.receives("DECLINED")
    await ends(world)
    pair = await asks(world, world.asha, world.ben)
    world.henry.receives("A.+B. to K.T.")
    await world.henry.texts("1")
    world.henry.receives(f"AUTHORISED {pair}")
    await ends(world)


# -- what is known of the risk ---------------------------------------------------------------------------------------


async def test_P9b_a_risk_assessment_is_named_and_a_change_asks_for_the_yes_anew(at: At) -> None:
    """A missing one is seen; what is new after the yes makes it void, and whoever goes is told to wait."""
    world = await at("potton")
    number = await asks(world, world.asha, world.ben, details=Details(family_told="by phone"))
    world.henry.receives("No assessment.")
    await world.henry.texts("1")
    world.henry.receives("AUTHORISED")
    for one in (world.asha, world.ben):
        one.receives("AUTHORISED by H.")
    await world.dee.texts(f"risk {number} the uncle is back")
    for one in (world.asha, world.ben):
        one.receives(f"CHANGED {number}", "a new risk. It needs a new yes.")
    await world.passes("2m")
    world.henry.receives(f"AUTHORISE? {number}", "the uncle is back")
    await ends(world)


async def test_C4_the_business_manager_assesses_before_the_visit(at: At) -> None:
    """Theirs is put on the visit by a text; another's, or none, is seen before a yes; a new risk asks for the yes anew."""
    world = await at("coteford")
    number = await asks(world, world.asha, world.ben, details=Details(confirmed="letter"))
    world.henry.receives("No assessment.")
    await world.dee.texts(f"assessed {number} Dee 23/11")
    world.dee.receives(f"{number}: assessment noted.")
    world.henry.receives(f"AUTHORISE? {number}", "Assessment not by business manager.")
    await world.bruno.texts(f"assessed {number} Bruno 23/11")
    world.bruno.receives(f"{number}: assessment noted.")
    line = world.henry.receives(f"AUTHORISE? {number}")
    assert "o assessment" not in line.text
    await world.bruno.texts(f"brief {number}")
    world.bruno.receives("Assessment: Bruno 23/11")
    await world.henry.texts("1")
    world.henry.receives("AUTHORISED")
    await world.bruno.texts(f"risk {number} the dog is new")
    for one in (world.asha, world.ben):
        one.receives(f"CHANGED {number}", "a new risk. It needs a new yes.")
    await world.passes("2m")
    world.henry.receives(f"AUTHORISE? {number}", "the dog is new")
    await ends(world)


async def test_E10_a_high_risk_visit_is_not_made_until_the_mark_is_lifted(at: At) -> None:
    """By the head of school, with a reason that whoever goes reads too."""
    world = await at("early-years")
    number = await asks(world, world.asha, world.ben, details=Details(high_risk=True, assessment="Henry 20/11"))
    world.henry.receives("HIGH RISK.")
    await world.henry.texts("1")
    world.henry.receives(f"{number} is marked high risk.")
    await world.henry.texts(f"lift {number} he moved to another town")
    world.henry.receives("the high-risk mark is lifted, with your reason")
    await world.henry.texts("1")
    world.henry.receives(f"AUTHORISED {number}")
    world.asha.receives("high risk, lifted: he moved to another town")
    await ends(world)


async def test_E12_a_visit_that_is_called_off_is_told_to_staff_and_family(at: At) -> None:
    """Whoever was to go hears why; the office is asked to tell the family, and that is on record."""
    world = await at("early-years")
    number = await asks(world, world.asha, world.ben)
    world.henry.receives("AUTHORISE?")
    await world.henry.texts("2 the class trip is on that day")
    for one in (world.asha, world.ben):
        one.receives("NOT AUTHORISED, called off", "the class trip is on that day")
    world.olive.receives("Please tell the family: 07700 900960.")
    assert [entry.visit_id for entry in await world.journal() if entry.kind == "tell the family"] == [number]
    await ends(world)


async def test_P19_a_safeguarding_visit_has_the_safeguarding_lead_in_it(at: At) -> None:
    """Going along, or saying yes as well as the headteacher."""
    world = await at("potton")
    details = Details(kind="safeguarding", assessment="Henry 20/11", family_told="by phone")
    number = await asks(world, world.asha, world.ben, details=details)
    for one in (world.henry, world.dee):
        one.receives(f"AUTHORISE? {number}", "Safeguarding without the DSL.")
    await world.henry.texts("1")
    world.henry.receives(f"{number}: your yes is noted. One of D. must say yes too.")
    world.asha.receives_nothing()
    await world.dee.texts("1")
    world.dee.receives(f"AUTHORISED {number}")
    world.asha.receives("AUTHORISED by D.")
    going = await asks(world, world.asha, world.dee, start="16:40", end="17:00", details=details)
    line = world.henry.receives(f"AUTHORISE? {going}")
    assert "without the DSL" not in line.text
    await ends(world)


# -- what whoever goes, and the family, are told ---------------------------------------------------------------------


async def test_P10_whoever_goes_is_briefed_and_says_that_they_have_read_it(at: At) -> None:
    """The risks and the rules in one text, the rest in another, acknowledged with its time."""
    world = await at("potton")
    details = Details(risks="dog", notes="K.T. has asthma", assessment="Henry 20/11", family_told="by phone Fri")
    number = await asks(world, world.asha, world.ben, details=details, back="17:00")
    await world.henry.texts("1")
    text = world.asha.receives(f"BRIEFING {number}", "Risks: dog.").text
    for rule in ("ID", "charged phone", "in only with an adult", "leave if unsafe"):
        assert rule in text
    await world.asha.texts(f"brief {number}")
    world.asha.receives("14 High Street", "To know: K.T. has asthma", "Back 17:00", "text INCIDENT and what")
    await world.asha.texts("5")
    world.asha.receives(f"READ {number} noted 14:02.")
    await world.until("15:00")
    world.ben.receives("Not read yet?")
    await world.ben.texts("setting out")
    world.olive.receives("B. set out or arrived 15:00 without reading the briefing")
    await ends(world)


async def test_B2_whether_the_family_was_told_is_seen_before_the_yes(at: At) -> None:
    """How and when is in the briefing; that they were not, and why, is in the request."""
    world = await at("birchwood")
    number = await asks(world, world.asha, details=Details(family_told="no: no answer on the phone"))
    world.dee.receives(f"AUTHORISE? {number}", "Family not told: no answer on the phone.")
    told = await asks(world, world.asha, start="16:40", end="17:00", details=Details(family_told="by phone Fri 9am"))
    world.dee.receives(f"{told} 16:40")
    await world.asha.texts(f"brief {told}")
    world.asha.receives("Family told: by phone Fri 9am")
    await ends(world)


async def test_C5_an_appointment_without_written_confirmation_is_seen_before_the_yes(at: At) -> None:
    """Confirmed ones show nothing of it."""
    world = await at("coteford")
    number = await asks(world, world.asha, world.ben, details=Details(assessment="Bruno 20/11"))
    world.henry.receives(f"AUTHORISE? {number}", "Not confirmed in writing.")
    await world.henry.texts("1")
    world.henry.receives("AUTHORISED")
    other = await asks(world, world.asha, world.ben, start="16:40", end="17:00")
    line = world.henry.receives(f"AUTHORISE? {other}")
    assert "confirmed" not in line.text
    await ends(world)
