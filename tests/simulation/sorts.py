"""Every sort of visit: what is said in it, and when."""

import random
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tests.simulation.plan import Means

MINUTE = 60.0


class Word(NamedTuple):
    """One thing to be said. Of a pair, either may say it, and for both."""

    at: float
    means: Means
    of_partner: bool = False
    both: bool = False


Sort = Callable[[random.Random, float, float], list[Word]]


def _quiet(chance: random.Random, starts: float, ends: float) -> list[Word]:
    arrives = starts + chance.uniform(-3, 6) * MINUTE
    asked = max(starts, arrives) + 11 * MINUTE
    return [
        Word(arrives, Means.ARRIVED),
        Word(asked, Means.OK),
        Word(max(ends, asked + MINUTE) - chance.uniform(-3, 1) * MINUTE, Means.LEFT),
    ]


def _with(means: Means, *, ends_it: bool = False) -> Sort:
    """A quiet visit with one more thing said in the middle of it."""

    def sort(chance: random.Random, starts: float, ends: float) -> list[Word]:
        steps = _quiet(chance, starts, ends)
        at = steps[0].at + chance.uniform(0.2, 8) * MINUTE
        return [*steps[:1], Word(at, means)] if ends_it else [*steps, Word(at, means)]

    return sort


def _falls_silent(chance: random.Random, starts: float, ends: float) -> list[Word]:
    steps = _quiet(chance, starts, ends)
    return [*steps[: chance.choice((1, 1, 2))], Word(ends + chance.uniform(12, 40) * MINUTE, Means.LEFT)]


def _never_comes(chance: random.Random, starts: float, ends: float) -> list[Word]:
    return [Word(starts + chance.uniform(16, 40) * MINUTE, Means.CALLED_OFF)]


def _late(chance: random.Random, starts: float, ends: float) -> list[Word]:
    later = [word._replace(at=word.at + 20 * MINUTE) for word in _quiet(chance, starts, ends)]
    return [Word(starts + chance.uniform(-5, 9) * MINUTE, Means.LATE), *later]


def _longer(chance: random.Random, starts: float, ends: float) -> list[Word]:
    steps = _quiet(chance, starts, ends)
    return [
        *steps[:2],
        Word(ends + chance.uniform(0, 4) * MINUTE, Means.LONGER),
        Word(steps[2].at + 18 * MINUTE, Means.LEFT),
    ]


def _sets_out(chance: random.Random, starts: float, ends: float) -> list[Word]:
    return [Word(starts - chance.uniform(4, 15) * MINUTE, Means.SET_OUT), *_quiet(chance, starts, ends)]


def _nobody_home(chance: random.Random, starts: float, ends: float) -> list[Word]:
    """They wait at the door and go; some are let in after all, and some say nothing more."""
    at = starts + chance.uniform(-2, 8) * MINUTE
    rest = chance.choice(
        (
            [Word(at + 16 * MINUTE, Means.LEFT)],
            [Word(at + 6 * MINUTE, Means.ARRIVED), Word(ends + 2 * MINUTE, Means.LEFT)],
        )
    )
    return [Word(at, chance.choice((Means.NOBODY_HOME, Means.FAMILY_LATE))), *rest]


def _all_at_once(chance: random.Random, starts: float, ends: float) -> list[Word]:
    """A code word right behind "left", as of one who is made to text."""
    steps = _quiet(chance, starts, ends)
    return [*steps, Word(steps[-1].at + chance.choice((0.0, 0.4, 2.0)), Means.CODE_WORD)]


def _to_the_instant(chance: random.Random, starts: float, ends: float) -> list[Word]:
    """Texts at the very instants at which something is due."""
    return [
        Word(starts + 10 * MINUTE, Means.ARRIVED),
        Word(starts + 20 * MINUTE, Means.OK),
        Word(max(ends + 5 * MINUTE, starts + 24 * MINUTE), Means.LEFT),
    ]


def _each(first: Sort, other: Sort) -> Sort:
    """A pair, each of whom speaks for themselves."""

    def sort(chance: random.Random, starts: float, ends: float) -> list[Word]:
        theirs = [word._replace(of_partner=True) for word in other(chance, starts, ends)]
        return [*first(chance, starts, ends), *theirs]

    return sort


def _as_one(chance: random.Random, starts: float, ends: float) -> list[Word]:
    """A pair that says "we", mostly by one of them."""
    said = chance.choice((_quiet, _quiet, _late, _longer, _sets_out, _nobody_home))(chance, starts, ends)
    return [word._replace(both=True, of_partner=chance.random() < 0.3) for word in said]


def _parts(chance: random.Random, starts: float, ends: float) -> list[Word]:
    """One leaves before the other, who is asked, and answers or not; some say afterwards that both have left."""
    arrived, asked, left = (word._replace(both=True) for word in _quiet(chance, starts, ends))
    gone = arrived.at + chance.uniform(2, 16) * MINUTE
    stays = [Word(gone + chance.uniform(0.2, 12) * MINUTE, Means.OK, True), left._replace(both=False, of_partner=True)]
    rest = chance.choice(
        (stays, stays, stays[1:], [Word(gone + chance.uniform(0.2, 8) * MINUTE, Means.LEFT, both=True)])
    )
    checked = [asked] if asked.at < gone else []
    return [arrived, *checked, Word(gone, Means.LEFT), *rest]


def _late_on_the_way(chance: random.Random, starts: float, ends: float) -> list[Word]:
    """Both set out and run late."""
    late = _late(chance, starts, ends)
    return [word._replace(both=True) for word in (Word(late[0].at - 2 * MINUTE, Means.SET_OUT), *late)]


def _names_the_other(chance: random.Random, starts: float, ends: float) -> list[Word]:
    """A pair, one of whom says of the other by name what they have not said themselves."""
    said = _each(_quiet, _quiet)(chance, starts, ends)
    return [*said, Word(starts + chance.uniform(-2, 20) * MINUTE, Means.NOTHING, both=True)]


PAIRS: Mapping[str, tuple[int, Sort]] = {
    "pair": (3, _each(_quiet, _quiet)),
    "pair as one": (3, _as_one),
    "pair parts": (2, _parts),
    "pair, and one names the other": (1, _names_the_other),
    "pair, and one falls silent": (1, _each(_quiet, _falls_silent)),
    "pair, and one never comes": (1, _each(_quiet, _never_comes)),
    "pair, and one has a code word": (1, _each(_quiet, _with(Means.CODE_WORD))),
}
BY_TEXT: Mapping[str, tuple[int, Sort]] = {
    "planned by text": (8, _each(_quiet, _quiet)),
    "planned by text, as one": (3, _as_one),
    "planned by text, and late on the way": (3, _late_on_the_way),
    "planned by text, and one falls silent": (3, _each(_quiet, _falls_silent)),
}
"""Pairs too. Only who has no visit in the next turn plans."""
SORTS: Mapping[str, tuple[int, Sort]] = {
    "quiet": (40, _quiet),
    "talks": (3, _with(Means.NOTHING)),
    "late": (4, _late),
    "longer": (4, _longer),
    "sets out": (4, _sets_out),
    "nobody home": (3, _nobody_home),
    "called off": (2, _with(Means.CALLED_OFF, ends_it=True)),
    "to the instant": (3, _to_the_instant),
    "falls silent": (2, _falls_silent),
    "never comes": (1, _never_comes),
    "code word": (1, _with(Means.CODE_WORD)),
    "danger": (1, _with(Means.DANGER)),
    "code word behind left": (1, _all_at_once),
    **PAIRS,
    **BY_TEXT,
}
"""Every sort of visit, and how often it is drawn."""
