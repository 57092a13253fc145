"""The alphabet of an SMS: folding into it, and counting in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gsm7 import JOINED, SINGLE, is_gsm7, segments, septets, to_gsm7

GSM_03_38 = (  # the default alphabet, sixteen to a row, without the escape at 0x1B
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
EXTENSION = "^{}\\[~]|€"

FOLDED = [
    ("ARRIVED 14:32.", "ARRIVED 14:32."),
    ("Asha’s phone – “fine” …", 'Asha\'s phone - "fine" ...'),
    ("it`s • one\ttwo\u00a0three", "it's - one two three"),
    ("Tŷ Gwyn, Llŷn", "Ty Gwyn, Llyn"),
    ("café naïve Ø", "café naive Ø"),
    ("e\u0301 combining", "e combining"),
    ("ﬁne ① ½", "fine 1 1?2"),
    ("help \U0001f198", "help ?"),
    ("Привет", "??????"),
    ("\u200f\u202eabc\x00", "??abc?"),
    ("€5 [gate] {x} ~ ^ | \\", "€5 [gate] {x} ~ ^ | \\"),
    ("", ""),
]


def test_the_alphabet_is_the_standards() -> None:
    """All 127 characters of GSM 03.38, and the nine of its extension that we use."""
    assert len(GSM_03_38) == 127
    assert is_gsm7(GSM_03_38 + EXTENSION)
    assert septets(GSM_03_38) == 127
    assert septets(EXTENSION) == 2 * len(EXTENSION)


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_folding(text: str, folded: str) -> None:
    """Marks are folded away, and what has no likeness becomes a question mark, never a longer SMS."""
    assert to_gsm7(text) == folded


@pytest.mark.parametrize("character", "–—’‘“”…`•êŵ\U0001f642中\x1b\u200b")
def test_what_is_outside(character: str) -> None:
    """One of these would more than halve what an SMS holds."""
    assert not is_gsm7(character)
    assert is_gsm7(to_gsm7(character))


@given(st.text())
def test_any_text_can_be_folded_and_folding_again_changes_nothing(text: str) -> None:
    """Whatever people write in an address or a reason, what leaves is GSM-7."""
    folded = to_gsm7(text)
    assert is_gsm7(folded)
    assert to_gsm7(folded) == folded


@given(st.text(st.sampled_from(GSM_03_38 + EXTENSION)))
def test_what_is_in_the_alphabet_is_left_alone(text: str) -> None:
    """Pound signs, accents of the alphabet and brackets arrive as they were written."""
    assert to_gsm7(text) == text
    assert len(text) <= septets(text) <= 2 * len(text)


SEGMENTS = [
    ("", 0, 1),
    ("a", 1, 1),
    ("a" * SINGLE, 160, 1),
    ("a" * 161, 161, 2),
    ("€" * 80, 160, 1),
    ("€" * 81, 162, 2),
    ("a" * 2 * JOINED, 306, 2),
    ("a" * (2 * JOINED + 1), 307, 3),
    ("a" * 159 + "€", 161, 2),
]


@pytest.mark.parametrize(("text", "length", "count"), SEGMENTS)
def test_septets_and_segments(text: str, length: int, count: int) -> None:
    """160 in one SMS, 153 in each of several; an extension character takes two."""
    assert (septets(text), segments(text)) == (length, count)
