"""How an answer to a request is read: only the certain says yes, a no takes its reason, and numbers are visits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.authorising import Answer, Do, read_answers, reads

KNOWN = {12, 13, 14}
YES, NO = Do.YES, Do.NO


def read(text: str, language: str = "en") -> list[Answer]:
    return list(read_answers(text, KNOWN, language))


@pytest.mark.parametrize(
    "text", ["1", "1.", "yes", "Yes please", "YES!", "approved", "Authorised", "go ahead", "1 yes", "yep"]
)
def test_a_bare_yes(text: str) -> None:
    """One digit or one word, whatever courtesy stands around it."""
    [answer] = read(text)
    assert (answer.do, answer.numbers, answer.sure) == (YES, (), True)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "ok",
            "ok thanks",
            "sure",
            "fine",
            "no problem",
            "no worries",
            "all good",
            "yes if Ben goes too",
            "1 but ring me",
        ),
        *(
            "yes but not 13",
            "12 yes if Ben goes",
            "all if Ben goes",
            "yes I think",
            "yes 12 after 3",
            "1 no",
            "yes no",
            "all but Lee",
        ),
    ],
)
def test_a_yes_that_is_none(text: str) -> None:
    """More than a yes, or a word that may be about anything else, is asked back about."""
    answers = read(text)
    assert answers
    assert not all(answer.sure for answer in answers if answer.do is YES)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        *(("12 yes", (12,)), ("yes 12", (12,)), ("Yes to 12", (12,)), ("ok 12", (12,)), ("visit 12 yes", (12,))),
        *(
            ("12 and 13 yes please", (12, 13)),
            ("yes to 12, 13 and 14", (12, 13, 14)),
            ("yes 99", (99,)),
            ("approve 12", (12,)),
        ),
        *(("go ahead with 12", (12,)), ("12: yes", (12,)), ("YES 12 thanks", (12,))),
    ],
)
def test_a_yes_by_number(text: str, numbers: tuple[int, ...]) -> None:
    """The number stands before or behind, and several may stand together."""
    [answer] = read(text)
    assert (answer.do, answer.numbers, answer.sure) == (YES, numbers, True)


@pytest.mark.parametrize(
    ("text", "numbers", "words"),
    [
        *(
            ("2", (), ""),
            ("no", (), ""),
            ("2 too soon", (), "too soon"),
            ("No, too soon.", (), "too soon"),
            ("nope", (), ""),
        ),
        *(("no 12 too soon", (12,), "too soon"), ("12 no: Mum is ill", (12,), "Mum is ill"), ("not 13", (13,), "")),
        *(("no 12 no assessment and only 1 goes", (12,), "no assessment and only 1 goes"), ("2 no", (), "")),
        *(("no 12 13 short of staff", (12, 13), "short of staff"), ("decline 12 K.T. is away", (12,), "K.T. is away")),
    ],
)
def test_a_no_takes_what_follows_for_its_reason(text: str, numbers: tuple[int, ...], words: str) -> None:
    """As it was typed, marks around it aside."""
    [answer] = read(text)
    assert (answer.do, answer.numbers, answer.words, answer.sure) == (NO, numbers, words, True)


@pytest.mark.parametrize("text", ["no objection", "not sure", "no need", "not yet", "no idea"])
def test_what_begins_like_a_no_is_asked_back_about(text: str) -> None:
    """ "No objection" is not a refusal."""
    [answer] = read(text)
    assert (answer.do, answer.sure) == (NO, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", Answer(YES, all_of_them=True)),
        ("yes to all, thanks", Answer(YES, all_of_them=True)),
        ("both", Answer(YES, all_of_them=True)),
        ("all but 13", Answer(YES, all_of_them=True, besides=(13,))),
        ("ALL EXCEPT 13 and 14 too few of us", Answer(YES, all_of_them=True, besides=(13, 14), words="too few of us")),
        ("no to all, we are short", Answer(NO, all_of_them=True, words="we are short")),
        ("all no we are short", Answer(NO, all_of_them=True, words="we are short")),
    ],
)
def test_all_of_a_list(text: str, expected: Answer) -> None:
    """With what is left out of it, and why."""
    assert read(text) == [expected]


def test_several_answers_in_one_text() -> None:
    """Each begins with, or before, the number of a visit there is; other numbers are part of a reason."""
    assert read("yes 12 no 13 too soon") == [Answer(YES, (12,)), Answer(NO, (13,), words="too soon")]
    assert read("12 yes, 13 no dog, 14 yes") == [Answer(YES, (12,)), Answer(NO, (13,), words="dog"), Answer(YES, (14,))]
    assert read("no 13 yes to 2 staff only") == [Answer(NO, (13,), words="yes to 2 staff only")]


@pytest.mark.parametrize(
    ("text", "do", "words"),
    [
        ("RISK 12 dad has a dog", Do.RISK, "dad has a dog"),
        ("12 risk: dad has a dog", Do.RISK, "dad has a dog"),
        ("note 12 K.T. has asthma", Do.NOTE, "K.T. has asthma"),
        ("LIFT 12 he has moved out", Do.LIFT, "he has moved out"),
        ("assessed 12 by Henry 20/11", Do.ASSESSED, "Henry 20/11"),
        ("BRIEF 12", Do.DETAILS, ""),
        ("details 12", Do.DETAILS, ""),
    ],
)
def test_what_is_added_to_a_visit(text: str, do: Do, words: str) -> None:
    """By its number, always."""
    assert read(text) == [Answer(do, (12,), words=words)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arrived",
        "left now",
        "3",
        "9",
        "status",
        "12",
        "yes?",
        "is 12 ok?",
        "thanks",
        "running 12 late",
        "risk",
        "brief",
        "at 12",
    ],
)
def test_what_is_no_answer(text: str) -> None:
    """Words about visits, questions, and a bare number are left to others."""
    assert read(text) == []


def test_a_digit_is_a_visit_where_a_word_says_so() -> None:
    """In a young store visits are 1 and 2: "2 no" is about visit 2, "2" alone is a no."""
    assert list(read_answers("2 no", {1, 2})) == [Answer(NO, (2,))]
    assert list(read_answers("1 and 2 yes", {1, 2})) == [Answer(YES, (1, 2))]
    [bare] = read_answers("2", {1, 2})
    assert (bare.do, bare.numbers, bare.digit) == (NO, (), True)


@pytest.mark.parametrize(
    ("text", "do"),
    [
        ("12 ie", YES),
        ("pob un", YES),
        ("pob un ond 13", YES),
        ("na 12 rhy fuan", NO),
        ("RISG 12 ci mawr", Do.RISK),
        ("BRIFF 12", Do.DETAILS),
    ],
)
def test_in_welsh_too(text: str, do: Do) -> None:
    """As the Welsh sentences ask for it; English counts beside it."""
    assert [answer.do for answer in read(text, "cy")] == [do]
    assert [answer.do for answer in read("12 yes", "cy")] == [YES]


@pytest.mark.parametrize("text", ["5", "read", "READ", "Read it, thanks", "understood", "I've read it", "5 thanks"])
def test_read_means_read(text: str) -> None:
    """A digit that is no word about a visit, or the word itself."""
    assert reads(text) == (True, ())


@pytest.mark.parametrize(
    "text", ["55", "5 mins", "read my message", "not read", "read?", "left", "1", "2", "read it later"]
)
def test_what_does_not_mean_read(text: str) -> None:
    """With anything more to it, it is about something else."""
    assert not reads(text)[0]


def test_read_by_number() -> None:
    """Somebody with two briefings may say which."""
    assert reads("read 12") == (True, (12,))
    assert reads("read 12 and 13") == (True, (12, 13))
    assert reads("wedi darllen 12", "cy") == (True, (12,))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=60), st.sampled_from(["en", "cy"]))
def test_no_text_is_an_error(text: str, language: str) -> None:
    """Whatever is typed, it is read."""
    read_answers(text, KNOWN, language)
    reads(text, language)


AGREES = st.sampled_from(["1", "yes", "ok", "fine", "approved", "12", "13", "all", "thanks", "please"])
DOUBTS = st.sampled_from(["unless", "if", "but", "not", "after", "when", "perhaps", "Ben", "later"])


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.lists(AGREES, min_size=1, max_size=3), DOUBTS, st.lists(AGREES | DOUBTS, max_size=3))
def test_no_yes_is_sure_with_a_doubt_in_it(before: list[str], doubt: str, after: list[str]) -> None:
    """However many words of a yes stand around it, whatever is more than a yes is asked back about."""
    answers = read(" ".join([*before, doubt, *after]))
    assert len(answers) > 1 or [answer for answer in answers if answer.do is YES and answer.sure] == []
