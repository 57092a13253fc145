"""A school's days: when it is open, when it opens next, and in which words it is closed."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import notices
from bot.calendar import Calendar, Closed, Days, Hours, Why, in_hours, outside, parse_calendar
from bot.policy import PolicyError
from bot.school import parse_schools

LONDON, USUAL = ZoneInfo("Europe/London"), Hours(time(8), time(17))
MARSH_LANE = """
[marsh_lane]
name = "Marsh Lane Primary"
[marsh_lane.calendar]
terms = ["2026-09-02..2026-12-18", "2027-01-05..2027-03-25", "2027-04-12..2027-07-21"]
half_terms = ["2026-10-26..2026-10-30"]
inset = [2026-09-02, "2026-11-27"]
[marsh_lane.calendar.closed]
"2027-05-03" = "early May bank holiday"
[marsh_lane.calendar.hours]
friday = "08:00-15:30"
saturday = "09:00-12:00"
wednesday = "closed"
"""


def marsh_lane() -> Calendar:
    return parse_schools(MARSH_LANE)["marsh_lane"].calendar


def local(written: str) -> datetime:
    """A time of the school's own clock."""
    return datetime.fromisoformat(written).replace(tzinfo=LONDON)


def words(closed: Closed | None, language: str = "en") -> str:
    return notices.why_closed(closed, language) if closed else "open"


WHEN = [  # the school's time, in which words it is closed
    ("2026-11-23T08:00", "open"),
    ("2026-11-23T07:59", "before 08:00"),
    ("2026-11-23T16:59", "open"),
    ("2026-11-23T17:00", "after 17:00"),
    ("2026-11-20T15:29", "open"),
    ("2026-11-20T15:30", "after 15:30"),
    ("2026-11-21T10:00", "open"),
    ("2026-11-22T10:00", "closed on Sun"),
    ("2026-11-25T10:00", "closed on Wed"),
    ("2026-11-27T10:00", "INSET day"),
    ("2026-09-02T10:00", "INSET day"),
    ("2026-10-28T10:00", "half-term"),
    ("2026-12-21T10:00", "school holidays"),
    ("2026-12-26T10:00", "school holidays"),
    ("2027-05-03T10:00", "early May bank holiday"),
    ("2027-09-06T10:00", "no term dates for 06/09/2027"),
    ("2027-09-05T10:00", "closed on Sun"),
    ("2026-09-01T10:00", "no term dates for 01/09/2026"),
]


@pytest.mark.parametrize(("when", "why"), WHEN)
def test_a_school_is_open_in_its_hours_and_closed_for_a_reason(when: str, why: str) -> None:
    """Each closed time has its words; a day after the last term that is given is not taken for open."""
    closed = marsh_lane().why_closed(local(when))
    assert words(closed) == why
    assert marsh_lane().is_open(local(when)) is (why == "open")


@pytest.mark.parametrize("why", Why)
@pytest.mark.parametrize("language", notices.languages())
def test_every_reason_has_its_words(why: Why, language: str) -> None:
    """In every language, with nothing left to fill in."""
    said = words(Closed(why, date(2027, 5, 3), "May Day", time(17)), language)
    assert said and "{" not in said


NEXT = [  # asked at, opens next
    ("2026-11-23T10:00", "2026-11-23T10:00"),
    ("2026-11-23T06:00", "2026-11-23T08:00"),
    ("2026-11-24T17:00", "2026-11-26T08:00"),  # past the closed Wednesday
    ("2026-11-26T18:00", "2026-11-28T09:00"),  # past the INSET day
    ("2026-10-24T12:00", "2026-10-31T09:00"),  # past half-term, and past the night in which the clocks go back
    ("2026-12-18T16:00", "2027-01-05T08:00"),
    ("2027-05-01T12:00", "2027-05-04T08:00"),
]


@pytest.mark.parametrize(("asked", "opens"), NEXT)
def test_the_next_opening_is_found_past_every_closed_day(asked: str, opens: str) -> None:
    """By the school's own clock, on either side of a change of the clocks."""
    assert marsh_lane().next_opening(local(asked)) == local(opens)


def test_past_the_terms_that_are_given_no_opening_is_known() -> None:
    """Nobody is told of an opening that the school has not given."""
    assert marsh_lane().next_opening(local("2027-07-21T18:00")) is None
    assert marsh_lane().known_until() == date(2027, 7, 21)


def test_a_school_that_gives_nothing_is_open_on_weekdays_all_the_year() -> None:
    """Everything is optional: Monday to Friday in its hours, also in August."""
    plain = parse_calendar({}, LONDON, USUAL)
    assert words(plain.why_closed(local("2026-08-17T08:00"))) == "open"
    assert words(plain.why_closed(local("2026-08-15T12:00"))) == "closed on Sat"
    assert plain.known_until() is None


VISITS = [  # from, to, in which words the visit is outside hours
    ("2026-11-23T14:00", "2026-11-23T15:00", "open"),
    ("2026-11-23T16:00", "2026-11-23T17:00", "open"),
    ("2026-11-23T16:30", "2026-11-23T17:01", "after 17:00"),
    ("2026-11-23T18:00", "2026-11-23T19:00", "after 17:00"),
    ("2026-11-23T07:30", "2026-11-23T09:00", "before 08:00"),
    ("2026-11-23T16:00", "2026-11-24T09:00", "after 17:00"),  # there all night
    ("2026-11-28T11:00", "2026-11-28T12:30", "after 12:00"),
    ("2026-11-27T11:00", "2026-11-27T11:30", "INSET day"),
]


