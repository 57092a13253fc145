"""Finding a code word in a text typed by a shaking thumb.

Text and phrase are compared by their letters and digits alone: case, accents, look-alikes, spaces, punctuation, emoji and
held-down keys cost nothing. What a thumb does (a neighbouring key, a swap, a letter left out or put in, a word run into the
next) costs 1; any other wrong letter costs 2. A phrase is found where a stretch of whole words costs no more than its
length allows. docs/decisions/0003-code-words.md has the reasons and the figures.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bot.words.fold import fold

_ROWS = (("1234567890", -0.5, -1.0), ("qwertyuiop", 0.0, 0.0), ("asdfghjkl", 0.25, 1.0), ("zxcvbnm", 0.75, 2.0))
_REACH = 1.5  # widths of a key that a thumb misses by
_BY_SPACE = frozenset("cvbnm")  # keys above the space bar
_THUMB, _OTHER = 1, 2


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase, as it was agreed, and where in the text as received it stands."""

    phrase: str
    start: int
    end: int


class Letters(NamedTuple):
    """The letters and digits of a text, held-down keys let go; where each stood; and where words begin and end."""

    line: str
    places: list[int]
    starts: dict[int, None]  # in order
    ends: dict[int, None]


class _Sought(NamedTuple):
    """A phrase to look for: its letters, the gaps between its words, and what it may cost."""

    phrase: str
    line: str
    gaps: frozenset[int]
    limit: int


def _near_keys() -> dict[str, frozenset[str]]:
    keys = {key: (x + place, y) for row, x, y in _ROWS for place, key in enumerate(row)}
    return {
        key: frozenset(o for o, (p, q) in keys.items() if o != key and (x - p) ** 2 + (y - q) ** 2 <= _REACH**2)
        for key, (x, y) in keys.items()
    }


@lru_cache(maxsize=1)
def neighbours() -> dict[str, frozenset[str]]:
    """The keys a thumb hits instead of each key, on a British keyboard."""
    return _near_keys()


def letters_of(text: str) -> Letters:
    """What of a text is compared: letters and digits only, a held-down key counted once."""
    folded, places = fold(text)
    line: list[str] = []
    kept: list[int] = []
    starts: dict[int, None] = {}
    ends: dict[int, None] = {}
    inside = False
    for at, char in enumerate(folded):
        if not char.isalnum():
            if char not in "'-" and inside:
                ends[len(line)] = None
                inside = False
            continue
        if not inside:
            starts[len(line)] = None
        elif line and line[-1] == char and not char.isdecimal():
            continue
        inside = True
        line.append(char)
        kept.append(places[at])
    if inside:
        ends[len(line)] = None
    return Letters("".join(line), kept, starts, ends)


def allowance(letters: int, words: int) -> int:
    """What a phrase of so many letters and words may cost and still be found."""
    if letters < 5:
        return 0
    if letters < 8:
        return 2 if words > 1 else 1
    return 2 if letters < 16 else 3


@lru_cache(maxsize=256)
def _sought(phrases: tuple[str, ...]) -> tuple[_Sought, ...]:
    found: dict[str, _Sought] = {}
    for phrase in phrases:
        base = letters_of(phrase)
        limit = allowance(len(base.line), len(base.starts))
        lines = [base.line, base.line + "s"] + ([base.line[:-1]] if base.line.endswith("s") and limit else [])
        for line in lines if base.line else ():
            gaps = frozenset(place for place in base.ends if place < len(base.line))
            found.setdefault(line, _Sought(phrase, line, gaps, limit))
    return tuple(found.values())


def find(text: str, phrases: Iterable[str], *, before: str = "") -> Found | None:
    """The first of the phrases that stands in the text; `before` is the sender's last text, if sent within 30 seconds.

    A phrase wholly in `before` is not found again; one begun there and ended here starts at 0. Never raises on any text.
    """
    sought = _sought(tuple(phrases))
    if not sought or not text:
        return None
    here = letters_of(text)
    for one in sought:
        place = _search(one, here)
        if place is not None:
            return Found(one.phrase, *place)
    return _across(text, sought, before) if before else None


