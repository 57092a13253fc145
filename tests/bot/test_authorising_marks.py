"""What whoever says yes must see of a visit, what no yes can mend, and who may say it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bot.authorising import Plan, Sort, judgement, leads, tiers
from bot.calendar import Closed, Why, parse_calendar, parse_hours
from bot.details import Details
from bot.fitness import Lack
from bot.people import Person, Role
from bot.policy import Policy, parse_policy
from tests.bot.values import ASHA, BEN, BRUNO, CAST, DANA, DEE, HENRY, OLIVE, at, policy

CALENDAR = parse_calendar({}, ZoneInfo("Europe/London"), parse_hours("08:00-17:00"))
CAR = replace(ASHA, vehicle="red Fiesta AB12 CDE")
WHOLE = Details(assessment="Henry 20/11", family_told="by phone Fri", confirmed="letter")


def seen(
    *goers: Person,
    rules: Policy | None = None,
    details: Details = WHOLE,
    start: str = "14:00",
    unfit: Mapping[int, Sequence[Lack]] = {},
) -> list[Sort]:
    """What is seen of a visit of these people under the default policy, or another."""
    plan = Plan(goers or (CAR, BEN), at(start), at(f"{int(start[:2])}:30"), details)
    return [mark.sort for mark in judgement(plan, rules or policy(), CAST, CALENDAR, unfit)]


def test_a_visit_with_nothing_missing_shows_nothing() -> None:
    """A pair in school hours, assessed, told of and confirmed, with a car on record."""
    assert seen() == []


@pytest.mark.parametrize(
    ("lone", "details", "expected"),
    [
        ("never", WHOLE, [Sort.LONE_NEVER]),
        ("assessed", replace(WHOLE, assessment=""), [Sort.LONE_UNASSESSED]),
        ("assessed", WHOLE, []),
        ("unless concerns", replace(WHOLE, assessment="", risks="dog"), [Sort.LONE_UNASSESSED, Sort.RISKS]),
        ("unless concerns", replace(WHOLE, risks="dog"), [Sort.RISKS]),
        ("unless concerns", WHOLE, []),
        ("free", WHOLE, []),
    ],
)
def test_one_alone(lone: str, details: Details, expected: list[Sort]) -> None:
    """Blocked, or allowed with an assessment, or only without concerns, or free: as the policy has it (P9 B5 C9 E1)."""
    assert seen(CAR, rules=policy(lone=lone), details=details) == expected


def test_one_alone_where_one_is_enough() -> None:
    """Birchwood lets one go; with concerns only after an assessment (B5)."""
    rules = parse_policy("birchwood")
    assert seen(CAR, rules=rules, details=replace(WHOLE, assessment="")) == []
    concerned = replace(WHOLE, assessment="", kind="safeguarding")
    assert seen(CAR, rules=rules, details=concerned) == [Sort.LONE_UNASSESSED]


def test_fewer_than_the_policy_wants() -> None:
    """Two where three go is not one alone, and is seen all the same."""
    assert seen(rules=policy(least_visitors=3)) == [Sort.FEW]
    assert seen(rules=policy(least_visitors=3, lone="never")) == [Sort.LONE_NEVER, Sort.FEW]


@pytest.mark.parametrize(
    ("wanted", "count", "risks", "is_seen"),
    [
        ("always", 2, "", True),
        ("lone", 2, "", False),
        ("concerns", 2, "", False),
        ("concerns", 2, "dog", True),
        ("never", 2, "", False),
    ],
)
def test_a_missing_assessment(wanted: str, count: int, risks: str, is_seen: bool) -> None:
    """Where the policy wants one named (P9b C4)."""
    found = seen(rules=policy(risk_assessment=wanted), details=replace(WHOLE, assessment="", risks=risks))
    assert (Sort.NO_ASSESSMENT in found) is is_seen


def test_a_high_risk_mark_blocks_until_it_is_lifted() -> None:
    """Where the policy lifts marks (E10); else it is seen and blocks nothing."""
    marked = replace(WHOLE, high_risk=True)
    assert seen(details=marked) == [Sort.HIGH_RISK]
    assert seen(details=replace(marked, lifted="moved out")) == [Sort.LIFTED]
    assert seen(details=marked, rules=policy(lift_high_risk=False)) == [Sort.MARKED]


def test_a_safeguarding_visit_has_a_safeguarding_lead() -> None:
    """Going along, or saying yes too; with none on the list it cannot be authorised (P19)."""
    kind = replace(WHOLE, kind="safeguarding")
    assert seen(details=kind) == [Sort.LEAD_WANTED]
    assert seen(CAR, DEE, details=kind) == []
    assert seen(details=kind, rules=policy(dsl_on_safeguarding=False)) == []
    plan = Plan((CAR, BEN), at("14:00"), at("14:30"), kind)
    others = [person for person in CAST if person is not DEE]
    assert [mark.sort for mark in judgement(plan, policy(), others, CALENDAR, {})] == [Sort.NO_LEAD]
    assert leads(plan, policy(), CAST) == (DEE.id,)
    assert leads(replace(plan, goers=(CAR, DEE)), policy(), CAST) == ()


@pytest.mark.parametrize("rule", ["authorised", "advised against", "approval", "free"])
def test_outside_school_hours_says_why(rule: str) -> None:
    """Unless the policy leaves the hours free (P3 B12 E9)."""
    plan = Plan((CAR, BEN), at("17:30"), at("18:00"), WHOLE)
    marks = judgement(plan, policy(out_of_hours=rule), CAST, CALENDAR, {})
    assert [mark.closed for mark in marks] == (
        []
        if rule == "free"
        else [Closed(Why.AFTER, at("17:30").date(), at=CALENDAR.week[0].closes if CALENDAR.week[0] else None)]
    )


@pytest.mark.parametrize(
    ("told", "expected", "words"),
    [
        ("", [Sort.FAMILY], ""),
        ("no: emergency", [Sort.WHY_NOT_TOLD], "emergency"),
        ("no: -", [Sort.FAMILY], ""),
        ("by letter", [], None),
    ],
)
def test_a_family_that_was_not_told(told: str, expected: list[Sort], words: str | None) -> None:
    """With the reason, where one was given (B2)."""
    plan = Plan((CAR, BEN), at("14:00"), at("14:30"), replace(WHOLE, family_told=told))
    marks = judgement(plan, policy(), CAST, CALENDAR, {})
    assert [mark.sort for mark in marks] == expected
    assert [mark.words for mark in marks] == ([] if words is None else [words])


def test_an_appointment_that_is_not_confirmed() -> None:
    """Where the policy wants it in writing (C5)."""
    assert seen(rules=policy(needs=["confirmed"]), details=replace(WHOLE, confirmed="")) == [Sort.UNCONFIRMED]


def test_cars_and_what_their_records_lack() -> None:
    """No car of anybody's (P17 C8), and what has run out of those who go (P20), those who lack the same together."""
    assert seen(ASHA, BEN) == [Sort.NO_CAR]
    assert seen(unfit={BEN.id: [Lack.NO_CAR], OLIVE.id: [Lack.NO_DBS]}) == []
    plan = Plan((CAR, BEN), at("14:00"), at("14:30"), WHOLE)
    both = {CAR.id: [Lack.NO_DBS, Lack.UNTRAINED, Lack.UNTRAINED], BEN.id: [Lack.NO_DBS, Lack.UNTRAINED, Lack.NO_CAR]}
    [mark] = judgement(plan, policy(), CAST, CALENDAR, both)
    assert (mark.sort, mark.who, mark.lacks) == (Sort.UNFIT, (CAR.id, BEN.id), (Lack.NO_DBS, Lack.UNTRAINED))


