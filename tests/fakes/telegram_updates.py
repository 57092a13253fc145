"""Telegram's queue of updates: what waits, how long, and what an offset does to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.fakes.server import Json

# Checked platform facts: texts wait a day, a button press is answerable for 150 s.
UPDATE_LIFE = timedelta(hours=24)
CALLBACK_LIFE = timedelta(seconds=150)
# An offset further ahead than this of the next id is taken for nonsense: it confirms nothing and the queue is
# read from its head (telegram-bot-api, TQueue::get: "Specified from_id is in the future").
FUTURE_SLACK = 10
# What a bot gets that has never passed `allowed_updates` (Bot API: all but these three).
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass
class Waiting:
    """One update not yet confirmed."""

    update_id: int
    body: Json
    until: datetime


class UpdateQueue:
    """Not thread-safe by itself: its server holds the lock."""

    def __init__(self, first_id: int) -> None:
        self._next_id = first_id
        self._waiting: list[Waiting] = []
        self.allowed: tuple[str, ...] = ()

    def put(self, kind: str, content: Json, at: datetime) -> int:
        """Queue an update and give its id; 0 when the bot did not ask for this kind."""
        if not self._wanted(kind):
            return 0
        life = CALLBACK_LIFE if kind == "callback_query" else UPDATE_LIFE
        update_id = self._next_id
        self._next_id += 1
        self._waiting.append(Waiting(update_id, {"update_id": update_id, kind: content}, at + life))
        return update_id

    def allow(self, kinds: Sequence[str]) -> None:
        """From now on queue these kinds only; it persists and leaves alone what waits. Empty: the default."""
        self.allowed = tuple(kinds)

    def jump(self, to: int) -> None:
        """The next update gets the id `to`: after a quiet week Telegram picks one at random."""
        self._next_id = to

    def read(self, offset: int, limit: int, at: datetime) -> list[Json]:
        """Confirm, which is to delete, everything below `offset`; then give up to `limit` of what waits."""
        self._expire(at)
        if offset < 0:
            self._waiting = self._waiting[offset:]
        elif offset <= self._next_id + FUTURE_SLACK:
            self._waiting = [one for one in self._waiting if one.update_id >= offset]
        return [one.body for one in self._waiting[:limit]]

    def pending(self, at: datetime) -> list[Waiting]:
        """What waits now, oldest first."""
        self._expire(at)
        return list(self._waiting)

    def confirm(self, update_id: int) -> None:
        """Delete one, as an answer of 200 to a webhook does."""
        self._waiting = [one for one in self._waiting if one.update_id != update_id]

    def drop(self) -> None:
        """Delete all, as `drop_pending_updates` does."""
        self._waiting.clear()

    def _wanted(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def _expire(self, at: datetime) -> None:
        self._waiting = [one for one in self._waiting if at < one.until]
