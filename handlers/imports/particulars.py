"""The optional columns of the people's file: DBS check, training, insurance, car, whom to ring."""

import re
from datetime import date
from typing import Any

from bot.particulars import Car, Dbs, Training
from handlers.imports.table import Line

CAR_COLUMNS = ("vehicle_make", "vehicle_model", "vehicle_colour", "vehicle_registration")
PARTICULARS_COLUMNS = ("dbs", "dbs_on", "training", "insured_until", *CAR_COLUMNS, "emergency_contact")
LONGEST = 80
_TRAINING = re.compile(r"(.+?) (\d{4}-\d\d-\d\d)(?: until (\d{4}-\d\d-\d\d))?", re.ASCII)


def particulars(line: Line) -> dict[str, Any]:
    """What the file says of a person's particulars, by their names; a column that is not there says nothing."""
    said: dict[str, Any] = {}
    if "dbs" in line.cells:
        said["dbs"] = _dbs(line)
    for column in ("dbs_on", "insured_until"):
        if column in line.cells:
            said[column] = _day(line, column, line.cells[column])
    if "training" in line.cells:
        said["training"] = tuple(filter(None, (_training(line, part) for part in line.parts("training"))))
    if any(column in line.cells for column in CAR_COLUMNS):
        cells = [" ".join(line.cells.get(column, "").split()) for column in CAR_COLUMNS]
        make, model, colour, registration = cells
        said["car"] = Car(make, model, colour, registration.upper())
    if "emergency_contact" in line.cells:
        said["emergency"] = _short(line, "emergency_contact")
    return said


def _dbs(line: Line) -> Dbs | None:
    written = line.cells["dbs"].casefold()
    if not written:
        return None
    if written not in tuple(Dbs):
        line.refuse(f"dbs: {line.cells['dbs']!r} is no level; write one of: {' '.join(Dbs)}")
        return None
    if written != Dbs.NONE and "dbs_on" in line.cells and not line.cells["dbs_on"]:
        line.refuse("dbs_on: it is empty; write the day of the certificate, like 2026-09-01")
    return Dbs(written)


def _day(line: Line, column: str, written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        line.refuse(f"{column}: {written!r} is no day; write it like 2026-09-01")
        return None


def _training(line: Line, written: str) -> Training | None:
    """ "home visits 2026-09-01", or with its end: "first aid 2026-09-01 until 2029-08-31"."""
    match = _TRAINING.fullmatch(written)
    if match is None:
        line.refuse(f"training: {written!r} has no day; write it like home visits 2026-09-01, parted by ;")
        return None
    on, until = _day(line, "training", match[2]), _day(line, "training", match[3] or "")
    return Training(match[1], on, until) if on else None


def _short(line: Line, column: str) -> str:
    written = " ".join(line.cells[column].split())
    if len(written) > LONGEST:
        line.refuse(f"{column}: it is longer than {LONGEST} characters; a name and a number are enough")
    return written
