"""What texts are taken to mean, over the labelled set and rule by rule."""

from collections import Counter
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.words import NOW, ZONE, Labelled, labelled
from bot.words import Kind, Meaning, Outcome, Reading, read

SET = list(labelled())


def said(text: str, language: str = "en") -> Reading:
    return read(text, now=NOW, zone=ZONE, language=language)


def times(reading: Reading) -> set[str]:
    found = {m.at.astimezone(ZONE).strftime("%H:%M") for m in reading.meanings if m.at}
    return found | {f"+{round(m.by.total_seconds() / 60)}m" for m in reading.meanings if m.by}


def test_the_set_is_as_large_as_promised() -> None:
    """At least 1,200 labelled texts, at least 400 of them traps, none twice in one language."""
    assert len(SET) >= 1200
    assert sum(not row.lowers and not row.kinds for row in SET) >= 400
    assert not [row for row, count in Counter((r.text, r.language, r.kinds) for r in SET).items() if count > 1]


def test_nothing_is_ever_lowered_wrongly() -> None:
    """Of all labelled texts, none lowers that must not."""
    assert [row.text for row in SET if said(row.text, row.language).lowers and not row.lowers] == []


def test_every_danger_is_heard_and_chatter_raises_none() -> None:
    """Every labelled danger is read as danger, and no other labelled text is."""
    wrong = [row.text for row in SET if said(row.text, row.language).danger != (Kind.DANGER in row.kinds)]
    assert wrong == []


@pytest.mark.parametrize("kind", sorted({kind for row in SET for kind in row.kinds}))
def test_each_meaning_is_recalled(kind: str) -> None:
    """At least 97 % of the texts of each meaning are read as it."""
    rows = [row for row in SET if kind in row.kinds]
    missed = [row.text for row in rows if kind not in {k.value for k in said(row.text, row.language).kinds}]
    assert len(missed) <= 0.03 * len(rows), missed


def test_what_should_lower_does() -> None:
    """At least 97 % of the texts that plainly say so are acted on without a question."""
    rows = [row for row in SET if row.lowers]
    missed = [row.text for row in rows if not said(row.text, row.language).lowers]
    assert len(missed) <= 0.03 * len(rows), missed


@pytest.mark.parametrize("row", [row for row in SET if row.time], ids=lambda row: row.text)
def test_times_are_read(row: Labelled) -> None:
    """Every labelled time is read as the clock of the school shows it."""
    assert row.time in times(said(row.text, row.language))


@pytest.mark.parametrize(
    "row", [r for r in SET if r.note in ("unsafe", "animals", "family", "other")], ids=lambda r: r.text
)
def test_reasons_for_calling_off_are_read(row: Labelled) -> None:
    """A visit called off has its reason from the same text."""
    assert row.note in {meaning.reason for meaning in said(row.text, row.language).meanings}


@pytest.mark.parametrize(
    ("digit", "kind"), [("1", Kind.ARRIVED), ("2", Kind.OK), ("3", Kind.LEFT), ("4", Kind.RETURNED), ("9", Kind.DANGER)]
)
@pytest.mark.parametrize("dress", ["{}", " {} ", "{}.", "{}!", "({})", "\n{}\n", "{}\u200b", "{}\ufe0f\u20e3"])
def test_digits_always_work(digit: str, kind: Kind, dress: str) -> None:
    """A digit alone is certain, whatever marks or invisible characters stand around it."""
    reading = said(dress.format(digit))
    assert (reading.digit, reading.kinds, reading.certain) == (digit, frozenset({kind}), True)


@pytest.mark.parametrize("text", ["11", "22", "33", "23", "2 3", "3?", "5", "0", "no 3", "3 of us", "٣"])
def test_other_numbers_lower_nothing(text: str) -> None:
    """A number that is not just the digit is asked about; a digit of another script is the digit or nothing."""
    assert not said(text).lowers or text == "٣"


