"""Plans that cannot be: each fault is named, with the question that mends it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.people import Channel, Role
from store import visits
from tests.world.world import SCHOOL, World

WILLOWS = SCHOOL.replace('"default"', '"willows"')


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane Primary under the policy that wants least, with a list of its pupils."""
    world = World(tmp_path, school=f'{WILLOWS}pupils = ["K.T."]\n')
    await world.opens()
    yield world
    await world.closes()


FAULTS = [
    ("visit 20/11 2pm 14 High St KT attendance", "That is in the past. Which day and time?"),
    ("visit today 1pm 14 High St KT attendance", "That is in the past. Which day and time?"),
    ("visit 31/2 2pm 14 High St KT attendance", "There is no 31/2. Which day?"),
    ("visit tue 25 nov 2pm 14 High St KT", "25/11 is another day of the week. Which day?"),
    ("visit 3/12/2028 2pm 14 High St KT", "That is more than a year off. Which day and time?"),
    ("visit wed 3pm-2pm 14 High St KT", "It would end 14:00, before it starts 15:00. How long will it take"),
    ("visit wed 3pm 14 High St KT back 2pm", "Back 14:00 is before the start, 15:00. When are you back"),
    ("visit wed 2pm-3pm 14 High St KT back 2.30pm", "Back 14:30 is before the end, 15:00. When are you back"),
    ("visit wed 2pm for 30 hours 14 High St KT", "1800 minutes is too long for a visit. How long"),
    ("visit wed 2pm 14 High St SG19 2A KT", "SG19 2A cannot be a postcode. Which address"),
    ("visit wed 2pm 14 High St KT with Sam", "Sam is not on the list of visitors. Who goes along?"),
    ("visit wed 2pm 14 High St pupil BL", "BL is not on the school's list. Which pupil?"),
]


@pytest.mark.parametrize(("line", "answer"), FAULTS)
async def test_what_cannot_be_is_named_and_asked_for(world: World, line: str, answer: str) -> None:
    """One text says what is wrong and asks the one question that mends it."""
    await world.asha.texts(line)
    world.asha.receives(answer)
    await world.asha.texts("never mind")
    world.asha.receives("Never mind")


async def test_several_faults_are_mended_one_after_another(world: World) -> None:
    """First the one that was named, then the others, and then what is still missing."""
    asha, ben = world.asha, world.ben
    await asha.texts("visit wed 2pm 14 High St SG19 2A KT attendance with Sam")
    asha.receives("SG19 2A cannot be a postcode")
    await asha.texts("14 High St SG19 2AB")
    asha.receives("Who goes along? 1 B., 2 nobody.")
    await asha.texts("Ben")
    asha.receives("signature?")
    await asha.texts("no")
    asha.receives("PLANNED 1: Wed 14:00 14 High St SG19 2AB, KT, A., B.")
    ben.receives("PLANNED 1 with you")


async def test_nobody_is_on_two_visits_at_once(world: World) -> None:
    """The other visit is named by number and time; another time mends it."""
    asha, olive = world.asha, world.olive
    number = await world.plans(asha, start="15:00", end="15:45")
    await olive.texts("visit for Asha today 3.30pm 5 Mill Rd KT attendance")
    olive.receives("signature?")
    await olive.texts("no")
    olive.receives(f"A. is on visit {number} then (15:00). Which day and time?")
    await olive.texts("4pm")
    olive.receives("PLANNED 2: 16:00 5 Mill Rd")
    asha.receives("O. PLANNED 2 with you")


async def test_two_who_plan_the_same_are_told(world: World) -> None:
    """The first plan counts; the second hears of it."""
    asha, ben = world.asha, world.ben
    await asha.texts("visit wed 2pm 14 High St KT attendance with ben")
    asha.receives("signature?")
    await ben.texts("visit wed 2pm 14 High St KT attendance with asha")
    ben.receives("signature?")
    await asha.texts("no")
    asha.receives("PLANNED 1")
    ben.receives("A. PLANNED 1 with you")
    await ben.texts("no")
    ben.receives("B. is on visit 1 then (Wed 14:00)")
    await ben.texts("never mind")
    ben.receives("Never mind")


async def test_an_answer_that_cannot_be_is_asked_for_again(world: World) -> None:
    """Step by step too: past days, wrong postcodes, unknown names, no time at all."""
    asha = world.asha
    await asha.texts("plan a visit")
    asha.receives("Which day and time?")
    for said, answer in (
        ("soon", "There is no day in that. Which day and time?"),
        ("20/11 2pm", "That is in the past. Which day and time?"),
        ("wed", "What time does it start?"),
        ("when she is in", "There is no time in that. What time does it start?"),
        ("2", "Which address"),
        ("14 High St SG19 22AB", "SG19 22AB cannot be a postcode. Which address"),
        ("14 High St", "Which pupil?"),
        ("BL", "BL is not on the school's list. Which pupil?"),
        ("k.t", "What is the visit for?"),
        ("attendance", "signature?"),
        ("perhaps", "That is none of the answers"),
        ("no", "PLANNED 1: Wed 14:00 14 High St, K.T., A."),
    ):
        await asha.texts(said)
        asha.receives(answer)


