"""What people sent and what phones got, noted by the world itself; and what the store says, read by SQL of its own."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from bot.people import Channel
from tests.simulation.plan import Actor, Means


class Said(NamedTuple):
    """One text of a person, with the id by which the inbox would know it."""

    who: str
    at: float
    channel: Channel
    known_as: str
    words: str
    means: Means
    minutes: int
    first_hand: bool
    both: bool = False
    visit: int | None = None
    """Which visit of the plan it plans, or answers a request about."""

    @property
    def says_where(self) -> bool:
        """Whether it is more than the bare words of an arrival: "no answer at the door" is said at some home."""
        return len(self.words.split()) > 2


class Got(NamedTuple):
    """One text on a phone."""

    at: float
    who: str
    channel: Channel
    words: str
    labels: tuple[str, ...]


@dataclass(slots=True)
class Ledger:
    """Both directions, in order."""

    said: dict[tuple[str, str], Said] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)
    taken: list[tuple[Channel, str, str]] = field(default_factory=list)
    """What a provider took for a phone: by which channel, for which address, in which words."""
    accepted: list[tuple[float, str, str]] = field(default_factory=list)
    """The same with the time, until the reckoning has looked at it."""

    def takes(self, at: float, channel: Channel, address: str, words: str) -> None:
        self.taken.append((channel, address, words))
        self.accepted.append((at, address, words))

    def says(self, said: Said) -> None:
        self.said[str(said.channel), said.known_as] = said

    def screen(self, actor: Actor) -> list[Got]:
        """All that this person's phone showed."""
        return [one for one in self.got if one.who == actor.name]


class InboxLine(NamedTuple):
    id: int
    channel: str
    external_id: str
    received_at: float
    state: str
    done_at: float | None


class PlaceLine(NamedTuple):
    id: int
    visitor_id: int
    state: str
    deadline_at: float | None
    version: int
    visit_id: int


class AlarmLine(NamedTuple):
    id: int
    visitor_id: int | None
    kind: str
    state: str
    raised_at: float
    deadline_at: float | None
    version: int
    code: str


NEXT = """
SELECT (SELECT min(deadline_at) FROM place WHERE deadline_at IS NOT NULL),
       (SELECT min(deadline_at) FROM alarm WHERE deadline_at IS NOT NULL),
       (SELECT min(remind_at) FROM talk WHERE remind_at IS NOT NULL),
       (SELECT min(due_at) FROM request WHERE due_at IS NOT NULL),
       (SELECT min(due_at) FROM briefing WHERE due_at IS NOT NULL),
       (SELECT min(receipt_by) FROM outbox WHERE receipt_by IS NOT NULL),
       (SELECT min(next_at) FROM outbox AS one WHERE state = 'owed' AND (urgent OR NOT EXISTS (
            SELECT 1 FROM outbox AS earlier WHERE earlier.address_index = one.address_index AND NOT earlier.urgent
            AND earlier.id < one.id AND earlier.state IN ('owed', 'leased')))),
       (SELECT min(lease_until) FROM outbox WHERE state = 'leased'),
       (SELECT min(next_at) FROM held WHERE step IN ('arming', 'armed', 'calling off')),
       (SELECT count(*) FROM inbox WHERE state = 'new') + (SELECT count(*) FROM outbox WHERE trouble),
       (SELECT count(*) FROM place WHERE deadline_at IS NOT NULL AND state != 'planned'
        AND NOT EXISTS (SELECT 1 FROM held WHERE place_id = place.id AND place_version = place.version))
     + (SELECT count(*) FROM held JOIN place ON place.id = place_id
        WHERE place_version != place.version AND step IN ('arming', 'armed'))
"""


class Books:
    """The store through a connection of our own. Instants are seconds of the run, by how far our clock is `ahead` less."""

    def __init__(self, path: Path | None, begins: datetime, ahead: Callable[[], float] = lambda: 0.0) -> None:
        self._path, self.begins, self._ahead = path, begins, ahead
        self._connection: sqlite3.Connection | None = None
        self._read: dict[str, float] = {}

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        if self._connection is None:
            uri = f"file:{self._path}?mode=ro"
            self._connection = sqlite3.connect(uri, uri=True, isolation_level=None)
        return self._connection.execute(query, values).fetchall()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Several questions to the store as it now stands: each by itself would take hold of it anew."""
        self.rows("BEGIN")
        try:
            yield
        finally:
            self.rows("COMMIT")

    def close(self) -> None:
        with suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.close()
        self._connection = None

    def at(self, written: object) -> float:
        """An instant as the store writes it, in seconds of the run."""
        known = self._read.get(str(written))
        if known is None:
            instant = datetime.fromisoformat(str(written)).replace(tzinfo=UTC)
            known = self._read[str(written)] = (instant - self.begins).total_seconds()
        return known - self._ahead()

    def _maybe(self, written: object) -> float | None:
        return None if written is None else self.at(written)

    def inbox(self, after: int) -> list[InboxLine]:
        """The rows after this id, in order."""
        query = "SELECT id, channel, external_id, received_at, state, done_at FROM inbox WHERE id > ? ORDER BY id"
        return [InboxLine(a, b, c, self.at(d), e, self._maybe(f)) for a, b, c, d, e, f in self.rows(query, after)]

    def unread(self) -> list[float]:
        """Since when each text waits that nobody has dealt with; a receipt is none."""
        query = "SELECT received_at FROM inbox WHERE state = 'new' AND external_id NOT LIKE '%:%'"
        return [self.at(received_at) for (received_at,) in self.rows(query)]

    def places(self) -> list[PlaceLine]:
        """Every place that is open."""
        query = (
            "SELECT id, visitor_id, state, deadline_at, version, visit_id FROM place"
            " WHERE state NOT IN ('left', 'called off', 'returned', 'none') ORDER BY id"
        )
        return [PlaceLine(a, b, c, self._maybe(d), e, f) for a, b, c, d, e, f in self.rows(query)]

    def alarms(self) -> list[AlarmLine]:
        query = "SELECT id, visitor_id, kind, state, raised_at, deadline_at, version, code FROM alarm ORDER BY id"
        return [AlarmLine(a, b, c, d, self.at(e), self._maybe(f), g, h) for a, b, c, d, e, f, g, h in self.rows(query)]

    def awaited(self) -> dict[int, float]:
        """Until when a provider's receipt is waited for, by the id of the alarm's notice."""
        query = "SELECT id, receipt_by FROM outbox WHERE receipt_by IS NOT NULL"
        return {reference: self.at(by) for reference, by in self.rows(query)}

    def next_due(self) -> dict[str, float | None]:
        """When a beat will next find something to do: the least of every column of instants that its work waits for."""
        *instants, waits, unjudged = self.rows(NEXT)[0]
        place, alarm, talk, request, briefing, receipt, owed, leased, held = (self._maybe(one) for one in instants)
        return {
            "desk": 0.0 if waits else _first(place, alarm, talk, request, briefing, receipt),
            "delivery": _first(owed, leased),
            "held": 0.0 if unjudged else held,
        }


def _first(*instants: float | None) -> float | None:
    return min((one for one in instants if one is not None), default=None)
