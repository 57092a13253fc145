"""The rows of what is asked before a visit: its authorisation, and its briefing. What is personal is sealed (bytes)."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.types import UtcInstant


class RequestRow(SQLModel, table=True):
    """The request for a visit's authorisation; how it stands is in the visit. `due_at` is what the sweep looks for."""

    __tablename__ = "request"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    visit_id: int = Field(foreign_key="visit.id", unique=True)
    made_at: datetime = Field(sa_type=UtcInstant)
    asked: str = ""
    asked_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    reminders: int = 0
    due: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=UtcInstant, index=True)
    yes_by: int | None = Field(default=None, foreign_key="person.id")
    lead_by: int | None = Field(default=None, foreign_key="person.id")
    answered_by: int | None = Field(default=None, foreign_key="person.id")
    answered_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    reason: bytes
    own: bool = False
    warned_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    reported_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    version: int = 0


class BriefingRow(SQLModel, table=True):
    """The briefing of one visitor for one visit. `due_at` is what the sweep looks for; that it was read is in the place too."""

    __tablename__ = "briefing"
    __table_args__ = (UniqueConstraint("visit_id", "person_id"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    visit_id: int = Field(foreign_key="visit.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    state: str
    made_at: datetime = Field(sa_type=UtcInstant)
    sent_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    read_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    due: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=UtcInstant, index=True)
    told_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    version: int = 0
