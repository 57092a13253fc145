"""The rows of the guard: what is held, told, down, and known of the time. Part of `store/tables.py`."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.types import UtcInstant


class HeldRow(SQLModel, table=True):
    """A text that the provider holds for us, to go out when nobody calls it off (DESIGN §6)."""

    __tablename__ = "held"
    __table_args__ = (Index("held_next", "step", "next_at"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    visit_id: int = Field(foreign_key="visit.id")
    person_id: int = Field(foreign_key="person.id")
    place_version: int
    step: str
    since: datetime = Field(sa_type=UtcInstant)
    send_at: datetime = Field(sa_type=UtcInstant)
    address: bytes
    text: bytes
    reference: str
    sid: str | None = None
    doubted_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    tries: int = 0
    error: str = ""
    next_at: datetime = Field(sa_type=UtcInstant)
    made_at: datetime = Field(sa_type=UtcInstant)
    version: int = 0


class ToldRow(SQLModel, table=True):
    """When a school was last told of something that it is not to be told of over and over."""

    __tablename__ = "told"
    __table_args__ = (UniqueConstraint("school_id", "what"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id")
    what: str
    at: datetime = Field(sa_type=UtcInstant)


class ClockRow(SQLModel, table=True):
    """One row: what the last process knew of the time, for the next one."""

    __tablename__ = "clock"
    id: int | None = Field(default=None, primary_key=True)
    boot: str
    origin: datetime = Field(sa_type=UtcInstant)
    seen_at: datetime = Field(sa_type=UtcInstant)


class FloorRow(SQLModel, table=True):
    """One row: the oldest step of the tables whose version of Doorstep may still act on them (docs/decisions/0020)."""

    __tablename__ = "floor"
    id: int | None = Field(default=None, primary_key=True)
    oldest: str


class OutageRow(SQLModel, table=True):
    """A part of the guard that is down, and who has been told so, as the ids of people."""

    __tablename__ = "outage"
    part: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcInstant)
    told: str


class DrillRow(SQLModel, table=True):
    """One drill of a school. `answers` holds everybody who takes part, with when they answered."""

    __tablename__ = "drill"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    state: str = Field(index=True)
    asked_at: datetime = Field(sa_type=UtcInstant)
    begun_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    answers: str
