"""The hands of a clock, for tests to move."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass
class Hands:
    """A clock that stands still until a test moves `at`. It starts on a Monday afternoon in term."""

    at: datetime = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at
