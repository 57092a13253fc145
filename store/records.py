"""What is kept of a visit afterwards: its record, what was agreed on, and what staff say for the policy's review."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select

from bot.agreement import Agreement, State
from bot.visit import State as VisitState
from store.database import ALONE, Stale, Transaction
from store.known import known
from store.tables import AgreementRow, FeedbackRow, PlaceRow, RecordRow, SchoolRow


@dataclass(frozen=True, slots=True)
class Written:
    """The record of one visit as far as it has come. `answers` are by the names of the questions (`bot/recording.py`).

    `person_id` is who is asked for it, `completed_by` who has answered. `passed` are the answers in which a concern was
    heard and passed on.
    """

    school_id: int
    visit_id: int
    person_id: int
    asked_at: datetime
    answers: Mapping[str, Any] = field(default_factory=dict)
    passed: tuple[str, ...] = ()
    completed_at: datetime | None = None
    completed_by: int | None = None
    late_told_at: datetime | None = None
    id: int | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody said for the review, and at what visit it came to their mind."""

    said: str
    at: datetime
    person_id: int
    visit_id: int | None = None


def _written(tx: Transaction, row: RecordRow) -> Written:
    body = json.loads(tx.sealer.open(row.body))
    values = row.model_dump(exclude={"body"})
    return Written(**values, answers=body["answers"], passed=tuple(body["passed"]))


def _values(tx: Transaction, written: Written) -> dict[str, Any]:
    values = asdict(written)
    body = {name: values.pop(name) for name in ("answers", "passed")}
    del values["id"], values["version"]
    return {**values, "body": tx.sealer.seal(json.dumps(body))}


# -- the record -------------------------------------------------------------------------------------


async def unrecorded(tx: Transaction, school_id: int, since: datetime) -> list[int]:
    """The visits that took place, whose door has closed since then, and whose record nobody has been asked for yet."""
    has_one = select(RecordRow.visit_id).where(RecordRow.school_id == school_id)
    query = select(PlaceRow).where(
        PlaceRow.school_id == school_id,
        col(PlaceRow.left_at) >= since,
        col(PlaceRow.arrived_at).is_not(None),
        col(PlaceRow.state) != VisitState.CALLED_OFF,
        PlaceRow.off_reason == "",
        col(PlaceRow.visit_id).not_in(has_one),
    )
    rows = await tx.rows(query.order_by(col(PlaceRow.left_at), col(PlaceRow.id)))
    return list(dict.fromkeys(row.visit_id for row in rows))


async def begin(tx: Transaction, written: Written) -> Written:
    """Add the record of a visit that has none."""
    row = RecordRow(version=1, **_values(tx, written))
    tx.session.add(row)
    await tx.session.flush()
    return _written(tx, row)


async def of_visit(tx: Transaction, school_id: int, visit_id: int) -> Written | None:
    query = select(RecordRow).where(RecordRow.school_id == school_id, RecordRow.visit_id == visit_id)
    row = (await tx.session.exec(query)).first()
    return _written(tx, row) if row else None


async def save(tx: Transaction, written: Written) -> Written:
    """Keep what became of a record. Raises Stale when it has changed since it was read."""
    query = update(RecordRow).where(
        col(RecordRow.id) == written.id,
        col(RecordRow.school_id) == written.school_id,
        col(RecordRow.version) == written.version,
    )
    result = await tx.session.exec(query.values(**_values(tx, written), version=written.version + 1))
    if result.rowcount != 1:
        raise Stale(f"record {written.id} has changed")
    fresh = await of_visit(tx, written.school_id, written.visit_id)
    assert fresh is not None
    return fresh


async def waiting_for(tx: Transaction, school_id: int, person_id: int) -> list[Written]:
    """The records that this person is asked for and that are not complete, the newest first."""
    query = select(RecordRow).where(
        RecordRow.school_id == school_id, RecordRow.person_id == person_id, col(RecordRow.completed_at).is_(None)
    )
    rows = (await tx.session.exec(query.order_by(col(RecordRow.asked_at).desc(), col(RecordRow.id).desc()))).all()
    return [_written(tx, row) for row in rows]


