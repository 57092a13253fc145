"""Which phrases can be a code word: why one cannot, and good ones to offer instead."""

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib import resources

from bot.codeword.finding import find, letters_of
from bot.words.fold import fold, tokens
from bot.words.kinds import Kind
from bot.words.lexicon import lexicon
from bot.words.reading import read

SHORTEST, LONGEST = 8, 30  # letters of a phrase, spaces not counted
LONE_WORD = 9  # letters of a phrase that is one word only
MOST_WORDS = 4
_ANY_TIME = datetime(2026, 1, 12, 14, tzinfo=UTC)  # what a phrase means does not hang on the hour


@cache
def _data() -> dict[str, list[str]]:
    path = resources.files("bot.codeword") / "choosing.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def objections(phrase: str, *, language: str = "en") -> list[str]:
    """Why a phrase cannot be a code word, as plain sentences for the office; empty when it is a good one."""
    words = [token.word for token in tokens(phrase) if not token.mark]
    if not letters_of(phrase).line:
        return ["It has no letters: use two words."]
    checks: tuple[Callable[[str, list[str], str], str | None], ...] = (_reserved, _size, _everyday, _means, _ordinary)
    return [why for check in checks if (why := check(phrase, words, language))]


def _reserved(phrase: str, words: list[str], language: str) -> str | None:
    taken = [word.upper() for word in words if word in _data()["reserved"]]
    return f"{taken[0]} is a word that the phone company acts on: it can cut the sender off." if taken else None


def _size(phrase: str, words: list[str], language: str) -> str | None:
    letters = sum(char.isalnum() for char in fold(phrase)[0])
    if letters < SHORTEST:
        return f"It is too short: a slip of the thumb would hide it. Use two words with {SHORTEST} letters or more together."
    if len(words) == 1 and (letters < LONE_WORD or words[0] in _data()["common"]):
        return "It is one common or short word, which people may well use by chance. Use two words."
    if letters > LONGEST or len(words) > MOST_WORDS:
        return "It is too long to type with a shaking thumb. Use two words."
    return None


def _everyday(phrase: str, words: list[str], language: str) -> str | None:
    """A phrase made only of words that visits are reported in, and numbers."""
    known = lexicon(language).speller
    if all(known.knows(word) or word.isdecimal() for word in words):
        return (
            "All of it is everyday words of a visit, so an ordinary text could hold it. Use a word that nobody texts."
        )
    return None


def _means(phrase: str, words: list[str], language: str) -> str | None:
    reading = read(phrase, now=_ANY_TIME, zone=UTC, language=language)
    if reading.danger:
        return "It asks for help openly. A code word must look like nothing at all."
    if reading.kinds != {Kind.UNCLEAR}:
        said = ", ".join(sorted(kind.value.replace("_", " ") for kind in reading.kinds))
        return f"Doorstep already takes it to mean: {said}."
    return None


def _ordinary(phrase: str, words: list[str], language: str) -> str | None:
    near = next((text for text in _data()["ordinary"] if find(text, [phrase])), None)
    return f'It is too near an ordinary text: "{near}".' if near else None


def suggestions(count: int = 3, *, seed: int) -> list[str]:
    """Good phrases of two words, no word twice; the same for the same seed."""
    first, second = _data()["first"], _data()["second"]
    step = 7  # shares no factor with either length, so that each word comes up once before any comes up again
    count = min(count, len(first), len(second))
    start_first, start_second = seed % len(first), seed // len(first) % len(second)
    return [
        f"{first[(start_first + step * turn) % len(first)]} {second[(start_second + step * turn) % len(second)]}"
        for turn in range(count)
    ]
