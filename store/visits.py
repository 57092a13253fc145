"""Visits and the places of their visitors."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, and_, bindparam, exists, func, insert, or_, update
from sqlmodel import col, select

from bot.details import Authorisation, Details
from bot.events import Event
from bot.place import COMING
from bot.policy import Policy
from bot.visit import CLOSED, Place, State
from store.crypto import REMEMBERED, Sealer
from store.database import Stale, Transaction
from store.known import known
from store.sweep import among, swept
from store.tables import AlarmRow, PersonRow, PlaceRow, VisitRow

_COMING = sorted(COMING)
_PLACE = tuple(Place.__dataclass_fields__)
_STATES, _EVENTS = tuple(State), tuple(Event)

# What is asked with every text, built once: that takes longer than running it.
_OF_SCHOOL = col(PlaceRow.school_id) == bindparam("school")
_BY_ID = select(VisitRow).where(col(VisitRow.school_id) == bindparam("school"), col(VisitRow.id) == bindparam("visit"))
_PLACE_BY_ID = select(PlaceRow).where(_OF_SCHOOL, col(PlaceRow.id) == bindparam("place"))
_OF_VISIT = select(PlaceRow).where(_OF_SCHOOL, col(PlaceRow.visit_id) == bindparam("visit")).order_by(col(PlaceRow.id))
_ADD, _ADD_PLACE = insert(VisitRow), insert(PlaceRow)
_AS_READ = update(PlaceRow).where(
    col(PlaceRow.id) == bindparam("place"),
    col(PlaceRow.school_id) == bindparam("of"),
    col(PlaceRow.version) == bindparam("read"),
)
_OPEN_NUMBERS = select(PlaceRow.visit_id).where(_OF_SCHOOL, ~among(PlaceRow.state, CLOSED))
_CODE_WORDS = select(VisitRow.id, VisitRow.code_words).where(
    col(VisitRow.school_id) == bindparam("school"),
    exists().where(
        col(PlaceRow.visit_id) == col(VisitRow.id),
        ~among(PlaceRow.state, CLOSED),
        or_(col(PlaceRow.starts_at).is_(None), col(PlaceRow.starts_at) <= bindparam("until")),
    ),
)
_THESE: BindParameter[int] = bindparam("visits", expanding=True)
_OF_THESE = select(VisitRow.code_words).where(
    col(VisitRow.school_id) == bindparam("school"), col(VisitRow.id).in_(_THESE)
)
_OF_THEIR_VISITORS = select(PersonRow.code_words).where(
    col(PersonRow.school_id) == bindparam("school"),
    col(PersonRow.id).in_(select(PlaceRow.visitor_id).where(_OF_SCHOOL, col(PlaceRow.visit_id).in_(_THESE))),
)
_PHRASES = _OF_THESE.union_all(_OF_THEIR_VISITORS)
_OF_VISITOR = (
    select(PlaceRow)
    .where(_OF_SCHOOL, col(PlaceRow.visitor_id) == bindparam("visitor"))
    .where(or_(~among(PlaceRow.state, CLOSED), col(PlaceRow.left_at) >= bindparam("since")))
    .order_by(col(PlaceRow.starts_at).nulls_first(), col(PlaceRow.id))
)


@dataclass(frozen=True, slots=True)
class Visit:
    """The plan of a visit, and the policy it began under."""

    id: int
    school_id: int
    address: str
    pupil: str
    reason: str
    code_words: tuple[str, ...]
    policy: Policy
    made_at: datetime
    details: Details = field(default_factory=Details)
    outing_id: int | None = None
    authorisation: Authorisation = Authorisation.NOT_NEEDED
    made_by: int | None = None


@lru_cache(maxsize=256)
def _policy(written: str) -> Policy:
    return Policy.restore(written)


def _visit(sealer: Sealer, row: VisitRow) -> Visit:
    assert row.id is not None
    return Visit(
        id=row.id,
        school_id=row.school_id,
        address=sealer.open(row.address),
        pupil=sealer.open(row.pupil),
        reason=sealer.open(row.reason),
        code_words=tuple(json.loads(sealer.open(row.code_words))),
        policy=_policy(row.policy),
        made_at=row.made_at,
        details=Details.read(sealer.open(row.details)) if row.details else Details(),
        outing_id=row.outing_id,
        authorisation=known(Authorisation, row.authorisation, Authorisation.ASKED),
        made_by=row.made_by,
    )


_same = lru_cache(REMEMBERED)(_visit)
"""For rows that were asked for: most say what they said when they were last asked for."""


@lru_cache(REMEMBERED)
def _place(row: PlaceRow) -> Place:
    """A place as it stands; one in a state, or with a deadline, of another version's is taken for overdue.

    One without any deadline is closed: every version gives an open place a deadline (DESIGN §7, I2).
    """
    values = {name: getattr(row, name) for name in _PLACE}
    state = known(State, row.state, State.OVERDUE if row.deadline_at else State.LEFT)
    deadline = Event(row.deadline) if row.deadline in _EVENTS else None
    if row.deadline_at and (row.state not in _STATES or row.deadline not in (None, *_EVENTS)):
        state, deadline = State.OVERDUE, Event.AGAIN_DUE
    return Place(**{**values, "state": state, "deadline": deadline})


def _values(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in _PLACE if name not in ("id", "version")}


async def add(
    tx: Transaction,
    school_id: int,
    policy: Policy,
    now: datetime,
    *,
    address: str = "",
    pupil: str = "",
    reason: str = "",
    code_words: tuple[str, ...] = (),
    details: Details | None = None,
    outing_id: int | None = None,
    authorisation: Authorisation = Authorisation.NOT_NEEDED,
    made_by: int | None = None,
) -> Visit:
    """Add a visit without places. Visits of one outing have the id of its first as their `outing_id`."""
    seal = tx.sealer.seal
    number = await tx.add(
        _ADD,
        school_id=school_id,
        address=seal(address),
        pupil=seal(pupil),
        reason=seal(reason),
        code_words=seal(json.dumps(code_words)),
        policy=policy.model_dump_json(),
        made_at=now,
        details=seal(details.write()) if details else None,
        outing_id=outing_id,
        authorisation=authorisation,
        made_by=made_by,
    )
    given = (number, school_id, address, pupil, reason, code_words, policy, now, details or Details())
    return Visit(*given, outing_id, authorisation, made_by)


async def change(
    tx: Transaction,
    visit: Visit,
    *,
    address: str | None = None,
    pupil: str | None = None,
    reason: str | None = None,
    details: Details | None = None,
    code_words: tuple[str, ...] | None = None,
    outing_id: int | None = None,
    authorisation: Authorisation | None = None,
) -> Visit:
    """Change what is given of a visit's plan; gives the visit as it now is."""
    seal = tx.sealer.seal
    values: dict[str, Any] = {
        "address": seal(address) if address is not None else None,
        "pupil": seal(pupil) if pupil is not None else None,
        "reason": seal(reason) if reason is not None else None,
        "details": seal(details.write()) if details is not None else None,
        "code_words": seal(json.dumps(code_words)) if code_words is not None else None,
        "outing_id": outing_id,
        "authorisation": authorisation,
    }
    given = {name: value for name, value in values.items() if value is not None}
    query = select(VisitRow).where(VisitRow.school_id == visit.school_id, VisitRow.id == visit.id)
    row = (await tx.session.exec(query)).one()
    row.sqlmodel_update(given)
    tx.session.add(row)
    await tx.session.flush()
    return _visit(tx.sealer, row)


