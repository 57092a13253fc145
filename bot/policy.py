"""A school's rules: durations, ladders and who is told what, parsed strictly and refused with the mend."""

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    field_validator,
)

from bot.people import CONTACT_ROLES, Role

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
REHEARSAL = timedelta(minutes=1)
ANY_YEAR = 2000


class PolicyError(ValueError):
    """A schools file or policy that cannot be carried out; the text names the setting, the problem and the mend."""


def parse_duration(written: object) -> timedelta:
    """Read "10m", "90s" or "1h30m". Raises ValueError for anything else and for a length of nothing."""
    if isinstance(written, timedelta):
        return written
    match = _DURATION.fullmatch(written.strip()) if isinstance(written, str) else None
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if not length:
        raise ValueError(f'{written!r} is not a length of time: write it like "10m", "90s" or "1h30m"')
    return length


def write_duration(length: timedelta | None) -> str:
    """The inverse of `parse_duration`; "never" for none."""
    if length is None:
        return "never"
    seconds = int(length.total_seconds())
    parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count)


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(write_duration)]


def parse_day(written: object) -> date:
    """Read a day of any year, "09-01" for the first of September. Raises ValueError for anything else."""
    if isinstance(written, date):
        return written
    try:
        return date.fromisoformat(f"{ANY_YEAR}-{written}")
    except ValueError as error:
        raise ValueError(f'{written!r} is not a day of the year: write it like "09-01"') from error


Day = Annotated[date, BeforeValidator(parse_day), PlainSerializer(lambda day: f"{day:%m-%d}")]


