"""The rota of a school, and who is absent when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, update
from sqlmodel import col, select

from bot.calendar import Hours, parse_days, parse_hours
from bot.duty import ALL_DAY, Absence, Shift
from bot.people import Role
from store.database import ALONE, Transaction
from store.sweep import among
from store.tables import AbsenceRow, RotaRow, SchoolRow

_ALL_DAY = "all day"

# Built once: that takes longer than running it.
_ROTA = (
    select(RotaRow)
    .where(RotaRow.school_id == bindparam("school"))
    .where(or_(col(RotaRow.role).is_(None), among(RotaRow.role, Role)))
    .order_by(col(RotaRow.id))
)
_ABSENCES = (
    select(AbsenceRow)
    .where(AbsenceRow.school_id == bindparam("school"), col(AbsenceRow.until_at) > bindparam("since"))
    .order_by(col(AbsenceRow.from_at), col(AbsenceRow.id))
)


async def rota(tx: Transaction, school_id: int) -> list[Shift]:
    """Every line of a school's rota, in the order of its file; those of a role that this version does not know are left out."""
    return [_shift(row) for row in await tx.rows(_ROTA, school=school_id)]


async def replace_rota(tx: Transaction, school_id: int, shifts: Sequence[Shift]) -> None:
    """These lines are the school's rota from now on, and no others."""
    await tx.session.exec(delete(RotaRow).where(col(RotaRow.school_id) == school_id))
    tx.session.add_all([_row(school_id, shift) for shift in shifts])
    await tx.session.flush()


def _shift(row: RotaRow) -> Shift:
    return Shift(
        person_id=row.person_id,
        role=Role(row.role) if row.role else None,
        weekdays=frozenset(int(number) for number in row.weekdays),
        days=parse_days(row.days) if row.days else None,
        hours=ALL_DAY if row.hours == _ALL_DAY else parse_hours(row.hours) if row.hours else None,
    )


def _row(school_id: int, shift: Shift) -> RotaRow:
    return RotaRow(
        school_id=school_id,
        person_id=shift.person_id,
        role=shift.role,
        weekdays="".join(str(number) for number in sorted(shift.weekdays)),
        days=str(shift.days or ""),
        hours=_ALL_DAY if shift.hours == ALL_DAY else _written(shift.hours),
    )


def _written(hours: Hours | None) -> str:
    return f"{hours.opens:%H:%M}-{hours.closes:%H:%M}" if hours else ""


async def absences(tx: Transaction, school_id: int, since: datetime) -> list[Absence]:
    """Absences of a school that are not over at `since`, the earliest first."""
    rows = await tx.rows(_ABSENCES, school=school_id, since=since)
    return [Absence(row.person_id, row.from_at, row.until_at, row.id) for row in rows]


async def add_absence(tx: Transaction, school_id: int, absence: Absence, now: datetime) -> bool:
    """Keep an absence. False when one that is known covers the whole of it already."""
    for known in await absences(tx, school_id, absence.from_at):
        same = known.person_id == absence.person_id
        if same and known.from_at <= absence.from_at and absence.until_at <= known.until_at:
            return False
    row = AbsenceRow(
        school_id=school_id,
        person_id=absence.person_id,
        from_at=absence.from_at,
        until_at=absence.until_at,
        made_at=now,
    )
    tx.session.add(row)
    await tx.session.flush()
    return True


async def end_absences(tx: Transaction, school_id: int, person_id: int, now: datetime) -> list[Absence]:
    """The person is back: what covers now ends; when nothing does, what is to come is taken away. Gives what is left."""
    theirs = [absence for absence in await absences(tx, school_id, now) if absence.person_id == person_id]
    here = [absence for absence in theirs if absence.covers(now)]
    own = (col(AbsenceRow.school_id) == school_id, col(AbsenceRow.person_id) == person_id)
    if here:
        query = update(AbsenceRow).where(*own, col(AbsenceRow.from_at) <= now, col(AbsenceRow.until_at) > now)
        await tx.session.exec(query.values(until_at=now))
        return [absence for absence in theirs if absence not in here]
    await tx.session.exec(delete(AbsenceRow).where(*own, col(AbsenceRow.from_at) > now))
    return []


async def holes_told(tx: Transaction, school_id: int) -> set[str]:
    """The holes that the office has been told of, each as a day and a role."""
    query = select(SchoolRow.holes_told).where(SchoolRow.id == school_id)
    return set(filter(None, ((await tx.session.exec(query)).one() or "").split(";")))


async def tell_holes(tx: Transaction, school_id: int, told: set[str]) -> None:
    """These are the holes that the office knows of from now on."""
    query = update(SchoolRow).where(col(SchoolRow.id) == school_id).values(holes_told=";".join(sorted(told)))
    await tx.session.exec(query, execution_options=ALONE)
