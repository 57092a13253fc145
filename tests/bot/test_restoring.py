"""REAL and NONE REAL: they close visits, so only a text that says just that counts."""

import pytest

from bot.restoring import is_begun, real_ones


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("REAL 12 14", frozenset({12, 14})),
        ("real 12, 14", frozenset({12, 14})),
        ("Real: 12 and 14.", frozenset({12, 14})),
        ("real visit 12", frozenset({12})),
        ("REAL 12 12", frozenset({12})),
        ("NONE REAL", frozenset()),
        ("None real.", frozenset()),
        ("none are real", frozenset()),
    ],
)
def test_what_says_just_that_counts(text: str, numbers: frozenset[int]) -> None:
    """Numbers behind the word, or none, however it is typed."""
    assert real_ones(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "REAL",
        "REAL 12 I think",
        "REAL 12?",
        "REAL all",
        "real -",
        "not real 12",
        "12 14",
        "none",
        "none of your business",
        "none, but 12",
        "is it real? 12",
        "really 12",
        "1",
        "",
    ],
)
def test_anything_more_or_less_does_not(text: str) -> None:
    """A doubt, a question, a word more: nothing is closed by it."""
    assert real_ones(text) is None


def test_a_begun_answer_is_known() -> None:
    """It is asked back about; what ends an alarm as real is left to the alarm."""
    begun = ["REAL", "real 12 I think", "REAL 12?", "None."]
    others = ["really 12", "left", "REAL police are with her", "REAL K7Q4 ambulance"]
    assert [text for text in (*begun, *others) if is_begun(text)] == begun


def test_welsh_is_read_beside_english() -> None:
    """The word that the Welsh question names, and the Welsh one."""
    assert real_ones("REAL 12 a 14", "cy") == real_ones("go iawn 12 a 14", "cy") == frozenset({12, 14})
    assert real_ones("dim un go iawn", "cy") == real_ones("NONE REAL", "cy") == frozenset()
    assert real_ones("dim un", "cy") is None and is_begun("dim un", "cy")
