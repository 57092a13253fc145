"""One run, as data: who goes where and says what, which contact answers how, and what goes wrong when."""

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.people import Channel, Role


class Means(StrEnum):
    """What a text means, as the person who sends it would say."""

    ARRIVED = "arrived"
    OK = "all is OK"
    LEFT = "left"
    LATE = "late"
    LONGER = "longer"
    CALLED_OFF = "called off"
    SET_OUT = "setting out"
    NOBODY_HOME = "nobody home"
    FAMILY_LATE = "the family is late"
    BACK = "back at school"
    CODE_WORD = "the code word"
    DANGER = "danger"
    NOTHING = "nothing that could lower"
    PLANNING = "a part of a plan"
    PLANS = "the last part of a plan"
    YES = "yes, go"
    NO = "no, do not go"


class Whose(StrEnum):
    """Whose the code word of a run is."""

    THEIRS = "of each who goes"
    VISIT = "of the visit, where it was planned"
    SCHOOL = "of the school"


@dataclass(frozen=True, slots=True)
class Actor:
    """One of the cast. `chat` is 0 for a phone without Telegram."""

    name: str
    roles: frozenset[Role]
    number: str
    chat: int = 0

    def address(self, channel: Channel) -> str:
        return self.number if channel is Channel.SMS else str(self.chat)

    @property
    def is_visitor(self) -> bool:
        return Role.VISITOR in self.roles


def _visitor(number: int) -> Actor:
    """Every second one is called Asha and has Telegram; the others are called Ben."""
    name, chat = ("Asha", 7200 + number) if number % 2 else ("Ben", 0)
    return Actor(f"{name} {number}", frozenset({Role.VISITOR}), f"+447700900{200 + number}", chat)


VISITORS = tuple(_visitor(number) for number in range(1, 9))
CONTACTS = (
    Actor("Olive", frozenset({Role.OFFICE}), "+447700900010", 7010),
    Actor("Henry", frozenset({Role.HEADTEACHER}), "+447700900011"),
    Actor("Dana", frozenset({Role.DEPUTY}), "+447700900012", 7012),
    Actor("Dee", frozenset({Role.DSL}), "+447700900013"),
)
CAST = VISITORS + CONTACTS
BY_NAME = {actor.name: actor for actor in CAST}


@dataclass(frozen=True, slots=True)
class Step:
    """One text: when (s from the beginning), in which words, and what it means. `minutes` go with LATE and LONGER."""

    at: float
    words: str
    means: Means
    minutes: int = 0
    by: Channel = Channel.SMS
    how: str = ""  # "lost", "twice", "edited", "poisoned"
    of_partner: bool = False
    """Whether it is the partner who texts it."""
    both: bool = False
    """Whether it is said for both of a pair."""


@dataclass(frozen=True, slots=True)
class ByText:
    """When and by what a visit is planned by text, and what is said to it so long after it was asked (NOTHING: never).

    `defies`: they go although they read a no.
    """

    at: float
    by: Channel
    answer: Means = Means.NOTHING
    after: float = 0.0
    defies: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """One visitor's visit, or a pair's: planned or not, and the texts they send in it."""

    number: int
    visitor: str
    starts: float
    ends: float
    steps: tuple[Step, ...]
    back: float | None = None
    planned: bool = True
    sort: str = ""
    partner: str = ""
    by_text: ByText | None = None

    @property
    def goers(self) -> tuple[str, ...]:
        return (self.visitor, self.partner) if self.partner else (self.visitor,)


@dataclass(frozen=True, slots=True)
class Habit:
    """How a contact takes an alarm: "mine" after so many seconds, the outcome so many later. None: not at all."""

    contact: str
    mine: float | None
    outcome: float | None
    by: Channel = Channel.SMS


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong: which (see `faults.KINDS`), when, for how long, and with what number."""

    kind: str
    at: float
    lasts: float = 0.0
    detail: float = 0.0
    who: str = ""
    boundary: int = 0
    """Where not 0: it begins as the process crosses so many boundaries, which is at about `at`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run."""

    seed: int
    visits: tuple[Visit, ...]
    habits: tuple[Habit, ...]
    faults: tuple[Fault, ...]
    school: int = 0
    code_words: bool = True
    whose: Whose = Whose.THEIRS
    receipts: str = "delivered"
    holds: bool = False
    """Whether Twilio holds texts for us, to go out when the machine is dead."""
    audits: float = 0.0
    """How often the auditor looks, s; 0 where there is none."""

    def without_code_words(self) -> "Plan":
        return replace(self, code_words=False)

    def has_their_own(self, name: str) -> bool:
        """Whether somebody has a code word of their own: that of a visit is for what is on record before it begins."""
        if self.whose is Whose.VISIT:
            return self.code_words and any(name in visit.goers and not visit.planned for visit in self.visits)
        return self.code_words and self.whose is Whose.THEIRS

    @property
    def ends(self) -> float:
        """When the last step and the last fault are over."""
        steps = [step.at for visit in self.visits for step in visit.steps]
        faults = [fault.at + fault.lasts for fault in self.faults]
        return max([*steps, *faults, *(visit.ends for visit in self.visits)], default=0.0)


@dataclass(slots=True)
class Size:
    """How big a run is drawn."""

    visits: int = 20
    faults: int = 5
