"""What a school keeps of its staff beside names and numbers: DBS check, training, insurance, car, whom to ring."""

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple


class Dbs(StrEnum):
    """The level of a criminal record check, the lowest first."""

    NONE = "none"
    BASIC = "basic"
    STANDARD = "standard"
    ENHANCED = "enhanced"

    def reaches(self, wanted: "Dbs") -> bool:
        levels = list(Dbs)
        return levels.index(self) >= levels.index(wanted)


class Training(NamedTuple):
    """What somebody has been trained in, when, and until when it counts where that is said."""

    name: str
    on: date
    until: date | None = None


class Car(NamedTuple):
    """A car as the policies want it on record (P17 C8)."""

    make: str = ""
    model: str = ""
    colour: str = ""
    registration: str = ""

    @property
    def words(self) -> str:
        """For whoever is to look out for it: "red Ford Fiesta AB12 CDE"."""
        return " ".join(filter(None, (self.colour, self.make, self.model, self.registration)))


NO_CAR = Car()


@dataclass(frozen=True, slots=True)
class Particulars:
    """All of it is sealed at rest; what is not on record is empty."""

    dbs: Dbs | None = None
    dbs_on: date | None = None
    training: tuple[Training, ...] = ()
    insured_until: date | None = None
    car: Car = NO_CAR
    emergency: str = ""

    def write(self) -> str:
        """As JSON; "" when nothing is on record."""
        values: dict[str, Any] = {
            "dbs": self.dbs,
            "dbs_on": _iso(self.dbs_on),
            "training": [[training.name, _iso(training.on), _iso(training.until)] for training in self.training],
            "insured_until": _iso(self.insured_until),
            "car": list(self.car) if any(self.car) else None,
            "emergency": self.emergency,
        }
        said = {name: value for name, value in values.items() if value}
        return json.dumps(said) if said else ""

    @classmethod
    def read(cls, written: str) -> "Particulars":
        """The inverse of `write`."""
        said = json.loads(written) if written else {}
        return cls(
            dbs=Dbs(said["dbs"]) if "dbs" in said else None,
            dbs_on=_date(said.get("dbs_on")),
            training=tuple(
                Training(name, date.fromisoformat(on), _date(until)) for name, on, until in said.get("training", ())
            ),
            insured_until=_date(said.get("insured_until")),
            car=Car(*said.get("car", ())),
            emergency=said.get("emergency", ""),
        )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
