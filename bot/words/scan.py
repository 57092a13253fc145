"""One pass over a text: words in their full form, slips mended, times and places put together, phrases found."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from bot.words.fold import Token, tokens
from bot.words.lexicon import Lexicon
from bot.words.times import Clock, clock_of, find_times

CODE = re.compile(r"(?=[a-z]*[346789])(?=[346789]*[a-z])[abcdefghjkmnpqrtuvwxy346789]{4}")
_GLUED = re.compile(r"(\d{1,4})([a-z]{1,8})(\d{0,2})|([a-z]{2,6})(\d{1,4})")
END_MARKS = frozenset(".!?\n…;")
_ORDINALS = frozenset(("st", "nd", "rd", "th"))
END = "{end}"  # stands after the last word
_SPELT = 4  # this many initials in a row are a word spelt out: "h.e.l.p"


class Word(NamedTuple):
    """A word as read; `sort` is what it may also stand for ("{num}", "{time}", …); `start`, `end` its place in the text."""

    word: str
    start: int
    end: int
    sort: str = ""
    mark: bool = False
    clock: Clock | None = None
    length: timedelta | None = None


class Hit(NamedTuple):
    """A phrase found: words `start` up to `end`, and its label in the lexicon."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Scan:
    """A text, word by word. `dangers` are the labels of danger found: "danger", "soft"."""

    words: list[Word]
    hits: list[Hit]
    dangers: frozenset[str]

    def covered(self, labels: frozenset[str] | None = None) -> set[int]:
        """The places of all words inside a hit (of those labels, when given)."""
        return {
            place for hit in self.hits if labels is None or hit.label in labels for place in range(hit.start, hit.end)
        }


def scan(text: str, lexicon: Lexicon) -> Scan:
    """Reads a text into words and phrases. Linear in the text, and never raises."""
    plain = list(_full(tokens(text), lexicon))
    words = _with_places(_with_times(plain, lexicon), lexicon)
    names, sorts = [*(word.word for word in words), END], [*(word.sort for word in words), ""]
    hits = []
    at = 0
    while at < len(words):
        found = None if words[at].mark and words[at].word.isascii() else lexicon.phrases.longest(names, sorts, at)
        if found is None:
            at += 1
        else:
            hits.append(Hit(at, min(found[0], len(words)), found[1]))
            at = found[0]
    return Scan(words, hits, _dangers(plain, lexicon))


def _full(found: list[Token], lexicon: Lexicon) -> Iterator[Word]:
    """Words in their full form: "ive" is "i have", "20mins" is "20 mins", "bens" stays, "ben's" is "ben" and "'s"."""
    for place, token in enumerate(found):
        if token.mark:
            if token.word == "-" and _inside_a_word(found, place):
                continue
            yield from (
                Word(full, token.start, token.end, mark=full == token.word)
                for full in lexicon.same.get(token.word, (token.word,))
            )
            continue
        for part in _unglued(token.word, lexicon):
            for full in _meant(part, lexicon):
                yield Word(full, token.start, token.end, _sort(full, lexicon))


def _inside_a_word(found: list[Token], place: int) -> bool:
    """Whether a hyphen stands between letters, as in "no-one"."""
    if not 0 < place < len(found) - 1:
        return False
    before, hyphen, after = found[place - 1 : place + 2]
    return before.end == hyphen.start and hyphen.end == after.start and before.word.isalpha() and after.word.isalpha()


