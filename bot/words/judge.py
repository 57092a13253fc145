"""Weighs the phrases found in a text: which were said, which nearly, and whether every word is accounted for."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from bot.words.contact import reply_code
from bot.words.kinds import LOWERING, MOVING, RAISING, Kind, Meaning
from bot.words.lexicon import Lexicon
from bot.words.scan import END_MARKS, Hit, Scan, Word, clock_at
from bot.words.times import resolve

_KINDS = {kind.value: kind for kind in Kind}
_QUESTIONS = frozenset({Kind.DETAILS, Kind.STATUS, Kind.WHO, Kind.HELP})
_ASKING = _QUESTIONS | RAISING | {Kind.MINE, Kind.NO_CONCERN}
_OF_PEOPLE = frozenset(
    {Kind.ARRIVED, Kind.OK, Kind.LEFT, Kind.NOT_RETURNING, Kind.RETURNED, Kind.SETTING_OUT, Kind.LATE}
)
_REASONS = ("unsafe", "animals", "family", "other")
_GOING = frozenset({Kind.LEFT, Kind.NOT_RETURNING})
_CAREFUL = LOWERING | MOVING | {Kind.ARRIVED, Kind.SETTING_OUT}
_FIRST = {"1": Kind.ARRIVED, "2": Kind.OK, "3": Kind.LEFT, "4": Kind.RETURNED}
_SHORT = 6  # words beside a code that still ask about that code
_BEFORE = 4  # words before a phrase in which "not", "when", "will" undo it


@dataclass(slots=True)
class Findings:
    """What a text says (`said`), nearly says (`near`), and whether anything in it forbids lowering (`doubt`)."""

    said: list[Meaning] = field(default_factory=list)
    near: list[Kind] = field(default_factory=list)
    danger: bool = False
    doubt: bool = False
    plan: bool = False  # "not coming back to school"
    hint: Kind | None = None  # the kind whose words were there, when no phrase was


def weigh(text: str, scan: Scan, lexicon: Lexicon, now: datetime, zone: tzinfo) -> Findings:
    """All that a text says, with its doubts. `now` is aware."""
    judge = _Judge(text, scan, lexicon, now, zone)
    for hit in scan.hits:
        judge.take(hit)
    judge.take_weak_ok()
    judge.take_first_digit()
    judge.take_code()
    judge.take_bare_time()
    judge.take_signature()
    judge.finish()
    return judge.found


class _Judge:
    def __init__(self, text: str, scan: Scan, lexicon: Lexicon, now: datetime, zone: tzinfo) -> None:
        self.text, self.words, self.hits, self.lists = text, scan.words, scan.hits, lexicon.lists
        self.scan, self.lexicon, self.now, self.zone = scan, lexicon, now, zone
        self.found = Findings()
        self.covered: set[int] = set()
        self.reasons: list[str] = []
        self.small_talk = False
        within = [hit for hit in scan.hits if hit.label in ("chat", "calm")]
        quiet = {place for hit in within for place in range(hit.start, hit.end)}
        self.both = any(w.word in self.lists["both"] and place not in quiet for place, w in enumerate(self.words))
        self.code = reply_code(self.words)

    # One phrase.

    def take(self, hit: Hit) -> None:
        """Takes one phrase at its word, unless what stands around it speaks against."""
        table, _, name = hit.label.partition(" ")
        if table in _KINDS or table == "off":
            self._take_kind(hit, _KINDS.get(table, Kind.CALLED_OFF))
            if table == "off":
                self.reasons.append(name)
            return
        if table in ("void", "outcome"):
            self.found.doubt = self.found.doubt or table == "void"
            return
        self.covered.update(range(hit.start, hit.end))
        if table == "near":
            self.found.near.append(_KINDS[name])
        elif table == "plan":
            self.found.plan = True
        elif table == "reason":
            self.reasons.append(name)
        elif table in ("chat", "calm"):
            self.small_talk = True

    def _take_kind(self, hit: Hit, kind: Kind) -> None:
        who, pair = self._who(hit) if kind in _OF_PEOPLE else (None, False)
        against = self._asked(hit) if kind not in _ASKING or kind is Kind.MINE else False
        against = against or (kind in _CAREFUL and who is None and not pair and self._undone(hit))
        if against or (kind in _GOING and not self._goes(hit)) or (kind is Kind.ARRIVED and self._hangs_on(hit)):
            self.found.near.append(kind)
            self.found.doubt = True
            return
        at, by = self._time(hit, kind)
        code = self.code if kind in (Kind.MINE, Kind.DETAILS) else None
        self.found.said.append(Meaning(kind, at=at, by=by, code=code, both=(pair or self.both) and not who, who=who))
        self.covered.update(range(hit.start, hit.end))

    def _asked(self, hit: Hit) -> bool:
        """Whether the sentence of this phrase is a question."""
        for word in self.words[hit.end :]:
            if word.mark and word.word in END_MARKS:
                return word.word == "?"
        return False

    def _undone(self, hit: Hit) -> bool:
        """Whether a "not", "when", "will", "you" … just before the phrase makes it something else."""
        for place in range(hit.start - 1, max(-1, hit.start - 1 - _BEFORE), -1):
            word = self.words[place]
            if (word.mark and word.word in END_MARKS) or place in self.covered:
                return False
            if word.word in self.lists["unsure"]:
                return True
        return False

    def _goes(self, hit: Hit) -> bool:
        """Whether what follows "left" lets it mean departed: the end, a time, a place, "now"; never a thing or a person."""
        if hit.end >= len(self.words) or self.words[hit.end - 1].word not in self.lists["left_words"]:
            return True
        after = self.words[hit.end]
        if after.mark or after.sort in ("{time}", "{dur}", "{place}") or after.word in self.lists["left_next"]:
            return True
        return any(o.start == hit.end and o.label.partition(" ")[0] in self.lists["left_goes_on"] for o in self.hits)

    def _hangs_on(self, hit: Hit) -> bool:
        """Whether a place ("at the house", "here") hangs on other words, as in "left my bag at the house"."""
        before = self.words[hit.start - 1] if hit.start else None
        if before is None or before.mark or hit.start - 1 in self.covered or before.sort == "{num}":
            return False
        if before.word in self.lists["fillers"]:
            return False
        named = before.sort == "{name}" and hit.start == 1
        return not named and before.word not in self.lists["others"] and before.word not in self.lists["before_who"]

    def _who(self, hit: Hit) -> tuple[str | None, bool]:
        """Of whom it is said: a name as typed ("Ben has left"), and whether it is of both ("Ben and I have left")."""
        words, place = self.words, hit.start - 1
        mine = words[hit.start].word in self.lists["i"]
        if mine:
            if place >= 1 and words[place].word in self.lists["and"] and self._is_name(place - 1):
                self.covered.update((place - 1, place))
                return None, True
            return None, False
        while place >= 0 and place not in self.covered and words[place].word in self.lists["before_who"]:
            place -= 1
        if (
            place < 0
            or place in self.covered
            or not (self._is_name(place) or words[place].word in self.lists["others"])
        ):
            return None, False
        if place >= 2 and words[place - 1].word in self.lists["and"] and words[place - 2].word in self.lists["i"]:
            self.covered.update(range(place - 2, hit.start))
            return None, True
        return self.text[words[place].start : words[place].end].removesuffix("'s").removesuffix("\u2019s"), False

    def _is_name(self, place: int) -> bool:
        word = self.words[place]
        return word.sort == "{name}"

    # Times.

    def _time(self, hit: Hit, kind: Kind) -> tuple[datetime | None, timedelta | None]:
        if kind not in MOVING and kind is not Kind.FAMILY_LATE:
            return None, None
        for place in range(hit.start, hit.end):
            word = self.words[place]
            if word.sort in ("{time}", "{dur}", "{num}"):
                return self._when(hit, place, kind)
        return None, None

    def _when(self, hit: Hit, place: int, kind: Kind) -> tuple[datetime | None, timedelta | None]:
        word = self.words[place]
        before = self._before(hit, place)
        after = self.words[place + 1].word if place + 1 < hit.end else ""
        if before in self.lists["by"] and self._before(hit, place - 1) in self.lists["length_words"]:
            before = self._before(hit, place - 1)  # "late by 20"
        from_now = before in self.lists["in"] or after in self.lists["away"] or kind is Kind.BACK_BY
        if word.sort == "{num}":
            lengthy = before in self.lists["length_words"] or after in self.lists["length_words"]
            if not (lengthy or before in self.lists["in"] or after in self.lists["away"]):
                said = clock_at(word, self.lexicon)
                return (resolve(said, self.now, self.zone) if said else None), None
            length = timedelta(minutes=self.lexicon.times.number(word.word) or 0)
        elif word.clock:
            return resolve(word.clock, self.now, self.zone), None
        else:
            length = word.length or timedelta(0)
        if not timedelta(0) < length <= timedelta(hours=12):
            return None, None
        return (self.now + length, None) if from_now else (None, length)

    def _before(self, hit: Hit, place: int) -> str:
        """The word that says how a number is meant: "in", "till", "another"; "about" is passed over."""
        place -= 1
        while place > hit.start and self.words[place].word in self.lists["about"]:
            place -= 1
        return self.words[place].word if place >= hit.start else ""

    # The whole text.

    def take_weak_ok(self) -> None:
        """ "Fine", "ok x", "yes all good": a word too common to count beside others counts when it is all there is."""
        words = [word.word for word in self.words if not word.mark or not _is_punctuation(word)]
        weak = [word for word in words if word in self.lists["weak_ok"]]
        if not weak or self.found.said or any(word.word == "?" for word in self.words):
            return
        rest = [word for word in words if word not in self.lists["weak_ok"] and word not in self.lists["weak_with"]]
        thanks = [word for word in rest if word in self.lists["thanking"]]
        if rest and (len(thanks) < len(rest) or set(weak) <= self.lists["acknowledging"]):
            return
        self.found.said.append(Meaning(Kind.OK, both=self.both))
        self.covered.update(range(len(self.words)))
        self.found.near.clear()

    def take_first_digit(self) -> None:
        """ "3 left now", "2 all ok": a digit that agrees with the words; "9" that opens a sentence is danger."""
        for place, word in enumerate(self.words):
            opens = place == 0 or (self.words[place - 1].mark and self.words[place - 1].word in END_MARKS)
            if word.word == "9" and word.sort == "{num}" and opens and place not in self.covered:
                self.found.danger = True
        if not self.words or self.words[0].sort != "{num}" or self.words[0].word not in _FIRST:
            return
        kind = _FIRST[self.words[0].word]
        kinds = {meaning.kind for meaning in self.found.said if meaning.who is None}
        if kind in kinds and 0 not in self.covered:
            self.covered.add(0)
        elif not kinds and not self.found.near and self._uncovered() == [0]:
            self.found.said.append(Meaning(Kind.MINE, code=self.code) if self.code else Meaning(kind, both=self.both))
            self.covered.add(0)

    def take_code(self) -> None:
        """ "K7Q4 1" is "mine"; a code in a short text that says nothing else asks for its details."""
        if self.code is None or self.found.said or self.found.near:
            return
        others = [word.word for word in self.words if not word.mark and word.sort != "{code}"]
        if others == ["1"]:
            self.found.said.append(Meaning(Kind.MINE, code=self.code))
            self.covered.update(range(len(self.words)))
        elif len(others) <= _SHORT and not any(word in self.lists["unsure"] for word in others):
            self.found.said.append(Meaning(Kind.DETAILS, code=self.code))

    def take_bare_time(self) -> None:
        """ "1530", "20 mins" and nothing else: it has a time, but not what for."""
        if self.found.said or self.found.near or self.scan.dangers:
            return
        times = [
            word
            for word in self.words
            if word.sort in ("{time}", "{dur}") or (word.sort == "{num}" and len(word.word) == 4)
        ]
        rest = [word for word in self.words if word not in times and not _is_punctuation(word)]
        if len(times) != 1 or any(word.word not in self.lists["fillers"] for word in rest):
            return
        said = clock_at(times[0], self.lexicon)
        at = resolve(said, self.now, self.zone) if said else None
        if at is not None or times[0].length:
            self.found.said.append(Meaning(Kind.BACK_BY if at else Kind.LONGER, at=at, by=times[0].length))
            self.found.doubt = True

    def take_signature(self) -> None:
        """A name behind a dash, a comma or a line end that closes the text is who sent it: "left now - Asha x"."""
        last = len(self.words) - 1
        while last > 0 and (self.words[last].word in self.lists["fillers"] or _is_punctuation(self.words[last])):
            last -= 1
        if last > 0 and self._is_name(last) and _is_punctuation(self.words[last - 1]):
            typed = self.text[self.words[last].start : self.words[last].end]
            if typed.istitle() and not self.text.istitle():
                self.covered.add(last)
        if len(self.words) > 1 and self._is_name(0) and self.words[1].word in self.lists["here"]:
            self.covered.update((0, 1))

    def _uncovered(self) -> list[int]:
        fillers = self.lists["fillers"]
        return [
            place
            for place, word in enumerate(self.words)
            if place not in self.covered
            and word.word not in fillers
            and word.sort not in ("{time}", "{dur}", "{place}", "{code}")
            and not _is_punctuation(word)
        ]

    def finish(self) -> None:
        """Danger, reasons, the doubt of words not accounted for, and what to ask when nothing was said."""
        found = self.found
        kinds = {meaning.kind for meaning in found.said if meaning.who is None}
        dangers = self.scan.dangers
        found.danger = found.danger or "danger" in dangers or ("soft" in dangers and Kind.CALLED_OFF not in kinds)
        if Kind.CALLED_OFF in kinds:
            unsafe = "soft" in dangers or Kind.CONCERN in kinds
            reason = next((reason for reason in _REASONS if reason in self.reasons), "unsafe" if unsafe else "other")
            found.said = [
                Meaning(Kind.CALLED_OFF, reason=reason, both=m.both) if m.kind is Kind.CALLED_OFF else m
                for m in found.said
            ]
        if not found.said and not found.near and self.small_talk and not self._uncovered():
            found.said.append(Meaning(Kind.THANKS))
        doubtful = bool(self._uncovered()) or any(word.word == "?" for word in self.words)
        near = {*found.near, *_GOING} if Kind.LEFT in found.near else set(found.near)
        contradicted = bool(near & kinds) or {Kind.LEFT, Kind.SETTING_OUT} <= kinds
        doubtful = doubtful or any(kind in _QUESTIONS for kind in kinds)
        of_others = any(meaning.who for meaning in found.said)
        found.doubt = found.doubt or doubtful or contradicted or of_others
        found.hint = self._hint()

    def _hint(self) -> Kind | None:
        words = {word.word for place, word in enumerate(self.words) if place not in self.covered}
        return next((_KINDS[name] for name, many in self.lexicon.ask.items() if words & many), None)


def _is_punctuation(word: Word) -> bool:
    return word.mark and (word.word[0].isascii() or word.word in "…•")
