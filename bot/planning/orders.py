"""What is done with plans that are there: "my visits", "repeat 12 next Mon 2pm", "move 12 to 3pm", "call off 12 family ill"."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from bot.planning.days import read_day
from bot.planning.hours import read_hours
from bot.planning.sheet import Desk, Sheet
from bot.talk import Fault
from bot.talk.phrases import says_just, table


class Do(Enum):
    """What is to be done."""

    LIST = "my visits"
    REPEAT = "repeat"
    MOVE = "move"
    OFF = "call off"


class Order(NamedTuple):
    """What is to be done with which visit. `rest` is what stands behind the number, `answers` the times in it."""

    do: Do
    number: int = 0
    rest: str = ""
    answers: Mapping[str, Any] = {}
    faults: tuple[Fault, ...] = ()


_VERBS = ((Do.REPEAT, "repeat"), (Do.MOVE, "move"), (Do.OFF, "off"))


def read_order(text: str, desk: Desk) -> Order | None:
    """The order that a text gives; None where it gives none. A visit is named by its number, never guessed."""
    if says_just(text, table(desk.language, "planning")["mine"], desk.language):
        return Order(Do.LIST)
    sheet = Sheet(text[:300], desk)
    courtesy = rf"(?:(?:{sheet.any_of('bare')})[\s,]+){{0,4}}"
    for do, key in _VERBS:
        way = rf"[\s/]*{courtesy}(?:{sheet.any_of(key)})\s+(?:(?:{sheet.any_of('visit', 'bare')})[\s.]*){{0,3}}"
        found = re.match(rf"{way}#?(?P<n>\d{{1,6}})(?![\w:/%]|\.\d|\s*(?:min|hour|hr|munud|awr))[\s:,-]*", sheet.line)
        if found:
            rest = sheet.text[found.end() :].strip()
            return _with_times(do, int(found["n"]), rest, desk)
    return None


def _with_times(do: Do, number: int, rest: str, desk: Desk) -> Order:
    if do is Do.OFF:
        return Order(do, number, rest)
    bare = Sheet(rest, desk)
    lead = re.match(rf"\s*(?:{bare.any_of('through', 'ends', 'at', 'this')})\s+", bare.line)
    sheet = Sheet(rest[lead.end() :] if lead and do is Do.MOVE else rest, desk)
    read_day(sheet)
    read_hours(sheet)
    return Order(do, number, rest, sheet.answers, tuple(sheet.faults))
