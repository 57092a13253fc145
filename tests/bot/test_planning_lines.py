"""Plans in one line, as somebody types them with one thumb; `tests/words/plans_*.txt` has what each must be read as."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import words
from bot.planning import Desk, Line, Staff, may_be_a_plan, postcode, read_line, rounds

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # a Monday, two o'clock
LONDON = ZoneInfo("Europe/London")
NAMES = {1: "Asha", 2: "Ben", 10: "Olive", 11: "Henry", 12: "Dana", 13: "Dee"}
STAFF = tuple(Staff(number, name) for number, name in NAMES.items())
FOLDER = Path(__file__).parents[1] / "words"


def lines(language: str) -> list[tuple[str, str, str]]:
    """The written lines of one language, each with what it is to be read as below it."""
    rows = (FOLDER / f"plans_{language}.txt").read_text(encoding="utf-8").splitlines()
    return [(language, line, read.strip()) for line, read in zip(rows[::2], rows[1::2], strict=True)]


LINES = [*lines("en"), *lines("cy")]


def desk(language: str = "en") -> Desk:
    """Asha writes, at Marsh Lane Primary."""
    return Desk(NOW, LONDON, language, staff=STAFF, me=1)


def shown(line: Line) -> str:
    """What was read, as the files write it; faults have an exclamation mark."""
    found = [f"!{fault.notice.removeprefix('plan_fault_')}" for fault in line.faults]
    for name, value in line.answers.items():
        people = "+".join(NAMES[number] for number in value) if isinstance(value, list) else ""
        found.append(f"{name}={people or ('yes' if value is True else value)}")
    return "; ".join(sorted(found))


@pytest.mark.parametrize(("language", "line", "expected"), LINES)
def test_a_line_is_read_as_it_is_meant(language: str, line: str, expected: str) -> None:
    """Day, times, address, child, reason, partners and all that may be said, in whatever order and spelling."""
    assert shown(read_line(line, desk(language))) == expected


def test_there_are_lines_enough() -> None:
    """At least 150 in English and twenty in Welsh."""
    assert len(lines("en")) >= 150
    assert len(lines("cy")) >= 20


@pytest.mark.parametrize(("language", "line", "expected"), LINES)
def test_no_plan_is_taken_for_a_cry(language: str, line: str, expected: str) -> None:
    """What people write when they plan is danger in nobody's ears."""
    assert not words.read(line, now=NOW, zone=LONDON, language=language).danger


PLANS = [
    "visit Mon 2pm",
    "plan",
    "hv tomorrow 14 high st",
    "ymweliad yfory 2pm",
    "please plan a visit",
    "visit 14 High Street",
]
NO_PLANS = [
    "visit",
    "visit done",
    "visit is over",
    "left",
    "on my visit",
    "2pm",
    "my visit went well",
    "visit cancelled",
    "",
]


@pytest.mark.parametrize("text", PLANS)
def test_a_plan_begins_like_one(text: str) -> None:
    """ "Plan" says it all; "visit" does where it also says when or where."""
    assert read_line(text, desk("cy")).is_plan


@pytest.mark.parametrize("text", NO_PLANS)
def test_what_begins_otherwise_is_no_plan(text: str) -> None:
    """Words about a visit that is going on are the visit's."""
    assert not read_line(text, desk("cy")).is_plan


def test_two_of_one_name_are_asked_about() -> None:
    """The whole name says which, the first name does not."""
    marsh = Desk(NOW, LONDON, staff=(Staff(1, "Asha"), Staff(2, "Ben Marsh"), Staff(3, "Ben Lane")), me=1)
    [fault] = read_line("visit mon 2pm with ben", marsh).faults
    assert (fault.notice, fault.values) == ("plan_fault_which", {"said": "Ben", "names": "B.M., B.L."})
    assert read_line("visit mon 2pm with ben lane", marsh).answers["partners"] == [3]


FORMS = [
    ("sg192ab", "SG19 2AB"), (" SG19 2AB ", "SG19 2AB"), ("m11ae", "M1 1AE"), ("sw1a 1aa", "SW1A 1AA"), ("W1A0AX", "W1A 0AX"),
    ("CR2 6XH", "CR2 6XH"), ("dn551pt", "DN55 1PT"),
    ("SG19 2A", None), ("SG19 22AB", None), ("QX1 1AA", None), ("SG19 2CI", None), ("2AB SG19", None),
    ("", None), ("SG19", None),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), FORMS)
def test_postcodes_are_checked_for_their_form(typed: str, meant: str | None) -> None:
    """What can be a postcode is one, whatever its case and blanks; what cannot is none."""
    assert postcode(typed) == meant


@given(st.text(max_size=200))
def test_no_text_is_an_exception(text: str) -> None:
    """Whatever is typed, reading it is no error (law 3)."""
    read_line(text, desk())


PARTS = """visit mon 2pm 14 high st KT with ben back 3.30 not for 45 mins to till at in the SG19 2AB 31/2 , ; . & w/ mum car
AB12 CDE red high risk alone next week 10 - 20 past half y4 re K.T. 07700 900123 told by phone @ Sam and dee tomorrow"""


@given(st.lists(st.sampled_from(re.split(r"\s+", PARTS)), max_size=24))
def test_any_order_of_the_pieces_can_be_read(pieces: list[str]) -> None:
    """The parts of plans, shuffled: never an error, and times are always times of a day."""
    answers = read_line(" ".join(pieces), desk()).answers
    for name in ("start", "end", "back"):
        assert name not in answers or datetime.strptime(answers[name], "%H:%M").replace(tzinfo=UTC)


OPENINGS = ["visit", "plan", "hi ", "please", "round", "going to", "\n", ";", "also", ",", "ymweliad", "/", ". "]


@given(st.sampled_from(["en", "cy"]), st.lists(st.sampled_from([*OPENINGS, *PARTS.split()]), max_size=8))
def test_no_plan_is_taken_for_none(language: str, pieces: list[str]) -> None:
    """What does not begin like a plan need not be read: reading it would have found none."""
    text = " ".join(pieces)
    if rounds(text, desk(language))[0].opens:
        assert may_be_a_plan(text, desk(language))


@pytest.mark.parametrize("piece", ["car ", "back at ", "mum and ", "14 high ", "in my ", "now at by for about ", "a "])
def test_a_long_text_is_read_in_no_time(piece: str) -> None:
    """No wording makes the reading explode: every pattern is bounded, and a text is read only so far."""
    read_line(piece * 2000, desk())