async def test_half_a_plan_is_reminded_of_once_and_then_let_be(world: World) -> None:
    """It does not lie in wait for days: after two reminders it is left without a word."""
    asha = world.asha
    await asha.texts("visit wed 2pm 14 High St")
    asha.receives("Which pupil?")
    await world.passes("30m")
    asha.receives("Still open, or text NEVER MIND: Which pupil?")
    await world.passes("12h")
    asha.receives("Still open")
    await world.passes("24h")
    await asha.texts("KT")
    asha.receives("Not sure what you mean")


BOTH = pytest.mark.parametrize("by", [Channel.SMS, Channel.TELEGRAM])


async def planned(world: World, number: int) -> tuple[str, str]:
    """From when until when a visit is, and where."""
    async with world.attached.service.database.transaction() as tx:
        made = await visits.by_id(tx, world.school_id, number)
        [place, *_] = await visits.places_of_visit(tx, world.school_id, number)
    assert made and place.starts_at and place.ends_at
    return f"{place.starts_at:%a %H:%M}-{place.ends_at:%H:%M}", made.address


@BOTH
@pytest.mark.parametrize(
    ("answer", "when"),
    [
        ("4pm", "Tue 16:00-16:25"),
        ("wed", "Wed 15:15-15:40"),
        ("thurs 9.30", "Thu 09:30-09:55"),
        ("4-5pm", "Tue 16:00-17:00"),
        ("today 4pm", "Mon 16:00-16:25"),
    ],
)
async def test_an_overlap_is_mended_by_what_is_said_and_no_more(
    world: World, by: Channel, answer: str, when: str
) -> None:
    """A time alone keeps the day, a day alone the time, and the visit is as long as it was."""
    asha = world.asha
    await world.enrols(asha)
    await world.plans(asha, start="15:00", end="15:45", days=1)
    await asha.texts("visit tues 3.15-3.40pm 5 Mill Rd KT attendance", by)
    asha.receives("signature?")
    await asha.texts("no", by)
    asha.receives("A. is on visit 1 then (Tue 15:00). Which day and time?")
    await asha.texts(answer, by)
    asha.receives(f"PLANNED 2: {when[:3] if when[:3] != 'Mon' else '16:00'}")
    assert await planned(world, 2) == (when, "5 Mill Rd")


@BOTH
@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("visit wed 2pm 14 High St QQ1 1AA KT attendance", "QQ1 1AA"),
        ("visit wed 2pm 14 High St ZZ99 9ZZZ KT attendance", "ZZ99 9ZZZ"),
        ("visit wed 2pm 14 High St SG19 2A, KT, attendance", "SG19 2A"),
    ],
)
async def test_a_postcode_alone_mends_only_the_postcode(world: World, by: Channel, line: str, named: str) -> None:
    """The street stays, through a second slip and through what is no address at all."""
    asha = world.asha
    await world.enrols(asha)
    await asha.texts(line, by)
    asha.receives(f"{named} cannot be a postcode. Which address")
    for said, answer in (
        ("no", "That is no address. Which address"),
        ("yes", "That is no address. Which address"),
        ("14", "That is no address. Which address"),
        ("SG19 2A", "SG19 2A cannot be a postcode. Which address"),
        ("it's SG19 2AB, sorry", "signature?"),
    ):
        await asha.texts(said, by)
        asha.receives(answer)
    await asha.texts("no", by)
    asha.receives("PLANNED 1: Wed 14:00 14 High St SG19 2AB, KT, A.")
    assert await planned(world, 1) == ("Wed 14:00-14:45", "14 High St SG19 2AB")


@pytest.mark.parametrize(
    ("said", "mended", "address"),
    [
        ("14 High St, Marston QQ1 1AA", "sg192ab", "14 High St, Marston SG19 2AB"),
        ("14 High St QQ1 1AA", "15 Mill Rd SG19 2AB", "15 Mill Rd SG19 2AB"),
        ("14 High St QQ1 1AA", "Sunnyside SG19 2AB", "Sunnyside SG19 2AB"),
    ],
)
@pytest.mark.parametrize("asked", [False, True])
async def test_an_address_in_answer_is_the_whole_address(
    world: World, said: str, mended: str, address: str, asked: bool
) -> None:
    """The town stays as the street does; in the line as where it was asked for."""
    asha = world.asha
    await asha.texts(f"visit wed 2pm KT attendance{'' if asked else f', {said}'}")
    if asked:
        asha.receives("Which address")
        await asha.texts(said)
    asha.receives("QQ1 1AA cannot be a postcode. Which address")
    await asha.texts(mended)
    asha.receives("signature?")
    await asha.texts("no")
    asha.receives("PLANNED 1: Wed 14:00")
    assert (await planned(world, 1))[1] == address


