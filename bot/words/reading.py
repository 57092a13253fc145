"""From one text to what it means. The rule of the room: anything may raise, only the certain may lower.

A lowering meaning is certain when every word of the text is accounted for: by a phrase that says something, by small talk,
or by a filler. One word more, known or not ("left my phone", "left when he calmed down"), and it is asked about instead. So
nothing is lowered by a text that was not foreseen: what is forgotten in the data costs a question, never a guard.
"""

from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from bot.words.contact import Answer, answer
from bot.words.judge import Findings, weigh
from bot.words.kinds import LOWERING, MOVING, RAISING, Kind, Meaning, Reading
from bot.words.lexicon import lexicon
from bot.words.outside import digit, outside, slash
from bot.words.scan import scan

DIGITS = {"1": Kind.ARRIVED, "2": Kind.OK, "3": Kind.LEFT, "4": Kind.RETURNED, "9": Kind.DANGER}
_HELP = frozenset(("help", "start", "menu"))  # after a slash, as Telegram's own bots have it
_UNCLEAR = (Meaning(Kind.UNCLEAR),)


def read(text: str, *, now: datetime, zone: tzinfo, language: str = "en") -> Reading:
    """What a text means at `now` (aware) in the school's `zone`. Never raises on any text; ValueError on a naive `now`."""
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    said = digit(text)
    if said is not None:
        return Reading(text, (Meaning(DIGITS[said]),), certain=True, digit=said)
    around = outside(text)
    if around.tapback:
        return Reading(text, _UNCLEAR, certain=False)
    if slash(text) in _HELP:
        return Reading(text, (Meaning(Kind.HELP),), certain=True)
    words = lexicon(language)
    found = scan(text, words)
    answered = answer(text, found, words)
    if answered is not None and answered.alone:
        return Reading(text, (answered.meaning,), certain=answered.certain and not around.hearsay, ask=answered.ask)
    findings = weigh(text, found, words, now.astimezone(UTC), zone)
    findings.doubt = findings.doubt or around.hearsay
    return _reading(text, findings, answered)


def _reading(text: str, found: Findings, answered: Answer | None) -> Reading:
    meanings = _tidy(found)
    certain = not found.doubt and not any(meaning.kind is Kind.DANGER for meaning in meanings)
    if answered is not None:
        meanings = [meaning for meaning in meanings if meaning.kind in RAISING or not answered.instead]
        meanings.append(answered.meaning)
        certain = answered.certain and not found.danger if answered.instead else certain
    ask = None if certain and _says_something(meanings) else _ask(found, meanings)
    return Reading(text, tuple(meanings) or _UNCLEAR, certain=certain and bool(meanings), ask=ask)


def _tidy(found: Findings) -> list[Meaning]:
    """The meanings with the raising ones first, each kind once, and what belongs together put together."""
    said = list(found.said)
    kinds = {meaning.kind for meaning in said if meaning.who is None}
    if found.plan:
        if Kind.LEFT in kinds:
            said = [replace(m, kind=Kind.NOT_RETURNING) if m.kind is Kind.LEFT and m.who is None else m for m in said]
        elif Kind.NOT_RETURNING not in kinds:
            said.append(Meaning(Kind.NOT_RETURNING))
            found.doubt = True
            found.near.append(Kind.LEFT)
    if Kind.NOT_RETURNING in {meaning.kind for meaning in said}:
        said = [meaning for meaning in said if meaning.kind is not Kind.LEFT or meaning.who is not None]
    if found.danger:
        said.insert(0, Meaning(Kind.DANGER))
    once: dict[tuple[Kind, str | None], Meaning] = {}
    for meaning in said:
        key = meaning.kind, meaning.who
        first = once.get(key)
        if first is None or (meaning.lowers and not first.lowers):
            once[key] = meaning
    useful = [meaning for meaning in once.values() if meaning.kind is not Kind.THANKS]
    return sorted(
        useful or once.values(), key=lambda meaning: (meaning.kind is not Kind.DANGER, meaning.kind not in RAISING)
    )


def _says_something(meanings: list[Meaning]) -> bool:
    return not all(
        meaning.kind is Kind.THANKS or (meaning.kind in MOVING and not meaning.lowers) for meaning in meanings
    )


def _ask(found: Findings, meanings: list[Meaning]) -> Kind | None:
    """What to ask back: a lowering thing that was said without certainty, or nearly said; nothing beside danger."""
    if found.danger:
        return None
    for meaning in meanings:
        if meaning.kind in LOWERING or meaning.kind in MOVING:
            return meaning.kind
    if found.near:
        return found.near[0]
    return found.hint if not meanings or meanings[0].kind is Kind.THANKS else None
