"""What a school keeps of a visit afterwards: who was there, what was said and agreed, how the pupil attends.

An empty text and a None are "not recorded": a paper says so in those words, and never leaves the reader guessing.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attendance:
    """A pupil's sessions over the last three months."""

    missed: int | None = None
    authorised: int | None = None
    unauthorised: int | None = None
    percent: float | None = None

    def below(self, threshold: float | None) -> bool:
        """Whether the figure is one the school's policy refers to the authorities (P21b, C17). Not known is not below."""
        return threshold is not None and self.percent is not None and self.percent < threshold


@dataclass(frozen=True, slots=True)
class Transport:
    """A pupil was driven (C20): the car was insured for it, and who else was in it."""

    insured: bool | None = None
    escort: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """The record of one visit. `signature`: a parent's was obtained; None where none was asked for (W2b)."""

    pupil_class: str = ""
    present: str = ""
    summary: str = ""
    follow_up: str = ""
    attendance: Attendance = Attendance()
    referral: bool = False
    signature: bool | None = None
    transport: Transport | None = None
    completed_by: str = ""
    role: str = ""
    completed_at: datetime | None = None
