"""The phone company's words: only a text that is just one of them counts."""

import pytest

from bot.optout import START, STOP, Wish, says_more, wish


@pytest.mark.parametrize("word", sorted(STOP))
def test_each_word_that_silences_is_a_stop(word: str) -> None:
    """In capitals or not, with blanks around it; and it may mean something to us as well."""
    for text in (word, word.lower(), f" {word.title()}\n"):
        assert (wish(text), says_more(text)) == (Wish.STOP, True)


@pytest.mark.parametrize("word", sorted(START))
def test_each_word_that_undoes_it_is_a_start(word: str) -> None:
    """Of these "yes" alone may be an answer to us too."""
    assert (wish(word.lower()), says_more(word.lower())) == (Wish.START, word == "YES")


@pytest.mark.parametrize("text", ["", "stop it", "please stop", "stop.", "ok", "left", "start again", "help"])
def test_anything_else_is_neither(text: str) -> None:
    """The phone company reads no sentences."""
    assert (wish(text), says_more(text)) == (Wish.NONE, True)
