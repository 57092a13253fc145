"""Forms: what is asked next, how an answer is read, and whose a text is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import notices, words
from bot.talk import (
    YES_NO,
    Again,
    Ask,
    Belongs,
    Done,
    Fault,
    Field,
    Heard,
    Option,
    Setting,
    Several,
    Standing,
    belongs,
    checked,
    first,
    go_on,
    is_no,
    is_yes,
    leaves,
    number,
    one_of,
    question,
    skips,
    standing,
    step,
    text,
    yes_no,
)
from bot.visit import OPEN, Place, State
from bot.words import Kind

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
SETTING = Setting(NOW, LONDON, values={"ask": "?"})
PHONE = (Option("full", "Full", as_is=True), Option("low", "Low", as_is=True))
CARD = Field("card", "talk_back", yes_no, YES_NO)
CHARGE = Field("phone", "talk_back", one_of(PHONE), PHONE, skipped=lambda answers: answers.get("card") is False)
NOTE = Field("note", "talk_back", text(may_skip=True), free=True)
FORM = (CARD, CHARGE, NOTE)


def says(given: str, *, goes: bool = True, language: str = "en") -> Heard:
    """A text of its sender's own, as it is heard at two o'clock."""
    reading = words.read(given, now=NOW, zone=LONDON, language=language)
    return Heard(reading, reading.certain, goes)


def test_the_next_question_is_the_first_without_an_answer() -> None:
    """Fields that are skipped are not asked, and an answer of nothing is an answer."""
    assert first(FORM, {}) is CARD
    assert first(FORM, {"card": True}) is CHARGE
    assert first(FORM, {"card": False}) is NOTE
    assert first(FORM, {"card": False, "note": None}) is None
    assert go_on(FORM, {"card": False}) == Ask({"card": False}, NOTE)


def test_an_answer_leads_to_the_next_question_and_the_last_to_the_end() -> None:
    """Each text is one step; what is no answer changes nothing."""
    assert step(FORM, {}, "yes", SETTING) == Ask({"card": True}, CHARGE)
    assert step(FORM, {"card": True}, "nearly", SETTING) == Again(Fault("talk_no_option"))
    assert step(FORM, {"card": False}, "a torch", SETTING) == Done({"card": False, "note": "a torch"})
    assert step(FORM, {"card": False, "note": None}, "more", SETTING) == Done({"card": False, "note": None})


def test_one_text_may_answer_several_fields() -> None:
    """What it has answered is asked no more."""
    both = Field("card", "talk_back", lambda said, answers, setting: Several({"card": True, "phone": "low"}))
    assert step((both, CHARGE, NOTE), {}, "yes, low", SETTING) == Ask({"card": True, "phone": "low"}, NOTE)


@pytest.mark.parametrize("given", ["1", " 1.", "(1)", "Full", "full!", "FULL"])
def test_an_option_is_chosen_by_its_digit_or_its_words(given: str) -> None:
    """Marks and case do not count."""
    assert one_of(PHONE)(given, {}, SETTING) == "full"


@pytest.mark.parametrize("given", ["0", "3", "1?", "12", "fullish", "", "1 2", "-1x"])
def test_what_is_no_option_is_a_fault(given: str) -> None:
    """A digit too high, a question, another word: none is taken for an answer."""
    assert one_of(PHONE)(given, {}, SETTING) == Fault("talk_no_option")


NUMBERS = [("3", 3), ("95 %", 95), ("95%", 95), ("20 mins", 20), ("20mins", 20), ("£5", 5), ("100", 100)]


@pytest.mark.parametrize(("given", "value"), NUMBERS)
def test_a_number_with_its_unit(given: str, value: int) -> None:
    """A number alone, or with its unit beside it."""
    assert number(1, 100)(given, {}, SETTING) == value


@pytest.mark.parametrize("given", ["0", "101", "running 20 late", "20 late", "3 or 4", "three", "", "9" * 400])
def test_no_number_is_taken_out_of_a_sentence(given: str) -> None:
    """ "20 late" is a word about a visit, and never the answer to "how many"."""
    assert number(1, 100)(given, {}, SETTING) == Fault("talk_no_number", {"least": 1, "most": 100})


def test_free_words_are_kept_on_one_line_and_cut() -> None:
    """What was typed, without line breaks, at most so long; nothing is nothing only where that may be."""
    assert text()(" a\n torch ", {}, SETTING) == "a torch"
    assert len(text(20)("torch " * 20, {}, SETTING)) == 20
    assert text(may_skip=True)("n/a", {}, SETTING) is None
    assert text()("none", {}, SETTING) == "none"
    assert text()("  ", {}, SETTING) == Fault("talk_empty")


def test_a_value_can_be_looked_at_once_more() -> None:
    """The check sees values only, never faults."""
    even = checked(number(1, 9), lambda value, answers, setting: Fault("talk_empty") if value % 2 else None)
    assert even("4", {}, SETTING) == 4
    assert even("5", {}, SETTING) == Fault("talk_empty")
    assert even("x", {}, SETTING) == Fault("talk_no_number", {"least": 1, "most": 9})


SAID = [
    ("yes please", "yes"), ("Yep", "yes"), ("👍", "yes"), ("No, thanks", "no"), ("nope", "no"), ("n/a", "none"), ("-", "none"),
    ("never mind", "leave"), ("Nevermind!", "leave"), ("cancel that please", "leave"), ("forget it", "leave"),
    ("NEVER MIND", "leave"), ("oes", "yes"), ("nac oes", "no"), ("dim ots", "leave"), ("peidiwch â phoeni", "leave"),
    ("DIM OTS", "leave"), ("neb", "none"), ("perhaps", ""), ("yes and no", ""), ("", ""), ("!", ""),
    ("mind", ""), ("cancel", ""),
]  # fmt: skip


@pytest.mark.parametrize(("given", "meant"), SAID)
def test_yes_no_nothing_and_never_mind(given: str, meant: str) -> None:
    """Whole answers only, in English and in the school's language."""
    found = {"yes": is_yes(given, "cy"), "no": is_no(given, "cy"), "leave": leaves(given, "cy")}
    assert {name for name, said in found.items() if said} == ({meant} - {"", "none"})
    assert skips(given, "cy") is (meant in ("none", "no"))


