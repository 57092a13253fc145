"""What governors read: a row a visit, and no name in it, nor anything that leads to one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.alarm import Kind
from bot.papers.facts import Goer, VisitFacts
from bot.visit import OPEN, State

COLUMNS = (
    *(
        "date",
        "school",
        "reason",
        "visitors",
        "alone",
        "planned_minutes",
        "minutes",
        "state",
        "authorised",
        "unplanned",
    ),
    *("alarms", "alarm_kinds", "check_ins_missed"),
)
"""The columns of the CSV, in order. They stay as they are: spreadsheets lean on them."""

SORTS: Mapping[str, tuple[str, ...]] = {
    "safeguarding": ("safeguard", "child protection", "diogelu"),
    "welfare": ("welfare", "wellbeing", "well-being", "safe and well", "lles"),
    "attendance": ("attend", "absen", "truan", "refus", "presenoldeb"),
    "new family": ("induction", "reception", "nursery", "new famil", "new starter", "transition"),
    "tuition": ("tuition", "tutor", "teach"),
    "work or things to bring": ("work", "drop off", "drop-off", "collect", "deliver", "laptop", "meal", "parcel"),
    "transport": ("transport", "lift", "drive", "take home", "bring in"),
    "meeting": ("meet", "discuss", "early help", "review"),
}
"""Sorts of reasons by a word in them, the weightiest first. What fits none is "other": free words may hold a name."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One visit with the kinds of its alarms, one each."""

    visit: VisitFacts
    alarms: Sequence[Kind]
    unplanned: bool


def governors_rows(counted: Iterable[Counted]) -> list[Mapping[str, str]]:
    """The rows of the CSV, in the order given."""
    return [dict(zip(COLUMNS, _row(one), strict=True)) for one in counted]


def sort_of(reason: str) -> str:
    """The sort of a reason, in words of ours alone."""
    written = reason.casefold()
    found = (sort for sort, signs in SORTS.items() if any(sign in written for sign in signs))
    return next(found, "other" if written.strip() else "none given")


def _row(one: Counted) -> tuple[str, ...]:
    visit = one.visit
    starts, zone = visit.starts_at, visit.school.zone
    kinds = sorted(set(one.alarms))
    missed = [kind for kind in one.alarms if kind is Kind.MISSED_CHECK_IN]
    return (
        f"{starts.astimezone(zone):%Y-%m-%d}" if starts else "",
        visit.school.name,
        sort_of(visit.reason),
        str(len(visit.goers)),
        "yes" if len(visit.goers) == 1 else "no",
        _longest(visit, planned=True),
        _longest(visit, planned=False),
        _state(visit),
        "yes" if visit.authorised.by else "no",
        "yes" if one.unplanned else "no",
        str(len(one.alarms)),
        "; ".join(f"{kind} {one.alarms.count(kind)}" for kind in kinds),
        str(len(missed)),
    )


def _is_off(goer: Goer) -> bool:
    return goer.off or goer.state is State.CALLED_OFF


def _longest(visit: VisitFacts, *, planned: bool) -> str:
    """Minutes from the first to the last: of the plan, or of the visit as it went; empty when not known."""
    spans = [
        (goer.starts_at, goer.ends_at) if planned else (goer.arrived_at, goer.left_at)
        for goer in visit.goers
        if planned or not _is_off(goer)
    ]
    starts = [start for start, _ in spans if start]
    ends = [end for _, end in spans if end]
    if not starts or not ends:
        return ""
    return str(round((max(ends) - min(starts)).total_seconds() / 60))


def _state(visit: VisitFacts) -> str:
    """Where the visit stands: what the least finished of its visitors is at, or what became of it."""
    open_ones = sorted(goer.state for goer in visit.goers if goer.state in OPEN)
    if open_ones:
        return open_ones[0]
    went = [goer.state for goer in visit.goers if not _is_off(goer)]
    return State.CALLED_OFF if not went else State.RETURNED if State.RETURNED in went else State.LEFT
