"""What is answered to a request: "1", "12 yes", "all but 13", "no 13 too soon", "risk 12 dog", "lift 12 he has moved out".

Only the certain says yes: a yes with anything more to it ("yes if Ben goes too") is asked back about. A no takes all that
follows for its reason. A visit is named by its number; what stands before a number may stand behind it too.
"""

import re
from collections.abc import Collection, Iterator
from enum import Enum
from typing import NamedTuple

from bot.talk.phrases import of_ours, plain, table
from bot.words.fold import Token, tokens

WORDS = "authorise"
_NUMBER = re.compile(r"\d{1,6}")
_DIGITS = {"1": "yes", "2": "no"}


class Do(Enum):
    """What is done by an answer."""

    YES = "yes"
    NO = "no"
    RISK = "risk"
    NOTE = "note"
    LIFT = "lift"
    ASSESSED = "assessed"
    CONTACT = "contact"
    ALONG = "along"
    DETAILS = "details"


class Answer(NamedTuple):
    """One answer. `numbers` are of visits, `all_of_them` where it says so, `besides` those that are left out of all.

    `words` are a reason, or what is to be noted, as typed. `sure`: it says just that. `digit`: a bare 1 or 2, or a word
    that may be about something else.
    """

    do: Do
    numbers: tuple[int, ...] = ()
    all_of_them: bool = False
    besides: tuple[int, ...] = ()
    words: str = ""
    sure: bool = True
    digit: bool = False

    @property
    def names(self) -> bool:
        """Whether it says which visits it is about."""
        return bool(self.numbers) or self.all_of_them


class _Line:
    """A text as words, each with what it may stand for."""

    def __init__(self, text: str, known: Collection[int], language: str) -> None:
        self.text, self.known = text, known
        self.words = [token for token in tokens(text) if not token.mark]
        lists = table(language, WORDS)
        self.lists = {name: {of_ours(word) for word in words} for name, words in lists.items()}

    def says(self, at: int, name: str) -> int:
        """How many words from `at` on are a phrase of a list; 0 when they are none."""
        for length in range(min(4, len(self.words) - at), 0, -1):
            if plain(" ".join(word.word for word in self.words[at : at + length])) in self.lists[name]:
                return length
        return 0

    def number(self, at: int, *, known: bool) -> int | None:
        """The visit's number at `at`; with `known` only one that there is."""
        word = self.words[at].word if at < len(self.words) else ""
        number = int(word) if _NUMBER.fullmatch(word) else None
        return number if number is not None and (not known or number in self.known) else None

    def numbers(self, at: int, *, known: bool) -> tuple[tuple[int, ...], int]:
        """The numbers from `at` on ("12, 13 and 14"), and where they end. Small words before them are passed over."""
        found: list[int] = []
        end = here = at
        while here < len(self.words):
            number = self.number(here, known=known)
            if number is not None:
                found.append(number)
                end = here = here + 1
            elif step := self.says(here, "and") or self.says(here, "visit"):
                here += step
            else:
                break
        return tuple(dict.fromkeys(found)), end

    def rest(self, at: int, until: int | None = None) -> str:
        """What stands from a word on, as typed, up to another."""
        if at >= len(self.words):
            return ""
        end = self.words[until].start if until is not None and until < len(self.words) else len(self.text)
        return self.text[self.words[at].start : end].strip(" \t\n,;:.-")


class _Head(NamedTuple):
    """Where an answer begins: what it does, to which visits, and where its own words begin."""

    do: Do
    numbers: tuple[int, ...]
    start: int
    end: int
    firm: bool = True


def read_answers(text: str, known: Collection[int], language: str = "en") -> tuple[Answer, ...]:
    """The answers that a text gives, in order; () where it gives none. `known` are the numbers of visits there are."""
    line = _Line(text, known, language)
    if not line.words or "?" in text:
        return ()
    first = _head(line, 0, later=False) or _digit(line)
    if first is None:
        found = _all(line, 0)
        return (found,) if found else ()
    heads = [first, *_later(line, first)]
    ends = [head.start for head in heads[1:]] + [len(line.words)]
    return tuple(_answer(line, head, end) for head, end in zip(heads, ends, strict=True))


