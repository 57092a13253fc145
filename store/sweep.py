"""Which rows a sweep for what is due may take: those of the schools that are watched over, without those that rest."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col


def swept(table: Any, schools: Collection[int], besides: Collection[int] = ()) -> list[ColumnElement[bool]]:
    """Of a table with its rows' numbers and schools. A row that nobody acts on would stand before the others for ever."""
    ours = col(table.school_id).in_(schools)
    return [ours, col(table.id).not_in(besides)] if besides else [ours]
