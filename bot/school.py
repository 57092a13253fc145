"""A school and its file: name, time zone, calendar, policy."""

import tomllib
from collections.abc import Iterable
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot import codeword, notices
from bot.calendar import Calendar, Hours, parse_calendar, parse_hours
from bot.people import Person, Role
from bot.policy import Policy, PolicyError, Scope, explain, parse_policy


class School(BaseModel):
    """One school of the schools file. `key` is the name of its table."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    key: str
    name: str = Field(min_length=1)
    zone: ZoneInfo
    opens: time
    closes: time
    calendar: Calendar
    policy: Policy
    language: str = "en"
    code_words: tuple[str, ...] = Field(default=(), max_length=3)
    phone: str = Field(default="", max_length=30)
    pupils: tuple[str, ...] = ()
    """The children a visit can be planned for, by initials or name; anybody, where there are none."""

    @property
    def rungs(self) -> tuple[Role, ...]:
        """Every role that an alarm may go to, each once, in the order of the ladder."""
        return tuple(dict.fromkeys((*self.policy.ladder, *self.policy.quiet, *self.policy.duress)))

    def without_code_word(self, staff: Iterable[Person]) -> list[Person]:
        """The visitors who have no code word where their policy wants them to have one (P15 B10).

        One of the school's does for everybody where the policy says so; a pair's own is asked for with each visit.
        """
        without = [one for one in staff if Role.VISITOR in one.roles and not one.code_words]
        match self.policy.code_word_scope:
            case Scope.SCHOOL:
                return [] if self.code_words else without
            case Scope.PERSON:
                return without
            case Scope.VISIT:
                return []

    @field_validator("code_words")
    @classmethod
    def _usable(cls, phrases: tuple[str, ...]) -> tuple[str, ...]:
        for phrase in phrases:
            if reasons := codeword.objections(phrase):
                raise ValueError(f"{phrase!r} cannot be a code word. {reasons[0]}")
        return phrases

    @field_validator("language")
    @classmethod
    def _known(cls, language: str) -> str:
        if language not in notices.languages():
            raise ValueError(f"there are no notices in this language, only in {', '.join(notices.languages())}")
        return language


def _table(values: dict[str, object], name: str, default: object) -> Any:
    """A table of the school's, or for the policy also the name of a preset."""
    written = values.pop(name, default)
    if isinstance(written, dict) or (name == "policy" and isinstance(written, str)):
        return written
    raise PolicyError(f"{name}: {written!r} is not a table" + (" or the name of a preset" if name == "policy" else ""))


def _zone(written: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(written))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise PolicyError(f'time_zone: {written!r} is not a time zone; write it like "Europe/London"') from error


def _hours(written: object) -> Hours:
    try:
        return parse_hours(written)
    except ValueError as error:
        raise PolicyError(f"hours: {error}") from error


def parse_schools(text: str) -> dict[str, School]:
    """Read a schools file (TOML, one table a school). Raises PolicyError naming the school, the setting and the mend."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"the schools file is not TOML: {error}") from error
    if not tables:
        raise PolicyError("the schools file names no school: copy schools.example.toml and change it")
    return {key: _parse_school(key, table) for key, table in tables.items()}


def _parse_school(key: str, table: object) -> School:
    if not isinstance(table, dict):
        raise PolicyError(f"[{key}]: a school is a table; write [{key}] and its settings below")
    values = dict(table)
    try:
        hours = _hours(values.pop("hours", "08:00-17:00"))
        zone = _zone(values.pop("time_zone", "Europe/London"))
        calendar = parse_calendar(_table(values, "calendar", {}), zone, hours)
        policy = parse_policy(_table(values, "policy", "default"), _table(values, "overrides", {}))
        made = {"key": key, "zone": zone, **hours._asdict(), "calendar": calendar, "policy": policy}
        return School.model_validate({**values, **made})
    except PolicyError as error:
        raise PolicyError(f"[{key}] {error}") from error
    except ValueError as error:
        raise PolicyError(f"[{key}] {explain(error)}") from error
