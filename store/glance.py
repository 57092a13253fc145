"""One look at whether anything at all has come due. Most passes find that nothing has, and then nothing more is asked."""

from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Exists, Select, bindparam, exists, select
from sqlmodel import col

from store import inbox
from store.database import Transaction
from store.tables import AlarmRow, InboxRow, OutboxRow, PlaceRow, TalkRow
from store.tables_asking import BriefingRow, RequestRow


class Glance(NamedTuple):
    """Whether there may be something due of each kind: never False where there is, for whichever school."""

    places: bool
    alarms: bool
    talks: bool
    requests: bool
    briefings: bool
    receipts: bool
    notices: bool
    """Notices in trouble, and those whose receipt is overdue."""


async def look(tx: Transaction, now: datetime) -> Glance:
    """What may be due by now. What else keeps a row back (its school, a rest, another version) is not looked at."""
    row = (await tx.execute(_query(), {"now": now})).one()
    return Glance(*map(bool, row))


@cache
def _query() -> Select[*tuple[bool, ...]]:
    """Built once: that takes longer than running it."""
    now: BindParameter[datetime] = bindparam("now")

    def has(*conditions: ColumnElement[bool]) -> Exists:
        return exists().where(*conditions)

    return select(
        has(col(PlaceRow.deadline_at) <= now),
        has(col(AlarmRow.deadline_at) <= now),
        has(col(TalkRow.remind_at) <= now),
        has(col(RequestRow.due_at) <= now),
        has(col(BriefingRow.due_at) <= now),
        has(col(InboxRow.state) == inbox.NEW, inbox.is_receipt()),
        has(col(OutboxRow.trouble).is_(True)) | has(col(OutboxRow.receipt_by) <= now),
    )