async def add_place(tx: Transaction, school_id: int, place: Place) -> Place:
    number = await tx.add(_ADD_PLACE, school_id=school_id, **_values(place), version=1)
    return replace(place, id=number, version=1)


async def save_place(tx: Transaction, school_id: int, place: Place) -> None:
    """Keep what became of a place. Raises Stale when it has changed since it was read."""
    as_read = {"of": school_id, "place": place.id, "read": place.version}
    result = await tx.write(_AS_READ, **as_read, **_values(place), version=place.version + 1)
    if result.rowcount != 1:
        raise Stale(f"place {place.id} has changed")


async def by_id(tx: Transaction, school_id: int, visit_id: int) -> Visit | None:
    rows = await tx.rows(_BY_ID, school=school_id, visit=visit_id)
    return _same(tx.sealer, rows[0]) if rows else None


async def of_school(tx: Transaction, school_id: int) -> list[tuple[Visit, list[Place]]]:
    """Every visit of a school with its places, oldest first."""
    rows = await tx.rows(select(VisitRow).where(VisitRow.school_id == school_id).order_by(col(VisitRow.id)))
    places = await tx.rows(select(PlaceRow).where(PlaceRow.school_id == school_id).order_by(col(PlaceRow.id)))
    return [(_same(tx.sealer, row), [_place(place) for place in places if place.visit_id == row.id]) for row in rows]


