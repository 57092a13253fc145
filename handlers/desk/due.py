"""What has come due, beside the texts, and when the next of it will."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from bot.alarm import Alarm
from bot.authorising import Request
from bot.briefing import Briefing
from bot.visit import Place
from handlers.desk.sores import Sores
from store import alarms, briefings, drills, glance, inbox, receipts, requests, talks, visits
from store.database import Transaction
from store.inbox import Kept
from store.outbox import Troubled
from store.restored import NOTHING, Waiting
from store.talks import Talk

BATCH = 50
RECEIPTS = 20

Work = Callable[[Transaction], Awaitable[None]]


class Task(NamedTuple):
    """Something that has come due: the number of its row, what is done about it, and the visit it belongs to.

    `grave`: while it is not done, an alarm may be missed.
    """

    number: int | None
    work: Work
    visit_id: int | None = None
    grave: bool = False


def of_notices(rows: Iterable[Troubled], work: Callable[..., Awaitable[None]]) -> list[Task]:
    """The same to be done about each notice. Grave are those of an alarm."""
    return [Task(r.id, partial(work, row=r), r.notice.visit_id, r.notice.alarm_id is not None) for r in rows]


class Due(NamedTuple):
    """What there is to do beside the texts."""

    places: Sequence[tuple[int, Place]]
    alarms: Sequence[Alarm]
    talks: Sequence[Talk]
    requests: Sequence[Request]
    briefings: Sequence[Briefing]
    receipts: Sequence[Kept]
    notices: bool
    """Whether there may be notices in trouble, or without a receipt for too long."""
    held: bool

    @property
    def hides_receipts(self) -> bool:
        """Whether a receipt may wait unread: then nothing is taken for silence."""
        return self.held or len(self.receipts) == RECEIPTS

    @property
    def is_full(self) -> bool:
        """Whether there may be more than was read."""
        return len(self.receipts) == RECEIPTS or BATCH in (len(self.places), len(self.alarms))


async def due(
    tx: Transaction,
    now: datetime,
    schools: Sequence[int],
    sores: Sores,
    *,
    held: bool,
    waiting: Waiting = NOTHING,
) -> Due:
    """While the backlog is read (`held`) only duress climbs on: any other silence may have been ended in it.

    What a restored store has in question (`waiting`) has no consequence yet.
    """

    def resting(what: str) -> list[int]:
        return sores.resting(what, now)

    may_be = await glance.look(tx, now)
    if held:
        may_be = may_be._replace(places=False, requests=False, briefings=False)
    on_place, on_alarm = [*resting("place"), *waiting.places], [*resting("alarm"), *waiting.alarms]
    alarms_due = await alarms.due(tx, now, BATCH, schools, on_alarm) if may_be.alarms else []
    return Due(
        await visits.due(tx, now, BATCH, schools, on_place) if may_be.places else [],
        [alarm for alarm in alarms_due if alarm.is_duress or not held],
        await talks.due(tx, now, BATCH, schools, resting("talk")) if may_be.talks else [],
        await requests.due(tx, now, BATCH, schools, resting("request")) if may_be.requests else [],
        await briefings.due(tx, now, BATCH, schools, resting("briefing")) if may_be.briefings else [],
        await inbox.new_ones(tx, RECEIPTS, receipts=True) if may_be.receipts else [],
        may_be.notices,
        held,
    )


async def next_due(
    tx: Transaction, now: datetime, schools: Sequence[int], sores: Sores, waiting: Waiting = NOTHING
) -> datetime | None:
    """When the next of it comes, or what failed is tried again."""
    found = [
        await visits.next_due(tx, schools, [*sores.resting("place", now), *waiting.places]),
        await alarms.next_due(tx, schools, [*sores.resting("alarm", now), *waiting.alarms]),
        await talks.next_due(tx, schools, sores.resting("talk", now)),
        await requests.next_due(tx, schools, sores.resting("request", now)),
        await briefings.next_due(tx, schools, sores.resting("briefing", now)),
        await receipts.next_due(tx, sores.resting("receipt", now)),
        await drills.next_due(tx, schools),
        sores.next_try(now),
    ]
    return min((instant for instant in found if instant), default=None)