def test_several_meanings_are_all_taken_and_the_raising_come_first() -> None:
    """ "left now, no concerns, need to speak to the DSL" gives all three, the concern first."""
    reading = said("left now, need to speak to the DSL")
    assert [meaning.kind for meaning in reading.meanings] == [Kind.CONCERN, Kind.LEFT]
    assert said("all fine, left now, no concerns").kinds == {Kind.OK, Kind.LEFT, Kind.NO_CONCERN}


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("not left yet", Kind.LEFT),
        ("leaving soon", Kind.LEFT),
        ("have you left?", Kind.LEFT),
        ("left my phone", Kind.LEFT),
        ("all ok?", Kind.OK),
        ("yes", Kind.OK),
        ("ok thanks", Kind.OK),
        ("not arrived yet", Kind.ARRIVED),
        ("END", Kind.LEFT),
        ("need longer", Kind.LONGER),
        ("running late", Kind.LATE),
        ("Ben has left", Kind.LEFT),
        ("cancel", Kind.CALLED_OFF),
    ],
)
def test_a_near_miss_asks_back(text: str, ask: Kind) -> None:
    """What was nearly said is asked about and lowers nothing."""
    reading = said(text)
    assert (reading.ask, reading.lowers) == (ask, False)


@pytest.mark.parametrize(
    "text",
    ["will be at the house at 3", "not at the house", "when outside text me", "if we are inside", "once outside"],
)
def test_an_arrival_to_come_is_none(text: str) -> None:
    """ "Not", "when", "will" and "you" before it make an arrival something else."""
    assert Kind.ARRIVED not in said(text).kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("not back by 5", Kind.BACK_BY),
        ("if back by 5", Kind.BACK_BY),
        ("would be staying till 3", Kind.LONGER),
        ("did we say all is well", Kind.OK),
        ("maybe on my way back", Kind.LEFT),
        ("not running 20 late", Kind.LATE),
    ],
)
def test_what_is_denied_or_supposed_is_not_said(text: str, kind: Kind) -> None:
    """Behind "not", "if", "would" or "maybe" a meaning is not even listed as uncertain; it may be asked about."""
    reading = said(text)
    assert kind not in reading.kinds and not reading.lowers


def test_what_is_said_of_all_is_not_certain() -> None:
    """ "Everyone left now" says nothing certain of the sender."""
    assert not said("everyone left now").certain


@pytest.mark.parametrize(
    "text",
    [
        'Liked "Reply 9 for help"',
        "Loved “Call 999 and ask for the police”",
        '👍 to "left"',
        'Emphasised "all ok"',
        "Liked an image",
        'Reacted ❤️ to "all ok"',
        'Removed a like from "left now"',
    ],
)
def test_a_tapback_says_nothing(text: str) -> None:
    """A tapback on one of our own notices is neither danger nor OK: no word of it is the sender's."""
    assert said(text) == Reading(text, (Meaning(Kind.UNCLEAR),), certain=False)


def test_a_tapback_hides_nothing_behind_it() -> None:
    """What is typed after a quotation is still heard."""
    assert said('Liked "all ok"\nhelp me').danger


@pytest.mark.parametrize(
    "text",
    [
        "finishing early. help",
        "so good. help",
        "can you. help with the printer. help",
        "x h e l p",
        "h.e.l.p",
        "H E L P!",
    ],
)
def test_harmless_company_ends_with_the_sentence(text: str) -> None:
    """ "Early help" is a meeting; "early. help" is not; and a cry may be spelt out."""
    assert said(text).danger


def test_what_is_certain_asks_nothing() -> None:
    """No question follows a text that was understood."""
    assert all(said(text).ask is None for text in ("left", "all ok", "arrived", "back by 5", "1", "help", "thanks x"))


@pytest.mark.parametrize(
    ("text", "who"),
    [("Ben has left", "Ben"), ("Asha's left", "Asha"), ("mum has left", "mum"), ("ben left now", "ben")],
)
def test_what_is_said_of_others_is_theirs(text: str, who: str) -> None:
    """ "Ben has left" is of Ben, by the name as typed, and lowers nothing of the sender's."""
    reading = said(text)
    assert (reading.meanings[0].kind, reading.meanings[0].who, reading.lowers) == (Kind.LEFT, who, False)


@pytest.mark.parametrize(
    "text", ["we've left", "both left", "Ben and I have left", "me and Ben have left", "left, both of us"]
)
def test_we_is_both(text: str) -> None:
    """ "We", "both" and "Ben and I" mean every visitor of the visit."""
    left = next(meaning for meaning in said(text).meanings if meaning.kind is Kind.LEFT)
    assert left.both and left.who is None


