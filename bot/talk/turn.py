"""Whose text is it: the conversation's, or the visit's? Protection comes first (DESIGN §4).

Danger and the code word have been looked for before anybody asks this, and what has raised does not come here. What is
asked here is only whether an ordinary text may be taken for an answer. Whoever is inside a home, on the way there, or
waited for talks to the visit: every digit and everything that even nearly means something there is the visit's. Elsewhere a
conversation takes digits and short answers, but not a digit that may be a word about a visit, when its question was asked
long ago; nor does a question that wants words take one from somebody who goes on visits, nor "left" and no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.talk.form import Field
from bot.visit import Place, State
from bot.which import EARLY
from bot.words import LOWERING, MOVING, RAISING, Kind, Reading

FRESH = timedelta(minutes=15)
"""How long a question is what a bare digit answers, for somebody who goes on visits."""


BACK = "4"
"""The digit that ends the wait for somebody's return: never an answer to anything else while one is awaited."""

SHORT = 3
"""A question of so few words is one about visits ("status", "who am i"), and no answer."""


class Standing(Enum):
    """Where the sender stands, as far as the next text goes."""

    FREE = "no visit is open"
    LATER = "a visit is planned, and not for soon"
    SOON = "a visit is planned for soon, or they are on the way back"
    INSIDE = "inside a home, or waited for"


_ALWAYS = (RAISING - {Kind.DANGER}) | {Kind.ARRIVED, Kind.SETTING_OUT, Kind.NOBODY_HOME, Kind.FAMILY_LATE}
"""What a visit hears even where none is open: it opens one, or is passed on."""
_HEARD = {
    Standing.FREE: _ALWAYS,
    Standing.LATER: _ALWAYS | {Kind.LATE, Kind.CALLED_OFF},
    Standing.SOON: _ALWAYS | LOWERING | MOVING,
}
_QUESTIONS = frozenset({Kind.STATUS, Kind.WHO, Kind.HELP, Kind.THANKS})


class Belongs(Enum):
    """Whose a text is."""

    TALK = "the conversation's"
    VISIT = "the visit's"
    EITHER = "the conversation's if it can read it, else the visit's"


@dataclass(frozen=True, slots=True)
class Heard:
    """A text as it came: what it means, whether it may lower anything, and whether its sender goes on visits."""

    reading: Reading
    certain: bool
    goes: bool


def standing(places: Sequence[Place], now: datetime) -> Standing:
    """Where somebody stands who has these places: the nearest to a home counts."""
    open_ones = [place for place in places if place.is_open]
    planned = [place for place in open_ones if place.state is State.PLANNED]
    if any(place.state not in (State.PLANNED, State.HOMEWARD) for place in open_ones):
        return Standing.INSIDE
    if len(planned) < len(open_ones) or any((place.starts_at or now) <= now + EARLY for place in planned):
        return Standing.SOON
    return Standing.LATER if planned else Standing.FREE


def belongs(field: Field, heard: Heard, standing: Standing, age: timedelta) -> Belongs:
    """Whose this text is, when `field` was asked `age` ago."""
    reading = heard.reading
    kinds = reading.kinds - field.hears
    if reading.danger and Kind.DANGER not in field.hears:
        return Belongs.VISIT
    if standing is Standing.INSIDE:
        kinds |= reading.kinds & LOWERING  # "all fine" from inside answers the visit, whatever else was asked before it
        says_nothing = kinds <= {Kind.UNCLEAR} and reading.ask is None and not reading.text.strip().isdecimal()
        return Belongs.TALK if says_nothing else Belongs.VISIT
    if reading.digit is not None:
        stale = heard.goes and (age > FRESH or not field.options)
        meant_for_visit = stale and (reading.digit == "1" or standing is Standing.SOON or bool(field.wordy))
        meant_for_visit = meant_for_visit or (reading.digit == BACK and standing is Standing.SOON)
        meant_for_visit = meant_for_visit or bool(_again(field, reading))
        return Belongs.VISIT if meant_for_visit else Belongs.TALK
    words = len(reading.text.split())
    told = kinds & (_HEARD[standing] | _for_both(reading) | _again(field, reading)) - (
        {Kind.NOBODY_HOME} if words == 1 else set()
    )  # "nobody" may well be an answer
    if heard.goes and words <= SHORT:
        # It may be of a visit whose arrival the other platform still holds.
        told |= kinds & field.wordy
    asks = bool(kinds) and kinds <= _QUESTIONS and words <= SHORT
    plainly = (heard.certain and bool(told)) or bool(told & RAISING) or asks
    if plainly and field.free:
        return Belongs.VISIT
    return Belongs.EITHER if plainly else Belongs.TALK


def _for_both(reading: Reading) -> frozenset[Kind]:
    """ "Both left" is of a partner too, who may still be inside when the sender's own part is closed."""
    return frozenset(meaning.kind for meaning in reading.meanings if meaning.both) & LOWERING


def _again(field: Field, reading: Reading) -> frozenset[Kind]:
    """What only says once more of the sender what the field was asked after."""
    return frozenset(meaning.kind for meaning in reading.meanings if meaning.who is None) & field.repeats