async def places_of_visit(tx: Transaction, school_id: int, visit_id: int) -> list[Place]:
    return [_place(row) for row in await tx.rows(_OF_VISIT, school=school_id, visit=visit_id)]


async def of_outing(tx: Transaction, school_id: int, outing_id: int, visitor_id: int) -> list[Place]:
    """A visitor's places in one outing, in the order of their start."""
    query = select(PlaceRow).where(
        PlaceRow.school_id == school_id, PlaceRow.outing_id == outing_id, PlaceRow.visitor_id == visitor_id
    )
    query = query.order_by(col(PlaceRow.starts_at), col(PlaceRow.id))
    return [_place(row) for row in await tx.rows(query)]


async def between(tx: Transaction, school_id: int, since: datetime, until: datetime) -> list[tuple[Visit, list[Place]]]:
    """The visits of a school with a place that starts from `since` on and before `until`, by their first start."""
    query = select(PlaceRow).where(
        PlaceRow.school_id == school_id, col(PlaceRow.starts_at) >= since, col(PlaceRow.starts_at) < until
    )
    query = query.order_by(col(PlaceRow.starts_at), col(PlaceRow.id))
    ids = dict.fromkeys(row.visit_id for row in await tx.rows(query))
    found = [(await by_id(tx, school_id, visit_id), visit_id) for visit_id in ids]
    return [(visit, await places_of_visit(tx, school_id, visit_id)) for visit, visit_id in found if visit]


async def open_numbers(tx: Transaction, school_id: int) -> frozenset[int]:
    """The numbers of a school's visits that are to come or open."""
    return frozenset(await tx.column(_OPEN_NUMBERS, school=school_id))


async def open_places(tx: Transaction, school_id: int, until: datetime) -> list[Place]:
    """The open places of a school that have begun or are to start by then, in the order of their start."""
    query = select(PlaceRow).where(
        PlaceRow.school_id == school_id,
        ~among(PlaceRow.state, CLOSED),
        or_(col(PlaceRow.starts_at).is_(None), col(PlaceRow.starts_at) <= until),
    )
    query = query.order_by(col(PlaceRow.starts_at).nulls_first(), col(PlaceRow.id))
    return [_place(row) for row in await tx.rows(query)]


async def open_code_words(tx: Transaction, school_id: int, until: datetime) -> dict[int, tuple[str, ...]]:
    """The code words of the visits of these places, by the visit's number, and of none that has none. In one question."""
    rows = await tx.execute(_CODE_WORDS, {"school": school_id, "until": until})
    found = {number: json.loads(tx.sealer.open(sealed)) for number, sealed in rows}
    return {number: tuple(phrases) for number, phrases in found.items() if number is not None and phrases}


async def phrases(tx: Transaction, school_id: int, visit_ids: Collection[int]) -> list[str]:
    """The code words that count on these visits: their own, and those of everybody who goes. In one question."""
    if not visit_ids:
        return []
    found = (await tx.execute(_PHRASES, {"school": school_id, "visits": list(visit_ids)})).scalars()
    return [phrase for sealed in found for phrase in json.loads(tx.sealer.open(sealed))]


