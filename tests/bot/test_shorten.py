"""People's own words, cut so that a notice stays short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import notices

SHORT = [
    ("rang, all well", 70, "rang, all well"),
    ("  two\n lines\there ", 70, "two lines here"),
    ("abcdefghij", 10, "abcdefghij"),
    ("abcdefghijk", 10, "abcdefg..."),
    ("abcdef ghijk", 10, "abcdef..."),
    ("", 70, ""),
]


@pytest.mark.parametrize(("text", "length", "short"), SHORT)
def test_peoples_own_words_are_shortened(text: str, length: int, short: str) -> None:
    """On one line, and cut with three dots where they are long."""
    assert notices.shorten(text, length) == short


@given(st.text(), st.integers(3, 100))
def test_shortened_words_are_never_longer_than_allowed(text: str, length: int) -> None:
    """Whatever was typed, it is one line of at most so many characters."""
    short = notices.shorten(text, length)
    assert len(short) <= length
    assert len(short.splitlines()) <= 1
