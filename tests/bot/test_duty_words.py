"""What contacts say of their own duty, and what is about something else."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duty.asking import Away, Back, Unclear, said
from bot.words.lexicon import languages

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)


def heard(text: str, language: str = "en", now: datetime = MONDAY) -> str:
    """What a text is taken for, with times of the school's own clock."""
    meant = said(text, now=now, zone=LONDON, language=language)
    if isinstance(meant, Away):
        starts, ends = (instant.astimezone(LONDON) for instant in (meant.from_at, meant.until_at))
        return f"{starts:%a %d %H:%M} to {ends:%a %d %b %H:%M}"
    return {Back: "back", Unclear: "until when?", type(None): "-"}[type(meant)]


MEANT = [
    ("off today", "Mon 23 08:05 to Tue 24 Nov 00:00"),
    ("Off today.", "Mon 23 08:05 to Tue 24 Nov 00:00"),
    ("I'm off sick today", "Mon 23 08:05 to Tue 24 Nov 00:00"),
    ("I\u2019m not in today", "Mon 23 08:05 to Tue 24 Nov 00:00"),
    ("away for the rest of the day", "Mon 23 08:05 to Tue 24 Nov 00:00"),
    ("off tomorrow", "Tue 24 00:00 to Wed 25 Nov 00:00"),
    ("on leave tmrw", "Tue 24 00:00 to Wed 25 Nov 00:00"),
    ("off Friday", "Fri 27 00:00 to Sat 28 Nov 00:00"),
    ("off on fri", "Fri 27 00:00 to Sat 28 Nov 00:00"),
    ("away till Mon", "Mon 23 08:05 to Mon 30 Nov 00:00"),
    ("away until thursday", "Mon 23 08:05 to Thu 26 Nov 00:00"),
    ("away till tomorrow", "Mon 23 08:05 to Tue 24 Nov 00:00"),
    ("off duty until 30 Nov", "Mon 23 08:05 to Mon 30 Nov 00:00"),
    ("on leave till Mon 4th January", "Mon 23 08:05 to Mon 04 Jan 00:00"),
    ("away til Jan 4", "Mon 23 08:05 to Mon 04 Jan 00:00"),
    ("off till 30/11", "Mon 23 08:05 to Mon 30 Nov 00:00"),
    ("off till 30/11/2026", "Mon 23 08:05 to Mon 30 Nov 00:00"),
    ("off till 2026-11-30", "Mon 23 08:05 to Mon 30 Nov 00:00"),
    ("not in until 2pm", "Mon 23 08:05 to Mon 23 Nov 14:00"),
    ("off till 11", "Mon 23 08:05 to Mon 23 Nov 11:00"),
    ("off till half 2", "Mon 23 08:05 to Mon 23 Nov 14:30"),
    ("back on duty", "back"),
    ("I'm back on duty!", "back"),
    ("on duty again", "back"),
    ("away till Easter", "until when?"),
    ("off until further notice", "until when?"),
    ("away till 1 June", "until when?"),
    ("away till 2026-11-22", "until when?"),
    ("off till 31/11", "until when?"),
    ("off sick", "until when?"),
    ("I'm on leave next week", "until when?"),
    ("away next Monday", "until when?"),
    ("off this morning", "until when?"),
    ("I won't be in today", "Mon 23 08:05 to Tue 24 Nov 00:00"),
    ("not available till 3pm", "Mon 23 08:05 to Mon 23 Nov 15:00"),
    ("on a course tomorrow", "Tue 24 00:00 to Wed 25 Nov 00:00"),
]


@pytest.mark.parametrize(("text", "meant"), MEANT)
def test_what_contacts_say_of_their_duty(text: str, meant: str) -> None:
    """Until midnight, a whole day, until the morning of a day, or until a time; what cannot be believed is asked about."""
    assert heard(text) == meant


WELSH = [
    ("i ffwrdd heddiw", "Mon 23 08:05 to Tue 24 Nov 00:00"),
    ("dwi ddim i mewn yfory", "Tue 24 00:00 to Wed 25 Nov 00:00"),
    ("ar wyliau tan ddydd Llun", "Mon 23 08:05 to Mon 30 Nov 00:00"),
    ("i ffwrdd tan ddydd Llun 30 Tachwedd", "Mon 23 08:05 to Mon 30 Nov 00:00"),
    ("yn ôl ar ddyletswydd", "back"),
    ("away till Mon", "Mon 23 08:05 to Mon 30 Nov 00:00"),
]


@pytest.mark.parametrize(("text", "meant"), WELSH)
def test_a_welsh_school_says_it_in_either_language(text: str, meant: str) -> None:
    """English is read beside every language."""
    assert heard(text, "cy") == meant


ELSEWHERE = [
    "back", "back at school", "off", "off now", "away", "we're off", "off today?", "are you off today",
    "off to 14 High St", "the visit is off today", "he is off today", "not off today", "mine", "safe all well", "1",
    "away now", "back by 3", "left", "", "   ", "on duty?", "who is on duty", "Dana is away till Mon", "off on",
    "off to see her now", "not in", "away from the house",
]  # fmt: skip


@pytest.mark.parametrize("text", ELSEWHERE)
def test_what_says_more_or_less_is_about_something_else(text: str) -> None:
    """Only the certain lowers: nobody goes off duty by a text that says more than that."""
    assert heard(text) == "-"


@pytest.mark.parametrize(
    "text", ["off today blue folder", "off today and the family is not in", "off today or tomorrow"]
)
def test_what_says_more_than_a_time_is_asked_about(text: str) -> None:
    """Nobody goes off duty by it."""
    assert heard(text) == "until when?"


def test_till_a_weekday_is_never_today() -> None:
    """ "Away till Mon", texted on a Monday, is a week; "off mon" is today."""
    assert heard("away till Mon") == "Mon 23 08:05 to Mon 30 Nov 00:00"
    assert heard("off mon") == "Mon 23 00:00 to Tue 24 Nov 00:00"


def test_the_day_of_the_autumn_hour_is_25_hours_long() -> None:
    """Midnight is the school's, on either side of a change of the clocks."""
    meant = said("away till mon", now=datetime(2026, 10, 24, 12, tzinfo=UTC), zone=LONDON)
    assert isinstance(meant, Away)
    assert meant.until_at == datetime(2026, 10, 26, 0, tzinfo=UTC)
    sunday = said("off sun", now=datetime(2026, 10, 24, 12, tzinfo=UTC), zone=LONDON)
    assert isinstance(sunday, Away)
    assert (sunday.until_at - sunday.from_at).total_seconds() == 25 * 3600


def test_a_text_that_may_be_about_something_else_says_so() -> None:
    """ "Off today" may be a visit or a pupil; "off duty today" is not."""
    for text, sure in (("off today", False), ("off sick today", False), ("off duty today", True)):
        meant = said(text, now=MONDAY, zone=LONDON)
        assert isinstance(meant, Away)
        assert meant.sure is sure


@pytest.mark.parametrize("language", languages())
@given(text=st.text(max_size=60))
def test_no_text_is_an_error(language: str, text: str) -> None:
    """Whatever was typed has a meaning or none."""
    said(text, now=MONDAY, zone=LONDON, language=language)
    said(f"off till {text}", now=MONDAY, zone=LONDON, language=language)
