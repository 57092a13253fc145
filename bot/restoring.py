"""The office's word on the visits of a store that was brought back: "REAL 12 14", or "NONE REAL". It closes the others.

So only a text that says just that counts: numbers behind the word for real, and nothing else beside them. "None" alone
answers many a question, so it is asked back about.
"""

import re

from bot.talk.phrases import plain, table

_NUMBER = re.compile(r"\d{1,9}")


def real_ones(text: str, language: str = "en") -> frozenset[int] | None:
    """The numbers of the visits that are real; none for "NONE REAL"; None where a text says neither."""
    words = table(language, "restored")
    if "?" in text:
        return None
    if plain(text) in [plain(word) for word in words["none"]]:
        return frozenset()
    rest = _behind(text, language)
    fillers = {plain(word) for word in words["and"]}
    numbers = [word for word in (rest or "").split() if word not in fillers]
    if not numbers or not all(_NUMBER.fullmatch(word) for word in numbers):
        return None
    return frozenset(int(word) for word in numbers)


def is_begun(text: str, language: str = "en") -> bool:
    """Whether it may be meant for one, and is none: a word alone, numbers and more. "REAL, police are there" is an alarm's."""
    if plain(text) in [plain(word) for word in table(language, "restored")["nearly"]]:
        return True
    rest = _behind(text, language)
    return rest is not None and (not rest or bool(_NUMBER.fullmatch(rest.split()[0])))


def _behind(text: str, language: str) -> str | None:
    """What stands behind the word for real; None where the text does not begin with it."""
    said = plain(text)
    for phrase in table(language, "restored")["real"]:
        if said == plain(phrase) or said.startswith(f"{plain(phrase)} "):
            return said.removeprefix(plain(phrase)).strip()
    return None
