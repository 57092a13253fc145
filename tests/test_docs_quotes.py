"""What the pages for people quote is what Doorstep sends, and what they suggest to text is understood."""

import re
from datetime import time
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from bot import alarm, codeword, notices, recording, restoring, visit, words
from bot.authorising import read_answers, reads
from bot.duty.asking import said
from bot.planning import Desk, Staff, read_line, read_order
from bot.words import Kind
from tests.bot.values import Visiting, at, raised
from tests.test_docs import FOR_PEOPLE, prose, read, spans

NOW, ZONE = at("14:02"), ZoneInfo("Europe/London")

BOOK = notices.catalogue("en")
SENTENCES = {key: text for section in notices.SECTIONS for key, text in BOOK[section].items()}
CLOCK, CODE = r"\d\d:\d\d", r"[A-HJ-NP-Y][A-HJ-NP-Y346789]{3}"
PEOPLE = "Asha|Ben|Olive|Henry|Dana|Dee|Bruno|not known"
KINDS = "|".join(BOOK["labels"][kind.name.lower()] for kind in alarm.Kind)
OUTCOMES = "|".join(text for key, text in BOOK["labels"].items() if key.startswith("outcome_"))
VALUES = {
    **dict.fromkeys(("now", "start", "end", "arrived", "left", "check_in", "raised", "owned", "ended"), CLOCK),
    **dict.fromkeys(("name", "about"), PEOPLE),
    **dict.fromkeys(("codes", "open"), rf"{CODE}(?:, {CODE})*"),
    "heard": f"{CLOCK}|not known",
    "code": CODE,
    "kind": KINDS,
    "outcome": OUTCOMES,
    "initials": r"[A-Z]\.",
    "phone": r"\+447700900\d{3}",
    "where": r"(?:arrived at )?\d+ Larch Road",
    "pupil": r"K\.T\.",
    "visit_reason": "attendance",
    "vehicle": "red Fiesta AB12 CDE",
    "word": "OK|LEFT|CALLED OFF",
    "reason": "spoke to her, all well",
    "note": "|".join(text for key, text in BOOK["labels"].items() if key.startswith("off_")),
    "words": "have rung the police, they are on the way|mum is in hospital|too soon",
    "minutes": "10",
    "visit": r"\d+",
    "emergency": "",
    "number": r"\d+",
    "what": r"Mum rings by 8\.30",
    "by": r"\d\d/\d\d",
    "day": r"\d\d/\d\d/\d{4}",
    "percent": r"\d+\.\d",
    "threshold": r"\d+",
    "count": r"\d",
    "school": "marsh_lane",
    "channel": "TELEGRAM|SMS",
    "ending": r"\d{3}",
}
"""What a quoted sentence may carry in its blanks."""


def shape(template: str) -> str:
    """A pattern for a sentence of the catalogue, its blanks as named groups."""
    pattern, seen = "", set()
    for text, field, _, _ in Formatter().parse(template):
        pattern += re.escape(text)
        if field in seen:
            pattern += f"(?P={field})"
        elif field == "state":
            clauses = "|".join(CLOCK.join(map(re.escape, re.split(r"{\w+}", text))) for text in BOOK["states"].values())
            pattern += f"(?P<state>{clauses})"
        elif field:
            pattern += f"(?P<{field}>{VALUES.get(field, '.+')})"
        seen.add(field)
    return pattern


def quoted(text: str) -> list[str]:
    """What a page for people quotes: behind a bar, or in italics."""
    bare = re.sub(r"`[^`]+`|\*\*[^*]+\*\*", "", prose(text))
    barred = [line.removeprefix("> ") for line in bare.splitlines() if line.startswith("> ")]
    return [*barred, *(" ".join(span.split()) for span in re.findall(r"\*([^*]+)\*", bare))]


def notices_of(quote: str) -> list[str]:
    """The notices that give exactly these words."""
    quote = quote.removesuffix(" 1 Yes, 2 No.")  # a question of a conversation is followed by its answers
    found = []
    for key, template in SENTENCES.items():
        match = re.fullmatch(shape(template), quote)
        if match and notices.render(key, **match.groupdict()) == quote:
            found.append(key)
    return found


TALK = {"later", "none", "never mind"}
"""Answers in a conversation; what they do there is for tests/bot/test_recording.py."""

QUOTES = [(page, quote) for page in FOR_PEOPLE for quote in quoted(read(page))]


def test_the_pages_for_people_quote() -> None:
    """They show what comes: the reading below is of many sentences, not of none."""
    assert len(QUOTES) > 40


@pytest.mark.parametrize(("page", "quote"), QUOTES)
def test_every_quoted_sentence_is_one_that_doorstep_sends(page: str, quote: str) -> None:
    """What a page shows in italics or behind a bar is, byte for byte, a notice of the catalogue or one of its labels."""
    assert notices_of(quote) or quote in BOOK["labels"].values(), f"{page} quotes what is not sent: {quote}"


def test_the_office_can_read_of_every_alarm_that_is_raised() -> None:
    """Each kind that can be raised today stands in docs/office.md, in its own words; kinds to come do not."""
    kinds = {alarm.Kind.CODE_WORD}
    for row in visit.TABLE:
        for happening in visit.TABLE[row]:
            for alone in (False, True):
                place = visit.Place(1, row, 1, visit_id=1, starts_at=NOW, ends_at=NOW, alone=alone)
                kinds |= set(raised(Visiting(place).hears("14:02", happening)))
    shown = {key for page, quote in QUOTES if page == FOR_PEOPLE[0] for key in notices_of(quote)}
    assert {kind for kind in alarm.Kind if f"alarm_{kind.name.lower()}" in shown} == kinds


def replies(text: str) -> set[str]:
    """What a page tells people to text, but for words of their own duty, which are read elsewhere."""
    return {span for span in spans(text) if span != "like this" and not said(span, now=NOW, zone=ZONE)}


def plans(reply: str) -> bool:
    """Whether it plans a visit, or orders something of one that is planned."""
    desk = Desk(NOW, ZONE, "en", time(8), time(17), (Staff(1, "Asha"), Staff(2, "Ben")), 1)
    line = read_line(reply, desk)
    whole = bool(line.opens) and not line.faults
    return whole or read_order(reply, desk) is not None


def answers(reply: str) -> bool:
    """Whether it answers a request for a yes, adds to a visit, tells of a code word, or says that a briefing has been read."""
    return bool(read_answers(reply, {12, 13}, "en")) or reads(reply, "en")[0] or codeword.tells_of(reply)


@pytest.mark.parametrize(("page", "reply"), sorted((page, span) for page in FOR_PEOPLE for span in replies(read(page))))
def test_every_reply_a_page_suggests_is_understood(page: str, reply: str) -> None:
    """What people are told to text means something to Doorstep, and lowers only with certainty."""
    if recording.command(reply, "en") or recording.feedback(reply, "en") or plans(reply) or answers(reply):
        return
    if restoring.real_ones(reply) is not None:
        return
    reading = words.read(reply, now=NOW, zone=ZONE)
    assert Kind.UNCLEAR not in reading.kinds or reply in TALK, f"{page}: {reply}"
    assert reading.certain or not any(meaning.lowers for meaning in reading.meanings)