def test_the_gravest_comes_first_and_is_what_blocks() -> None:
    """Whoever reads only the beginning has read what matters."""
    plan = Plan((ASHA,), at("17:30"), at("18:00"), Details(high_risk=True, risks="dog"))
    marks = judgement(plan, policy(), CAST, CALENDAR, {})
    assert [mark.sort for mark in marks[:4]] == [Sort.HIGH_RISK, Sort.LONE_UNASSESSED, Sort.CLOSED, Sort.RISKS]
    assert [mark.blocks for mark in marks[:4]] == [True, True, False, False]


def test_who_may_say_yes() -> None:
    """Role by role in the policy's order, each person once, and nobody to a visit of their own."""
    both = replace(DANA, roles=frozenset({Role.DEPUTY, Role.HEADTEACHER}))
    assert tiers(policy(), CAST, (ASHA,)) == ((HENRY.id,), (DANA.id,))
    assert tiers(policy(), [HENRY, both], (ASHA,)) == ((HENRY.id, DANA.id),)
    assert tiers(policy(), CAST, (HENRY, ASHA)) == ((DANA.id,),)
    assert tiers(policy(authorise=[]), CAST, (ASHA,)) == ()
    assert tiers(parse_policy("birchwood"), [BRUNO, DEE, HENRY], (ASHA,)) == ((DEE.id,), (HENRY.id,))
