"""A language's data file, ready for reading: its phrases as one machine, its lists, its times, its speller.

Staff mix languages, so English is read beside every language, and the danger of every language in every language.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from bot.words.phrases import Phrases
from bot.words.slips import Speller
from bot.words.times import TimeWords, compile_times

ALWAYS = "en"
_NAMED = ("off", "near", "plan", "reason", "outcome")  # tables of phrases whose label is "<table> <name>"
_PLAIN = ("void", "calm", "chat")  # lists of phrases whose label is their name
_DANGEROUS = ("calm", "soft", "danger")  # read over the words alone, across punctuation


@dataclass(frozen=True)
class Lexicon:
    """All that reading needs to know of a language. Labels in `phrases`: a kind, "near <kind>", "calm", "chat", …"""

    phrases: Phrases
    dangers: Phrases
    same: Mapping[str, tuple[str, ...]]
    endings: Mapping[str, str]
    lists: Mapping[str, frozenset[str]]
    ask: Mapping[str, frozenset[str]]
    times: TimeWords
    speller: Speller


@cache
def languages() -> tuple[str, ...]:
    """The languages there is a data file for, English first."""
    folder = resources.files("bot.words") / "languages"
    names = {item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")}
    return (ALWAYS, *sorted(names - {ALWAYS}))


@cache
def data(language: str) -> dict[str, Any]:
    """A language's data as written. Raises FileNotFoundError for a language there is no file for."""
    path = resources.files("bot.words") / "languages" / f"{language}.toml"
    words: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))["words"]
    return words


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language with English beside it; a language without a file is read as English."""
    names = [language] if language in languages() and language != ALWAYS else []
    parts = [data(name) for name in (*names, ALWAYS)]
    others = [data(name) for name in languages() if name not in names and name != ALWAYS]
    same = {word: tuple(full.split()) for part in reversed(parts) for word, full in part["same"].items()}
    phrases, dangers = Phrases(same), Phrases(same)
    for part, label, pattern in _labelled(parts):
        phrases.add(pattern, label, part["sets"])
    for part in (*parts, *others):
        for label in _DANGEROUS:
            for pattern in part[label]:
                dangers.add(pattern, label, part["sets"])
    lists = _merged(part["lists"] for part in parts)
    known = phrases.words | dangers.words | set(same) | _other_words(parts)
    keywords = {word for part in parts for word in part["keywords"]}
    return Lexicon(
        phrases=phrases,
        dangers=dangers,
        same=same,
        lists=lists,
        endings={end: full for part in reversed(parts) for end, full in part["endings"].items()},
        ask=_merged(part["ask"] for part in parts),
        times=compile_times(_times(parts)),
        speller=Speller(keywords, known, lists["joins"]),
    )


def _labelled(parts: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str, str]]:
    for part in parts:
        yield from ((part, kind, pattern) for kind, patterns in part["kinds"].items() for pattern in patterns)
        for table in _NAMED:
            yield from ((part, f"{table} {name}", pattern) for name, many in part[table].items() for pattern in many)
        for label in _PLAIN:
            yield from ((part, label, pattern) for pattern in part[label])


def _merged(tables: Iterable[Mapping[str, list[str]]]) -> dict[str, frozenset[str]]:
    merged: dict[str, set[str]] = {}
    for table in tables:
        for name, words in table.items():
            merged.setdefault(name, set()).update(words)
    return {name: frozenset(words) for name, words in merged.items()}


def _times(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The words for times; what the language says of a word goes before what English says of it."""
    merged: dict[str, Any] = {}
    for part in parts:
        for name, value in part["times"].items():
            if isinstance(value, dict):
                merged[name] = {**value, **merged.get(name, {})}
            else:
                merged[name] = [*merged.get(name, []), *value]
    return merged


def _other_words(parts: Iterable[Mapping[str, Any]]) -> set[str]:
    words: set[str] = set()
    for part in parts:
        words.update(part["not_slips"].split())
        words.update(word for full in part["same"].values() for word in full.split())
        words.update(word for many in part["lists"].values() for word in many)
        words.update(word for phrases in part["times"].values() for phrase in phrases for word in phrase.split())
    return words
