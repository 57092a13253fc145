"""The rows. What is personal is sealed (bytes); what is searched by is an index made with the key (DESIGN §8)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from store.tables_guard import ClockRow as ClockRow
from store.tables_guard import DrillRow as DrillRow
from store.tables_guard import HeldRow as HeldRow
from store.tables_guard import OutageRow as OutageRow
from store.tables_guard import ToldRow as ToldRow
from store.types import UtcInstant

EMPTY: dict[str, Any] = {"server_default": text("''")}
NO: dict[str, Any] = {"server_default": false()}
"""For columns that came later: an older version, brought back, adds rows without them."""


class SchoolRow(SQLModel, table=True):
    """A school, and the head of its journal's chain."""

    __tablename__ = "school"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str
    journal_seq: int = 0
    journal_hash: str = ""
    code_words_asked_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    code_words_confirmed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    review_reminded_for: date | None = None
    holes_told: str | None = None


class PersonRow(SQLModel, table=True):
    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("school_id", "phone_index"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    name: bytes
    phone: bytes
    phone_index: str = Field(index=True)
    telegram_id: bytes | None = None
    telegram_index: str | None = Field(default=None, index=True)
    roles: str
    code_words: bytes
    vehicle: bytes
    particulars: bytes | None = None
    last_channel: str | None = None
    lost: str = ""
    opted_out: bool = Field(default=False, sa_column_kwargs=NO)


class RotaRow(SQLModel, table=True):
    """One line of a school's rota, of a person or of a role. `days` and `hours` as the office wrote them (handlers/imports)."""

    __tablename__ = "rota"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    role: str | None = None
    weekdays: str = ""
    days: str = ""
    hours: str = ""


class AbsenceRow(SQLModel, table=True):
    """From when until when a person is not on duty, by somebody's word."""

    __tablename__ = "absence"
    __table_args__ = (Index("absence_of_school", "school_id", "until_at"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id")
    person_id: int = Field(foreign_key="person.id")
    from_at: datetime = Field(sa_type=UtcInstant)
    until_at: datetime = Field(sa_type=UtcInstant)
    made_at: datetime = Field(sa_type=UtcInstant)


class EnrolmentRow(SQLModel, table=True):
    """A one-time link that ties a Telegram chat to a person; the token itself is never kept."""

    __tablename__ = "enrolment"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    token_index: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=UtcInstant)
    used_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    chat_index: str | None = Field(default=None, index=True)


class StrangerRow(SQLModel, table=True):
    """When an unknown number was last answered, and last told of."""

    __tablename__ = "stranger"
    sender_index: str = Field(primary_key=True)
    answered_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    told_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class VisitRow(SQLModel, table=True):
    """The plan of a visit, and the policy it began under."""

    __tablename__ = "visit"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    address: bytes
    pupil: bytes
    reason: bytes
    code_words: bytes
    policy: str
    made_at: datetime = Field(sa_type=UtcInstant)
    details: bytes | None = None
    outing_id: int | None = Field(default=None, index=True)
    authorisation: str = Field(default="", sa_column_kwargs=EMPTY)
    made_by: int | None = None


class PlaceRow(SQLModel, table=True):
    """One visitor's place in a visit. `deadline_at` is what the sweep looks for."""

    __tablename__ = "place"
    __table_args__ = (Index("place_of_visitor", "visitor_id", "state"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    visit_id: int = Field(foreign_key="visit.id", index=True)
    visitor_id: int = Field(foreign_key="person.id")
    state: str
    starts_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    ends_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    arrived_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    left_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    heard_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    check_in_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    deadline: str | None = None
    deadline_at: datetime | None = Field(default=None, sa_type=UtcInstant, index=True)
    version: int = 0
    unplanned: bool = False
    outing_id: int | None = Field(default=None, index=True)
    set_out_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    waiting_for: str = Field(default="", sa_column_kwargs=EMPTY)
    wait_until: datetime | None = Field(default=None, sa_type=UtcInstant)
    returns_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    returned_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    alone: bool = Field(default=False, sa_column_kwargs=NO)
    off_reason: str = Field(default="", sa_column_kwargs=EMPTY)
    briefed_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class AlarmRow(SQLModel, table=True):
    __tablename__ = "alarm"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    visit_id: int | None = Field(default=None, foreign_key="visit.id", index=True)
    visitor_id: int | None = Field(default=None, foreign_key="person.id")
    code: str = Field(index=True)
    kind: str
    state: str = Field(index=True)
    raised_at: datetime = Field(sa_type=UtcInstant)
    ladder: str
    told: str
    rung: int = 0
    rounds: int = 0
    owner_id: int | None = None
    owned_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    deadline_at: datetime | None = Field(default=None, sa_type=UtcInstant, index=True)
    outcome: str = ""
    reason: bytes
    ended_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    version: int = 0


class TalkRow(SQLModel, table=True):
    """A conversation with one person. `body` is the sealed answers so far; `remind_at` is what the sweep looks for."""

    __tablename__ = "talk"
    __table_args__ = (Index("talk_of_person", "person_id", "state"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    topic: str
    visit_id: int | None = Field(default=None, foreign_key="visit.id", index=True)
    alarm_id: int | None = Field(default=None, foreign_key="alarm.id", index=True)
    state: str = "open"
    body: bytes
    reminders: int = 0
    begun_at: datetime = Field(sa_type=UtcInstant)
    asked_at: datetime = Field(sa_type=UtcInstant)
    remind_at: datetime | None = Field(default=None, sa_type=UtcInstant, index=True)
    version: int = 0


class RecordRow(SQLModel, table=True):
    """The record of a visit: its sealed answers, and how far it has come."""

    __tablename__ = "record"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    visit_id: int = Field(foreign_key="visit.id", unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    body: bytes
    asked_at: datetime = Field(sa_type=UtcInstant)
    completed_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    completed_by: int | None = Field(default=None, foreign_key="person.id")
    late_told_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    version: int = 0


class AgreementRow(SQLModel, table=True):
    """One thing agreed on at a visit. `due_on` is the day on which it is asked about, and what the daily look is for."""

    __tablename__ = "agreement"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    visit_id: int = Field(foreign_key="visit.id", index=True)
    what: bytes
    by: date | None = None
    state: str
    due_on: date | None = Field(default=None, index=True)
    version: int = 0


class FeedbackRow(SQLModel, table=True):
    """What a member of staff said for the policy's review (P22)."""

    __tablename__ = "feedback"
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id", index=True)
    visit_id: int | None = Field(default=None, foreign_key="visit.id")
    person_id: int = Field(foreign_key="person.id")
    said: bytes
    at: datetime = Field(sa_type=UtcInstant)


class InboxRow(SQLModel, table=True):
    """What a door has taken in, as received; unique on channel and id, so that nothing counts twice."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("channel", "external_id"), Index("inbox_state", "state", "id"))
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    external_id: str
    raw: bytes
    received_at: datetime = Field(sa_type=UtcInstant)
    state: str = "new"
    tries: int = 0
    sender_index: str | None = Field(default=None, index=True)
    school_id: int | None = Field(default=None, foreign_key="school.id", index=True)
    person_id: int | None = None
    text: bytes | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcInstant)


class OutboxRow(SQLModel, table=True):
    """A notice owed to somebody. `parcel` is the sealed text and buttons."""

    __tablename__ = "outbox"
    # What waits before a notice to the same phone is asked with every lease: all that the phone ever got is not looked through.
    __table_args__ = (Index("outbox_owed", "state", "next_at"), Index("outbox_of_phone", "address_index", "state"))
    id: int | None = Field(default=None, primary_key=True)
    school_id: int | None = Field(default=None, foreign_key="school.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    visit_id: int | None = Field(default=None, foreign_key="visit.id")
    alarm_id: int | None = Field(default=None, foreign_key="alarm.id", index=True)
    notice: str
    channel: str
    address: bytes
    address_index: str
    parcel: bytes
    urgent: bool = False
    state: str = "owed"
    tries: int = 0
    next_at: datetime = Field(sa_type=UtcInstant)
    lease: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcInstant)
    doubtful: bool = False
    provider_id: str | None = Field(default=None, index=True)
    error: str = ""
    made_at: datetime = Field(sa_type=UtcInstant)
    sent_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcInstant)
    receipt_by: datetime | None = Field(default=None, sa_type=UtcInstant, index=True)
    trouble: bool = Field(default=False, index=True)


class JournalRow(SQLModel, table=True):
    """One entry of a school's append-only, hash-chained journal."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("school_id", "seq"),)
    id: int | None = Field(default=None, primary_key=True)
    school_id: int = Field(foreign_key="school.id")
    seq: int
    at: datetime = Field(sa_type=UtcInstant)
    kind: str
    visit_id: int | None = Field(default=None, index=True)
    alarm_id: int | None = None
    person_id: int | None = None
    body: bytes | None
    digest: str
    hash: str


class PulseRow(SQLModel, table=True):
    """One row: when a pass of the service last ended, and since when this process runs. The auditor looks at it."""

    __tablename__ = "pulse"
    id: int | None = Field(default=None, primary_key=True)
    beat_at: datetime = Field(sa_type=UtcInstant)
    since: datetime = Field(sa_type=UtcInstant)


class MarkRow(SQLModel, table=True):
    """How far something has got, by its name."""

    __tablename__ = "mark"
    name: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcInstant)
