"""Times as people write them: read in the school's zone, and asked about where they may be wrong."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bench.words import NOW, ZONE
from bot.words import Kind, read
from tests.bot.test_words import said


@pytest.mark.parametrize(
    ("text", "now", "want"),
    [
        ("back by 5", datetime(2026, 11, 23, 14, tzinfo=UTC), datetime(2026, 11, 23, 17, tzinfo=UTC)),
        ("back by 5", datetime(2026, 6, 22, 13, tzinfo=UTC), datetime(2026, 6, 22, 16, tzinfo=UTC)),  # summer time
        (
            "staying till 1",
            datetime(2026, 11, 23, 23, 30, tzinfo=UTC),
            datetime(2026, 11, 24, 1, tzinfo=UTC),
        ),  # over midnight
        ("staying till 1.30", datetime(2026, 10, 25, 0, 10, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (
            "staying till 1.30",
            datetime(2026, 10, 25, 0, 40, tzinfo=UTC),
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        ),  # again
        ("back by 10", datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("back by 1", datetime(2026, 11, 23, 11, tzinfo=UTC), datetime(2026, 11, 23, 13, tzinfo=UTC)),
        ("back by noon", datetime(2026, 11, 23, 11, tzinfo=UTC), datetime(2026, 11, 23, 12, tzinfo=UTC)),
        (
            "staying till quarter to",
            datetime(2026, 11, 23, 14, 20, tzinfo=UTC),
            datetime(2026, 11, 23, 14, 45, tzinfo=UTC),
        ),
    ],
)
def test_the_sensible_reading_of_a_time(text: str, now: datetime, want: datetime) -> None:
    """A clock time is the next such time of the school's zone, over midnight and through the hour that comes twice."""
    assert [m.at for m in read(text, now=now, zone=ZoneInfo("Europe/London")).meanings] == [want]


@pytest.mark.parametrize("text", ["back by 3", "back by 1530", "back by 25", "back by 13:99", "staying till 3"])
def test_a_time_just_gone_is_asked_about(text: str) -> None:
    """Said at 15:31, none of these can be meant, and none is taken for the small hours or for tomorrow."""
    reading = read(text, now=datetime(2026, 11, 23, 15, 31, tzinfo=UTC), zone=ZONE)
    assert not reading.lowers and reading.ask in (Kind.BACK_BY, Kind.LONGER)


def test_lateness_is_a_length_and_an_arrival_is_a_time() -> None:
    """ "20 late" is a length of time; "there in 20" an instant."""
    assert said("running 20 late").meanings[0].by == timedelta(minutes=20)
    assert said("there in 20").meanings[0].at == NOW + timedelta(minutes=20)