def _contacts(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    if len(set(roles)) != len(roles) or any(role not in CONTACT_ROLES for role in roles):
        raise ValueError("name each role once, and only roles that can be alarmed: " + " ".join(sorted(CONTACT_ROLES)))
    return roles


Roles = Annotated[tuple[Role, ...], AfterValidator(_contacts)]
Contacts = Annotated[Roles, Field(min_length=1)]


class CheckInFrom(StrEnum):
    """From when the first check-in is counted (POLICIES: Potton from the scheduled start, Coteford from arrival)."""

    SCHEDULED = "scheduled"
    ARRIVAL = "arrival"


class PairCheckIn(StrEnum):
    """Whose answer a pair's check-in waits for: that of each, or of either of them."""

    EACH = "each"
    ONE = "one"


class Lone(StrEnum):
    """Whether one visitor may go alone (P9 B5 C9 E1)."""

    NEVER = "never"
    ASSESSED = "assessed"  # only with a recorded risk assessment
    UNLESS_CONCERNS = "unless concerns"  # with a recorded risk assessment where there are concerns
    FREE = "free"


class Assess(StrEnum):
    """For which visits a risk assessment is named (P9b C4)."""

    ALWAYS = "always"
    LONE = "lone"
    CONCERNS = "concerns"
    NEVER = "never"


class Returns(StrEnum):
    """When a return to school is awaited (B6 E2b E4)."""

    ALWAYS = "always"
    PLANNED = "planned"  # where the plan names a time
    NEVER = "never"


class Scope(StrEnum):
    """Whose a code word is (P15 B10)."""

    SCHOOL = "school"
    PERSON = "person"
    VISIT = "visit"


class First(StrEnum):
    """Who rings the police in danger: the visitor first of all, or the office that has been told (P12 C7 W3)."""

    POLICE = "police"
    OFFICE = "office"


class OutOfHours(StrEnum):
    """What a visit outside school hours needs (P3 B12 E9)."""

    AUTHORISED = "authorised"  # a yes of its own, and a responsible contact
    ADVISED_AGAINST = "advised against"  # a warning, and a responsible contact
    APPROVAL = "approval"  # a yes of its own
    FREE = "free"


class Need(StrEnum):
    """What the log entry of a visit must hold before it is complete (P2 B3 C6 E2 W2, B2 C5)."""

    ADDRESS = "address"
    START = "start"
    END = "end"
    RETURN = "return"
    PUPIL = "pupil"
    REASON = "reason"
    HOUSE_PHONE = "house phone"
    NAMED_CONTACT = "named contact"
    FAMILY_TOLD = "family told"
    CONFIRMED = "confirmed"
    PARENTS = "parents"
    ATTENDANCE = "attendance"
    VEHICLE = "vehicle"
    CODE_WORD = "code word"
    SIGNATURE = "signature"


class Step(StrEnum):
    """A step of the chase, in the order a school wants them (E6)."""

    VISITOR = "visitor"
    ADDRESS = "address"
    HEAD = "head"
    POLICE = "police"


class Drills(StrEnum):
    """How often a drill is held by itself."""

    NEVER = "never"
    MONTHLY = "monthly"
    TERMLY = "termly"


class Policy(BaseModel):
    """What a school wants done, and when. All lengths are `timedelta`; presets are in `bot/policies/`.

    What each value means, and which clause it carries out, stands beside it in the presets.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    authorise: Roles
    consult: Roles
    remind_authoriser: Duration
    least_visitors: int = Field(ge=1, le=4)
    lone: Lone
    risk_assessment: Assess
    assess: Roles
    needs: tuple[Need, ...]
    briefing: bool
    insurance: bool
    transport: bool
    dsl_on_safeguarding: bool
    dbs: str = Field(pattern="^(none|basic|standard|enhanced)$")
    dbs_years: int = Field(ge=0, le=20)
    training: tuple[str, ...]
    training_years: int = Field(ge=0, le=20)
    lift_high_risk: bool
    out_of_hours: OutOfHours
    code_word_scope: Scope
    await_arrival: bool
    check_in_from: CheckInFrom
    check_in: Duration | None
    check_in_every: Duration | None
    pair_check_in: PairCheckIn
    arrival_grace: Duration
    end_grace: Duration
    answer_within: Duration
    nudge: Duration
    again: Duration
    unplanned_length: Duration
    longest_change: Duration
    nobody_home_wait: Duration | None
    family_late_limit: Duration | None
    slip: bool
    ask_concerns: bool
    returns: Returns
    journey: Duration
    return_ask: Duration
    return_alarm: Duration
    ladder: Contacts
    quiet: Roles
    rung: Duration
    ownership: Duration
    duress: Contacts
    danger_first: First
    chase: tuple[Step, ...] = Field(min_length=1)
    tell_unplanned: Roles
    tell_unauthorised: Roles
    tell_set_out: Roles
    tell_arrived: Roles
    tell_left: Roles
    tell_returned: Roles
    tell_changed: Roles
    tell_called_off: Roles
    tell_unsafe: Roles
    tell_nobody_home: Roles
    tell_concern: Roles
    tell_child_danger: Roles
    tell_incident: Roles
    record_within: Duration | None
    attendance_threshold: float | None = Field(gt=0, lt=100)
    review_on: date | None
    remind_review: Duration
    terms: tuple[Day, ...] = Field(min_length=1)
    drill: Drills

    @field_validator(
        "check_in", "check_in_every", "nobody_home_wait", "family_late_limit", "record_within", mode="before"
    )
    @classmethod
    def _never(cls, written: object) -> object:
        return None if written == "never" else written

    @field_validator("attendance_threshold", "review_on", mode="before")
    @classmethod
    def _none(cls, written: object) -> object:
        return None if written == "none" else written

    @classmethod
    def restore(cls, written: str) -> "Policy":
        """A policy as a visit kept it, maybe by another version.

        What it lacks is the default's, what it has more is left, and so is what this version cannot carry out: a role that
        it does not know is left out of its list, and any other such value is the default's.
        """
        kept = {name: value for name, value in json.loads(written).items() if name in cls.model_fields}
        values = {**preset("default"), **kept}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            values = _without(values, error)
        try:
            return cls.model_validate(values)
        except ValidationError:
            return cls.model_validate(preset("default"))

    def rehearsal_lengths(self) -> list[str]:
        """The names of lengths under a minute: fit for a rehearsal, warned about in service."""
        lengths = ((name, getattr(self, name)) for name in type(self).model_fields)
        return [name for name, value in lengths if isinstance(value, timedelta) and value < REHEARSAL]


def _without(values: Mapping[str, Any], error: ValidationError) -> dict[str, Any]:
    """These values without what was refused: one item of a list, where others are left, or else the value itself."""
    refused: dict[str, set[object]] = {}
    for row in error.errors():
        name, item = (*row["loc"], None, None)[:2]
        refused.setdefault(str(name), set()).add(item)
    mended = dict(values)
    for name, items in refused.items():
        value = values.get(name)
        rest = [one for at, one in enumerate(value) if at not in items] if isinstance(value, list | tuple) else []
        mended[name] = rest if rest and None not in items else preset("default").get(name)
    return {name: value for name, value in mended.items() if name in Policy.model_fields}


@cache
def preset(name: str) -> Mapping[str, Any]:
    """The values of a preset. Raises PolicyError for a name that is none."""
    folder = resources.files("bot") / "policies"
    known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if name not in known:
        raise PolicyError(f"policy: there is no preset {name!r}; choose one of: {', '.join(known)}")
    return tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))


def parse_policy(written: str | Mapping[str, Any], overrides: Mapping[str, Any] | None = None) -> Policy:
    """Build a policy from a preset's name, or a table that may name a `preset` to start from, and overrides.

    Raises PolicyError that names each setting, what is wrong with it and how to mend it.
    """
    table = {"preset": written} if isinstance(written, str) else dict(written)
    values = {**preset(str(table.pop("preset", "default"))), **table, **(overrides or {})}
    try:
        return Policy.model_validate(values)
    except ValueError as error:
        raise PolicyError(explain(error)) from error


def explain(error: ValueError) -> str:
    """One line a setting out of pydantic's report: the setting, the value, what is wrong."""
    rows = error.errors() if isinstance(error, ValidationError) else []
    if not rows:
        return str(error)
    lines = []
    for row in rows:
        setting = ".".join(str(part) for part in row["loc"]) or "value"
        problem = (
            "there is no such setting" if row["type"] == "extra_forbidden" else row["msg"].removeprefix("Value error, ")
        )
        lines.append(f"{setting}: {problem} (it was {row.get('input')!r})")
    return "; ".join(lines)
