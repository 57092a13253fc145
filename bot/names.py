"""Who is meant by a name as somebody types it: accents, hyphens, apostrophes and capitals make no difference."""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol, TypeVar

from bot.words.fold import fold

LONGEST = 4
"""So many words of a text at most are read as one name."""
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
    """Everybody whom any words of a text may mean: one too many sooner than one too few."""
    parts = _parts(text)
    runs = {"".join(parts[at : at + length]) for at in range(len(parts)) for length in range(1, LONGEST + 1)}
    return [one for one in people if runs & (_words(one.name) | _begins(one.name))]


def _parts(text: str) -> list[str]:
    return _PART.findall(fold(text)[0])


def _whole(name: str) -> set[str]:
    return {"".join(_parts(name))}


def _words(name: str) -> set[str]:
    return set(accumulate("".join(_parts(word)) for word in name.split()))


def _begins(name: str) -> set[str]:
    return set(accumulate(_parts(name)))
