"""Who is meant by a name as somebody types it: accents, hyphens, apostrophes and capitals make no difference."""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol, TypeVar

from bot.words.fold import fold

LONGEST = 4
"""So many words of a text at most are read as one name."""
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir"})
_PART = re.compile(r"[^\W_]+")


class Named(Protocol):
    """Anybody who has a name."""

    @property
    def name(self) -> str: ...


Anybody = TypeVar("Anybody", bound=Named)


def named(said: str, people: Sequence[Anybody]) -> list[Anybody]:
    """Whom a name may mean: by the whole of it, else by its first words, else by what stands before a hyphen."""
    typed = "".join(_parts(said))
    for ways in (_whole, _words, _begins):
        if found := [one for one in people if typed and typed in ways(one.name)]:
            return found
    return []


def within(text: str, people: Sequence[Anybody]) -> list[Anybody]:
    """Everybody whom any words of a text may mean, by a surname too: one too many sooner than one too few."""
    parts = _parts(text)
    runs = {"".join(parts[at : at + length]) for at in range(len(parts)) for length in range(1, LONGEST + 1)}
    return [one for one in people if runs & (_words(one.name) | _begins(one.name) | _rests(one.name))]


def begins(text: str, people: Sequence[Named]) -> bool:
    """Whether a text begins with somebody's name, behind a title or none."""
    parts = _parts(text)
    parts = parts[1:] if parts and parts[0] in TITLES else parts
    runs = {"".join(parts[:length]) for length in range(1, LONGEST + 1)}
    return any(runs & (_words(one.name) | _begins(one.name) | _rests(one.name)) for one in people)


def _parts(text: str) -> list[str]:
    return _PART.findall(fold(text)[0])


def _whole(name: str) -> set[str]:
    return {"".join(_parts(name))}


def _words(name: str) -> set[str]:
    return set(accumulate("".join(_parts(word)) for word in name.split()))


def _rests(name: str) -> set[str]:
    """A surname, or the last names together."""
    words = ["".join(_parts(word)) for word in name.split()]
    return {found for at in range(1, len(words)) if len(found := "".join(words[at:])) > 1}


def _begins(name: str) -> set[str]:
    return set(accumulate(_parts(name)))
