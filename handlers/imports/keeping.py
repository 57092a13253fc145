"""How a visit out of a file is kept: its places with their first deadlines, its outing, and the yes that it has or wants."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.authorising import Request, Scene, State, gathered
from bot.briefing import Briefing
from bot.briefing import Event as Brief
from bot.details import Details
from bot.people import Person
from bot.school import School
from bot.visit import Place, plan
from handlers.imports.table import Line
from store import briefings, journal, requests, visits
from store.database import Transaction


@dataclass(frozen=True, slots=True)
class Planned:
    """A visit as a line has it, with every value read. `outing` is what the line calls it."""

    line: Line
    school_id: int
    visitors: tuple[Person, ...]
    address: str
    starts_at: datetime
    ends_at: datetime
    code_words: tuple[str, ...]
    details: Details
    returns_at: datetime | None = None
    outing: str = ""
    authorised_by: Person | None = None

    @property
    def key(self) -> tuple[int, str]:
        """Which outing of which school."""
        return self.school_id, self.outing


@dataclass(slots=True)
class Keeping:
    """The visits of one file on their way into the store. `returns`: when each outing is back."""

    tx: Transaction
    schools: Mapping[int, School]
    now: datetime
    returns: Mapping[tuple[int, str], datetime | None]
    _outings: dict[tuple[int, str], int] = field(default_factory=dict)

    async def keep(self, planned: Planned) -> int:
        """Keep a visit, and journal it; gives its number."""
        school, cells = self.schools[planned.school_id], planned.line.cells
        made = await visits.add(
            self.tx,
            planned.school_id,
            school.policy,
            self.now,
            address=planned.address,
            pupil=cells["pupil"],
            reason=cells["reason"],
            code_words=planned.code_words,
            details=planned.details,
        )
        outing_id = self._outings.setdefault(planned.key, made.id) if planned.outing else None
        if outing_id is not None:
            await visits.change(self.tx, made, outing_id=outing_id)
        returns_at = planned.returns_at or self.returns.get(planned.key)
        for visitor in planned.visitors:
            place = Place(
                visitor.id,
                visit_id=made.id,
                starts_at=planned.starts_at,
                ends_at=planned.ends_at,
                returns_at=returns_at,
                outing_id=outing_id,
            )
            await visits.add_place(self.tx, planned.school_id, plan(place, school.policy))
        await journal.append(
            self.tx,
            planned.school_id,
            self.now,
            "planned",
            visit_id=made.id,
            visitors=[visitor.id for visitor in planned.visitors],
            starts_at=planned.starts_at.isoformat(),
            ends_at=planned.ends_at.isoformat(),
            returns_at=returns_at.isoformat() if returns_at else None,
        )
        await self._ask(planned, made.id)
        return made.id

    async def _ask(self, planned: Planned, visit_id: int) -> None:
        """Have the desk ask for the yes it wants, at its next look; or brief those who go, where it has one or wants none."""
        school = self.schools[planned.school_id]
        request = Request(planned.school_id, visit_id, self.now)
        by = planned.authorised_by
        if by is not None:
            request = replace(
                request, state=State.AUTHORISED, asked=(by.id,), yes_by=by.id, answered_by=by.id, answered_at=self.now
            )
            await journal.append(
                self.tx,
                planned.school_id,
                self.now,
                "authorisation",
                visit_id=visit_id,
                person_id=by.id,
                event="on paper",
                before=State.WANTED,
                after=State.AUTHORISED,
            )
        elif school.policy.authorise:
            scene = Scene(planned.starts_at, school.calendar, ())
            request = gathered(request, scene, school.policy, self.now)
        else:
            await self._brief(planned, visit_id)
            return
        await requests.add(self.tx, request)
        if by is not None:
            await self._brief(planned, visit_id)

    async def _brief(self, planned: Planned, visit_id: int) -> None:
        if not self.schools[planned.school_id].policy.briefing:
            return
        for visitor in planned.visitors:
            brief = Briefing(planned.school_id, visit_id, visitor.id, self.now, due=Brief.SEND_DUE, due_at=self.now)
            await briefings.add(self.tx, brief)