@given(st.text(max_size=60))
def test_no_text_is_an_exception(given: str) -> None:
    """Whatever is typed is an answer or a fault (law 3)."""
    for answers in ({}, {"card": True}, {"card": False}):
        assert isinstance(step(FORM, answers, given, SETTING), Ask | Done | Again)
    assert isinstance(belongs(NOTE, says(given), Standing.SOON, timedelta(0)), Belongs)


def test_a_question_numbers_its_options_and_carries_what_was_wrong() -> None:
    """Buttons for those who have them, digits for the others."""
    asked = question(CARD, SETTING)
    assert (asked.text, asked.buttons) == ("Back to before: ? 1 Yes, 2 No.", ("Yes", "No"))
    assert question(CARD, SETTING, Fault("talk_no_option")).text.startswith("That is none of the answers. Back to")


def place(state: State, starts_in: int = 60, *, left: bool = False) -> Place:
    """A place in this state that starts in so many minutes."""
    return Place(1, state, starts_at=NOW + timedelta(minutes=starts_in), left_at=NOW if left else None)


STANDINGS = [
    ([], Standing.FREE),
    ([place(State.LEFT, left=True)], Standing.FREE),
    ([place(State.PLANNED, 24 * 60)], Standing.LATER),
    ([place(State.PLANNED, 24 * 60), place(State.PLANNED, 90)], Standing.SOON),
    ([place(State.DUE)], Standing.INSIDE),
    ([place(State.MISSING)], Standing.INSIDE),
    ([place(State.PLANNED, 24 * 60), place(State.ASKED)], Standing.INSIDE),
]


@pytest.mark.parametrize(("places", "expected"), STANDINGS)
def test_where_somebody_stands(places: list[Place], expected: Standing) -> None:
    """The place nearest to a home counts."""
    assert standing(places, NOW) is expected


@pytest.mark.parametrize("state", sorted(OPEN - {State.PLANNED, State.HOMEWARD}))
def test_every_other_open_state_counts_as_inside(state: State) -> None:
    """Whoever is there, on the way, or waited for is heard by the visit first; so is a state that is new."""
    assert standing([place(state)], NOW) is Standing.INSIDE


def test_on_the_way_back_a_conversation_is_heard() -> None:
    """Out of the home and not yet asked after: a question may be answered, and a plain word of the visit is the visit's."""
    assert standing([place(State.HOMEWARD)], NOW) is Standing.SOON


OWNERS = [
    # inside: every digit, and all that even nearly means something
    ("1", CARD, Standing.INSIDE, 0, Belongs.VISIT),
    ("4", CARD, Standing.INSIDE, 0, Belongs.VISIT),
    ("all ok", NOTE, Standing.INSIDE, 0, Belongs.VISIT),
    ("yes", CARD, Standing.INSIDE, 0, Belongs.VISIT),
    ("haven't left yet", NOTE, Standing.INSIDE, 0, Belongs.VISIT),
    ("a torch", NOTE, Standing.INSIDE, 0, Belongs.TALK),
    ("both left", NOTE, Standing.FREE, 0, Belongs.VISIT),
    ("left", NOTE, Standing.FREE, 0, Belongs.TALK),
    # outside: digits are answers while the question is fresh
    ("1", CARD, Standing.FREE, 5, Belongs.TALK),
    ("1", CARD, Standing.FREE, 20, Belongs.VISIT),
    ("2", CARD, Standing.FREE, 20, Belongs.TALK),
    ("2", CARD, Standing.SOON, 20, Belongs.VISIT),
    ("2", CARD, Standing.SOON, 5, Belongs.TALK),
    ("arrived", NOTE, Standing.FREE, 0, Belongs.VISIT),
    ("arrived", CARD, Standing.FREE, 0, Belongs.EITHER),
    ("all ok", NOTE, Standing.FREE, 0, Belongs.TALK),
    ("all ok", NOTE, Standing.SOON, 0, Belongs.VISIT),
    ("back at school", NOTE, Standing.SOON, 0, Belongs.VISIT),
    ("running 20 late", NOTE, Standing.LATER, 0, Belongs.VISIT),
    ("running 20 late", NOTE, Standing.FREE, 0, Belongs.TALK),
    ("status", NOTE, Standing.FREE, 0, Belongs.VISIT),
    ("i have a concern about the child", NOTE, Standing.FREE, 0, Belongs.VISIT),
    ("9", CARD, Standing.FREE, 0, Belongs.VISIT),
    ("he has a knife", NOTE, Standing.FREE, 0, Belongs.VISIT),
]


