"""The auditor's own look at a store: SQL of its own, a connection of its own, and nothing but reading.

The service is not asked how it is, because it may be wrong about it. Nothing here shares a query, a class of rows or a
connection with what the service works with; no key is needed, and nothing personal is read. It looks beside a service
that is running, and keeps nobody waiting.
"""

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy.engine import URL, make_url

from bot.audit import Finding, Kind
from store.database import StoreDown

LATE = timedelta(seconds=20)
"""A passed deadline has its consequence within 2 s (I3). The rest is for a process that ended itself and was started anew."""
LATE_AFTER_START = timedelta(seconds=60)
"""Within a minute of its start it may still be at what was left over (I3)."""
PULSE = timedelta(seconds=30)
URGENT, ORDINARY = timedelta(seconds=10), timedelta(minutes=5)
"""How long an alarm (I4), and anything else, may be owed."""
UNHEARD = timedelta(seconds=30)
UNREAD, RECEIPT = timedelta(seconds=15), timedelta(minutes=5)
CLOCKS = timedelta(seconds=5)
TIME_LIMIT = 15.0
"""Seconds for one look: a store that takes longer does not answer."""
MOST = 20
"""Rows of a kind that are named; there may be more."""

Rows = Sequence[Sequence[Any]]
Ask = Callable[[str, Mapping[str, object]], Awaitable[Rows]]


class Head(NamedTuple):
    """Where a school's journal ended at the last look."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found, and where each school's journal ended."""

    findings: list[Finding]
    heads: Mapping[int, Head]


# The states in which nobody is watched over are named here; whatever else a place says, somebody is out.
UNWATCHED_SQL = """
SELECT place.id, place.visit_id, place.state FROM place
WHERE place.state NOT IN ('left', 'called off', 'none', 'returned') AND place.deadline_at IS NULL
AND NOT EXISTS (SELECT 1 FROM alarm WHERE alarm.visit_id = place.visit_id
                AND alarm.visitor_id = place.visitor_id AND alarm.state <> 'stood down')
ORDER BY place.id LIMIT :most
"""
LATE_PLACES_SQL = """
SELECT id, visit_id, deadline_at FROM place WHERE deadline_at <= :late ORDER BY deadline_at LIMIT :most
"""
LATE_ALARMS_SQL = """
SELECT id, visit_id, deadline_at FROM alarm
WHERE state <> 'stood down' AND deadline_at <= :late ORDER BY deadline_at LIMIT :most
"""
STUCK_SQL = """
SELECT id, visit_id, raised_at FROM alarm
WHERE state <> 'stood down' AND deadline_at IS NULL ORDER BY id LIMIT :most
"""
UNHEARD_SQL = """
SELECT id, visit_id, raised_at FROM alarm
WHERE state NOT IN ('stood down', 'owned') AND raised_at <= :unheard
AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.alarm_id = alarm.id AND outbox.state IN ('sent', 'delivered'))
ORDER BY id LIMIT :most
"""
# A notice that has been tried is as old as its making; one that has not, as its own time. What has gone to the same
# person by another way has left.
OWED_SQL = """
SELECT owed.id, owed.channel, owed.made_at FROM outbox AS owed
WHERE owed.state IN ('owed', 'leased')
AND (CASE WHEN owed.tries > 0 THEN owed.made_at ELSE owed.next_at END <= :ordinary
     OR owed.urgent AND CASE WHEN owed.tries > 0 THEN owed.made_at ELSE owed.next_at END <= :urgent)
AND NOT EXISTS (SELECT 1 FROM outbox AS other WHERE other.alarm_id = owed.alarm_id
                AND other.person_id = owed.person_id AND other.notice = owed.notice
                AND other.made_at >= owed.made_at AND other.state IN ('sent', 'delivered'))
ORDER BY owed.id LIMIT :most
"""
UNREAD_SQL = """
SELECT id, channel, received_at FROM inbox WHERE state = 'new'
AND (received_at <= :receipt OR external_id NOT LIKE '%:%' AND received_at <= :unread)
ORDER BY id LIMIT :most
"""
# Each row that is set aside is told to the offices in one transaction, at one instant.
ASIDE_SQL = """
SELECT (SELECT count(*) FROM inbox WHERE state = 'aside' AND external_id NOT LIKE '%:%')
     - (SELECT count(DISTINCT made_at) FROM outbox WHERE notice = 'office_unreadable')
"""
JOURNAL_SQL = """
SELECT school.id, school.journal_seq, school.journal_hash,
    (SELECT max(seq) FROM journal WHERE journal.school_id = school.id),
    (SELECT hash FROM journal WHERE journal.school_id = school.id AND journal.seq = school.journal_seq),
    (SELECT max(at) FROM (SELECT at FROM journal WHERE journal.school_id = school.id
                          ORDER BY seq DESC LIMIT 100) AS newest),
    (SELECT made_at FROM outbox WHERE outbox.school_id = school.id ORDER BY id DESC LIMIT 1),
    (SELECT raised_at FROM alarm WHERE alarm.school_id = school.id ORDER BY id DESC LIMIT 1)
FROM school ORDER BY school.id
"""
ENTRY_SQL = "SELECT hash FROM journal WHERE school_id = :school AND seq = :seq"
PULSE_SQL = "SELECT beat_at, since FROM pulse"


