"""Slips of the thumb in single words: a word nobody knows, one slip from a word that matters, is read as that word.

A slip is one letter changed, left out, put in, or swapped with its neighbour. A word that exists ("lift", "felt") is never
taken for a slip, and words under four letters are taken as they stand. Looking up costs the word's length, not the
dictionary's.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_HELD = re.compile(r"(.)\1{2,}", re.DOTALL)  # a key held down
SHORTEST = 4  # letters of the word meant
LONGEST = 24


def _without_one(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def one_slip(typed: str, meant: str) -> bool:
    """Whether `typed` is `meant` with at most one letter changed, missing, added or swapped with the next."""
    if typed == meant:
        return True
    if abs(len(typed) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    a, b = typed[start:], meant[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and len(b) > 1 and a[2:] == b[2:])


class Speller:
    """Reads slips of `keywords`; words in `known` are left alone."""

    def __init__(self, keywords: Iterable[str], known: Iterable[str], joins: Iterable[str] = ()) -> None:
        self._keywords = sorted({word for word in keywords if len(word) >= SHORTEST})
        self._known = frozenset(known)
        self._joins = frozenset(joins)
        self._near: dict[str, list[str]] = {}
        for word in self._keywords:
            for part in {word, *_without_one(word)}:
                self._near.setdefault(part, []).append(word)
        self.meant = lru_cache(maxsize=8192)(self._meant)

    def knows(self, word: str) -> bool:
        return word in self._known

    def run_together(self, word: str) -> tuple[str, str] | None:
        """The two words of "leftnow", where the space bar was missed; None for a word or anything else."""
        if word in self._known or not 4 <= len(word) <= LONGEST:
            return None
        for at in range(1, len(word)):
            if word[:at] in self._joins and word[at:] in self._joins:
                return word[:at], word[at:]
        return None

    def _meant(self, word: str) -> str:
        """The word that was meant, or the word itself."""
        if word in self._known or len(word) < SHORTEST - 1 or not word.isalpha():
            return word
        held = dict.fromkeys((_HELD.sub(r"\1\1", word), _HELD.sub(r"\1", word)))  # "goood", "helppp"
        for candidate in held:
            if candidate != word and candidate in self._known:
                return candidate
        for candidate in held:
            if not SHORTEST - 1 <= len(candidate) <= LONGEST:
                continue
            for part in (candidate, *sorted(_without_one(candidate))):
                for meant in self._near.get(part, ()):
                    if one_slip(candidate, meant):
                        return meant
        return word
