"""The text that a provider holds for us: the guard that outlives our machine (DESIGN §6).

The theory. While a place is live, the provider holds a text to the first rungs, to go out a little after the moment at
which silence would make Doorstep itself raise an alarm. While Doorstep lives, that moment never passes without a change of
the place, and with each change the next text is held first and the last one called off. When Doorstep is dead nobody calls
it off, and the office hears.

Rules for editors. What should be held follows from the place alone, so a visitor's code word changes nothing here (law 7).
A text is never called off for want of a better one, except just before it would tell what is no longer so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.alarm import Ladder
from bot.delivery import Verdict
from bot.events import Happening
from bot.people import Channel, Person
from bot.place import Place, Raise, State
from bot.policy import Policy
from bot.visit import decide

LEAD = timedelta(minutes=16)
"""How far ahead a text is held at least: Twilio takes none for less than 15 minutes, and calls and clocks are not exact."""
SHORTEST = timedelta(minutes=15, seconds=20)
"""What is left of the lead when a text is tried again: with less, its time is put off."""
MARGIN = timedelta(minutes=3)
"""How long after our own alarm it would go out: long enough to call it off, though Twilio be slow to answer."""
TOLERANCE = timedelta(seconds=90)
"""How much of the margin, or beyond what could be had now, may be lost before a text is held anew."""
CUT = timedelta(seconds=90)
"""So long before it would go out, a text that is no longer true is called off although none is held in its place."""
PROMPT = timedelta(seconds=30)
"""What goes out so much before its time has not been held at all."""
EARLY = LEAD
"""How long before the planned start a place counts as live, so that the text can be on time."""
SETTLED = timedelta(minutes=1)
"""After so long a call that nobody answered has either reached the provider or never will."""
LATE_RUN = timedelta(seconds=20)
"""So long after its time a text is looked for at the provider."""
RUNGS = 2
STEPS = 12


class Standing(StrEnum):
    """Where a text stands at the provider."""

    HELD = "held"
    OUT = "out"  # it has gone out, or is on its way
    OFF = "off"  # it will not go out: called off, failed, or not known there


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call to the provider came to. `standing` is given with the verdict SENT, which here means: answered."""

    verdict: Verdict
    standing: Standing | None = None
    provider_id: str = ""
    error: str = ""
    after: timedelta | None = None


class Found(NamedTuple):
    """One text of ours at the provider."""

    provider_id: str
    standing: Standing


class Holder(Protocol):
    """A provider that can hold a text for us. No method raises: every fault is a verdict."""

    async def hold(self, address: str, text: str, send_at: datetime) -> Answer:
        """Have a text held until `send_at`. OUT in the answer: it was not held, and has gone out at once."""

    async def call_off(self, provider_id: str) -> Answer:
        """Have a held text not go out; OUT when it is too late."""

    async def look(self, provider_id: str) -> Answer:
        """Where a text stands now."""

    async def find(self, address: str, text: str) -> list[Found] | None:
        """The texts of exactly these words to this address, newest first; None when nobody can tell."""


class Obstacle(StrEnum):
    """Why no text can be held at all, by its words in the notices."""

    NO_SMS = "no_backstop_sms"
    NO_SERVICE = "no_backstop_service"
    IRELAND = "no_backstop_region"


IRELAND = ".ie1."


def obstacle(*, has_sms: bool, service_sid: str | None, api_url: str) -> Obstacle | None:
    """Why no backstop can be had with these settings; None when it can. Twilio's Irish region holds no texts (DESIGN §5)."""
    if not has_sms:
        return Obstacle.NO_SMS
    if not service_sid:
        return Obstacle.NO_SERVICE
    return Obstacle.IRELAND if IRELAND in api_url else None


class Step(StrEnum):
    """How far one text has got. The last three are final."""

    ARMING = "arming"  # to be held; the provider may have it already
    ARMED = "armed"
    CALLING_OFF = "calling off"
    SENT = "sent"  # it has gone out, and those who got it wait for word of the visitor
    EXPLAINED = "explained"
    CALLED_OFF = "called off"
    FAILED = "failed"


