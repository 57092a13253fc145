"""Languages are data: each is whole, short, in GSM-7, and asks only for what it can read (docs/languages.md)."""

import re
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import alarm, notices, visit, words
from bot.events import Event, Happening
from bot.gsm7 import SINGLE, is_gsm7, segments, septets, to_gsm7
from bot.policy import PolicyError
from bot.school import School, parse_schools
from bot.visit import LifeSign, State
from bot.words import Kind, Outcome
from bot.words.lexicon import languages as languages_of_words
from tests.bot import test_notices as english
from tests.bot.values import POLICY, at, mins, standing
from tests.bot.worst import WORST

LANGUAGES = notices.languages()
BOTH = [(language, key) for language in LANGUAGES for key in english.KEYS]
SENTENCES = notices.SECTIONS
SHOUTED = re.compile(r"(?:\d+ )?[A-ZÀ-ÞŴŶ']{2,}(?: (?:[A-ZÀ-ÞŴŶ']{2,}|\d[\d:]*))*")
OUTCOMES = frozenset(Outcome)
ASKS: dict[str, frozenset[Kind | Outcome]] = {
    "arrived_unplanned": frozenset({Kind.LONGER}),
    "not_there_yet": frozenset({Kind.CALLED_OFF}),
    "ask_arrival": frozenset({Kind.LATE}),
    "nudge_arrival": frozenset({Kind.LATE, Kind.CALLED_OFF}),
    "ask_end": frozenset({Kind.LONGER}),
    "nudge_end": frozenset({Kind.LONGER}),
    "help": frozenset({Kind.LATE, Kind.LONGER, Kind.STATUS}),
    "ask_return": frozenset({Kind.BACK_BY}),
    "nudge_return": frozenset({Kind.BACK_BY}),
    "back_or_arrived": frozenset({Kind.ARRIVED}),
    "ask_partner": frozenset({Kind.LEFT}),
    "ask_back_back_by": frozenset({Kind.BACK_BY}),
    "ask_back_late": frozenset({Kind.LATE}),
    "ask_back_longer": frozenset({Kind.LONGER}),
    "ask_back_set_out": frozenset({Kind.SETTING_OUT}),
    "ask_back_nobody_home": frozenset({Kind.NOBODY_HOME}),
    "ask_back_family_late": frozenset({Kind.FAMILY_LATE}),
    "ask_back_called_off": frozenset({Kind.CALLED_OFF}),
    "ask_back_change": frozenset({Kind.LATE, Kind.BACK_BY}),
    "ask_back_mine_or_arrived": frozenset({Kind.ARRIVED, Kind.MINE}),
    "alarm_yours": OUTCOMES,
    "alarm_ran_out": frozenset({Outcome.SAFE}),
    "ask_which": frozenset({Kind.MINE}),
    "ask_open": frozenset({Kind.MINE}),
    "ask_reason": OUTCOMES,
}
"""What each sentence asks for in words, beside its digits."""


def template(language: str, key: str) -> str:
    """A sentence as it stands in its file."""
    book = notices.catalogue(language)
    return next(book[section][key] for section in SENTENCES if key in book[section])


def rendered(language: str, key: str) -> str:
    """A sentence with the longest of everything that goes into it."""
    book = notices.catalogue(language)
    labels = book["labels"]
    longest = {
        "outcome": labels["outcome_real"],
        "other": max(labels["way_other"], labels["way_none"], key=len),
        "kind": max((labels[kind.name.lower()] for kind in alarm.Kind), key=len),
        "word": max((text for name, text in labels.items() if name.startswith("said_")), key=len),
        "state": max((text.format_map(WORST) for text in book["states"].values()), key=len),
        "words": "x" * notices.REASON_LENGTH,
    }
    return notices.render(key, language, **{**WORST, **longest})


def read(text: str, language: str) -> words.Reading:
    """What a reply is taken to mean at a school of this language."""
    return words.read(text, now=at("14:32"), zone=ZoneInfo("Europe/London"), language=language)


