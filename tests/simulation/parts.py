"""Who has which part of a visit, and from when on: at once, or where it is planned by text when that has been heard."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulation.plan import CAST, Means, Plan, Visit
from tests.simulation.stays import Lengths, Stay
from tests.simulation.truth import Visitor

JUST_PASSED = 900.0
"""A visit may still be planned so long after its start."""
Parts = list[tuple[Visitor, Stay]]


def together(visit: Visit, visitors: Mapping[str, Visitor]) -> Parts:
    """A visit is planned for these: each has a part of their own."""
    parts = [(visitors[name], visitors[name].expects(visit.starts, visit.ends, visit.back)) for name in visit.goers]
    for name, (visitor, stay) in zip(visit.goers, parts, strict=True):
        stay.others = [part for part in parts if part[0] is not visitor]
        visitor.partners |= {*visit.goers} - {name}
    return parts


def visitors_of(plan: Plan, lengths: Lengths) -> dict[str, Visitor]:
    """The truth about each, as the plan has it at the beginning."""
    visitors = {actor.name: Visitor(lengths) for actor in CAST if actor.is_visitor}
    for planned in plan.visits:
        if planned.planned:
            together(planned, visitors)
    return visitors


@dataclass(slots=True)
class ByText:
    """The visits that are planned by text: each is there from when the last of its plan is heard, until a no is."""

    visits: Mapping[int, Visit]
    visitors: Mapping[str, Visitor]
    _parts: dict[int, Parts] = field(default_factory=dict)

    def hears(self, number: int, means: Means, heard: float) -> None:
        """A part of a plan, or an answer to the request for a yes. What has begun is called off by nobody's no."""
        visit = self.visits[number]
        if means is Means.PLANS and heard <= visit.starts + JUST_PASSED:
            self._parts[number] = together(visit, self.visitors)
            for visitor, stay in self._parts[number]:
                stay.ceiling = heard + visitor.lengths.question
        elif means is Means.NO:
            for _, stay in self._parts.get(number, ()):
                if stay.is_coming and not stay.set_out and heard < stay.starts:
                    stay.over = heard
