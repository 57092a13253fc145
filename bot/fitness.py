"""What whoever gives the yes to a visit must be warned of: a visitor's checks, training, insurance, car and phone.

A fault warns and forbids nothing: the policies leave the judgement to people (P20 P11 P17 C8).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.particulars import Dbs, Training
from bot.people import Person
from bot.policy import Need, Policy

NO_CAR = frozenset(("none", "no car", "on foot", "walks", "dim", "ar droed"))
"""What the office writes of somebody who does not drive to visits."""


class Lack(StrEnum):
    """What can be wrong; each has its words in the notices."""

    NO_MOBILE = "no mobile"  # P11 W1
    UNREACHABLE = "unreachable"  # every channel of theirs has refused
    NO_DBS = "no dbs"  # P20
    LOW_DBS = "low dbs"
    OLD_DBS = "old dbs"
    UNTRAINED = "untrained"
    OLD_TRAINING = "old training"
    NO_CAR = "no car"  # P17 C8: nothing on record
    HALF_A_CAR = "half a car"  # make, model, colour or registration is not on record
    NO_INSURANCE = "no insurance"  # C8
    OLD_INSURANCE = "old insurance"


class Fault(NamedTuple):
    """One thing that is wrong. `name` is what it is about (a training, a level), `until` the last day on which it held."""

    lack: Lack
    name: str = ""
    until: date | None = None


def faults(person: Person, policy: Policy, day: date) -> list[Fault]:
    """What is wrong with a visitor's record for a visit on that day, the gravest first."""
    return [*_phone(person), *_dbs(person, policy, day), *_training(person, policy, day), *_car(person, policy, day)]


def running_out(person: Person, policy: Policy, day: date, within: timedelta) -> list[Fault]:
    """What holds on that day, and will not any more so much later."""
    now = faults(person, policy, day)
    return [fault for fault in faults(person, policy, day + within) if fault.until and fault not in now]


def _phone(person: Person) -> Iterator[Fault]:
    if not person.phone:
        yield Fault(Lack.NO_MOBILE)
    elif not [channel for channel in person.channels() if channel not in person.lost]:
        yield Fault(Lack.UNREACHABLE)


def _dbs(person: Person, policy: Policy, day: date) -> Iterator[Fault]:
    wanted, has = Dbs(policy.dbs), person.particulars.dbs
    if wanted is Dbs.NONE:
        return
    until = _years_on(person.particulars.dbs_on, policy.dbs_years)
    if has is None or has is Dbs.NONE:
        yield Fault(Lack.NO_DBS, wanted)
    elif not has.reaches(wanted):
        yield Fault(Lack.LOW_DBS, wanted)
    elif until and until < day:
        yield Fault(Lack.OLD_DBS, wanted, until)


def _training(person: Person, policy: Policy, day: date) -> Iterator[Fault]:
    for wanted in policy.training:
        had = [training for training in person.particulars.training if training.name.casefold() == wanted.casefold()]
        ends = [_ends(training, policy) for training in had]
        if not had:
            yield Fault(Lack.UNTRAINED, wanted)
        elif all(end and end < day for end in ends):
            yield Fault(Lack.OLD_TRAINING, wanted, max(filter(None, ends)))


def _ends(training: Training, policy: Policy) -> date | None:
    return training.until or _years_on(training.on, policy.training_years)


def _car(person: Person, policy: Policy, day: date) -> Iterator[Fault]:
    car, insured = person.particulars.car, person.particulars.insured_until
    words = person.vehicle.casefold().strip(" .")
    if words in NO_CAR:
        return
    if Need.VEHICLE in policy.needs and not any(car) and not words:
        yield Fault(Lack.NO_CAR)
    elif Need.VEHICLE in policy.needs and any(car) and not all(car):
        yield Fault(Lack.HALF_A_CAR)
    if policy.insurance and (any(car) or words):
        if insured is None:
            yield Fault(Lack.NO_INSURANCE)
        elif insured < day:
            yield Fault(Lack.OLD_INSURANCE, until=insured)


def _years_on(day: date | None, years: int) -> date | None:
    """The last day of so many years from a day; None for a day that is not known, and for years without end."""
    if day is None or not years:
        return None
    try:
        anniversary = day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        anniversary = day.replace(year=day.year + years, month=3, day=1)
    return anniversary - timedelta(days=1)
