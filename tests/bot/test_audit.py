"""When the auditor speaks: at once, again while it lasts, and once more when all is well."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot import notices
from bot.audit import AGAIN, STEADY, Finding, Kind, News, Told, worst_first

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LATE, OWED = Finding(Kind.LATE, "a deadline passed"), Finding(Kind.OWED, "a notice is owed")


def lives(looks: list[tuple[timedelta, list[Finding]]]) -> list[tuple[timedelta, News]]:
    """What is told, and when after the beginning, if every text leaves."""
    told, spoken = Told(), []
    for after, findings in looks:
        told, news = told.look(findings, NOW + after)
        if news is not None:
            told = told.heard(news, NOW + after)
            spoken.append((after, news))
    return spoken


def test_what_is_well_is_not_spoken_of() -> None:
    """Nobody is told that all is well who was not told that something is wrong."""
    assert lives([(n * MINUTE, []) for n in range(60)]) == []


def test_it_is_told_once_and_again_while_it_lasts() -> None:
    """At once, and then every ten minutes."""
    spoken = lives([(n * MINUTE, [LATE]) for n in range(25)])
    assert [after for after, _ in spoken] == [0 * MINUTE, AGAIN, 2 * AGAIN]
    assert {news.kinds for _, news in spoken} == {(Kind.LATE,)}


def test_a_new_kind_is_told_at_once_and_more_of_a_kind_is_not() -> None:
    """A storm of late deadlines is one text; what is new in kind is told with what is known, the worst first."""
    more = [LATE, Finding(Kind.LATE, "another deadline passed")]
    spoken = lives([(0 * SECOND, [OWED]), (30 * SECOND, [OWED, *more]), (60 * SECOND, [OWED, *more, *more])])
    assert [news.kinds for _, news in spoken] == [(Kind.OWED,), (Kind.LATE, Kind.OWED)]


def test_all_is_well_only_after_it_has_been_for_a_while() -> None:
    """What comes and goes is told of once; "all is well" comes when it has been for two minutes, with since when."""
    looks = [(0 * MINUTE, [LATE]), (1 * MINUTE, []), (2 * MINUTE, [LATE]), (3 * MINUTE, []), (4 * MINUTE, [])]
    spoken = lives([*looks, (5 * MINUTE, []), (6 * MINUTE, [])])
    assert spoken == [(0 * MINUTE, News((Kind.LATE,), NOW)), (5 * MINUTE, News((), NOW + 3 * MINUTE))]


def test_a_clock_that_is_put_right_silences_nobody() -> None:
    """What was told while the clock was an hour ahead is no reason to say nothing for an hour, and wellness is counted anew."""
    hour = 60 * MINUTE
    spoken = lives([(hour, [LATE]), (5 * MINUTE, [LATE]), (6 * MINUTE, [LATE]), (hour, []), (7 * MINUTE, [])])
    assert [after for after, _ in spoken] == [hour, 5 * MINUTE]
    spoken = lives([(0 * MINUTE, [LATE]), (hour, []), (1 * MINUTE, []), (3 * MINUTE, [])])
    assert [(after, news.kinds) for after, news in spoken] == [(0 * MINUTE, (Kind.LATE,)), (3 * MINUTE, ())]


def test_what_has_not_left_is_still_news() -> None:
    """As long as no text has left, every look speaks anew."""
    told, news = Told().look([LATE], NOW)
    for _ in range(3):
        told, news = told.look([LATE], NOW)
        assert news == News((Kind.LATE,), NOW)


def test_the_worst_stands_first() -> None:
    """In a text that has no room for all, what may cost somebody most is not cut off."""
    findings = [Finding(kind, str(kind)) for kind in reversed(Kind)]
    assert [finding.kind for finding in worst_first(findings)] == list(Kind)


def test_every_kind_can_be_said_in_every_language() -> None:
    """What the auditor finds has a few words for a phone."""
    for language in notices.languages():
        words = [notices.label(f"audit_{kind}", language) for kind in Kind]
        assert len(set(words)) == len(Kind)


@given(st.lists(st.lists(st.sampled_from(list(Kind)), max_size=3), max_size=40))
def test_nothing_that_lasts_is_silent_for_long(looks: list[list[Kind]]) -> None:
    """Whatever comes and goes: a kind that is there has been told within the last ten minutes, and well is told last."""
    told = Told()
    spoken: dict[Kind, datetime] = {}
    said: list[bool] = []
    for n, kinds in enumerate(looks):
        now = NOW + n * MINUTE
        told, news = told.look([Finding(kind, "words") for kind in kinds], now)
        if news is not None:
            told = told.heard(news, now)
            spoken |= dict.fromkeys(news.kinds, now)
            said.append(bool(news.kinds))
        assert all(now - spoken[kind] < AGAIN for kind in kinds)
    assert all(wrong or other for wrong, other in pairwise(said))
    assert AGAIN > STEADY
