"""The language files: complete, and what they lack is named."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bot.words.kinds import Kind
from bot.words.lexicon import data, languages, lexicon
from bot.words.slips import Speller, one_slip

TABLES = ("kinds", "off", "near", "plan", "reason", "outcome", "sets", "same", "endings", "times", "lists", "ask")
MAY_BE_EMPTY = {("kinds", "thanks")}  # small talk is in "chat"


def lacking(words: Mapping[str, Any], model: Mapping[str, Any]) -> Iterator[str]:
    """What a language lacks that English has: tables, names in tables that carry meaning, and phrases in them."""
    yield from (name for name in model if name not in words)
    for table in ("kinds", "off", "near", "plan", "reason", "outcome", "times", "lists", "ask"):
        for name in model[table]:
            if name not in words.get(table, {}):
                yield f"{table}.{name}"
            elif (
                not words[table][name] and table in ("kinds", "reason", "outcome") and (table, name) not in MAY_BE_EMPTY
            ):
                yield f"{table}.{name} (empty)"


@pytest.mark.parametrize("language", languages())
def test_a_language_lacks_nothing(language: str) -> None:
    """Every language has every table, every meaning, every list that English has."""
    assert list(lacking(data(language), data("en"))) == []


def test_what_a_language_lacks_is_named() -> None:
    """A file without a meaning, or with none of its phrases, is told which."""
    short = {**data("cy"), "kinds": {**data("cy")["kinds"], "left": []}, "times": {}}
    assert {"kinds.left (empty)", "times.quarter"} <= set(lacking(short, data("en")))


@pytest.mark.parametrize("language", languages())
def test_every_phrase_can_be_read(language: str) -> None:
    """Every phrase of the data is well formed, and its tables name kinds there are."""
    lexicon(language)
    kinds = {kind.value for kind in Kind}
    for table in ("kinds", "near", "plan", "ask"):
        assert set(data(language)[table]) <= kinds, table


def test_every_kind_has_phrases() -> None:
    """No meaning is without words, but for those that are read by other means."""
    assert set(data("en")["kinds"]) == {kind.value for kind in Kind} - {"danger", "unclear"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lefft", "left"),
        ("letf", "left"),
        ("lef", "left"),
        ("lest", "lest"),
        ("polcie", "police"),
        ("polite", "polite"),
        ("helppppp", "help"),
        ("arrvied", "arrived"),
        ("lift", "lift"),
    ],
)
def test_slips_are_mended_and_words_left_alone(typed: str, meant: str) -> None:
    """A word nobody knows is read as the word it is one slip from; a word that exists is read as itself."""
    assert lexicon("en").speller.meant(typed) == meant


@pytest.mark.parametrize(
    ("typed", "slip"),
    [("left", True), ("lft", True), ("leftt", True), ("lfet", True), ("lwft", True), ("lt", False), ("tfel", False)],
)
def test_one_slip_is_one(typed: str, slip: bool) -> None:
    """One letter changed, missing, put in or swapped; two are two."""
    assert one_slip(typed, "left") is slip


def test_run_together_words_come_apart() -> None:
    """ "leftnow" is two words where the space bar was missed; a word that exists is one."""
    speller = Speller(["left"], ["left", "now", "helping"], ["left", "now"])
    assert speller.run_together("leftnow") == ("left", "now")
    assert speller.run_together("helping") is None