def _digit(line: _Line) -> _Head | None:
    """ "1", "2 too soon": a digit in place of its word."""
    do = _DIGITS.get(line.words[0].word)
    if do is None:
        return None
    again = line.says(1, do) if len(line.words) > 1 else 0
    return _Head(Do(do), (), 0, 1 + again, firm=False)


def _head(line: _Line, at: int, *, later: bool) -> _Head | None:
    """An answer that begins at a word: "12 yes", "yes 12", "risk 12". Further on only one that names a known visit."""
    numbers, end = line.numbers(at, known=True)
    before = end if numbers else at
    if before >= len(line.words):
        return None
    for do in Do:
        length = line.says(before, do.value)
        if not length:
            continue
        behind, after = (numbers, before + length) if numbers else line.numbers(before + length, known=later)
        if behind or (not later and do in (Do.YES, Do.NO)):
            return _Head(do, behind, at, max(after, before + length))
    return None


def _later(line: _Line, first: _Head) -> Iterator[_Head]:
    """ "yes 12 no 13 too soon": what else is answered in the same text."""
    if not first.numbers or first.do not in (Do.YES, Do.NO):
        return
    at = first.end
    while at < len(line.words):
        head = _head(line, at, later=True)
        if head is not None and head.do in (Do.YES, Do.NO):
            yield head
            at = head.end
        else:
            at += 1


def _answer(line: _Line, head: _Head, until: int) -> Answer:
    if head.do in (Do.YES, Do.NO) and not head.numbers:
        found = _all(line, head.end, head.do)
        if found is not None:
            return found
    at = head.end
    while head.do is Do.ASSESSED and at < until and (step := line.says(at, "and")):
        at += step
    words = line.rest(at, until)
    if head.do is Do.YES:
        bare = _is_bare(line, head.end, until)
        soft = not head.numbers and head.firm and line.says(head.start, "soft") > 0
        return Answer(Do.YES, head.numbers, words=words, sure=bare and not soft, digit=not head.firm)
    if head.do is Do.NO:
        kind = line.says(head.start, "not_a_no") > 0
        return Answer(Do.NO, head.numbers, words=words, sure=not kind, digit=not head.firm)
    return Answer(head.do, head.numbers, words=words)


def _is_bare(line: _Line, at: int, until: int) -> bool:
    """Whether nothing but courtesies stands from one word to another."""
    while at < until:
        step = line.says(at, "courtesy") or line.says(at, "yes") or line.says(at, "and")
        if not step:
            return False
        at += step
    return True


def _all(line: _Line, at: int, do: Do | None = None) -> Answer | None:
    """ "all", "yes to all", "all but 13 too soon", "no to all, we are short of staff"."""
    while at < len(line.words) and (step := line.says(at, "and") or line.says(at, "visit")):
        at += step
    length = line.says(at, "all") if at < len(line.words) else 0
    if not length:
        return None
    at += length
    if at < len(line.words) and do is None:
        verb = next((one for one in (Do.YES, Do.NO) if line.says(at, one.value)), None)
        at += line.says(at, verb.value) if verb else 0
        do = verb
    do = do or Do.YES
    if do is Do.NO:
        return Answer(do, all_of_them=True, words=line.rest(at))
    if at < len(line.words) and (step := line.says(at, "but")):
        besides, end = line.numbers(at + step, known=True)
        return Answer(do, all_of_them=True, besides=besides, words=line.rest(end), sure=bool(besides))
    return Answer(do, all_of_them=True, sure=_is_bare(line, at, len(line.words)))


def reads(text: str, language: str = "en") -> tuple[bool, tuple[int, ...]]:
    """Whether a text says that a briefing has been read ("5", "read", "read 12"), and the visits it names."""
    line = _Line(text, (), language)
    words: list[Token] = line.words
    if not words or "?" in text:
        return False, ()
    length = line.says(0, "read")
    if not length:
        return False, ()
    numbers, end = line.numbers(length, known=False)
    return _is_bare(line, end, len(words)), numbers
