"""What happened in a run, for a person to read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Story:
    """The lines in order. `clock` tells the wall time at an instant of the run."""

    clock: Callable[[float], datetime]
    time: Callable[[], float]
    lines: list[tuple[float, str, str]] = field(default_factory=list)

    def tells(self, who: str, what: str) -> None:
        self.lines.append((self.time(), who, what))

    def written(self) -> str:
        told = []
        for at, who, what in self.lines:
            told.append(f"{self.clock(at):%H:%M:%S}  {who:<9} {what}")
        return "\n".join(told)
