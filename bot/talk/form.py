"""A form: questions in their order, how each answer is read, and what comes next.

The theory. A form is a tuple of fields. What has been answered is a plain table of values that JSON can hold, by the
fields' names, so that a conversation can be put away after any answer and taken up again by another process. The next
question is always the first field that has no answer yet and is not skipped: nothing else says where a conversation is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from bot.words import Kind

Value: TypeAlias = Any
"""What JSON can hold: a text, a number, True, False, None, a list, a table."""
Answers = Mapping[str, Value]


class Fault(NamedTuple):
    """What is wrong with an answer: a sentence that names it, and asks what mends it; `values` fill it in.

    A sentence with {ask} in it is given the field's own question there. `right` is what was right all the same, by the
    names of the fields: it is kept for what mends the rest.
    """

    notice: str
    values: Mapping[str, object] = {}
    right: Mapping[str, Value] = {}


class Several(NamedTuple):
    """One text has answered several fields at once."""

    values: Answers


class Option(NamedTuple):
    """One answer to choose: a button, and a digit by its place. `label` is a label of the notices, or, `as_is`, the words."""

    value: Value
    label: str
    as_is: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when something is said: the school's day, its language, and what is known there.

    `values` fill in the questions; `known` is what a form's readers need beside the text.
    """

    now: datetime
    zone: ZoneInfo
    language: str = "en"
    values: Mapping[str, object] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)


Reader = Callable[[str, Answers, Setting], Value | Several | Fault]


def _never(answers: Answers) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `free`: any words at all are an answer, so a text that is plainly about a visit is not taken for one.

    `hears`: kinds of meaning that are this field's own to deal with, and not the visit's ("any concerns?"). `repeats`: kinds
    that only say once more what it was asked after, and are never an answer to it ("left"). `wordy`: it wants words, so that
    no digit answers it, nor in few words any of these kinds: they are of a visit.
    """

    name: str
    notice: str
    read: Reader
    options: tuple[Option, ...] = ()
    skipped: Callable[[Answers], bool] = _never
    free: bool = False
    hears: frozenset[Kind] = frozenset()
    repeats: frozenset[Kind] = frozenset()
    wordy: frozenset[Kind] = frozenset()


Form = tuple[Field, ...]


class Ask(NamedTuple):
    """This is to be asked now."""

    answers: Answers
    field: Field


class Done(NamedTuple):
    """Nothing is left to ask."""

    answers: Answers


class Again(NamedTuple):
    """What was said is no answer: it is asked again, with what is wrong.

    `clear` empties these fields first. The first of them is asked next, even where it would have been skipped, and then
    each of `ask`.
    """

    fault: Fault
    clear: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()


Step = Ask | Done | Again
AGAIN = "again"
"""Among the answers: the names of fields that have to be asked again, whatever would have skipped them."""
WAS = "was"
"""Among the answers: what these fields held. Whoever mends one thing need not say the rest once more."""


def first(form: Form, answers: Answers) -> Field | None:
    """The question that comes next; None when all is answered. What has to be asked again comes first."""
    by_name = {one.name: one for one in form}
    for name in answers.get(AGAIN, ()):
        if name in by_name and name not in answers:
            return by_name[name]
    return next((one for one in form if one.name not in answers and not one.skipped(answers)), None)


def was(answers: Answers) -> Answers:
    """What was said of the fields that are asked again."""
    held: Answers = answers.get(WAS, {})
    return held


def anew(answers: Answers, again: Again) -> Answers:
    """The answers without what was wrong, what is to be asked again, and what the fields that are cleared held."""
    wanted = [*again.clear[:1], *again.ask, *answers.get(AGAIN, ())]
    kept = {name: value for name, value in answers.items() if name not in again.clear}
    cleared = {name: answers[name] for name in again.clear if name in answers}
    held = {**was(answers), **cleared, **again.fault.right}
    asked = {AGAIN: list(dict.fromkeys(wanted))} if wanted else {}
    return {**kept, **asked, **({WAS: held} if held else {})}


def go_on(form: Form, answers: Answers) -> Ask | Done:
    """Where a form stands with these answers."""
    coming = first(form, answers)
    return Ask(answers, coming) if coming else Done(answers)


def step(form: Form, answers: Answers, text: str, setting: Setting) -> Step:
    """What a text does to a form: the next question, or that it is done, or what is wrong with the text."""
    asked = first(form, answers)
    if asked is None:
        return Done(answers)
    value = asked.read(text, answers, setting)
    if isinstance(value, Fault):
        return Again(value)
    given = value.values if isinstance(value, Several) else {asked.name: value}
    still = [name for name in answers.get(AGAIN, ()) if name != asked.name and name not in given]
    known = {name: one for name, one in answers.items() if name not in (AGAIN, WAS)}
    held = {WAS: answers[WAS]} if still and WAS in answers else {}
    return go_on(form, {**known, **given, **({AGAIN: still} if still else {}), **held})
