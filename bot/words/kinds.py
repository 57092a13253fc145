"""What a text can mean, and what was read in one: plain values, no rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """One thing that a text can say."""

    ARRIVED = "arrived"
    OK = "ok"
    LEFT = "left"
    NOT_RETURNING = "not_returning"  # left, and not coming back to school
    SETTING_OUT = "setting_out"
    RETURNED = "returned"  # back at school
    LATE = "late"  # will arrive later
    BACK_BY = "back_by"
    LONGER = "longer"  # stays longer
    NOBODY_HOME = "nobody_home"
    FAMILY_LATE = "family_late"
    CALLED_OFF = "called_off"
    CONCERN = "concern"
    NO_CONCERN = "no_concern"
    INCIDENT = "incident"
    CHILD_DANGER = "child_danger"
    DANGER = "danger"
    MINE = "mine"
    STAND_DOWN = "stand_down"
    DETAILS = "details"
    STATUS = "status"
    WHO = "who"
    HELP = "help"  # with the bot; Twilio's word HELP is DANGER
    THANKS = "thanks"
    UNCLEAR = "unclear"


class Outcome(StrEnum):
    """What an alarm turned out to be."""

    SAFE = "safe"
    FALSE = "false"
    TEST = "test"
    REAL = "real"


RAISING = frozenset({Kind.DANGER, Kind.CHILD_DANGER, Kind.CONCERN, Kind.INCIDENT})
"""Taken from any text, however unclear the rest of it."""

LOWERING = frozenset({Kind.OK, Kind.LEFT, Kind.NOT_RETURNING, Kind.RETURNED, Kind.CALLED_OFF, Kind.STAND_DOWN})
"""Ends or answers something: only from a text that says just that."""

MOVING = frozenset({Kind.LATE, Kind.LONGER, Kind.BACK_BY})
"""Moves a deadline, once it is known to when: as careful as LOWERING."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing said. `at` is an aware UTC instant; `by` a length of time ("20 late"); `code` an alarm's reply code.

    `reason` is unsafe | animals | family | other for CALLED_OFF and free text for STAND_DOWN. `both`: "we", "us".
    `who`: said of somebody else ("Ben has left"), the name as typed; it never lowers anything of the sender's.
    """

    kind: Kind
    at: datetime | None = None
    by: timedelta | None = None
    code: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    both: bool = False
    who: str | None = None

    @property
    def lowers(self) -> bool:
        """Whether this, if certain, ends, answers or moves something of the sender's."""
        timed = self.at is not None or self.by is not None
        return self.who is None and (self.kind in LOWERING or (self.kind in MOVING and timed))


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text was taken to mean; `meanings` is never empty and has the raising ones first.

    `certain`: lowering meanings may be acted on. `ask`: the one thing to ask back, while the clock runs on.
    `digit`: "1", "2", "3", "4" or "9" when the text is just that digit.
    """

    text: str
    meanings: tuple[Meaning, ...]
    certain: bool
    ask: Kind | None = None
    digit: str | None = None

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(meaning.kind for meaning in self.meanings)

    @property
    def danger(self) -> bool:
        return Kind.DANGER in self.kinds

    @property
    def lowers(self) -> bool:
        """Whether anything may be ended, answered or moved because of this text."""
        return self.certain and any(meaning.lowers for meaning in self.meanings)
