"""Conversations: whom with, about what, and what has been answered so far. All of it is rows, so a restart changes nothing."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import col, select

from store.database import Stale, Transaction
from store.known import known
from store.sweep import swept
from store.tables import TalkRow


class TalkState(StrEnum):
    """How a conversation stands."""

    OPEN = "open"
    DONE = "done"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation. `answers` are by the names of its form's fields; `about` is what it was begun with. JSON, both."""

    school_id: int
    person_id: int
    topic: str
    asked_at: datetime
    begun_at: datetime
    id: int | None = None
    visit_id: int | None = None
    alarm_id: int | None = None
    state: TalkState = TalkState.OPEN
    answers: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    reminders: int = 0
    remind_at: datetime | None = None
    version: int = 0

    @property
    def is_open(self) -> bool:
        return self.state is TalkState.OPEN


_SEALED = ("answers", "about")
_PLAIN = tuple(name for name in Talk.__dataclass_fields__ if name not in _SEALED)

# Built once: that takes longer than running it.
_OPEN = select(TalkRow).where(TalkRow.state == TalkState.OPEN, col(TalkRow.school_id) == bindparam("school"))
_ADD = insert(TalkRow)
_AS_READ = update(TalkRow).where(
    col(TalkRow.id) == bindparam("talk"),
    col(TalkRow.school_id) == bindparam("of"),
    col(TalkRow.version) == bindparam("read"),
)
_WITH = _OPEN.where(col(TalkRow.person_id) == bindparam("person")).order_by(
    col(TalkRow.asked_at).desc(), col(TalkRow.id).desc()
)
_ABOUT = _OPEN.where(col(TalkRow.visit_id) == bindparam("visit")).order_by(col(TalkRow.id))


def _talk(tx: Transaction, row: TalkRow) -> Talk:
    body = json.loads(tx.sealer.open(row.body))
    values = {name: getattr(row, name) for name in _PLAIN}
    return Talk(**{**values, **body, "state": known(TalkState, row.state, TalkState.LEFT)})


def _values(tx: Transaction, talk: Talk) -> dict[str, Any]:
    values = {name: getattr(talk, name) for name in _PLAIN if name not in ("id", "version")}
    return {**values, "body": tx.sealer.seal(_body(talk))}


def _body(talk: Talk) -> str:
    return json.dumps({name: dict(getattr(talk, name)) for name in _SEALED})


async def add(tx: Transaction, talk: Talk) -> Talk:
    """Begin it. Gives it as it will be read again: what it holds is JSON."""
    number = await tx.add(_ADD, **_values(tx, talk), version=1)
    return replace(talk, id=number, version=1, **json.loads(_body(talk)))


async def save(tx: Transaction, talk: Talk) -> None:
    """Keep what became of a conversation. Raises Stale when it has changed since it was read."""
    as_read = {"talk": talk.id, "of": talk.school_id, "read": talk.version}
    result = await tx.write(_AS_READ, **as_read, **_values(tx, talk), version=talk.version + 1)
    if result.rowcount != 1:
        raise Stale(f"talk {talk.id} has changed")


async def by_id(tx: Transaction, school_id: int, talk_id: int) -> Talk | None:
    query = select(TalkRow).where(TalkRow.school_id == school_id, TalkRow.id == talk_id)
    rows = await tx.rows(query)
    return _talk(tx, rows[0]) if rows else None


async def open_with(tx: Transaction, school_id: int, person_id: int) -> list[Talk]:
    """A person's open conversations, the one that was asked last first: that is the one they answer."""
    return [_talk(tx, row) for row in await tx.rows(_WITH, school=school_id, person=person_id)]


async def open_about(tx: Transaction, school_id: int, visit_id: int) -> list[Talk]:
    """The open conversations about a visit, with whomever."""
    return [_talk(tx, row) for row in await tx.rows(_ABOUT, school=school_id, visit=visit_id)]


async def latest_about_alarm(tx: Transaction, school_id: int, topic: str, alarm_id: int) -> Talk | None:
    """The newest conversation of this topic about an alarm, open or not."""
    query = select(TalkRow).where(TalkRow.school_id == school_id, TalkRow.topic == topic, TalkRow.alarm_id == alarm_id)
    rows = await tx.rows(query.order_by(col(TalkRow.id).desc()).limit(1))
    return _talk(tx, rows[0]) if rows else None


async def due(
    tx: Transaction, now: datetime, limit: int, schools: Collection[int], besides: Collection[int] = ()
) -> list[Talk]:
    """Conversations of these schools in which a reminder has come due, the longest due first, without those `besides`."""
    query = select(TalkRow).where(col(TalkRow.remind_at) <= now, TalkRow.state == TalkState.OPEN)
    query = query.where(*swept(TalkRow, schools, besides))
    query = query.order_by(col(TalkRow.remind_at), col(TalkRow.id)).limit(limit)
    return [_talk(tx, row) for row in await tx.rows(query)]


async def next_due(tx: Transaction, schools: Collection[int], besides: Collection[int] = ()) -> datetime | None:
    """When the next reminder of any conversation of these schools comes due."""
    query = select(TalkRow.remind_at).where(col(TalkRow.remind_at).is_not(None), TalkRow.state == TalkState.OPEN)
    query = query.where(*swept(TalkRow, schools, besides))
    return (await tx.session.exec(query.order_by(col(TalkRow.remind_at)).limit(1))).first()