def _unglued(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    if word.isalpha() or word.isdecimal():
        return (word,)
    match = _GLUED.fullmatch(word)
    if match is None or word in lexicon.same:
        return (word,)
    if match[4]:
        return (match[4], match[5]) if not CODE.fullmatch(word) else (word,)
    known = match[2] in lexicon.times.units
    if match[2] in _ORDINALS or (len(match[2]) == 1 and not known) or (CODE.fullmatch(word) and not known):
        return (word,)
    return tuple(part for part in (match[1], match[2], match[3]) if part)


def _meant(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    full = lexicon.same.get(word)
    if full is not None:
        return full
    if "'" in word:
        bare = lexicon.same.get(word.replace("'", ""))
        if bare is not None:
            return bare
        stem, mark, ending = word.rpartition("'")
        if "'" not in stem and (full_ending := lexicon.endings.get(mark + ending)):
            return (*_meant(stem, lexicon), full_ending)
        word = word.replace("'", "")
    if "." in word and not word[0].isdecimal() and len(word.strip(".")) >= 2 * _SPELT - 1:
        word = word.replace(".", "")  # "h.e.l.p"
    meant = lexicon.speller.meant(word)
    if meant == word and (parts := lexicon.speller.run_together(word)):
        return tuple(full for part in parts for full in lexicon.same.get(part, (part,)))
    return lexicon.same.get(meant, (meant,))


def _sort(word: str, lexicon: Lexicon) -> str:
    if word.isdecimal() or word in lexicon.times.numbers:
        return "{num}"
    if len(word) == 4 and CODE.fullmatch(word):
        return "{code}"
    return "{name}" if word[0].isalpha() and not lexicon.speller.knows(word) else ""


def _with_times(words: list[Word], lexicon: Lexicon) -> list[Word]:
    merged: list[Word] = []
    done = 0
    for timed in find_times([word.word for word in words], lexicon.times):
        merged += words[done : timed.start]
        part = words[timed.start : timed.end]
        name = " ".join(word.word for word in part)
        merged.append(Word(name, part[0].start, part[-1].end, timed.sort, False, timed.clock, timed.length))
        done = timed.end
    return merged + words[done:]


def _with_places(words: list[Word], lexicon: Lexicon) -> list[Word]:
    """Puts "no 14", "14 mill road", "mill road", "mrs patel's house" together as one word of the sort {place}."""
    merged: list[Word] = []
    at = 0
    while at < len(words):
        end = _place(words, at, lexicon)
        if end > at:
            part = words[at:end]
            merged.append(Word(" ".join(word.word for word in part), part[0].start, part[-1].end, "{place}"))
            at = end
        else:
            merged.append(words[at])
            at += 1
    return merged


def _place(words: list[Word], at: int, lexicon: Lexicon) -> int:
    """Where a place that begins at `at` ends, or `at` where none begins."""
    lists = lexicon.lists
    here, sure = at, False
    if words[here].word in lists["numbered"] and here + 1 < len(words):
        here += 2 if words[here + 1].word == "." else 1  # "no. 14"
        if here >= len(words) or not words[here].word[0].isdecimal():
            return at
        sure = words[here].sort not in ("{time}", "{dur}")
    numbered = words[here].word[0].isdecimal() and len(words[here].word) <= 5 and words[here].sort in ("", "{num}")
    if numbered:
        here += 1
    if here < len(words) and words[here].word in lists["titles"] and here + 1 < len(words):
        return _possessed(words, here + 2, lists["houses"])
    for length in (1, 2, 3) if numbered else (1,):
        end = here + length
        if end >= len(words) or not _namelike(words[end - 1], lexicon, numbered):
            break
        if words[end].word in lists["streets"]:
            return end + 1
        if not numbered and (tail := _possessed(words, end, lists["houses"])) > end + (words[end].word == "'s"):
            return tail
    return here if sure else at


def _possessed(words: list[Word], at: int, houses: frozenset[str]) -> int:
    if at < len(words) and words[at].word == "'s":
        at += 1
    return at + 1 if at < len(words) and words[at].word in houses else at


def _namelike(word: Word, lexicon: Lexicon, numbered: bool) -> bool:
    return word.sort == "{name}" or (word.word in lexicon.lists["place_words"] and (numbered or word.word != "the"))


def _dangers(plain: list[Word], lexicon: Lexicon) -> frozenset[str]:
    """What danger there is in the words alone, whatever stands between them; harmless company takes it away.

    Company counts within a sentence only: "finished early. help" is no "early help".
    """
    places = [place for place, word in enumerate(plain) if not word.mark or word.word in lexicon.dangers.words]
    words = [*(plain[place].word for place in places), END]
    sorts = ["" if word == END or lexicon.speller.knows(word) else "{name}" for word in words]
    found = {"danger"} if _spelt_out(plain, lexicon) else set()
    calm_until = 0
    for at in range(len(places)):
        hit = lexicon.dangers.longest(words, sorts, at)
        if hit is None or at < calm_until or (hit[0] == at + 1 and _is_house(plain, places[at], lexicon)):
            continue
        if hit[1] != "calm":
            found.add(hit[1])
        elif not _ends_inside(plain, places[at], places[min(hit[0], len(places)) - 1]):
            calm_until = hit[0]
        else:
            found.add("danger")
    return frozenset(found)


def _is_house(plain: list[Word], at: int, lexicon: Lexicon) -> bool:
    """Whether the emergency number at `at` is a house's: "arrived at 112 mill lane". Never 999, nor without all of that.

    Who only types "112 mill lane" may mean that it is to be rung for that address (docs/decisions/0033).
    """
    lists, before = lexicon.lists, at - 1
    if before > 0 and plain[before].word == ",":
        before -= 1
    if before < 0 or plain[before].word not in lists["before_house"] or plain[at].word not in lists["house_numbers"]:
        return False
    behind = plain[at + 1].word if at + 1 < len(plain) else ""
    return behind in lists["streets_first"] or _place(plain, at, lexicon) > at + 1


def _ends_inside(plain: list[Word], start: int, end: int) -> bool:
    return any(word.mark and word.word in END_MARKS for word in plain[start:end])


def _spelt_out(plain: list[Word], lexicon: Lexicon) -> bool:
    """Whether single letters in a row spell a cry for help: "h e l p"."""
    run = ""
    for word in plain:
        if word.mark:
            continue
        run = run + word.word if len(word.word) == 1 else ""
        if any(run.endswith(cry) for cry in lexicon.lists["spelt"]):
            return True
    return False


def clock_at(word: Word, lexicon: Lexicon) -> Clock | None:
    """The time of day a word gives where one is expected: "{time}", or a bare number."""
    return word.clock or clock_of(word.word, lexicon.times)
