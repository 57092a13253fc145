"""The verbs of a story: who texts what, what the phones must show, and what becomes of the process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

SMS, TELEGRAM = "sms", "telegram"


@dataclass(frozen=True, slots=True)
class Texts:
    """Somebody texts Doorstep. `{code}` stands for the reply code of the scene's alarm."""

    phone: "Phone"
    text: str
    channel: str = SMS


@dataclass(frozen=True, slots=True)
class Gets:
    """The next message on a phone holds these fragments, in this order."""

    phone: "Phone"
    fragments: tuple[str, ...]
    channel: str = SMS


class Process(StrEnum):
    """What is done to the process that watches."""

    KILLED = "kill -9: the process is gone"
    STARTED = "started again, on the same store"


Act = Texts | Gets | Process


@dataclass(frozen=True, slots=True)
class Phone:
    """One of the cast. Who has a Telegram id is reached by Telegram and by SMS."""

    name: str
    role: str
    number: str
    telegram_id: str = ""
    vehicle: str = ""

    @property
    def title(self) -> str:
        return f"{self.name} · {self.role}"

    def texts(self, text: str) -> Texts:
        """By SMS."""
        return Texts(self, text)

    def taps(self, button: str) -> Texts:
        """On Telegram, where a button is a text."""
        return Texts(self, button, TELEGRAM)

    def gets(self, *fragments: str, by: str = SMS) -> Gets:
        return Gets(self, fragments, by)


@dataclass(frozen=True, slots=True)
class Plan:
    """A visit as the office wrote it down; school times of the day. `returns` is when they are back at school."""

    visitor: Phone
    address: str
    pupil: str
    reason: str
    start: str
    end: str
    assessment: str = "Henry 20/11/2026"
    partner: Phone | None = None
    returns: str = ""
    family_told: str = ""
    house_phone: str = ""
    risks: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant, in school time, and all that happens in it: what is not here must not happen."""

    time: str
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    title: str
    narration: str
    phones: tuple[Phone, ...]
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """An afternoon. `day` is written 2026-11-23; `ends` is when every phone is looked at for the last time.

    `authorised` is who has said yes to the plans on paper; nobody: those who may are asked by text.
    """

    school: str
    key: str
    code_word: str
    day: str
    begins: str
    ends: str
    cast: tuple[Phone, ...]
    plans: tuple[Plan, ...]
    scenes: tuple[Scene, ...]
    policy: str = "default"
    authorised: Phone | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a phone's log: sent by its owner or got from Doorstep. `time` is school time, written 14:04."""

    time: str
    is_sent: bool
    channel: str
    text: str
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What the phones of a scene showed in one instant."""

    time: str
    messages: Mapping[Phone, Sequence[Message]]


@dataclass(frozen=True, slots=True)
class Mark:
    """What happened to the process, between two rows."""

    time: str
    process: Process


def at(time: str, *acts: Act) -> Moment:
    return Moment(time, acts)
