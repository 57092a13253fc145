"""Which rows a question is about: those in one of a few known states, and those that a sweep for what is due may take."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, literal
from sqlmodel import col


def among(column: Any, names: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column has one of these names, for a statement that is built once.

    SQLAlchemy writes a list of plain values anew into the statement each time it is carried out; expressions it leaves alone.
    """
    return col(column).in_([literal(name) for name in sorted(map(str, names))])


def swept(table: Any, schools: Collection[int], besides: Collection[int] = ()) -> list[ColumnElement[bool]]:
    """Of a table with its rows' numbers and schools: those of the schools that are watched over, without those that rest.

    A row that nobody acts on would stand before the others for ever.
    """
    ours = col(table.school_id).in_(schools)
    return [ours, col(table.id).not_in(besides)] if besides else [ours]