LIVE = frozenset({Step.ARMING, Step.ARMED})
UNFINISHED = LIVE | {Step.CALLING_OFF}
"""About these the provider has yet to be asked."""
TENDED = LIVE | {Step.SENT}
"""These follow what becomes of the place."""


@dataclass(frozen=True, slots=True)
class Held:
    """One text to one contact about one place. `doubted_at`: since when the provider may have it unknown to us."""

    id: int
    school_id: int
    place_id: int
    person_id: int
    visit_id: int
    step: Step
    since: datetime
    send_at: datetime
    address: str
    text: str
    reference: str
    sid: str | None = None
    doubted_at: datetime | None = None
    tries: int = 0
    version: int = 0


class Wish(NamedTuple):
    """What should be held for a place: a text that says "no word since", and when it is to go out."""

    since: datetime
    alarm_at: datetime
    send_at: datetime

    def fits(self, held: Held) -> bool:
        """Whether a text that is held will do."""
        soonest, latest = self.alarm_at + MARGIN - TOLERANCE, self.send_at + TOLERANCE
        return held.since == self.since and soonest <= held.send_at <= latest


class Plan(NamedTuple):
    """What is to change: for whom a text is to be held, what is called off at once, and what once its successor is held."""

    arm: tuple[int, ...]
    call_off: tuple[Held, ...]
    succeed: tuple[Held, ...]


def is_live(place: Place, now: datetime) -> bool:
    """Whether the visit has begun: by an arrival, or by the planned start."""
    if not place.is_open or place.deadline_at is None:
        return False
    return place.state is not State.PLANNED or place.starts_at is None or place.starts_at <= now + EARLY


def silent_until(place: Place, policy: Policy, now: datetime) -> datetime | None:
    """When silence alone would raise the next alarm about this place: the machine itself is asked, deadline by deadline."""
    at = now
    for _ in range(STEPS):
        if place.deadline is None or place.deadline_at is None:
            return None
        at = max(at, place.deadline_at)
        decision = decide(place, Happening(place.deadline), policy, at)
        if any(isinstance(effect, Raise) for effect in decision.effects):
            return at
        place = decision.place
    return at


def wish(place: Place, policy: Policy, now: datetime) -> Wish | None:
    """What should be held for a place now; None for one that is not live."""
    alarm_at = silent_until(place, policy, now) if is_live(place, now) else None
    if alarm_at is None:
        return None
    since = place.heard_at or place.arrived_at or place.starts_at or now
    return Wish(since, alarm_at, max(alarm_at + MARGIN, now + LEAD))


def judge(wanted: Wish | None, recipients: Iterable[int], held: Sequence[Held]) -> Plan:
    """What is to change, given the texts of a place that are not yet called off."""
    wanted_by = set(recipients) if wanted else set()
    live = [one for one in held if one.step in LIVE]
    good = {one.person_id for one in live if wanted and one.person_id in wanted_by and wanted.fits(one)}
    arm = tuple(person for person in dict.fromkeys(recipients) if person in wanted_by - good)
    old = [one for one in live if wanted is None or not (wanted.fits(one) and one.person_id in good)]
    succeed = tuple(one for one in old if one.person_id in arm)
    return Plan(arm, tuple(one for one in old if one not in succeed), succeed)


def recipients(ladder: Ladder, people: Iterable[Person]) -> tuple[int, ...]:
    """The people of the first two rungs that can be texted: a held text is an SMS, and waits for no receipt."""
    reachable = {person.id for person in people if Channel.SMS not in person.lost}
    rungs = [tuple(person for person in rung if person in reachable) for rung in ladder]
    return tuple(person for rung in [rung for rung in rungs if rung][:RUNGS] for person in rung)


class Word(StrEnum):
    """What those who got a text that went out are told about it."""

    MISTAKE = "held_mistake"  # it was not held at all
    DISREGARD = "held_disregard"  # it was true once, and is not any more
    BACK = "held_back"  # it is still true, and Doorstep works


def explains(held: Held, place: Place, *, misfired: bool) -> Word:
    """What there is to say of a text that has gone out, from the place alone."""
    if misfired:
        return Word.MISTAKE
    heard = place.heard_at is not None and place.heard_at > held.since
    return Word.DISREGARD if heard or not place.is_open else Word.BACK