@pytest.mark.parametrize(("given", "field", "where", "minutes", "whose"), OWNERS)
def test_whose_a_text_is(given: str, field: Field, where: Standing, minutes: int, whose: Belongs) -> None:
    """Protection comes first, and a conversation takes what is left."""
    assert belongs(field, says(given), where, timedelta(minutes=minutes)) is whose


def test_a_concern_is_an_answer_only_where_it_was_asked_for() -> None:
    """ "Any concerns?" hears them itself; everywhere else they are passed on at once."""
    asked = Field("concerns", "talk_back", text(), free=True, hears=frozenset({Kind.CONCERN}))
    assert belongs(asked, says("worried about the child"), Standing.FREE, timedelta(0)) is Belongs.TALK
    assert belongs(asked, says("help"), Standing.FREE, timedelta(0)) is Belongs.VISIT


def test_all_fine_from_inside_is_the_visits_whatever_was_asked_before_it() -> None:
    """ "Any concerns?" hears it as a no; who has gone into the next home answers for that visit."""
    asked = Field("concerns", "talk_back", text(), free=True, hears=frozenset({Kind.OK}))
    assert belongs(asked, says("all fine"), Standing.FREE, timedelta(0)) is Belongs.TALK
    assert belongs(asked, says("all fine"), Standing.INSIDE, timedelta(0)) is Belongs.VISIT


@pytest.mark.parametrize(
    ("given", "whose"),
    [
        *((given, Belongs.VISIT) for given in ("3", "left", "left now", "we have left", "4", "back at school")),
        *((given, Belongs.TALK) for given in ("dad has left", "he left the child alone", "mum left in tears", "7")),
    ],
)
def test_leaving_said_again_is_no_concern(given: str, whose: Belongs) -> None:
    """What only repeats that they have left is the visit's; what is said of somebody else answers the question."""
    gone = frozenset({Kind.LEFT, Kind.RETURNED})
    asked = Field("concerns", "talk_back", text(), free=True, repeats=gone)
    assert belongs(asked, says(given), Standing.FREE, timedelta(0)) is whose
    assert belongs(replace(asked, repeats=frozenset()), says("left"), Standing.FREE, timedelta(0)) is Belongs.TALK


@pytest.mark.parametrize("given", ["1", "2", "3"])
def test_a_question_that_wants_words_takes_no_digit_of_somebody_who_visits(given: str) -> None:
    """ "Who was there?" is answered with no "3": that is a word about a visit, also where none is open as far as is known."""
    asked = replace(NOTE, wordy=frozenset({Kind.LEFT}))
    assert belongs(asked, says(given), Standing.FREE, timedelta(0)) is Belongs.VISIT
    assert belongs(asked, says(given, goes=False), Standing.FREE, timedelta(0)) is Belongs.TALK
    assert belongs(asked, says("3 of the family"), Standing.FREE, timedelta(0)) is Belongs.TALK


def test_a_question_that_wants_words_takes_no_few_words_about_a_visit() -> None:
    """ "Left" may be of a visit whose arrival has not been read yet; of who never visits, or in a sentence, it is an answer."""
    asked = replace(NOTE, wordy=frozenset({Kind.LEFT}))
    assert belongs(asked, says("left"), Standing.FREE, timedelta(0)) is Belongs.VISIT
    assert belongs(asked, says("all ok"), Standing.FREE, timedelta(0)) is Belongs.TALK
    assert belongs(asked, says("left", goes=False), Standing.FREE, timedelta(0)) is Belongs.TALK
    assert belongs(asked, says("gran, who had left the door open"), Standing.FREE, timedelta(0)) is Belongs.TALK


def test_an_old_question_takes_a_digit_of_somebody_who_never_visits() -> None:
    """The headteacher may answer an hour later."""
    assert belongs(CARD, says("1", goes=False), Standing.FREE, timedelta(hours=1)) is Belongs.TALK


@pytest.mark.parametrize("language", notices.languages())
def test_the_way_out_that_is_offered_is_understood(language: str) -> None:
    """Whoever types what the reminder says leaves."""
    said = notices.catalogue(language)["talk"]["talk_still"]
    shouted = " ".join(word.strip(":,") for word in said.split() if word.strip(":,").isupper())
    assert leaves(shouted, language)
