"""What somebody hears who has answered requests: what was understood of each, and what still stands in the way."""

from collections.abc import Callable

from bot import notices
from bot.authorising import Request, Sort, State
from bot.people import Person
from handlers.desk import judging
from handlers.desk.authorising import Round
from handlers.desk.case import Case
from handlers.desk.judging import Sight

WORDS = 60
_BLOCKED = {
    Sort.HIGH_RISK: "authorise_blocked_high_risk",
    Sort.LONE_NEVER: "authorise_blocked_lone_never",
    Sort.LONE_UNASSESSED: "authorise_blocked_lone_unassessed",
    Sort.NO_LEAD: "authorise_blocked_no_lead",
}


async def sentences(case: Case, person: Person, going: Round) -> list[str]:
    """One sentence for all that were authorised, one for all that were declined, and one for each of the rest."""
    language = case.language(person.school_id)
    said = []
    for what, notice in (("yes", "authorise_yes"), ("no", "authorise_no")):
        numbers = [str(sight.visit.id) for told, sight, _ in going.replies if told == what]
        if numbers:
            said.append(notices.render(notice, language, visits=", ".join(numbers)))
    for what, sight, request in going.replies:
        if what == "already":
            said.append(await already(case, request))
        elif what in _SAID:
            said.append(_SAID[what](case, person, sight, request))
    return said


async def already(case: Case, request: Request) -> str:
    """Who has answered first, when, and what."""
    by = await case.person(request.school_id, request.answered_by or 0)
    notice = "authorise_already_no" if request.state is State.DECLINED else "authorise_already_yes"
    return notices.render(
        notice,
        case.language(request.school_id),
        visit=request.visit_id,
        initials=by.initials if by else "-",
        at=case.clock(request.school_id, request.answered_at),
        words=notices.shorten(request.reason or "-", WORDS),
    )


def _half(case: Case, person: Person, sight: Sight, request: Request) -> str:
    """One yes is there, and whose is wanted beside it."""
    missing = sight.scene.leads if request.yes_by else sorted(sight.scene.authorisers)
    return _render(case, sight, "authorise_half", others=_initials(case, sight, missing))


def _blocked(case: Case, person: Person, sight: Sight, request: Request) -> str:
    """What no yes can mend, with what mends it."""
    return _render(case, sight, _BLOCKED[sight.blocks[0].sort])


def _not_theirs(case: Case, person: Person, sight: Sight, request: Request) -> str:
    """Nobody authorises their own visit, nor one that their role does not cover: who does is said."""
    goes = person.id in {place.visitor_id for place in sight.places}
    notice = "authorise_own" if goes else "authorise_not_theirs"
    return _render(case, sight, notice, others=_initials(case, sight, sorted(sight.scene.authorisers)))


def _lifted(case: Case, person: Person, sight: Sight, request: Request) -> str:
    return _render(case, sight, "authorise_lifted")


def _responsible(case: Case, person: Person, sight: Sight, request: Request) -> str:
    return _render(case, sight, "authorise_responsible")


def _not_needed(case: Case, person: Person, sight: Sight, request: Request) -> str:
    return _render(case, sight, "authorise_not_needed")


def _over(case: Case, person: Person, sight: Sight, request: Request) -> str:
    return _render(case, sight, "authorise_over")


def _render(case: Case, sight: Sight, notice: str, **values: object) -> str:
    return notices.render(notice, case.language(sight.visit.school_id), visit=sight.visit.id, **values)


def _initials(case: Case, sight: Sight, ids: tuple[int, ...] | list[int]) -> str:
    unknown = notices.label("none", case.language(sight.visit.school_id))
    return judging.initials(sight.staff, ids) or unknown


_SAID: dict[str, Callable[[Case, Person, Sight, Request], str]] = {
    "half": _half,
    "blocked": _blocked,
    "not_theirs": _not_theirs,
    "lifted": _lifted,
    "not_needed": _not_needed,
    "responsible": _responsible,
    "over": _over,
}
