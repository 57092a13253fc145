"""What a provider does to its callers: most of the time what it should."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Way(StrEnum):
    """How a call goes. A call that is taken has had its effect, whatever the caller hears."""

    WELL = "answers"
    SLOW = "answers after six seconds"
    CLOSED = "refuses the connection"
    DEAF = "takes nothing and does not answer"
    DUMB = "takes it and does not answer"
    TAKEN_500 = "takes it and answers 500"
    NOT_TAKEN_500 = "answers 500"
    GATEWAY = "answers with a page of a gateway, 502"
    TOO_MANY = "answers 429, wait"
    WRONG_KEY = "answers 401"
    FORBIDDEN = "answers 403"
    CONFLICT = "answers 409"


TAKING = frozenset({Way.WELL, Way.SLOW, Way.DUMB, Way.TAKEN_500})
SILENT = frozenset({Way.DEAF, Way.DUMB})
REACHED = frozenset({Way.WELL, Way.SLOW})
"""The ways in which a provider counts as up."""
EVERY = ""


@dataclass(slots=True)
class Spell:
    """One way of going wrong, between two instants (s), for one method or for every, at most so many times."""

    way: Way
    begins: float
    ends: float
    method: str = EVERY
    times: int = 1_000_000
    detail: float = 0.0


@dataclass(slots=True)
class Weather:
    """The spells of one provider. The first that fits a call decides how it goes."""

    time: Callable[[], float]
    spells: list[Spell] = field(default_factory=list)

    def of(self, method: str) -> Spell | None:
        """How a call goes now; counts it."""
        now = self.time()
        for spell in self.spells:
            if spell.begins <= now < spell.ends and spell.times > 0 and spell.method in (EVERY, method):
                spell.times -= 1
                return spell
        return None
