"""`doorstep words`: lines in, plain dictionaries out."""

import json
import time

import pytest

from bench.words import NOW, ZONE, labelled
from bot.words.think import NotText, report, think


def test_a_line_becomes_a_dictionary() -> None:
    """Text, meanings with their times in the school's zone, and the four answers."""
    assert think("left, back by 3 with the blue folder", now=NOW, zone=ZONE, code_words=["blue folder"]) == {
        "text": "left, back by 3 with the blue folder",
        "meanings": [{"kind": "left", "time": None}, {"kind": "back_by", "time": "2026-11-23T15:00+00:00"}],
        "certain": False,
        "code_word": True,
        "danger": False,
        "lowers": False,
        "ask": "left",
    }


def test_the_reading_does_not_know_the_code_word() -> None:
    """With and without code words everything but the one answer is the same."""
    for row in labelled():
        without = think(row.text, now=NOW, zone=ZONE)
        knowing = think(row.text, now=NOW, zone=ZONE, code_words=["left now", "all ok", "blue folder"])
        assert without | {"code_word": knowing["code_word"]} == knowing


def test_a_line_that_is_not_text_is_named() -> None:
    """A binary line stops the report with its number; those before it have been answered."""
    lines = report([(1, b"left\n"), (2, b"\xff\xfe\x00"), (3, b"ok")], now=NOW, zone=ZONE)
    assert next(lines)["lowers"]
    with pytest.raises(NotText, match="line 2 is not text"):
        next(lines)


def test_everything_can_be_written_as_json() -> None:
    """Every answer over the labelled set is JSON."""
    assert json.dumps([think(row.text, now=NOW, zone=ZONE, language=row.language) for row in labelled()])


def test_ten_thousand_lines_take_seconds() -> None:
    """10,000 lines are read in under five seconds."""
    texts = [row.text.encode() for row in labelled()]
    began = time.process_time()
    answers = sum(
        1
        for _ in report(
            [(n, texts[n % len(texts)]) for n in range(1, 10_001)], now=NOW, zone=ZONE, code_words=["blue folder"]
        )
    )
    assert answers == 10_000
    assert time.process_time() - began < 5