def understood(language: str, key: str) -> set[Kind | Outcome]:
    """What the replies that a sentence spells out in capitals are taken for, with certainty where it is to lower."""
    found: set[Kind | Outcome] = set()
    for phrase in SHOUTED.findall(template(language, key)):
        for reading in (read(phrase, language), read(f"{phrase} K7Q4", language)):
            found |= {kind for kind in reading.kinds if reading.certain or kind not in english.LOWERS}
        ended = read(f"{phrase} K7Q4 rang", language)
        found |= {meaning.outcome for meaning in ended.meanings if meaning.outcome and ended.certain}
    return found


# -- a language is three files, and none lacks anything -------------------------------------------


def test_every_language_is_both_written_and_read() -> None:
    """A language with one file only would ask for replies it cannot read, or read what it cannot ask for."""
    assert set(LANGUAGES) == set(languages_of_words())
    assert {"en", "cy"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_lacks_anything(language: str) -> None:
    """Every sentence, label and table of English is there, with its values and digits, and nothing that is not English's."""
    assert notices.lacks(language) == []


def test_a_thin_file_is_told_what_it_lacks(tmp_path: Path) -> None:
    """By name: what is missing, what is empty, what a sentence leaves out, and what nobody will ever ask for."""
    for folder in ("notices", "words/languages"):
        (tmp_path / folder).mkdir(parents=True)
    thin = '[visitor]\nok = "OK {then}. Text 2"\nleft = ""\n\n[door]\nwelcome = "Fàilte"\n'
    (tmp_path / "notices/gd.toml").write_text(thin, encoding="utf-8")
    (tmp_path / "words/languages/gd.toml").write_text("[words]\ndanger = []\n", encoding="utf-8")
    found = notices.lacks("gd", tmp_path)
    assert {
        "notices/gd.toml: lacks visitor.arrived",
        "notices/gd.toml: lacks visitor.left",
        "notices/gd.toml: lacks contact.alarm_code_word",
        "notices/gd.toml: lacks labels.mine",
        "notices/gd.toml: visitor.ok lacks {now}",
        "notices/gd.toml: visitor.ok lacks 3",
        "notices/gd.toml: visitor.ok has {then}, which English has not",
        "notices/gd.toml: visitor.ok has 2, which English has not",
        "notices/gd.toml: has door.welcome, which English has not",
        "words/languages/gd.toml: lacks words.danger",
        "words/languages/gd.toml: lacks words.kinds.arrived",
        "words/languages/gd.toml: lacks words.same",
    } <= set(found)
    assert len(found) == len(set(found))


def test_a_language_without_files_is_told_so(tmp_path: Path) -> None:
    """The first thing a new language lacks is its files."""
    missing = [f"{folder}/gd.toml: there is no such file" for folder in ("notices", "papers", "words/languages")]
    assert notices.lacks("gd") == notices.lacks("gd", tmp_path) == missing


# -- what is sent ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "key"), BOTH)
def test_every_sentence_stays_readable_as_it_is_sent(language: str, key: str) -> None:
    """Filled in and in GSM-7: letters may lose a mark, and none becomes a question mark."""
    text = rendered(language, key)
    assert is_gsm7(text)
    assert "{" not in text
    assert to_gsm7(template(language, key)).count("?") == template(language, key).count("?")


@pytest.mark.parametrize(("language", "key"), BOTH)
def test_an_alarm_is_one_sms_and_nothing_is_more_than_two(language: str, key: str) -> None:
    """At most 160 septets for what contacts get, with an address of 40 characters and names of 15 (DESIGN §5)."""
    text = rendered(language, key)
    if key in english.CONTACT and key not in english.LONGER_THAN_ONE_SMS:
        assert septets(text) <= SINGLE, text
    assert segments(text) <= (3 if key == "chase_police" else 2), (
        text
    )  # its words for 999 are asked for, not sent unasked


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_and_clause_is_sent_as_it_reads(language: str) -> None:
    """Labels and clauses lose a mark at most, as sentences do."""
    book = notices.catalogue(language)
    for text in (*book["labels"].values(), *book["states"].values()):
        assert is_gsm7(to_gsm7(text))
        assert "?" not in to_gsm7(text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["alarm_code_word", "alarm_danger"])
def test_a_duress_alarm_gives_no_number_but_999(language: str, key: str) -> None:
    """Nobody rings the phone of somebody under duress because Doorstep put its number before them."""
    assert "999" in rendered(language, key)
    assert WORST["phone"] not in rendered(language, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_of_the_week_has_a_short_name(language: str) -> None:
    """A time of another day is written with it."""
    monday = date(2026, 11, 23)
    names = [notices.weekday(monday + timedelta(days=days), language) for days in range(7)]
    assert len(set(names)) == 7
    assert names[0] == {"en": "Mon", "cy": "Llun"}.get(language, names[0])
    assert max(len(name) for name in names) <= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sign_of_life_and_every_reason_has_a_word(language: str) -> None:
    """What the visit machine hands to the alarms, and why a visit is called off, can be told to contacts."""
    signs = set()
    for state in State:
        for event in Event:
            asha = standing(state)
            decision = visit.decide(asha.place, Happening(event, by=mins(20)), POLICY, asha.now)
            signs |= {effect.word for effect in decision.effects if isinstance(effect, LifeSign)}
    assert {"ok", "left", "called off"} <= signs
    assert all(notices.said(sign, language) for sign in signs)
    assert all(
        notices.why_off(reason, language)
        for reason in ("unsafe", "animals", "family", "nobody home", "family late", "other")
    )


# -- what is asked for is understood --------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ASKS)
def test_what_a_sentence_asks_for_in_capitals_is_understood(language: str, key: str) -> None:
    """A reply typed as it was asked for does what it was asked for."""
    assert ASKS[key] <= understood(language, key)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("reply", "kind"), english.READ_AS.items())
def test_the_english_commands_and_the_digits_work_for_everybody(language: str, reply: str, kind: Kind) -> None:
    """Staff mix languages, and a supply teacher knows only one."""
    reading = read(reply, language)
    assert reading.kinds == {kind}
    assert reading.certain or kind not in english.LOWERS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", State)
def test_every_button_means_its_move_in_its_language(language: str, state: State) -> None:
    """A tap is a text like any other: read with certainty as just that move."""
    for move, button in zip(visit.MOVES[state], notices.buttons(state, language), strict=True):
        reading = read(button, language)
        assert reading.kinds == {english.MOVES[move]}, button
        assert reading.certain, button


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_button_under_an_alarm_takes_that_alarm_in_its_language(language: str) -> None:
    """It carries the code, so that two alarms stay apart."""
    [meaning] = read(notices.label("mine", language, code="K7Q4"), language).meanings
    assert (meaning.kind, meaning.code) == (Kind.MINE, "K7Q4")


@pytest.mark.parametrize(("language", "key"), BOTH)
def test_no_language_shouts_a_word_that_twilio_keeps_for_itself(language: str, key: str) -> None:
    """STOP and its kin would silence the sender; HELP stands where a visitor texted for it, and is not asked for."""
    shouted = set(re.findall(r"\b[A-Z]{3,}\b", to_gsm7(template(language, key))))
    assert shouted & english.RESERVED <= english.TOLD.get(key, set())


# -- a school has a language ----------------------------------------------------------------------


def school(language: str) -> School:
    """Marsh Lane Primary with `language` as written in its file."""
    [found] = parse_schools(f'[marsh-lane]\nname = "Marsh Lane Primary"\nlanguage = {language}\n').values()
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_school_may_have_any_language_there_is(language: str) -> None:
    """As many as there are files, and English when none is named."""
    assert school(f'"{language}"').language == language
    assert parse_schools('[marsh-lane]\nname = "Marsh Lane Primary"\n')["marsh-lane"].language == "en"


@pytest.mark.parametrize("written", ['"gd"', '""', '"EN"', '"../words/languages/en"', "5"])
def test_a_school_in_an_unknown_language_is_refused(written: str) -> None:
    """When the schools file is read, by name, with the languages there are; never at the first notice."""
    with pytest.raises(PolicyError) as refusal:
        school(written)
    assert "[marsh-lane] language: " in str(refusal.value)
    if written != "5":
        assert ", ".join(LANGUAGES) in str(refusal.value)