def test_i_is_not_both() -> None:
    """ "I have left" is of the sender alone, and so is "let us know"."""
    assert not said("I've left").meanings[0].both
    assert not said("left now").meanings[0].both


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("mine K7Q4", Meaning(Kind.MINE, code="K7Q4")),
        ("k7q4 mine", Meaning(Kind.MINE, code="K7Q4")),
        ("1 K7Q4", Meaning(Kind.MINE, code="K7Q4")),
        ("K7Q4", Meaning(Kind.DETAILS, code="K7Q4")),
        ("safe K7Q4 spoke to her", Meaning(Kind.STAND_DOWN, code="K7Q4", outcome=Outcome.SAFE, reason="spoke to her")),
        ("false k7q4 Pocket text", Meaning(Kind.STAND_DOWN, code="K7Q4", outcome=Outcome.FALSE, reason="Pocket text")),
        ("real K7Q4 police there", Meaning(Kind.STAND_DOWN, code="K7Q4", outcome=Outcome.REAL, reason="police there")),
        ("test K7Q4", Meaning(Kind.STAND_DOWN, code="K7Q4", outcome=Outcome.TEST)),
        ("safe spoke to her", Meaning(Kind.STAND_DOWN, outcome=Outcome.SAFE, reason="spoke to her")),
    ],
)
def test_contacts_answers(text: str, meaning: Meaning) -> None:
    """A contact's answer has its code in capitals, its outcome, and its reason as typed."""
    assert said(text).meanings == (meaning,)


@pytest.mark.parametrize("text", ["safe", "I'm safe", "we are safe", "safe now thanks", "safe and well"])
def test_a_visitors_safe_is_ok(text: str) -> None:
    """ "Safe" without a code or a reason is a visitor's OK, and no stand-down."""
    assert said(text).kinds == {Kind.OK}


@pytest.mark.parametrize("code", ["K7QI", "O7Q4", "KQTR", "3467", "K7Q", "K7Q44"])
def test_only_codes_are_codes(code: str) -> None:
    """Four characters of the code alphabet, a letter and a digit among them; nothing else is a code."""
    assert all(meaning.code is None for meaning in said(f"mine {code}").meanings)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "\0",
        "\u202eleft",
        "\u200b" * 50,
        "👍" * 500,
        "left " * 2000,
        "a" * 10_000,
        "((((" * 2500,
        "9" * 10_000,
        "no " * 3000,
        "half " * 2000,
        "\ud800",
        "K7Q4 " * 2000,
        "'s" * 3000,
        "<" * 5000,
        "1 " * 5000,
        "e\u0301" * 5000,
    ],
)
def test_anything_gets_an_answer(text: str) -> None:
    """Empty, endless, invisible and broken texts are read like any other, and lower nothing."""
    reading = said(text)
    assert reading.meanings and (not reading.lowers or "left" in text)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=200))
def test_no_text_raises_an_exception(text: str) -> None:
    """Reading never fails, whatever is typed, in either language."""
    for language in ("en", "cy", "xx"):
        assert said(text, language).meanings


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.sampled_from([row.text for row in SET if row.lowers]),
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=9, max_size=14),
)
def test_an_unknown_word_takes_certainty_away(text: str, word: str) -> None:
    """A lowering text with an unknown word put behind it is asked about, not acted on."""
    if Kind.STAND_DOWN not in said(text).kinds:
        assert not said(f"{text}, but qz{word}").lowers


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.sampled_from([r.text for r in SET if Kind.DANGER in r.kinds and r.language == "en" and len(r.text) > 3]),
    st.sampled_from(SET),
)
def test_danger_is_heard_beside_anything(danger: str, other: Labelled) -> None:
    """A danger on a line of its own raises, whatever stands before it but a contact's code, a calling-off or a quotation."""
    if Kind.STAND_DOWN in other.kinds or Kind.CALLED_OFF in other.kinds or any(mark in other.text for mark in '"“'):
        return
    reading = said(f"{other.text}.\n{danger}")
    assert reading.danger and not reading.lowers


def test_a_naive_now_is_refused() -> None:
    """A clock without a zone is a mistake of the caller's."""
    with pytest.raises(ValueError, match="aware"):
        read("left", now=datetime(2026, 11, 23, 14), zone=ZONE)  # noqa: DTZ001
