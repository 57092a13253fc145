"""Visits that are planned by text: who plans answers what their phone asks, and one who is asked for a yes says yes, or no."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from bot.people import Channel
from tests.simulation.plan import BY_NAME, Actor, Means, Plan, Visit
from tests.simulation.record import BEGINS

ANSWERS = {
    "risk": ("Who made the risk assessment", "Henry, 20 Nov"),
    "car": ("Which car?", "on foot"),
    "code word": ("Agree a code word", "tartan ukulele"),
    "confirmed": ("confirmed in writing", "short notice"),
    "parents": ("Whom will you see", "mum and nan"),
    "attendance": ("attendance, in percent", "85%"),
    "number": ("Which number reaches the family", "07700 900960"),
    "contact": ("Who at school is the contact", "Henry"),
    "signature": ("a parent's signature", "no"),
}
"""What a phone may ask, and what is answered."""
RISKY = ("risk", "car")
ASKED = (
    RISKY,
    RISKY,
    ("code word",),
    ("risk", "confirmed", "parents", "attendance", "car"),
    ("number", "contact"),
    ("signature",),
)
"""What each school's policy wants beside the first line, in order: with the last of it the visit is planned."""
THINKS = 15.0


class Says(Protocol):
    """Has somebody text."""

    def __call__(self, actor: Actor, words: str, by: Channel, means: Means, *, visit: int) -> None: ...


def line(visit: Visit) -> str:
    """The visit in one line, as its visitor would text it."""
    starts, ends, back = (BEGINS + timedelta(seconds=at) for at in (visit.starts, visit.ends, visit.back or 0.0))
    return (
        f"visit today {starts:%H:%M}-{ends:%H:%M}, {address(visit)} SG19 2AB, K.T., attendance, with {visit.partner},"
        f" mum told by phone, back {back:%H:%M}"
    )


def address(visit: Visit) -> str:
    return f"{visit.number + 1} High Street"


@dataclass(slots=True)
class Planners:
    """What phones have shown of it: nobody goes on a visit before they have read that it is planned."""

    plan: Plan
    says: Says
    after: Callable[[float, Callable[[], None]], None]
    _told: set[tuple[int, str]] = field(default_factory=set)
    _refused: set[tuple[int, str]] = field(default_factory=set)
    _answered: set[tuple[int, str]] = field(default_factory=set)

    @property
    def visits(self) -> Iterator[Visit]:
        return (visit for visit in self.plan.visits if visit.by_text is not None)

    def begin(self) -> None:
        """The first line of each, at its time."""
        for visit in self.visits:
            assert visit.by_text is not None
            self._later(visit.by_text.at, BY_NAME[visit.visitor], line(visit), visit.by_text.by, Means.PLANNING, visit)

    def goes(self, visit: Visit, actor: Actor) -> bool:
        """Whether somebody goes on this visit, by what their phone has told them."""
        known = (visit.number, actor.name)
        return visit.by_text is None or (known in self._told and (known not in self._refused or visit.by_text.defies))

    def sees(self, actor: Actor, words: str) -> None:
        """A phone shows something."""
        for visit in self.visits:
            if actor.name in visit.goers:
                self._goer_sees(visit, actor, words)
            elif not actor.is_visitor:
                self._is_asked(visit, actor, words)

    def _goer_sees(self, visit: Visit, actor: Actor, words: str) -> None:
        if "PLANNED" in words and f" {address(visit)}" in words:
            self._told.add((visit.number, actor.name))
        if "NOT AUTHORISED, called off" in words:
            self._refused.add((visit.number, actor.name))
        for question in ASKED[self.plan.school] if actor.name == visit.visitor else ():
            asked, answer = ANSWERS[question]
            if asked in words and (visit.number, question) not in self._answered:
                self._answered.add((visit.number, question))
                assert visit.by_text is not None
                means = Means.PLANS if question == ASKED[self.plan.school][-1] else Means.PLANNING
                self._later(THINKS, actor, answer, visit.by_text.by, means, visit)

    def _is_asked(self, visit: Visit, actor: Actor, words: str) -> None:
        """The first of those who are asked answers, by the visit's number."""
        by_text, known = visit.by_text, (visit.number, "")
        goers = "+".join(f"{name[0]}.{name.split()[1]}." for name in sorted(visit.goers))
        found = re.search(rf"(\d+):? (?:\d\d:\d\d )?{re.escape(goers)}", words) if "AUTHORISE?" in words else None
        if by_text is None or found is None or known in self._answered or by_text.answer is Means.NOTHING:
            return
        self._answered.add(known)
        said = f"yes {found[1]}" if by_text.answer is Means.YES else f"no {found[1]} too soon after Friday"
        self._later(by_text.after, actor, said, Channel.SMS, by_text.answer, visit)

    def _later(self, seconds: float, actor: Actor, words: str, by: Channel, means: Means, visit: Visit) -> None:
        self.after(seconds, lambda: self.says(actor, words, by, means, visit=visit.number))
