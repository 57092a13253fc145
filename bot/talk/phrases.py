"""The few words that every conversation knows: yes, no, "none", "never mind". They are data, beside the words of visits."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from bot.words.fold import fold, tokens

ALWAYS = "en"


@cache
def _file(language: str) -> Mapping[str, Any]:
    file = resources.files("bot.words") / "languages" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


@cache
def table(language: str, name: str) -> dict[str, list[str]]:
    """The lists of one table ("talk", "planning.days"), English's words after the language's own."""
    merged: dict[str, list[str]] = {}
    for known in dict.fromkeys((language, ALWAYS)):
        found: Any = _file(known)
        for part in name.split("."):
            found = found.get(part, {})
        for key, words in found.items():
            if isinstance(words, list):
                merged.setdefault(key, []).extend(words)
    return merged


def plain(text: str) -> str:
    """A text as small letters and digits with one blank between words: what is left when case and marks do not count."""
    return " ".join(token.word.strip(".").replace("'", "") for token in tokens(text) if not token.mark)


@lru_cache(maxsize=4096)
def of_ours(phrase: str) -> str:
    """A phrase of the word lists, made plain once. What people type is made plain anew, and kept nowhere."""
    return plain(phrase)


def says(text: str, phrases: Iterable[str]) -> bool:
    """Whether the text is just one of these phrases."""
    said, typed = plain(text), fold(text)[0].strip()
    return any(said == of_ours(phrase) if said else typed == fold(phrase)[0] for phrase in phrases)


def says_just(text: str, phrases: Iterable[str], language: str = ALWAYS) -> bool:
    """Whether the text is just one of these phrases, courtesies aside ("never mind, thanks")."""
    courtesy = {of_ours(word) for word in table(language, "talk")["courtesy"]}
    bare = " ".join(word for word in plain(text).split() if word not in courtesy)
    return says(text, phrases) or (bool(bare) and says(bare, phrases))


def _is(text: str, key: str, language: str) -> bool:
    return says_just(text, table(language, "talk")[key], language)


def is_yes(text: str, language: str = ALWAYS) -> bool:
    return _is(text, "yes", language)


def is_no(text: str, language: str = ALWAYS) -> bool:
    return _is(text, "no", language)


def skips(text: str, language: str = ALWAYS) -> bool:
    """ "None", "skip", "-": there is nothing to say here."""
    return _is(text, "none", language) or is_no(text, language)


def leaves(text: str, language: str = ALWAYS) -> bool:
    """ "Never mind", "cancel that": the whole conversation is to be left."""
    return _is(text, "leave", language)
