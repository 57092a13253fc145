"""Instants: aware going in, aware UTC coming out, on both kinds of store."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from bot.people import Channel
from store import inbox
from store.database import Database
from store.types import UtcInstant
from tests.store.cast import afresh, trial

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2120, 1, 1), timezones=OFFSETS)  # noqa: DTZ001


async def test_a_naive_instant_is_refused(database: Database) -> None:
    """An instant without a time zone cannot be bound (law 2)."""
    with pytest.raises(ValueError, match="naive"):
        UtcInstant().process_bind_param(datetime(2026, 11, 23, 14), database.engine.dialect)  # noqa: DTZ001


async def test_a_naive_instant_keeps_nothing(database: Database) -> None:
    """A naive instant that reaches the store fails its whole transaction."""
    with pytest.raises(StatementError) as caught:
        async with database.transaction() as tx:
            await inbox.keep(tx, Channel.SMS, "SM1", b"arrived", datetime(2026, 11, 23, 14))  # noqa: DTZ001
    assert "naive" in str(caught.value)
    async with database.transaction() as tx:
        assert await inbox.count(tx, inbox.NEW) == 0


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(instant=INSTANTS)
async def test_an_instant_comes_back_as_the_same_instant_in_utc(database: Database, instant: datetime) -> None:
    """Whatever the offset, to the microsecond, an instant comes back equal, aware and in UTC."""
    async with trial(database) as tx:
        await inbox.keep(tx, Channel.SMS, "SM1", b"arrived", instant)
        await afresh(tx)
        [kept] = await inbox.new_ones(tx, 1)
    assert kept.received_at == instant
    assert kept.received_at.tzinfo is UTC
