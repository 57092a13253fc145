"""What a contact answers to an alarm: a stand-down with its outcome and reason; and the reply code in any text."""

from typing import NamedTuple

from bot.words.kinds import Kind, Meaning, Outcome
from bot.words.lexicon import Lexicon
from bot.words.scan import Hit, Scan, Word

_COMMAND = "outcome "


class Answer(NamedTuple):
    """A stand-down. `alone`: nothing else is read in the text. `instead`: it replaces all but what raises."""

    meaning: Meaning
    certain: bool
    alone: bool
    instead: bool
    ask: Kind | None = None


def reply_code(words: list[Word]) -> str | None:
    """The alarm's reply code in a text, upper case; None where there is none, or more than one."""
    codes = {word.word.upper() for word in words if word.sort == "{code}"}
    return codes.pop() if len(codes) == 1 else None


def answer(text: str, found: Scan, lexicon: Lexicon) -> Answer | None:
    """ "safe K7Q4 spoke to her", "false K7Q4 pocket text", "safe spoke to her", "stand down K7Q4 …"; else None.

    "safe" on its own, or with words that only say so again ("safe now thanks"), is a visitor's OK and not this.
    """
    words, code = found.words, reply_code(found.words)
    command = _command(found, lexicon)
    if command is None:
        return _late_word(found, lexicon, code)
    outcome = _outcome(command.label)
    if command.label == "ok":
        outcome = Outcome.SAFE if words[command.start].word in lexicon.lists["safe"] else None
        if outcome is None:
            return None
    rest = [word.word for word in words[command.end :] if not word.mark and word.sort != "{code}"]
    telling = [
        word for word in rest if word not in lexicon.lists["weak_with"] and word not in lexicon.lists["thanking"]
    ]
    settled = any(word in lexicon.lists["settled"] for word in telling)
    bare = code is None and command.label != "stand_down"
    if bare and (command.start or words[0].word not in lexicon.lists["commands"]):
        return None
    if code is None and not telling and command.label != "stand_down":
        return None
    if code is None and command.label == "ok" and not settled:
        return None
    open_question = any(word.word == "?" for word in words)
    doubt = open_question or (code is None and any(word in lexicon.lists["but"] for word in rest))
    if outcome is None:
        outcome = next((said for hit in found.hits if (said := _outcome(hit.label))), None)
        if outcome is None and "false" in {word.word for word in words[command.start : command.end]}:
            outcome = Outcome.FALSE
    meaning = Meaning(Kind.STAND_DOWN, code=code, outcome=outcome, reason=_reason(text, words, command.end))
    certain = not doubt and (code is not None or settled or command.label == "stand_down")
    return Answer(
        meaning, certain, alone=certain and code is not None, instead=certain, ask=None if certain else Kind.STAND_DOWN
    )


def _late_word(found: Scan, lexicon: Lexicon, code: str | None) -> Answer | None:
    """ "spoke to her K7Q4 safe": a code and one outcome, not at the beginning: asked about, never taken."""
    outcomes = {outcome for hit in found.hits if (outcome := _outcome(hit.label))}
    words = {word.word for word in found.words}
    if code is None or len(outcomes) != 1 or words & (lexicon.lists["unsure"] | {"?"}):
        return None
    meaning = Meaning(Kind.STAND_DOWN, code=code, outcome=outcomes.pop())
    return Answer(meaning, certain=False, alone=False, instead=False, ask=Kind.STAND_DOWN)


def _command(found: Scan, lexicon: Lexicon) -> Hit | None:
    """The phrase that commands a stand-down, where the text begins with one (or with its code)."""
    words, first = found.words, 0
    while first < len(words) and (
        words[first].mark or words[first].sort == "{code}" or words[first].word in lexicon.lists["before_command"]
    ):
        first += 1
    command = next((hit for hit in found.hits if hit.start == first), None)
    known = command is not None and (command.label in ("stand_down", "ok") or _outcome(command.label))
    return command if known else None


def _outcome(label: str) -> Outcome | None:
    return Outcome(label.removeprefix(_COMMAND)) if label.startswith(_COMMAND) else None


def _reason(text: str, words: list[Word], after: int) -> str | None:
    """What follows the command and the code, as typed."""
    at = after
    while at < len(words) and (words[at].mark or words[at].sort == "{code}"):
        at += 1
    return text[words[at].start :].strip() if at < len(words) else None