MENDED = [
    ("today 1pm-1.25pm", ["4pm"], "Mon 16:00-16:25"),
    ("today 1pm-1.25pm", ["tomorrow"], "Tue 13:00-13:25"),
    ("20/11 2pm for 25 mins", ["4pm", "wed"], "Wed 14:00-14:25"),
    ("31/2 2pm-2.25pm", ["4pm", "wed 3pm"], "Wed 15:00-15:25"),
    ("tue 25 nov 2pm", ["4pm", "wed"], "Wed 14:00-14:45"),
    ("28/3 1.30am-2.25am", ["3am"], "Sun 02:00-02:55"),
    ("wed 3pm-2pm", ["2pm-3pm"], "Wed 14:00-15:00"),
    ("wed 3pm-2pm", ["30 min"], "Wed 15:00-15:30"),
    ("wed 2pm-3pm back 2.30pm", ["3.30pm"], "Wed 14:00-15:00"),
    ("wed 2pm for 60 mins back 2.30pm", ["not back"], "Wed 14:00-15:00"),
    ("wed 2pm-3pm back 2.30pm", ["2.30pm"], "Wed 14:00-14:30"),
]


@BOTH
@pytest.mark.parametrize(("said", "answers", "when"), MENDED)
async def test_what_was_right_stays_when_the_rest_is_mended(
    world: World, by: Channel, said: str, answers: list[str], when: str
) -> None:
    """Past days, days that are none, ends and returns that cannot be: each answer changes what it says and no more."""
    asha = world.asha
    await world.enrols(asha)
    await asha.texts(f"visit {said} 14 High St KT attendance", by)
    for answer in answers:
        asha.receives("?")
        await asha.texts(answer, by)
    asha.receives("signature?")
    await asha.texts("no", by)
    asha.receives("PLANNED 1")
    assert await planned(world, 1) == (when, "14 High St")


async def test_a_return_that_cannot_be_has_its_own_question(world: World) -> None:
    """It is not asked for with the day, where no day would mend it."""
    asha = world.asha
    await asha.texts("visit 31/2 2pm 14 High St KT attendance back 1pm")
    asha.receives("There is no 31/2. Which day?")
    for said, answer in (
        ("wed", "signature?"),
        ("no", "Back 13:00 is before the start, 14:00. When are you back"),
        ("3.30", "PLANNED 1: Wed 14:00 14 High St, KT, A., back 15:30."),
    ):
        await asha.texts(said)
        asha.receives(answer)


@pytest.fixture
async def three(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Marsh Lane Primary, where Dana goes on visits too; with what else a story wants of its policy."""
    world = World(tmp_path, school=f"{request.param}")
    world.dana.roles |= {Role.VISITOR}
    await world.opens()
    await world.enrols(world.asha)
    yield world
    await world.closes()


@BOTH
@pytest.mark.parametrize("three", [WILLOWS], indirect=True)
@pytest.mark.parametrize("said", ["with Ben and Sam", "with Sam & Ben"])
@pytest.mark.parametrize("answers", [["Dana"], ["Zed and Dana", "Ben"], ["Dana and Zed", "Dana"], ["Zed", "D."]])
async def test_a_colleague_who_was_named_still_goes(three: World, by: Channel, said: str, answers: list[str]) -> None:
    """Who is on no list is named, wherever they stand; who is on it goes, and whoever is named instead of the other."""
    asha = three.asha
    await asha.texts(f"visit wed 2pm 14 High St KT attendance {said}", by)
    asha.receives("Sam is not on the list of visitors. Who goes along?")
    for answer in answers:
        await asha.texts(answer, by)
        if "Zed" in answer:
            asha.receives("Zed is not on the list of visitors. Who goes along?")
    asha.receives("signature?")
    await asha.texts("no", by)
    asha.receives("PLANNED 1: Wed 14:00 14 High St, KT, A., B., D.")
    three.ben.receives("PLANNED 1 with you")
    three.dana.receives("PLANNED 1 with you")


@pytest.mark.parametrize("three", [f"{WILLOWS}overrides = {{ least_visitors = 3 }}\n"], indirect=True)
async def test_one_more_is_named_where_they_are_too_few(three: World) -> None:
    """Nobody has to be named once more."""
    asha = three.asha
    await asha.texts("visit wed 2pm 14 High St KT attendance with Ben")
    asha.receives("signature?")
    for said, answer in (("no", "At least 3 go, by the school's policy. Who goes along?"), ("Dana", "PLANNED 1")):
        await asha.texts(said)
        asha.receives(answer)
    three.ben.receives("PLANNED 1 with you")
    three.dana.receives("PLANNED 1 with you")


@pytest.mark.parametrize("three", [SCHOOL], indirect=True)
async def test_who_made_the_assessment_goes_in_nobodys_place(three: World) -> None:
    """Where two go a name in answer says who made it, and not who goes."""
    asha = three.asha
    await asha.texts("visit wed 2pm-3pm 14 High St KT attendance with Ben back 3.30")
    asha.receives("Who made the risk assessment, and when?")
    await asha.texts("Dana, 20 Nov")
    asha.receives("How and when was the family told?")
    await asha.texts("rang mum")
    asha.receives("PLANNED 1: Wed 14:00 14 High St, KT, A., B., back 15:30.")
    three.ben.receives("PLANNED 1 with you")
