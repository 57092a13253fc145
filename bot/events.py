"""What can happen: what reached a door, and what it is to a visit or an alarm."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.delivery import Receipted
from bot.people import Channel


class Sort(StrEnum):
    """What came through a door, before anybody asked what it means."""

    TEXT = "text"
    EDIT = "edit"
    OTHER = "other"  # a picture, a voice note, a sticker: answered and recorded
    ENROL = "enrol"  # Telegram's /start, with or without a link's payload
    CONTACT = "contact"  # a shared phone number
    BLOCKED = "blocked"  # the person blocked the bot
    UNBLOCKED = "unblocked"
    RECEIPT = "receipt"  # what became of one of ours
    SILENT = "silent"  # nothing a person did; recorded only


@dataclass(frozen=True, slots=True)
class Receipt:
    """A provider's word on one of our messages, found by its id or by our own `reference`.

    `again`: the failure is a passing one, and the same channel is worth another try.
    """

    provider_id: str
    said: Receipted
    reference: int | None = None
    again: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing from outside, parsed but not yet understood.

    `age` is how long it had waited at the provider when we read it, by the provider's own clock, which ours may not agree
    with: `sent_at` is that clock's.
    """

    channel: Channel
    sender: str
    sort: Sort
    text: str = ""
    what: str = ""  # for OTHER: "photo", "voice", …; for CONTACT: whose number ("own" or "other")
    sent_at: datetime | None = None
    quoted: bool = False  # a forward or a quotation: words of somebody else
    receipt: Receipt | None = None
    age: timedelta = timedelta(0)


class Event(StrEnum):
    """What can happen to one visitor's place in a visit: words of the visitor, deadlines, and the loss of the phone."""

    ARRIVED = "arrived"
    OK = "ok"
    LEFT = "left"
    LATE = "late"
    LONGER = "longer"
    CALLED_OFF = "called off"
    SET_OUT = "set out"
    NOBODY_HOME = "nobody home"
    FAMILY_LATE = "family late"
    BACK_BY = "back by"
    RETURNED = "returned"
    LEFT_FOR_SCHOOL = "left, is awaited back"  # LEFT, where a return is awaited
    OFF_FOR_SCHOOL = "called off, is awaited back"  # CALLED_OFF, where a return is awaited
    CONCERN = "concern"
    INCIDENT = "incident"
    CHILD_DANGER = "child in danger"
    DANGER = "danger"
    STATUS = "status"
    HELP = "help"
    UNCLEAR = "unclear"
    UNREACHABLE = "unreachable"
    PARTNER_LEFT = "partner left"  # the others of the visit have gone, this one is still inside
    JOINED = "joined"  # the return is awaited with a later visit of the same outing
    ARRIVAL_DUE = "arrival due"
    CHECK_IN_DUE = "check-in due"
    END_DUE = "end due"
    WAIT_OVER = "wait over"
    RETURN_DUE = "return due"
    NUDGE_DUE = "nudge due"
    ANSWER_DUE = "answer due"
    AGAIN_DUE = "again due"


@dataclass(frozen=True, slots=True)
class Happening:
    """One event with what the words carried.

    `at` is a new clock time (aware UTC) and `by` a length, for LATE and LONGER; `reason` belongs to CALLED_OFF;
    `ask` names the question to ask back when a text was nearly clear ("left", "ok", "late", …). `onward`: no return is
    awaited from this place, because another visit of the outing is to come or they do not come back to school. `out`: they
    are out already, on another visit of the same outing. `said_at` is from when
    the words count, where they come late; `spoke_at` is when they were said, late or not.
    """

    event: Event
    at: datetime | None = None
    by: timedelta | None = None
    reason: str = ""
    ask: str = ""
    note: str = ""
    onward: bool = False
    out: bool = False
    said_at: datetime | None = None
    spoke_at: datetime | None = None
