"""What is asked for a plan, one question at a time: what its school's policy wants, and the line has not said."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.planning import answering
from bot.planning.answering import (
    CONFIRMED,
    LENGTHS,
    NOBODY,
    NOT_BACK,
    NOT_YET,
    ON_FOOT,
    REASONS,
    TOLD,
    WHY_NOT,
    who_goes,
)
from bot.planning.sheet import Desk, Staff
from bot.policy import Assess, Lone, Need, Policy
from bot.talk import YES_NO, Answers, Field, Form, Option, number, one_of, text, yes_no
from bot.words import Kind

MOST_NAMES = 5
"""How many colleagues are offered as buttons, by their initials; any other can be typed."""


@dataclass(frozen=True, slots=True)
class Wants:
    """What is wanted of this plan: by the policy, and by who writes it.

    `goes`: the writer is a visitor and goes along unless others are named. `car`: one is on record for who goes. `round`:
    several visits share one return. `more`: further visits of the round are known already. `pupils`: the school's list.
    """

    policy: Policy
    goes: bool
    visitors: tuple[Staff, ...] = ()
    car: bool = False
    round: bool = False
    more: bool = False
    pupils: tuple[str, ...] = ()

    def needs(self, need: Need) -> bool:
        return need in self.policy.needs


def concerns(answers: Answers) -> bool:
    """Whether there are concerns about this visit."""
    return bool(answers.get("high_risk")) or answers.get("kind") == "safeguarding"


def form(wants: Wants, answers: Answers, desk: Desk) -> Form:
    """The questions of a plan that stands as it does, in the order in which they are asked."""
    return (*_who_and_when(wants, answers, desk), *_partners(wants, desk), *_rest(wants), *_return(wants))


def _who_and_when(wants: Wants, answers: Answers, desk: Desk) -> Form:
    people = _colleagues(wants, desk)
    when = "plan_ask_day" if "start" in answers else "plan_ask_when"
    return (
        Field(
            "visitors",
            "plan_ask_visitors",
            one_of(people, answering.names(desk, "visitors")),
            people,
            skipped=_unless(not wants.goes),
        ),
        Field("day", when, answering.when),
        Field("start", "plan_ask_start", answering.start),
        Field("address", "plan_ask_address", answering.address, free=True, skipped=_unless(wants.needs(Need.ADDRESS))),
        Field("pupil", "plan_ask_pupil", answering.pupil(wants.pupils), skipped=_unless(wants.needs(Need.PUPIL))),
        Field(
            "reason",
            "plan_ask_reason",
            answering.reason,
            REASONS,
            free=True,
            hears=frozenset({Kind.CONCERN}),
            skipped=_unless(wants.needs(Need.REASON)),
        ),
    )


def _partners(wants: Wants, desk: Desk) -> Form:
    options = (*_colleagues(wants, desk)[: MOST_NAMES - 1], NOBODY)
    lone = wants.policy.lone

    def enough(known: Answers) -> bool:
        least = max(wants.policy.least_visitors, 2 if lone is Lone.UNLESS_CONCERNS and concerns(known) else 1)
        return bool(known.get("alone")) or len(who_goes(known, desk.me, wants.goes)) >= least

    return (
        Field("partners", "plan_ask_partner", answering.partner(desk, options, lone), options, skipped=enough),
        Field(
            "assessment",
            "plan_ask_assessment",
            answering.assessment(desk, wants.goes, lone),
            NOT_YET,
            free=True,
            skipped=_assessed(wants, desk),
        ),
    )


def _assessed(wants: Wants, desk: Desk) -> Callable[[Answers], bool]:
    """Whether no risk assessment has to be named."""

    def unneeded(known: Answers) -> bool:
        alone = len(who_goes(known, desk.me, wants.goes)) < 2
        lone = alone and (
            wants.policy.lone is Lone.ASSESSED or (wants.policy.lone is Lone.UNLESS_CONCERNS and concerns(known))
        )
        by_policy = {
            Assess.ALWAYS: True,
            Assess.LONE: alone,
            Assess.CONCERNS: concerns(known),
            Assess.NEVER: False,
        }[wants.policy.risk_assessment]
        return not (lone or by_policy)

    return unneeded


def _rest(wants: Wants) -> Form:
    needs = wants.needs
    untold = _unless(needs(Need.FAMILY_TOLD))
    return (
        Field(
            "end",
            "plan_ask_end",
            answering.end,
            LENGTHS,
            skipped=lambda known: "minutes" in known or not needs(Need.END),
        ),
        Field("family_told", "plan_ask_family", answering.told, TOLD, free=True, skipped=untold),
        Field(
            "why_not",
            "plan_ask_why_not",
            answering.in_words(WHY_NOT, text()),
            WHY_NOT,
            free=True,
            skipped=lambda known: known.get("family_told") != "no",
        ),
        Field(
            "confirmed",
            "plan_ask_confirmed",
            answering.in_words(CONFIRMED, text()),
            CONFIRMED,
            free=True,
            skipped=_unless(needs(Need.CONFIRMED)),
        ),
        Field("house_phone", "plan_ask_house_phone", answering.telephone, skipped=_unless(needs(Need.HOUSE_PHONE))),
        Field("named_contact", "plan_ask_named", text(80), free=True, skipped=_unless(needs(Need.NAMED_CONTACT))),
        Field("parents", "plan_ask_parents", text(80), free=True, skipped=_unless(needs(Need.PARENTS))),
        Field("attendance", "plan_ask_attendance", number(0, 100), skipped=_unless(needs(Need.ATTENDANCE))),
        Field("signature", "plan_ask_signature", yes_no, YES_NO, skipped=_unless(needs(Need.SIGNATURE))),
        Field(
            "vehicle",
            "plan_ask_vehicle",
            answering.in_words(ON_FOOT, text(60)),
            ON_FOOT,
            free=True,
            skipped=_unless(needs(Need.VEHICLE) and not wants.car),
        ),
        Field(
            "code_word", "plan_ask_code_word", answering.code_word, free=True, skipped=_unless(needs(Need.CODE_WORD))
        ),
    )


def _return(wants: Wants) -> Form:
    back_known = _unless((wants.needs(Need.RETURN) or wants.round) and not wants.more)
    return (
        Field("another", "plan_ask_another", yes_no, YES_NO, skipped=_unless(wants.round and not wants.more)),
        Field(
            "back",
            "plan_ask_back",
            answering.back,
            (NOT_BACK,),
            skipped=lambda known: bool(known.get("not_back") or known.get("another")) or back_known(known),
        ),
    )


def _unless(asked: bool) -> Callable[[Answers], bool]:
    return lambda known: not asked


def _colleagues(wants: Wants, desk: Desk) -> tuple[Option, ...]:
    others = [one for one in wants.visitors if one.id != desk.me]
    return tuple(Option([one.id], one.initials, as_is=True) for one in others[:MOST_NAMES])
