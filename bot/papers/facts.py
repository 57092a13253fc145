"""What the papers are told of a visit: plain values, gathered from the store by `handlers/papers/`."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from bot.papers.words import Words
from bot.visit import State


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """`phone` is the number a family may ring; it is left open to be written by hand where there is none."""

    name: str
    zone: tzinfo
    language: str = "en"
    phone: str = ""

    @property
    def words(self) -> Words:
        return Words(self.language, self.zone)


@dataclass(frozen=True, slots=True)
class Goer:
    """One visitor's part in a visit. `off`: it did not take place, or was broken off."""

    name: str
    phone: str
    state: State
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    return_due_at: datetime | None = None
    set_out_at: datetime | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    returned_at: datetime | None = None
    vehicle: str = ""
    off: bool = False


@dataclass(frozen=True, slots=True)
class Authorised:
    """Who said yes, and when. `by` is empty where nobody has."""

    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """One thing that the family and the school agreed on, by when, and what became of it."""

    what: str
    by: date | None = None
    state: str = "open"


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """One visit, as it was planned and as it went."""

    number: int
    school: SchoolFacts
    address: str
    pupil: str
    reason: str
    goers: tuple[Goer, ...]
    authorised: Authorised = Authorised()
    outcome: str = ""
    concern: bool | None = None
    family: str = ""
    risk: str = ""

    @property
    def starts_at(self) -> datetime | None:
        """When it was to begin; for a visit that nobody planned, when it began."""
        known = [goer.starts_at or goer.arrived_at for goer in self.goers]
        return min((at for at in known if at), default=None)

    @property
    def staff(self) -> str:
        return ", ".join(goer.name for goer in self.goers)

    def expected(self, words: Words) -> str:
        """From when till when it was planned."""
        ends = max((goer.ends_at for goer in self.goers if goer.ends_at), default=None)
        return f"{words.clock(self.starts_at)} – {words.clock(ends)}"


def times(goer: Goer, words: Words) -> str:
    """What is known of one visitor's way, in the order it went."""
    steps = (
        ("set_out", goer.set_out_at),
        ("arrived", goer.arrived_at),
        ("called_off" if goer.off or goer.state is State.CALLED_OFF else "left", goer.left_at),
        ("returned", goer.returned_at),
    )
    told = [f"{words(f'steps.{step}')} {words.clock(at)}" for step, at in steps if at]
    return ", ".join(told) or words.kind("states", goer.state)


def authorisation(visit: VisitFacts, words: Words) -> str:
    """Who authorised the visit and when, or that nobody is on record."""
    given = visit.authorised
    if not given.by:
        return words("not_authorised")
    return f"{given.by}, {words.day(given.at)} {words.clock(given.at)}" if given.at else given.by
