"""Code words: found through every slip of a thumb, and seldom where there are none."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.thumbs import DRESS, THUMB, slipped
from bench.words import PHRASES, SEED, labelled
from bot.codeword import Found, find, objections, suggestions
from bot.codeword.finding import allowance, cost

SLIPS = 400


def recall(slips: int, phrases: list[str]) -> float:
    chance = random.Random(SEED)
    found = sum(find(slipped(phrase, slips, chance), [phrase]) is not None for phrase in phrases for _ in range(SLIPS))
    return found / (len(phrases) * SLIPS)


def test_one_slip_hides_nothing() -> None:
    """At least 99.5 % of over 50 phrases × 400 slips are found."""
    assert len(PHRASES) >= 50
    assert recall(1, list(PHRASES)) >= 0.995


def test_two_slips_hide_little() -> None:
    """At least 95 % of phrases of two words or more are found through two slips."""
    assert recall(2, [phrase for phrase in PHRASES if " " in phrase]) >= 0.95


@pytest.mark.parametrize("slip", dict.fromkeys([*THUMB, *DRESS]), ids=lambda slip: slip.__name__)
def test_every_slip_alone_is_seen_through(slip: object) -> None:
    """Each way to slip is found on its own, at every place it can fall."""
    assert callable(slip)
    chance = random.Random(SEED)
    assert all(find(f"the {slip('blue folder', chance)} please", ["blue folder"]) for _ in range(200))


@pytest.mark.parametrize(
    "text",
    [
        "blue folder",
        "BLUE FOLDER",
        "bring the blue folder",
        "blue\nfolder",
        "bluefolder",
        "b l u e folder",
        "blue-folder",
        "“Blue” folder",
        "blue 📁 folder",
        "b\u200blue fol\u200dder",
        "blúe fôlder",
        "blue folders",
        "bleu folder",
        "vlue folder",
        "blue foldr",
        "bluue folder",
        "theblue folderx",
        "ｂｌｕｅ ｆｏｌｄｅｒ",
        "bІue folder",
        "blue older",
        "blue f0lder",
        "𝓫𝓵𝓾𝓮 𝓯𝓸𝓵𝓭𝓮𝓻",
    ],
)
def test_a_code_word_is_found(text: str) -> None:
    """Anywhere, in any dress, through a slip."""
    assert find(text, ["blue folder"])


@pytest.mark.parametrize(
    "text",
    [
        "blue",
        "folder",
        "the folder is blue",
        "blue car folder",
        "a new folder",
        "",
        "blue holdall",
        "flu older",
        "old blue bag",
    ],
)
def test_half_a_code_word_is_none(text: str) -> None:
    """Only the whole phrase counts, in its order."""
    assert find(text, ["blue folder"]) is None


def test_the_place_is_that_of_the_text_as_received() -> None:
    """Start and end point into the text, invisible characters and all."""
    text = "ok the B\u200blue  Folder pls"
    found = find(text, ["red herring", "blue folder"])
    assert found == Found("blue folder", 7, 20)
    assert text[found.start : found.end] == "B\u200blue  Folder"


def test_it_is_found_across_two_texts() -> None:
    """Begun in one text and ended in the next; what was wholly in the first is not found again."""
    assert find("folder please", ["blue folder"], before="can I have the blue") == Found("blue folder", 0, 6)
    assert find("folder", ["blue folder"], before="") is None
    assert find("all ok", ["blue folder"], before="the blue folder") is None


def test_no_labelled_text_trips_a_recommended_phrase() -> None:
    """None of the texts that staff type every day holds a phrase that Doorstep offers."""
    offered = [phrase for seed in range(40) for phrase in suggestions(seed=seed * 17)]
    assert [(row.text, found) for row in labelled() if (found := find(row.text, offered))] == []


def test_tolerance_grows_with_length() -> None:
    """Nothing for up to four letters, then more and more, and never less."""
    assert [allowance(n, 1) for n in (3, 5, 8, 16)] == [0, 1, 2, 3]
    assert find("a cat", ["cot"]) is None
    assert find("umbrell", ["umbrella"]) and not find("umbel", ["umbrella"])


def test_a_thumbs_slip_costs_less_than_another_letter() -> None:
    """A neighbouring key, a swap, a letter missing or doubled costs one; a far key two."""
    assert [
        cost("folder", typed) for typed in ("folder", "fokder", "fodler", "foder", "foldder", "fopder", "fozder")
    ] == [0, 1, 1, 1, 1, 1, 2]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=300), st.lists(st.text(max_size=30), max_size=3), st.text(max_size=50))
def test_nothing_raises_an_exception(text: str, phrases: list[str], before: str) -> None:
    """Any text and any phrase can be looked at; what is found lies inside the text."""
    found = find(text, phrases, before=before)
    assert found is None or (0 <= found.start <= found.end <= len(text) and found.phrase in phrases)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.text("abcdefghijklmnop ,.!", max_size=60), st.text("abcdefghijklmnop ,.!", max_size=60), st.sampled_from(PHRASES)
)
def test_a_phrase_between_other_words_is_found(before: str, after: str, phrase: str) -> None:
    """Whatever stands around it, the exact phrase is found."""
    assert find(f"{before} {phrase} {after}", [phrase])


@pytest.mark.parametrize("text", ["x yz " * 2000, "blue " * 2500, "a" * 10_000, "b l u e " * 1250])
def test_long_texts_end(text: str) -> None:
    """Ten thousand characters are looked through like any others."""
    find(text, ["blue folder", "purple umbrella", "ginger biscuit"])


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "   ",
        "🍍",
        "help",
        "HELP",
        "stop",
        "end of term",
        "cancel that",
        "yes please",
        "ok",
        "all good",
        "left now",
        "going home",
        "arrived",
        "on my way",
        "call the police",
        "red pen",
        "folder",
        "room 101",
        "attendance",
        "no concerns",
        "see you later",
        "half past three",
        "more details",
        "popeth yn iawn",
        "heddlu",
        "a very long phrase of many many words",
    ],
)
def test_what_cannot_work_is_refused(phrase: str) -> None:
    """Reserved words, commands, common texts, short and long phrases are refused, each with a reason in words."""
    for language in ("en", "cy"):
        why = objections(phrase, language=language)
        assert why and all(reason.endswith((".", '".')) for reason in why)


@pytest.mark.parametrize(
    "phrase", ["blue folder", "purple umbrella", "ginger biscuit", "bara brith", "spare projector"]
)
def test_good_phrases_are_accepted(phrase: str) -> None:
    """Two words that nobody texts from a visit pass."""
    assert objections(phrase) == []


def test_suggestions_are_good_and_differ() -> None:
    """Every phrase on offer passes, the three offered share no word, and a seed gives the same three."""
    for seed in range(0, 500, 7):
        offered = suggestions(seed=seed)
        assert len({word for phrase in offered for word in phrase.split()}) == 6
        assert [objections(phrase) for phrase in offered] == [[], [], []]
    assert suggestions(seed=5) == suggestions(seed=5) != suggestions(seed=6)
