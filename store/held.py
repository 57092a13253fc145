"""The texts that the provider holds for us: what is to be held, what is, and what is to be called off.

A row is written before the provider is asked, and what came of the asking only where the row has not changed meanwhile. So
a kill between any two calls loses none: what may be at the provider unknown to us is looked up there by its words.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, Integer, and_, bindparam, exists, insert, literal, or_, update
from sqlmodel import col, select

from bot.held import LATE_RUN, SETTLED, TENDED, UNFINISHED, Held, Step
from bot.people import Person
from bot.place import Place
from store.database import ALONE, Stale, Transaction
from store.known import known
from store.sweep import among
from store.tables import HeldRow, PlaceRow
from store.underway import begun

MISFIRED = "went out at once"
_ARM = insert(HeldRow)
_AS_READ = update(HeldRow).where(col(HeldRow.id) == bindparam("row"), col(HeldRow.version) == bindparam("read"))
_TENDED, _UNFINISHED = sorted(TENDED), sorted(UNFINISHED)
_OF_PLACE = (
    select(HeldRow)
    .where(col(HeldRow.place_id) == bindparam("place"), among(HeldRow.step, sorted(TENDED | UNFINISHED)))
    .order_by(col(HeldRow.id))
)
# Built once: that takes longer than running it.
_JUDGED = update(HeldRow).where(col(HeldRow.place_id) == bindparam("place"), among(HeldRow.step, _TENDED))
_NAMED = update(HeldRow).where(col(HeldRow.id) == bindparam("row"), col(HeldRow.sid).is_(None))
_EARLIER = update(HeldRow).where(
    col(HeldRow.place_id) == bindparam("place"),
    col(HeldRow.person_id) == bindparam("person"),
    col(HeldRow.id) < bindparam("row"),
    col(HeldRow.step) == Step.CALLING_OFF,
)
_MISFIRED = select(HeldRow.id).where(HeldRow.error == MISFIRED, col(HeldRow.made_at) >= bindparam("since")).limit(1)


def _held(tx: Transaction, row: HeldRow) -> Held:
    values = {name: getattr(row, name) for name in Held.__dataclass_fields__}
    opened = {name: tx.sealer.open(values[name]) for name in ("address", "text")}
    return Held(**{**values, **opened, "step": known(Step, row.step, Step.FAILED)})


async def unjudged(
    tx: Transaction, live_from: datetime, limit: int, schools: Collection[int], besides: Collection[int] = ()
) -> Sequence[tuple[int, int]]:
    """Places of these schools, with their school, that have changed since it was last judged what should be held for them.

    A planned one counts from when its start is `live_from` or before; those `besides` do not.
    """
    some = {"besides": list(besides)} if besides else {}
    query = _unjudged(tuple(sorted(schools)), bool(besides))
    found = await tx.execute(query, {"live_from": live_from, "most": limit, **some})
    return [(school_id, place_id) for school_id, place_id in found if place_id]


@cache
def _unjudged(schools: tuple[int, ...], besides: bool) -> Executable:
    """Built once: that takes longer than running it."""
    of_place = col(HeldRow.place_id) == col(PlaceRow.id)
    same = col(HeldRow.place_version) == col(PlaceRow.version)
    fresh = and_(begun(bindparam("live_from")), ~exists().where(of_place, same))
    stale = exists().where(of_place, ~same, col(HeldRow.step).in_(_TENDED))
    ours = col(PlaceRow.school_id).in_([literal(number) for number in schools])
    query = select(PlaceRow.school_id, PlaceRow.id).where(ours, or_(fresh, stale))
    if besides:
        query = query.where(col(PlaceRow.id).not_in(bindparam("besides", expanding=True)))
    return query.order_by(col(PlaceRow.id)).limit(bindparam("most", type_=Integer))


async def of_place(tx: Transaction, place_id: int) -> list[Held]:
    """The texts of a place that are not done with, oldest first."""
    return [_held(tx, row) for row in await tx.rows(_OF_PLACE, place=place_id)]


async def of_visit(tx: Transaction, visit_id: int) -> list[Held]:
    """Every text of a visit, oldest first, done with or not."""
    query = select(HeldRow).where(HeldRow.visit_id == visit_id).order_by(col(HeldRow.id))
    return [_held(tx, row) for row in await tx.rows(query)]


async def arm(
    tx: Transaction,
    school_id: int,
    place: Place,
    person: Person,
    *,
    since: datetime,
    send_at: datetime,
    text: str,
    reference: str,
    now: datetime,
) -> None:
    """Write down that a text is to be held."""
    seal = tx.sealer.seal
    await tx.add(
        _ARM,
        school_id=school_id,
        place_id=place.id or 0,
        visit_id=place.visit_id or 0,
        person_id=person.id,
        place_version=place.version,
        step=Step.ARMING,
        address=seal(person.phone),
        text=seal(text),
        since=since,
        send_at=send_at,
        next_at=now,
        made_at=now,
        reference=reference,
        tries=0,
        error="",
        version=0,
    )


async def judged(tx: Transaction, place: Place) -> None:
    """What is held for this place has been judged as the place now is."""
    await tx.write(_JUDGED, place=place.id, place_version=place.version)


async def call_off(tx: Transaction, held: Held, at: datetime) -> None:
    """Write down that a text is to be called off, at the latest at that instant. Raises Stale when it has changed."""
    if not await change(tx, held, step=Step.CALLING_OFF, next_at=at, tries=0):
        raise Stale(f"held text {held.id} has changed")


async def due(tx: Transaction, now: datetime, besides: Collection[int], limit: int) -> list[Held]:
    """Texts about which the provider is to be asked now, those to be held first."""
    query = select(HeldRow).where(col(HeldRow.step).in_(_UNFINISHED), col(HeldRow.next_at) <= now)
    query = query.where(col(HeldRow.id).not_in(besides)) if besides else query
    # "armed" and "arming" come before "calling off".
    query = query.order_by(col(HeldRow.step), col(HeldRow.next_at), col(HeldRow.id)).limit(limit)
    return [_held(tx, row) for row in await tx.rows(query)]


async def next_due(tx: Transaction) -> datetime | None:
    query = select(HeldRow.next_at).where(col(HeldRow.step).in_(_UNFINISHED))
    return (await tx.session.exec(query.order_by(col(HeldRow.next_at)).limit(1))).first()


async def expire(tx: Transaction, now: datetime) -> None:
    """At the start: a call that a dead process has begun may have reached the provider, and is looked into at once."""
    doubted = update(HeldRow).where(col(HeldRow.step) == Step.ARMING, col(HeldRow.doubted_at).is_not(None))
    await tx.session.exec(doubted.values(next_at=now), execution_options=ALONE)


async def change(tx: Transaction, held: Held, **values: Any) -> bool:
    """Write down what has become of a text; False, and nothing written, when it has changed since it was read."""
    result = await tx.write(_AS_READ, row=held.id, read=held.version, **values, version=held.version + 1)
    return bool(result.rowcount)


async def is_held(tx: Transaction, held: Held, sid: str, now: datetime) -> bool:
    """The provider has the text; the ones it takes the place of are called off now. What we learn of the id always counts."""
    await tx.write(_NAMED, row=held.id, sid=sid)
    values = {"step": Step.ARMED, "next_at": held.send_at + LATE_RUN, "doubted_at": held.doubted_at}
    if not await change(tx, held, **values, tries=0, error=""):
        return False
    await tx.write(_EARLIER, place=held.place_id, person=held.person_id, row=held.id, next_at=now)
    return True


async def failed_since(tx: Transaction, since: datetime) -> list[tuple[int, str]]:
    """The visits for which no text could be held since then, with what the provider said: for the doctor."""
    query = select(HeldRow.visit_id, HeldRow.error).where(HeldRow.step == Step.FAILED, col(HeldRow.made_at) >= since)
    return [(visit_id, error) for visit_id, error in (await tx.session.exec(query.order_by(col(HeldRow.id)))).all()]


async def misfired_since(tx: Transaction, since: datetime) -> bool:
    """Whether a text to be held went out at once since then: the provider does not do what it is asked."""
    return (await tx.execute(_MISFIRED, {"since": since})).first() is not None


def has_settled(held: Held, now: datetime) -> bool:
    """Whether a call of unknown outcome has had its time: what is not at the provider now will not come there."""
    return held.doubted_at is None or held.doubted_at + SETTLED <= now


def pause(tries: int) -> timedelta:
    """How long to wait before the provider is asked again."""
    return timedelta(seconds=min(2 ** min(tries, 5), 30))