class When(NamedTuple):
    """The instant of a look; where each journal ended at the last one; and since when there have been looks."""

    now: datetime
    before: Mapping[int, Head] = MappingProxyType({})
    began: datetime | None = None


async def look(url: str, when: When) -> Look:
    """Everything that is wrong at this instant.

    Raises StoreDown when the store cannot be read, or not within the time limit.
    """
    parsed = make_url(url)
    try:
        async with asyncio.timeout(TIME_LIMIT):
            in_sqlite = parsed.get_backend_name() == "sqlite"
            return await (_in_sqlite(str(parsed.database), when) if in_sqlite else _in_postgres(parsed, when))
    except TimeoutError as error:
        raise StoreDown(f"the store did not answer within {TIME_LIMIT:.0f} s") from error
    except (sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise StoreDown(f"the store cannot be read: {type(error).__name__}") from error


async def _in_sqlite(path: str, when: When) -> Look:
    def read(sql: str, values: Mapping[str, object]) -> Rows:
        return connection.execute(sql, {name: _written(value) for name, value in values.items()}).fetchall()

    async def ask(sql: str, values: Mapping[str, object]) -> Rows:
        return await asyncio.to_thread(read, sql, values)

    with closing(await asyncio.to_thread(_open_sqlite, path)) as connection:
        return await _look(ask, when)


def _open_sqlite(path: str) -> sqlite3.Connection:
    """Read-only: not even a file that is not there is made. One snapshot holds for the whole look."""
    connection = sqlite3.connect(
        f"file:{path}?mode=ro", uri=True, timeout=5, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA query_only=ON")
    connection.execute("BEGIN")
    return connection


def _written(value: object) -> object:
    """As SQLite has it: an instant is a text in UTC."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value


async def _in_postgres(url: URL, when: When) -> Look:
    _, where = url.get_dialect()().create_connect_args(url)
    connection = await asyncpg.connect(**where, server_settings={"default_transaction_read_only": "on"})
    try:

        async def ask(sql: str, values: Mapping[str, object]) -> Rows:
            numbered, used = _numbered(sql, values)
            return [tuple(row) for row in await connection.fetch(numbered, *used)]

        async with connection.transaction(isolation="repeatable_read", readonly=True):
            found = await _look(ask, when)
            clock = await connection.fetchval("SELECT clock_timestamp()")
        return Look([*found.findings, *_clocks(clock, when.now, "the database server")], found.heads)
    finally:
        await connection.close(timeout=1)


def _numbered(sql: str, values: Mapping[str, object]) -> tuple[str, list[object]]:
    """PostgreSQL counts its parameters: `:name` becomes `$1`, and its value is the first."""
    names = list(dict.fromkeys(re.findall(r":([a-z]+)\b", sql)))
    numbered = re.sub(r":([a-z]+)\b", lambda match: f"${names.index(match[1]) + 1}", sql)
    return numbered, [values[name] for name in names]


def _instant(value: Any) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


async def _look(ask: Ask, when: When) -> Look:
    now = when.now
    pulse = [(_instant(beat), _instant(since)) for beat, since in await ask(PULSE_SQL, {})]
    just_started = any(now - since < LATE_AFTER_START for _, since in pulse)
    grace = LATE_AFTER_START if just_started else timedelta(0)
    bounds: dict[str, object] = {
        "late": now - max(LATE, grace),
        "unheard": now - max(UNHEARD, grace),
        "urgent": now - max(URGENT, grace),
        "ordinary": now - ORDINARY,
        "unread": now - max(UNREAD, grace),
        "receipt": now - RECEIPT,
        "most": MOST,
    }
    findings = [*_pulse(pulse, when)]
    for kind, sql, words in CHECKS:
        used = {name: bounds[name] for name in re.findall(r":([a-z]+)\b", sql)}
        findings += [Finding(kind, _words(words, row, now)) for row in await ask(sql, used)]
    untold = (await ask(ASIDE_SQL, {}))[0][0]
    if untold > 0:
        findings.append(Finding(Kind.ASIDE, f"{untold} of the texts that were set aside were told to nobody"))
    journals, heads = await _journals(ask, when.before)
    return Look([*findings, *journals], heads)


def _pulse(pulse: Sequence[tuple[datetime, datetime]], when: When) -> Iterator[Finding]:
    """Whether the service lives, and by which clock. Both are often started together: then it is waited for a little."""
    now = when.now
    waiting = when.began is not None and now - when.began <= PULSE
    if not pulse and not waiting:
        yield Finding(Kind.PULSE, "the service has never run on this store")
    for beat_at, _ in pulse:
        if now - beat_at > PULSE and not waiting:
            yield Finding(Kind.PULSE, f"no pass of the service has ended for {_age(beat_at, now)}")
        elif beat_at - now > CLOCKS:
            yield from _clocks(beat_at, now, "the service")


def _clocks(theirs: datetime, now: datetime, whose: str) -> Iterator[Finding]:
    if abs(theirs - now) > CLOCKS:
        way = "ahead of" if theirs > now else "behind"
        yield Finding(Kind.CLOCK, f"the clock of {whose} is {_age(*sorted((theirs, now)))} {way} this one")


def _words(words: str, row: Sequence[Any], now: datetime) -> str:
    number, about, last = row
    age = _age(_instant(last), now) if "{age}" in words else ""
    return words.format(number=number, about=about if about is not None else "-", last=last, age=age)


def _age(then: datetime, now: datetime) -> str:
    seconds = int((now - then).total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"


async def _journals(ask: Ask, before: Mapping[int, Head]) -> tuple[list[Finding], dict[int, Head]]:
    """Each journal ends where its school says, has all that has happened since, and only ever grows."""
    findings: list[Finding] = []
    heads: dict[int, Head] = {}
    for school, seq, head, newest, found, last, owed, raised in await ask(JOURNAL_SQL, {}):
        heads[school] = Head(seq, head)
        if (newest or 0, found or "") != (seq, head):
            findings.append(Finding(Kind.JOURNAL, f"the journal of school {school} does not end where it should"))
        happened = [_instant(at) for at in (owed, raised) if at is not None]
        if happened and (last is None or max(happened) > _instant(last)):
            findings.append(Finding(Kind.JOURNAL, f"the journal of school {school} has not moved with what happened"))
        known = before.get(school)
        if known is not None and known.seq and not await _still_holds(ask, school, known):
            words = f"the journal of school {school} has gone back behind entry {known.seq}: is this an older store?"
            findings.append(Finding(Kind.JOURNAL, words))
    return findings, heads


async def _still_holds(ask: Ask, school: int, known: Head) -> bool:
    return [row[0] for row in await ask(ENTRY_SQL, {"school": school, "seq": known.seq})] == [known.hash]


CHECKS: Sequence[tuple[Kind, str, str]] = (
    (Kind.UNWATCHED, UNWATCHED_SQL, "visit {about} (place {number}) is open ({last}) with no deadline and no alarm"),
    (Kind.LATE, LATE_PLACES_SQL, "a deadline of visit {about} (place {number}) passed {age} ago"),
    (Kind.LATE, LATE_ALARMS_SQL, "a deadline of alarm {number} (visit {about}) passed {age} ago"),
    (Kind.STUCK, STUCK_SQL, "alarm {number} (visit {about}) is open and waits for nothing, {age} old"),
    (Kind.UNHEARD, UNHEARD_SQL, "alarm {number} (visit {about}), {age} old, has left for nobody"),
    (Kind.OWED, OWED_SQL, "notice {number} by {about} is owed for {age}"),
    (Kind.UNREAD, UNREAD_SQL, "no. {number} by {about} waits for {age}"),
)
"""Each with the words for a row of it: an id, what it is about, and an instant or a state."""