@pytest.mark.parametrize(("starts", "ends", "why"), VISITS)
def test_a_visit_is_outside_hours_in_whole_or_in_part(starts: str, ends: str, why: str) -> None:
    """P3 B12 E9: one that begins too early or ends too late is outside hours too."""
    assert words(outside(marsh_lane(), local(starts), local(ends))) == why
    assert in_hours(marsh_lane(), local(starts), local(ends)) is (why == "open")


@given(
    st.datetimes(datetime(2026, 8, 1), datetime(2027, 9, 30), timezones=st.just(LONDON)),  # noqa: DTZ001 (it gets its zone)
)
def test_an_open_school_opens_at_once_and_a_closed_one_later(instant: datetime) -> None:
    """What is found is open, and nothing before it is missed by a whole day."""
    found, now = marsh_lane().next_opening(instant), instant.astimezone(UTC)
    assert (found == instant) is marsh_lane().is_open(instant)
    assert found is None or (found >= now and marsh_lane().is_open(found))


@pytest.mark.parametrize(
    ("day", "first"), [("2026-10-28", "2026-09-02"), ("2026-12-25", "2026-09-02"), ("2027-04-12", "2027-04-12")]
)
def test_a_term_lasts_until_the_next_begins(day: str, first: str) -> None:
    """The holidays belong to the term before them."""
    term = marsh_lane().term_of(date.fromisoformat(day))
    assert term is not None
    assert term.first == date.fromisoformat(first)


def test_beyond_the_terms_that_are_given_there_is_none() -> None:
    """Then the days of the policy count, as for a school that gives no terms."""
    assert marsh_lane().term_of(date(2027, 9, 1)) is None
    assert marsh_lane().term_of(date(2026, 9, 1)) is None


FAULTS = [
    ("terms = '2026-09-02'", "calendar.terms: '2026-09-02' is not a list; write it like"),
    ("terms = ['2026-9-2']", "calendar.terms: '2026-9-2' names no days; write"),
    ("terms = ['2026-09-31..2026-12-18']", "calendar.terms: '2026-09-31..2026-12-18' names no days"),
    ("terms = ['2026-12-18..2026-09-02']", "ends before it begins; write the earlier day first"),
    ("terms = ['2026-09-02..2036-12-18']", "is longer than a year; mend the year"),
    ("terms = ['2026-09-02..2026-12-18', '2026-12-18..2027-03-25']", "overlap; a day is in one term only"),
    ("inset = [5]", "calendar.inset: 5 names no days"),
    ("inset = [2026-09-01T08:00:00]", "names no days"),
    (
        "terms = ['2026-09-02..2026-12-18']\nhalf_terms = ['2027-02-15..2027-02-19']",
        "calendar.half_terms: 2027-02-15..2027-02-19 lies in no term; mend it",
    ),
    ("holidays = []", "calendar.holidays: there is no such setting; these are: terms"),
    ("closed = ['2027-05-03']", "calendar.closed: ['2027-05-03'] is not a table"),
    ("closed = {'2027-05-03' = ''}", "calendar.closed: 2027-05-03 wants the school's word for it"),
    ("closed = {'May Day' = 'May Day'}", "calendar.closed: 'May Day' names no days"),
    ("hours = '08:00-17:00'", "calendar.hours: '08:00-17:00' is not a table"),
    ("hours = {friday = '8-3'}", "calendar.hours.friday: '8-3' are not school hours; write them like"),
    ("hours = {fri = '08:00-15:30'}", "calendar.hours: 'fri' is no weekday; write one of: monday"),
    (
        "hours = {monday='closed', tuesday='closed', wednesday='closed', thursday='closed', friday='closed'}",
        "calendar.hours: every weekday is closed",
    ),
]


@pytest.mark.parametrize(("written", "fault"), FAULTS)
def test_every_fault_is_named_with_its_mend(written: str, fault: str) -> None:
    """The school, the setting, what stands there and what to write."""
    with pytest.raises(PolicyError) as caught:
        parse_schools(f'[marsh_lane]\nname = "Marsh Lane Primary"\n[marsh_lane.calendar]\n{written}\n')
    assert str(caught.value).startswith("[marsh_lane] calendar.")
    assert fault in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    """Nobody mends one to be told of the next."""
    with pytest.raises(PolicyError) as caught:
        parse_calendar({"terms": ["soon"], "inset": ["then"], "hours": {"friday": "late"}}, LONDON, USUAL)
    assert str(caught.value).count(";") >= 3
    assert all(word in str(caught.value) for word in ("'soon'", "'then'", "'late'"))


def test_a_run_of_days_reads_as_it_is_written() -> None:
    """One day as one day, several with two dots."""
    assert str(Days(date(2026, 9, 1), date(2026, 9, 1))) == "2026-09-01"
    assert str(Days(date(2026, 9, 1), date(2026, 9, 3))) == "2026-09-01..2026-09-03"
