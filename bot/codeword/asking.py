"""Texts about code words: who proposes a phrase, who has heard one, and an office's word that everybody knows theirs."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

MOST_WORDS = 6
"""A text with more words after "code word" is about something else."""


WAYS = ("propose", "known", "heard", "from", "anew")


@cache
def _ways(language: str) -> Mapping[str, Sequence[str]]:
    text = (resources.files("bot.codeword") / "asking.toml").read_text(encoding="utf-8")
    ways = tomllib.loads(text)
    return {name: [*ways.get(language, ways["en"])[name], *ways["en"][name]] for name in WAYS}


def _plain(text: str) -> str:
    """Small letters, one space between words, "codeword" as two, and no full stop or quotation marks around."""
    flat = " ".join(text.casefold().replace("codeword", "code word").replace(":", " ").split())
    return flat.strip(" .!\"'\u2018\u2019\u201c\u201d")


def proposed(text: str, *, language: str = "en") -> str | None:
    """The phrase that a text proposes as its sender's code word; None when it proposes none."""
    plain = _plain(text)
    for way in sorted(_ways(language)["propose"], key=len, reverse=True):
        if plain.startswith(f"{way} "):
            phrase = _plain(plain.removeprefix(way))
            is_anothers = any(phrase.startswith(f"{way} ") for way in _ways(language)["from"])
            return phrase if 0 < len(phrase.split()) <= MOST_WORDS and not is_anothers else None
    return None


def tells_of(text: str, *, language: str = "en") -> bool:
    """Whether a text says that a code word has been heard: "code word Asha"."""
    return behind(text, language=language) is not None


def behind(text: str, *, language: str = "en") -> str | None:
    """What stands behind "code word" or "code word from", where the name should be; None where a text tells of none."""
    plain, ways = _plain(text), _ways(language)
    found = next((way for way in ways["heard"] if plain.startswith(f"{way} ")), None)
    if found is None or confirms(text, language=language):
        return None
    rest = plain.removeprefix(found).strip()
    return next((rest.removeprefix(way).strip() for way in ways["from"] if rest.startswith(f"{way} ")), rest)


def says_anew(text: str, *, language: str = "en") -> bool:
    """Whether a text that ends an alarm may say that it begins again: "safe K7Q4, but she asked again"."""
    return not {"".join(filter(str.isalpha, word)) for word in _plain(text).split()}.isdisjoint(_ways(language)["anew"])


def confirms(text: str, *, language: str = "en") -> bool:
    """Whether a text says that everybody knows their code word."""
    return _plain(text) in _ways(language)["known"]