async def place_by_id(tx: Transaction, school_id: int, place_id: int) -> Place | None:
    rows = await tx.rows(_PLACE_BY_ID, school=school_id, place=place_id)
    return _place(rows[0]) if rows else None


async def places_of_visitor(tx: Transaction, school_id: int, visitor_id: int, closed_since: datetime) -> list[Place]:
    """A visitor's open places, and those closed since then; the text in hand is about one of these or about none."""
    rows = await tx.rows(_OF_VISITOR, school=school_id, visitor=visitor_id, since=closed_since)
    return [_place(row) for row in rows]


async def due(
    tx: Transaction, now: datetime, limit: int, schools: Collection[int], besides: Collection[int] = ()
) -> list[tuple[int, Place]]:
    """Open places whose deadline has come, with their school: visitors inside first, then the longest due.

    Of these schools, without the places `besides`.
    """
    query = select(PlaceRow).where(col(PlaceRow.deadline_at) <= now, *swept(PlaceRow, schools, besides))
    # The id decides between equals, so that every kind of store gives the same order (DESIGN §7, I9).
    query = query.order_by(col(PlaceRow.state).in_(_COMING), col(PlaceRow.deadline_at), col(PlaceRow.id)).limit(limit)
    return [(row.school_id, _place(row)) for row in await tx.rows(query)]


class Strange(NamedTuple):
    """A place that another version has left as this one does not know it: as it is taken, and as it was written."""

    place: Place
    state: str
    deadline: str | None


async def strange(tx: Transaction, school_id: int, now: datetime) -> list[Strange]:
    """Open places of a school in a state, or with a deadline, of another version's; each with a deadline."""
    alarmed = exists().where(
        col(AlarmRow.visit_id) == col(PlaceRow.visit_id),
        col(AlarmRow.visitor_id) == col(PlaceRow.visitor_id),
        col(AlarmRow.ended_at).is_(None),
    )
    unknown = col(PlaceRow.state).not_in(_STATES)
    untimed = or_(col(PlaceRow.deadline).is_(None), col(PlaceRow.deadline).not_in(_EVENTS))
    watched = col(PlaceRow.deadline_at).is_not(None)
    query = select(PlaceRow).where(
        PlaceRow.school_id == school_id, or_(and_(watched, or_(unknown, untimed)), and_(unknown, alarmed))
    )
    found = []
    for row in await tx.rows(query.order_by(col(PlaceRow.id))):
        taken = replace(_place(row), state=State.OVERDUE, deadline=Event.AGAIN_DUE, deadline_at=row.deadline_at or now)
        found.append(Strange(taken, row.state, row.deadline))
    return found


async def elsewhere(tx: Transaction, schools: Collection[int]) -> int:
    """How many open places belong to schools other than these: nobody acts on their deadlines."""
    query = select(func.count()).select_from(PlaceRow)
    query = query.where(col(PlaceRow.deadline_at).is_not(None), col(PlaceRow.school_id).not_in(schools))
    return (await tx.session.exec(query)).one()


async def next_due(tx: Transaction, schools: Collection[int], besides: Collection[int] = ()) -> datetime | None:
    """The earliest deadline of any open place of these schools but those `besides`."""
    query = select(PlaceRow.deadline_at).where(col(PlaceRow.deadline_at).is_not(None))
    query = query.where(*swept(PlaceRow, schools, besides))
    return (await tx.session.exec(query.order_by(col(PlaceRow.deadline_at)).limit(1))).first()


async def first_start(tx: Transaction, school_id: int, begins: datetime, ends: datetime) -> datetime | None:
    """When the first visit of a school starts within this time."""
    query = select(func.min(PlaceRow.starts_at)).where(
        PlaceRow.school_id == school_id, col(PlaceRow.starts_at) >= begins, col(PlaceRow.starts_at) < ends
    )
    return (await tx.session.exec(query)).one()
