"""Slips of a shaking thumb, drawn from a seeded generator: what code words are tried with.

Written apart from bot/codeword.py on purpose: the keys beside a key are listed here by hand, and nothing is shared.
"""

import random
from collections.abc import Callable

BESIDE = {
    "q": "wa",
    "w": "qeas",
    "e": "wrsd",
    "r": "etdf",
    "t": "ryfg",
    "y": "tugh",
    "u": "yihj",
    "i": "uojk",
    "o": "ipkl",
    "p": "ol",
    "a": "qwsz",
    "s": "awedxz",
    "d": "serfcx",
    "f": "drtgvc",
    "g": "ftyhbv",
    "h": "gyujnb",
    "j": "huikmn",
    "k": "jiolm",
    "l": "kop",
    "z": "asx",
    "x": "zsdc",
    "c": "xdfv",
    "v": "cfgb",
    "b": "vghn",
    "n": "bhjm",
    "m": "njk",
}
ACCENTS = {"a": "áàâä", "e": "éèêë", "i": "íîï", "o": "óôö", "u": "úûü", "w": "ŵ", "y": "ŷý", "c": "ç", "n": "ñ"}
ALIKE = {"a": "а", "c": "с", "e": "е", "o": "о", "p": "р", "x": "х", "y": "у", "i": "і", "s": "ѕ", "k": "к", "m": "м"}
CARRIERS = (
    "{}",
    "can you bring the {} please",
    "Left the {} on my desk x",
    "all fine, is the {} in the office?",
    "{} please",
    "have you seen the {}",
    "ok. {}!",
    "tell olive the {} is in the car",
    "arrived all ok, need the {} for tomorrow",
    "Just leaving now, will collect the {} later",
    "forgot the {}",
    "all good thanks, {} is here",
)


def _letters(phrase: str) -> list[int]:
    return [at for at, char in enumerate(phrase) if char.isalpha()]


def neighbour(phrase: str, chance: random.Random) -> str:
    at = chance.choice(_letters(phrase))
    return phrase[:at] + chance.choice(BESIDE.get(phrase[at].lower(), phrase[at])) + phrase[at + 1 :]


def swap(phrase: str, chance: random.Random) -> str:
    at = chance.randrange(len(phrase) - 1)
    return phrase[:at] + phrase[at + 1] + phrase[at] + phrase[at + 2 :]


def drop(phrase: str, chance: random.Random) -> str:
    at = chance.choice(_letters(phrase))
    return phrase[:at] + phrase[at + 1 :]


def double(phrase: str, chance: random.Random) -> str:
    at = chance.choice(_letters(phrase))
    return phrase[:at] + phrase[at] * chance.choice((2, 3)) + phrase[at + 1 :]


def extra(phrase: str, chance: random.Random) -> str:
    """The thumb lands between two keys: the right one and its neighbour."""
    at = chance.choice(_letters(phrase))
    return phrase[: at + 1] + chance.choice(BESIDE.get(phrase[at].lower(), phrase[at])) + phrase[at + 1 :]


def join(phrase: str, chance: random.Random) -> str:
    return phrase.replace(" ", "", 1) if " " in phrase else split(phrase, chance)


def split(phrase: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(phrase))
    return phrase[:at] + " " + phrase[at:]


def space_missed(phrase: str, chance: random.Random) -> str:
    return phrase.replace(" ", chance.choice("cvbnm"), 1) if " " in phrase else double(phrase, chance)


def plural(phrase: str, chance: random.Random) -> str:
    return phrase + chance.choice(("s", "s", "'s", "’s"))


def case(phrase: str, chance: random.Random) -> str:
    return chance.choice((phrase.upper(), phrase.title(), phrase.swapcase(), phrase.capitalize()))


def _replaced(phrase: str, table: dict[str, str], chance: random.Random) -> str:
    places = [at for at, char in enumerate(phrase) if char in table]
    if not places:
        return phrase
    at = chance.choice(places)
    return phrase[:at] + chance.choice(table[phrase[at]]) + phrase[at + 1 :]


def accent(phrase: str, chance: random.Random) -> str:
    return _replaced(phrase, ACCENTS, chance)


def look_alike(phrase: str, chance: random.Random) -> str:
    return _replaced(phrase, ALIKE, chance)


def between(phrase: str, chance: random.Random) -> str:
    """Punctuation, an emoji, or something nobody can see, anywhere in the phrase."""
    at = chance.randrange(1, len(phrase))
    return (
        phrase[:at]
        + chance.choice((".", ",", "-", "…", "📁", "🙂", "\u200b", "\u200d", "\u2060", "\ufeff", "\n", "_", "/"))
        + phrase[at:]
    )


def quoted(phrase: str, chance: random.Random) -> str:
    return chance.choice(("“{}”", "‘{}’", "'{}'", "({})", "*{}*")).format(phrase)


Slip = Callable[[str, random.Random], str]
THUMB: tuple[Slip, ...] = (neighbour, neighbour, swap, drop, double, extra, join, split, space_missed)
DRESS: tuple[Slip, ...] = (plural, case, accent, look_alike, between, quoted)


def slipped(phrase: str, slips: int, chance: random.Random) -> str:
    """A text that holds the phrase with so many slips; half the time also in another dress (case, accents, emoji …)."""
    for _ in range(slips):
        phrase = chance.choice((*THUMB, *DRESS) if slips == 1 else THUMB)(phrase, chance)
    if chance.random() < 0.5:
        phrase = chance.choice(DRESS)(phrase, chance)
    return chance.choice(CARRIERS).format(phrase)