def _across(text: str, sought: Sequence[_Sought], before: str) -> Found | None:
    """A phrase begun in the text before and ended in this one; one that is whole in the first was found there."""
    first, both, shift = letters_of(before), letters_of(f"{before}\n{text}"), len(before) + 1
    whole = {one.phrase for one in sought if _search(one, first) is not None}
    for one in sought:
        place = _search(one, both) if one.phrase not in whole else None
        if place is not None and place[0] < shift < place[1]:
            return Found(one.phrase, 0, place[1] - shift)
    return None


def _worth_a_look(one: _Sought, line: str) -> bool:
    """Whether some stretch of the line is near the phrase at all: a quick test that lets nothing slip that may be found.

    A stretch that costs `limit` differs from one of the phrase's own length by at most 2 × `limit` letters put in or left out,
    so its ratio is at least 1 - limit / length; one more is given away for safety.
    """
    length = len(one.line)
    if length < 6 or len(line) <= length + one.limit:
        return True
    return fuzz.partial_ratio(one.line, line, score_cutoff=100 * (1 - (one.limit + 1) / length)) > 0


def _search(one: _Sought, letters: Letters) -> tuple[int, int] | None:
    """The cheapest stretch that fits, the first of equals: from the start of a word, or else up to the end of one."""
    if not _worth_a_look(one, letters.line):
        return None
    least, most = max(1, len(one.line) - one.limit), len(one.line) + one.limit
    size = len(letters.line)
    best, place = one.limit + 1, None
    for start in letters.starts:
        for end in range(start + least, min(start + most, size) + 1):
            paid = _price(one, letters, start, end, best)
            if paid < best:
                best, place = paid, (start, end)
    if best and one.limit:
        for end in letters.ends:
            for start in range(max(0, end - most), end - least + 1):
                if start not in letters.starts:
                    paid = _price(one, letters, start, end, best)
                    if paid < best:
                        best, place = paid, (start, end)
    return None if place is None else (letters.places[place[0]], letters.places[place[1] - 1] + 1)


def _price(one: _Sought, letters: Letters, start: int, end: int, best: int) -> int:
    """What it costs to take a stretch for the phrase, or `best` where that is not cheaper; 1 for each end inside a word."""
    window = letters.line[start:end]
    loose = (start not in letters.starts) + (end not in letters.ends)
    if window == one.line:
        return min(best, loose)
    left = best - loose - 1
    if left < 1 or OSA.distance(one.line, window, score_cutoff=left) > left:
        return best
    return min(best, loose + cost(one.line, window, one.gaps))


def cost(meant: str, typed: str, gaps: frozenset[int] = frozenset()) -> int:
    """What it costs to take `typed` for `meant`: 1 for each slip of a thumb, 2 for each other wrong letter."""
    near = neighbours()
    rows: list[list[int]] = [[0]]
    for j, char in enumerate(typed, 1):
        rows[0].append(rows[0][j - 1] + _put_in(char, meant, 0, gaps, near))
    for i, char in enumerate(meant, 1):
        row = [i * _THUMB]
        for j, other in enumerate(typed, 1):
            same = 0 if char == other else _THUMB if other in near.get(char, ()) or other.isdecimal() else _OTHER
            best = min(
                rows[i - 1][j - 1] + same, rows[i - 1][j] + _THUMB, row[j - 1] + _put_in(other, meant, i, gaps, near)
            )
            if i > 1 and j > 1 and char == typed[j - 2] and other == meant[i - 2]:
                best = min(best, rows[i - 2][j - 2] + _THUMB)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def _put_in(char: str, meant: str, at: int, gaps: frozenset[int], near: dict[str, frozenset[str]]) -> int:
    """A letter too many costs little beside its own or a neighbouring key, or where the space bar was missed."""
    if char.isdecimal() or (at in gaps and char in _BY_SPACE):
        return _THUMB
    beside: Sequence[str] = meant[max(0, at - 1) : at + 1]
    return _THUMB if any(char == key or char in near.get(key, ()) for key in beside) else _OTHER
