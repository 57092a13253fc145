"""A day in free words is found as people write it, and a word that only looks like one is none."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.days import find_day

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("mum rings by Fri 4 Dec", "2026-12-04"),
        ("by 4/12", "2026-12-04"),
        ("by Friday 4/12/26", "2026-12-04"),
        ("4th of December", "2026-12-04"),
        ("Dec 4", "2026-12-04"),
        ("December 4th", "2026-12-04"),
        ("2026-12-07", "2026-12-07"),
        ("Monday 7 December 2026", "2026-12-07"),
        ("7 Jan", "2027-01-07"),
        ("by the 4th", "2026-12-04"),
        ("tomorrow", "2026-11-24"),
        ("today please", "2026-11-23"),
        ("Friday", "2026-11-27"),
        ("by fri", "2026-11-27"),
        ("by Monday", "2026-11-30"),
        ("next Friday", "2026-12-04"),
        ("next week", "2026-11-30"),
        ("in two weeks", "2026-12-07"),
        ("within 10 days", "2026-12-03"),
        ("from Monday, then by 9 Dec", "2026-12-09"),
        ("on 20 Nov", "2026-11-20"),
        ("BY FRI 4 DEC", "2026-12-04"),
    ],
)
def test_a_day_is_found(text: str, day: str) -> None:
    """Numbers, names, their short forms and what lies ahead; the last one in the text is meant."""
    found = find_day(text, MONDAY, "en")
    assert found is not None
    assert found.day.isoformat() == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "he sat down",
        "she may come 3 times",
        "the sun was out",
        "31 Feb",
        "rings by 8.30 when ill",
        "rings 07700 900990",
        "by 40/13",
        "99/99/99",
        "Freya will",
        "monitor it",
        "décembre",
    ],
)
def test_what_only_looks_like_a_day_is_none(text: str) -> None:
    """A verb, a phone number, a clock time, a day that no month has."""
    assert find_day(text, MONDAY, "en") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("erbyn dydd Gwener 4 Rhagfyr", "2026-12-04"),
        ("erbyn dydd Mawrth", "2026-11-24"),
        ("3 Mawrth", "2027-03-03"),
        ("yfory", "2026-11-24"),
        ("ymhen tri diwrnod", "2026-11-26"),
        ("dydd Gwener nesaf", "2026-12-04"),
        ("erbyn Friday", "2026-11-27"),
    ],
)
def test_welsh_days_are_found_and_english_ones_beside_them(text: str, day: str) -> None:
    """Mawrth is Tuesday by itself and March beside a number; people mix the two languages."""
    found = find_day(text, MONDAY, "cy")
    assert found is not None
    assert found.day.isoformat() == day


@given(st.text(max_size=60), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_no_text_breaks_the_search(text: str, today: date) -> None:
    """Whatever is typed, there is a day in it or there is none, and where it stood lies in the text."""
    found = find_day(text, today, "cy")
    assert found is None or 0 <= found.start < found.end <= len(text)


@given(st.dates(MONDAY, MONDAY + timedelta(days=300)))
def test_every_coming_day_is_found_as_papers_write_it(day: date) -> None:
    """ "Fri 4 Dec" without a year is the coming one, on every day of the year."""
    found = find_day(f"rings by {day:%a} {day.day} {day:%b}", MONDAY, "en")
    assert found is not None
    assert found.day == day
