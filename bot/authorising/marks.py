"""What whoever says yes must see of a visit: its risks, who goes, and what is missing; and what no yes can mend."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot import names
from bot.alarm import Ladder
from bot.calendar import Calendar, Closed, outside
from bot.details import Details
from bot.fitness import Lack
from bot.people import Person, Role
from bot.policy import Assess, Lone, Need, OutOfHours, Policy
from bot.words.fold import fold

SAFEGUARDING = "safeguarding"
UNTOLD = "no:"
"""How the log entry begins for a family that was not told; the reason follows."""


class Sort(StrEnum):
    """What can be said of a plan; each has its words in the notices. The gravest come first."""

    HIGH_RISK = "high risk"  # marked, and the mark not lifted (E10)
    LONE_NEVER = "never alone"  # P9 C9 E1
    LONE_UNASSESSED = "alone, not assessed"  # P9 B5
    NO_LEAD = "no safeguarding lead"  # P19: nobody of them goes, or could say yes
    LEAD_WANTED = "safeguarding lead wanted"  # P19: none of them goes, so one must say yes too
    CLOSED = "out of hours"  # P3
    MARKED = "marked as high risk"  # by a school whose policy asks for no lifting
    LIFTED = "lifted"
    RISKS = "risks"
    NO_ASSESSMENT = "no assessment"  # P9b C4
    ASSESSOR = "assessor"  # C4 B5: it names none of those who make it at this school
    FEW = "few"  # fewer go than the policy wants
    FAMILY = "family not told"  # B2
    WHY_NOT_TOLD = "family not told, why"
    UNCONFIRMED = "not confirmed"  # C5
    NO_CAR = "no car"  # P17 C8
    UNFIT = "unfit"  # P20 C8: what has run out, or is not on record, of one of them


BLOCKS = frozenset({Sort.HIGH_RISK, Sort.LONE_NEVER, Sort.LONE_UNASSESSED, Sort.NO_LEAD})
"""What no yes can mend."""


class Mark(NamedTuple):
    """One thing to see.

    `words` are the plan's own; `closed` says why the school is; `who` are those who lack the `lacks`; `roles` are of those
    whose part it would have been.
    """

    sort: Sort
    words: str = ""
    closed: Closed | None = None
    who: tuple[int, ...] = ()
    lacks: tuple[Lack, ...] = ()
    roles: tuple[Role, ...] = ()

    @property
    def blocks(self) -> bool:
        return self.sort in BLOCKS


@dataclass(frozen=True, slots=True)
class Plan:
    """A visit as it is judged: who goes, from when until when, and its log entry."""

    goers: tuple[Person, ...]
    starts_at: datetime
    ends_at: datetime
    details: Details


def judgement(
    plan: Plan,
    policy: Policy,
    people: Iterable[Person],
    calendar: Calendar,
    unfit: Mapping[int, Sequence[Lack]],
) -> tuple[Mark, ...]:
    """Everything to see before a yes, the gravest first. `unfit`: what the record of each who goes lacks."""
    details, going, people = plan.details, {person.id for person in plan.goers}, list(people)
    marks = [
        *_of_the_risk(details, policy),
        *_of_the_number(plan, policy),
        *_of_the_assessor(plan, policy, people),
        *_of_the_lead(plan, policy, [person for person in people if person.id not in going]),
        *_of_the_family(details, policy),
    ]
    closed = outside(calendar, plan.starts_at, plan.ends_at)
    if closed and policy.out_of_hours is not OutOfHours.FREE:
        marks.append(Mark(Sort.CLOSED, closed=closed))
    if Need.VEHICLE in policy.needs and not any(person.vehicle or any(person.particulars.car) for person in plan.goers):
        marks.append(Mark(Sort.NO_CAR))
    marks += _of_the_records(plan, unfit)
    return tuple(sorted(marks, key=lambda mark: list(Sort).index(mark.sort)))


def has_concerns(details: Details) -> bool:
    """Whether anything is known that calls for care (B5)."""
    return bool(details.risks or details.high_risk or details.kind == SAFEGUARDING)


def _of_the_risk(details: Details, policy: Policy) -> Iterable[Mark]:
    if details.high_risk and details.lifted:
        yield Mark(Sort.LIFTED, words=details.lifted)
    elif details.high_risk:
        yield Mark(Sort.HIGH_RISK if policy.lift_high_risk else Sort.MARKED)
    if details.risks:
        yield Mark(Sort.RISKS, words=details.risks)


def _of_the_number(plan: Plan, policy: Policy) -> Iterable[Mark]:
    """One alone, or fewer than the policy wants; and the assessment, where one is wanted and none is named."""
    details, count = plan.details, len(plan.goers)
    alone = count < 2 and policy.lone is not Lone.FREE
    few = count < policy.least_visitors and policy.lone is not Lone.FREE
    wanted = policy.lone is Lone.ASSESSED or (policy.lone is Lone.UNLESS_CONCERNS and has_concerns(details))
    unassessed = (few or (alone and policy.lone is Lone.UNLESS_CONCERNS)) and wanted and not details.assessment
    if few and policy.lone is Lone.NEVER:
        yield Mark(Sort.LONE_NEVER)
    elif unassessed:
        yield Mark(Sort.LONE_UNASSESSED)
    elif not details.assessment and wants_assessment(plan, policy):
        yield Mark(Sort.NO_ASSESSMENT)
    if few and count > 1:
        yield Mark(Sort.FEW, words=str(policy.least_visitors))


def _of_the_assessor(plan: Plan, policy: Policy, people: Iterable[Person]) -> Iterable[Mark]:
    """An assessment that nobody made whose part it is, as far as can be told: by their own text, by name or by role."""
    details, said = plan.details, fold(plan.details.assessment)[0]
    theirs = [person for person in people if set(policy.assess) & person.roles]
    made = any(person.id == details.assessed_by for person in theirs) or bool(names.within(said, theirs))
    by_role = any(role.replace("_", " ") in said for role in policy.assess)
    if details.assessment and theirs and wants_assessment(plan, policy) and not (made or by_role):
        yield Mark(Sort.ASSESSOR, roles=policy.assess)


def wants_assessment(plan: Plan, policy: Policy) -> bool:
    """Whether the policy wants a risk assessment named for this visit (P9b C4)."""
    return {
        Assess.ALWAYS: True,
        Assess.LONE: len(plan.goers) < 2,
        Assess.CONCERNS: has_concerns(plan.details),
        Assess.NEVER: False,
    }[policy.risk_assessment]


def _of_the_lead(plan: Plan, policy: Policy, others: Sequence[Person]) -> Iterable[Mark]:
    if lead_wanted(plan, policy):
        yield Mark(Sort.LEAD_WANTED if any(Role.DSL in person.roles for person in others) else Sort.NO_LEAD)


def lead_wanted(plan: Plan, policy: Policy) -> bool:
    """Whether a safeguarding visit has no safeguarding lead among those who go (P19)."""
    is_safeguarding = policy.dsl_on_safeguarding and plan.details.kind == SAFEGUARDING
    return is_safeguarding and not any(Role.DSL in person.roles for person in plan.goers)


def _of_the_family(details: Details, policy: Policy) -> Iterable[Mark]:
    told = details.family_told
    if Need.FAMILY_TOLD in policy.needs and (not told or told.startswith(UNTOLD)):
        why = told.removeprefix(UNTOLD).strip(" -")
        yield Mark(Sort.WHY_NOT_TOLD, words=why) if why else Mark(Sort.FAMILY)
    if Need.CONFIRMED in policy.needs and not details.confirmed:
        yield Mark(Sort.UNCONFIRMED)


def _of_the_records(plan: Plan, unfit: Mapping[int, Sequence[Lack]]) -> Iterable[Mark]:
    """What their records lack, those who lack the same together. One car does for all, so a missing one is no lack here."""
    by_lacks: dict[tuple[Lack, ...], list[int]] = {}
    for person in plan.goers:
        lacks = tuple(dict.fromkeys(lack for lack in unfit.get(person.id, ()) if lack is not Lack.NO_CAR))
        if lacks:
            by_lacks.setdefault(lacks, []).append(person.id)
    yield from (Mark(Sort.UNFIT, who=tuple(who), lacks=lacks) for lacks, who in by_lacks.items())


# -- who may say yes ----------------------------------------------------------------------------------------


def tiers(policy: Policy, people: Iterable[Person], going: Iterable[Person]) -> Ladder:
    """Who may say yes, role by role in the policy's order. Nobody who goes says yes to it."""
    away, staff, seen = {person.id for person in going}, list(people), set[int]()
    found = []
    for role in policy.authorise:
        tier = tuple(p.id for p in staff if role in p.roles and p.id not in away and p.id not in seen)
        seen.update(tier)
        found += [tier] if tier else []
    return tuple(found)


def leads(plan: Plan, policy: Policy, people: Iterable[Person]) -> tuple[int, ...]:
    """The safeguarding leads of whom one must say yes too; () where none need."""
    going = {person.id for person in plan.goers}
    wanted = lead_wanted(plan, policy)
    return tuple(p.id for p in people if wanted and Role.DSL in p.roles and p.id not in going)