async def late(tx: Transaction, school_id: int) -> list[Written]:
    """The records that are not complete, and of which nobody has been told so, the oldest first."""
    query = select(RecordRow).where(
        RecordRow.school_id == school_id,
        col(RecordRow.completed_at).is_(None),
        col(RecordRow.late_told_at).is_(None),
    )
    return [_written(tx, row) for row in (await tx.session.exec(query.order_by(col(RecordRow.id)))).all()]


# -- what was agreed --------------------------------------------------------------------------------


def _agreement(tx: Transaction, row: AgreementRow) -> Agreement:
    values = row.model_dump()
    return Agreement(**{**values, "what": tx.sealer.open(row.what), "state": known(State, row.state, State.ASKED)})


async def agree(tx: Transaction, school_id: int, visit_id: int, agreed: Iterable[Agreement]) -> None:
    """Put what was agreed at a visit on record, in place of what stood there and has not come due yet."""
    of_it = (col(AgreementRow.school_id) == school_id, col(AgreementRow.visit_id) == visit_id)
    await tx.session.exec(delete(AgreementRow).where(*of_it, col(AgreementRow.state) == State.OPEN))
    for one in agreed:
        row = AgreementRow(
            school_id=school_id,
            visit_id=visit_id,
            what=tx.sealer.seal(one.what),
            by=one.by,
            state=one.state,
            due_on=one.due_on,
            version=1,
        )
        tx.session.add(row)
        await tx.session.flush()


async def agreements_of(tx: Transaction, school_id: int, visit_id: int) -> list[Agreement]:
    """What was agreed at a visit, in the order it was said."""
    query = select(AgreementRow).where(AgreementRow.school_id == school_id, AgreementRow.visit_id == visit_id)
    return [_agreement(tx, row) for row in (await tx.session.exec(query.order_by(col(AgreementRow.id)))).all()]


async def agreements_due(tx: Transaction, school_id: int, today: date) -> list[Agreement]:
    """What is to be asked about today or was before, the longest due first."""
    query = select(AgreementRow).where(AgreementRow.school_id == school_id, col(AgreementRow.due_on) <= today)
    query = query.order_by(col(AgreementRow.due_on), col(AgreementRow.id))
    return [_agreement(tx, row) for row in (await tx.session.exec(query)).all()]


async def save_agreement(tx: Transaction, agreement: Agreement) -> None:
    """Keep what became of an agreement. Raises Stale when it has changed since it was read."""
    query = update(AgreementRow).where(
        col(AgreementRow.id) == agreement.id,
        col(AgreementRow.school_id) == agreement.school_id,
        col(AgreementRow.version) == agreement.version,
    )
    changes = {"state": agreement.state, "due_on": agreement.due_on, "version": agreement.version + 1}
    result = await tx.session.exec(query.values(**changes))
    if result.rowcount != 1:
        raise Stale(f"agreement {agreement.id} has changed")


# -- feedback and the policy's review ---------------------------------------------------------------


async def give_feedback(tx: Transaction, school_id: int, feedback: Feedback) -> None:
    values = {**asdict(feedback), "said": tx.sealer.seal(feedback.said)}
    tx.session.add(FeedbackRow(school_id=school_id, **values))
    await tx.session.flush()


async def feedback_of(tx: Transaction, school_id: int) -> list[Feedback]:
    """All that has been said, the oldest first."""
    query = select(FeedbackRow).where(FeedbackRow.school_id == school_id).order_by(col(FeedbackRow.id))
    rows = (await tx.session.exec(query)).all()
    return [Feedback(tx.sealer.open(row.said), row.at, row.person_id, row.visit_id) for row in rows]


async def review_reminded_for(tx: Transaction, school_id: int) -> date | None:
    """The review that the headteacher has last been reminded of."""
    query = select(SchoolRow).where(SchoolRow.id == school_id).execution_options(populate_existing=True)
    return (await tx.session.exec(query)).one().review_reminded_for


async def remind_of_review(tx: Transaction, school_id: int, day: date) -> None:
    query = update(SchoolRow).where(col(SchoolRow.id) == school_id).values(review_reminded_for=day)
    await tx.session.exec(query, execution_options=ALONE)
