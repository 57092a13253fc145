"""Texts about code words: who proposes a phrase, who has heard one, and an office's word that everybody knows theirs."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

MOST_WORDS = 6
"""A text with more words after "code word" is about something else."""


@cache
def _ways(language: str) -> Mapping[str, Sequence[str]]:
    text = (resources.files("bot.codeword") / "asking.toml").read_text(encoding="utf-8")
    ways = tomllib.loads(text)
    return {name: [*ways.get(language, ways["en"])[name], *ways["en"][name]] for name in ("propose", "known", "heard")}


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
            return phrase if 0 < len(phrase.split()) <= MOST_WORDS else None
    return None


def tells_of(text: str, *, language: str = "en") -> bool:
    """Whether a text says that a code word has been heard: "code word Asha"."""
    told = any(_plain(text).startswith(f"{way} ") for way in _ways(language)["heard"])
    return told and not confirms(text, language=language)


def confirms(text: str, *, language: str = "en") -> bool:
    """Whether a text says that everybody knows their code word."""
    return _plain(text) in _ways(language)["known"]
