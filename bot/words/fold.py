"""From any text to plain small letters and words, each knowing where in the text it stood.

Folding is one character at a time, so a place in the folded text always leads back to a place in the text as received.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# Letters of other alphabets that a reader takes for Latin ones (Cyrillic, Greek and a few more); NFKD does the rest.
_LOOK_ALIKES: dict[str, str] = dict(
    zip(
        "аеорсухікјѕһԁвмнтгпԛԝӏьαοριυκτνεμηγωβχɑɡıłøđħŀßəﬀ’‘ʼ`´ʹ＇“”„«»‟–—‒―−‐‑…•·⁄",
        [*"aeopcyxikjshdbmhtrnqwlbaopiuktvemhywbxagilodhlb"]
        + ["e", "ff"]
        + ["'"] * 7
        + ['"'] * 6
        + ["-"] * 7
        + ["…", ",", ",", "/"],
        strict=True,
    )
)
_GONE = frozenset(("Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"))


@lru_cache(maxsize=4096)
def fold_char(char: str) -> str:
    """What one character reads as: lower case, no accent, Latin; "" for what a reader cannot see."""
    if char in "\n\r\t\v\f\x85\u2028\u2029":
        return " " if char == "\t" else "\n"
    small = _LOOK_ALIKES.get(char) or _LOOK_ALIKES.get(char.lower())
    if small is not None:
        return small
    seen = []
    for part in unicodedata.normalize("NFKD", char):
        if part in "\u0338\u0335\u0336" or unicodedata.category(part) not in _GONE:
            low = part.lower()
            seen.append(_LOOK_ALIKES.get(low, low))
    return "".join(seen)


def fold(text: str) -> tuple[str, list[int] | range]:
    """The folded text, and for each of its characters the index in `text` it came from."""
    if text.isascii() and text.isprintable():
        return text.lower(), range(len(text))
    folded: list[str] = []
    places: list[int] = []
    for index, char in enumerate(text):
        for part in fold_char(char):
            folded.append(part)
            places.append(index)
    return "".join(folded), places


class Token(NamedTuple):
    """One word, number or mark; `start` and `end` are its place in the text as received."""

    word: str
    start: int
    end: int
    mark: bool = False  # punctuation, an emoji: between words rather than one


_TOKENS = re.compile(
    r"\d{1,2}[:.]\d\d(?![\d])"  # a clock time
    r"|\d+\.\d+"
    r"|(?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?![^\W_])\.?"  # initials: K.T.
    r"|[^\W_]+(?:'[^\W_]+)*"
    r"|\.{2,}|[:;=]['-]?[()dp/|](?![^\W_])|<3"
    r"|[^\s\w]|_|\n"
)


def tokens(text: str) -> list[Token]:
    """The words and marks of a text, folded, in order. Never raises."""
    folded, places = fold(text)
    found = []
    for match in _TOKENS.finditer(folded):
        start, end = match.span()
        word = match.group()
        found.append(Token(word, places[start], places[end - 1] + 1, not (word[0].isalnum())))
    return found
