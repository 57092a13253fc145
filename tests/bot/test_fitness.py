"""What a visitor's record lacks for a visit, as whoever gives the yes is warned of it (P20 P11 P17 C8)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot import notices
from bot.fitness import Fault, Lack, faults, running_out
from bot.particulars import Car, Dbs, Particulars, Training
from bot.people import Channel, Person
from tests.bot.values import ASHA, policy

DAY = date(2026, 11, 23)
RULES = policy(
    dbs="enhanced", dbs_years=3, training=["home visits"], training_years=3, insurance=True, needs=["vehicle"]
)
FIT = Particulars(
    dbs=Dbs.ENHANCED,
    dbs_on=date(2025, 9, 1),
    training=(Training("Home visits", date(2026, 9, 1)), Training("first aid", date(2020, 1, 1))),
    insured_until=date(2026, 11, 23),
    car=Car("Ford", "Fiesta", "red", "AB12 CDE"),
)
FIT_ASHA = replace(ASHA, particulars=FIT)


def asha(**changes: object) -> Person:
    return replace(FIT_ASHA, particulars=replace(FIT, **changes))  # type: ignore[arg-type]


def test_a_record_that_has_everything_lacks_nothing() -> None:
    """On the last day of the insurance too; a training is known by its name, however it is written."""
    assert faults(FIT_ASHA, RULES, DAY) == []


LACKS = [
    (asha(dbs=None), Fault(Lack.NO_DBS, "enhanced")),
    (asha(dbs=Dbs.NONE), Fault(Lack.NO_DBS, "enhanced")),
    (asha(dbs=Dbs.STANDARD), Fault(Lack.LOW_DBS, "enhanced")),
    (asha(dbs_on=date(2023, 11, 23)), Fault(Lack.OLD_DBS, "enhanced", date(2026, 11, 22))),
    (asha(training=()), Fault(Lack.UNTRAINED, "home visits")),
    (
        asha(training=(Training("home visits", date(2023, 1, 9)),)),
        Fault(Lack.OLD_TRAINING, "home visits", date(2026, 1, 8)),
    ),
    (
        asha(training=(Training("home visits", date(2026, 1, 9), date(2026, 8, 31)),)),
        Fault(Lack.OLD_TRAINING, "home visits", date(2026, 8, 31)),
    ),
    (asha(insured_until=None), Fault(Lack.NO_INSURANCE)),
    (asha(insured_until=date(2026, 11, 22)), Fault(Lack.OLD_INSURANCE, until=date(2026, 11, 22))),
    (asha(car=Car("Ford", "", "red", "AB12 CDE")), Fault(Lack.HALF_A_CAR)),
    (asha(car=Car()), Fault(Lack.NO_CAR)),
    (replace(FIT_ASHA, phone=""), Fault(Lack.NO_MOBILE)),
    (replace(FIT_ASHA, lost=frozenset({Channel.SMS})), Fault(Lack.UNREACHABLE)),
]


@pytest.mark.parametrize(("person", "fault"), LACKS)
def test_each_thing_that_is_missing_or_has_run_out_is_named(person: Person, fault: Fault) -> None:
    """One fault, and in words of every language."""
    assert faults(person, RULES, DAY) == [fault]
    for language in notices.languages():
        assert "{" not in notices.fitness(fault, language)
        assert 0 < len(notices.lack(fault.lack, language)) <= 25


def test_the_words_are_for_people() -> None:
    """What it is, and since when it does not hold."""
    said = [notices.fitness(fault) for _, fault in LACKS]
    assert "no DBS check on record (enhanced is wanted)" in said
    assert "training in home visits good until 08/01/2026 only" in said
    assert all(len(words) <= 50 for words in said)


def test_a_policy_that_asks_for_nothing_finds_nothing() -> None:
    """No level, no training, no car on record wanted: a bare record will do."""
    bare = policy(dbs="none", training=[], insurance=False, needs=["address"])
    assert faults(ASHA, bare, DAY) == []


def test_a_certificate_without_end_never_runs_out() -> None:
    """A school that renews nothing writes 0 years; a date that is not on record is not held against anybody."""
    for_ever = policy(dbs="basic", dbs_years=0, training=["home visits"], training_years=0, insurance=False, needs=[])
    assert faults(asha(dbs_on=date(1999, 1, 1)), for_ever, DAY) == []
    assert faults(asha(dbs_on=None), RULES, DAY) == []


@pytest.mark.parametrize("words", ["none", "On foot", "walks."])
def test_who_does_not_drive_needs_no_car_and_no_insurance(words: str) -> None:
    """The office says so in the vehicle's cell."""
    on_foot = replace(asha(car=Car(), insured_until=None), vehicle=words)
    assert faults(on_foot, RULES, DAY) == []


def test_a_car_in_free_words_counts_as_one() -> None:
    """The old column still works; its insurance is wanted all the same."""
    person = replace(asha(car=Car()), vehicle="red Fiesta AB12 CDE")
    assert faults(person, RULES, DAY) == []
    assert faults(replace(person, particulars=Particulars()), RULES, DAY)[-1] == Fault(Lack.NO_INSURANCE)


def test_what_runs_out_soon_is_named_before_it_does() -> None:
    """Within the time that is asked for, and not what has run out already."""
    month = timedelta(days=30)
    assert running_out(FIT_ASHA, RULES, DAY, month) == [Fault(Lack.OLD_INSURANCE, until=date(2026, 11, 23))]
    assert running_out(asha(insured_until=date(2026, 12, 24)), RULES, DAY, month) == []
    assert running_out(asha(insured_until=date(2026, 11, 1)), RULES, DAY, month) == []


def test_the_29th_of_february_has_its_anniversaries() -> None:
    """Three years after a leap day the check holds to the end of February."""
    person = asha(dbs_on=date(2024, 2, 29))
    assert faults(person, RULES, date(2027, 2, 28)) == [Fault(Lack.OLD_INSURANCE, until=date(2026, 11, 23))]
    assert Fault(Lack.OLD_DBS, "enhanced", date(2027, 2, 28)) in faults(person, RULES, date(2027, 3, 1))


def test_particulars_survive_the_store() -> None:
    """Written and read back they are the same; nothing on record is nothing written."""
    whole = replace(FIT, emergency="Ben 07700 900002", training=(Training("first aid", DAY, DAY), Training("x", DAY)))
    assert Particulars.read(whole.write()) == whole
    assert Particulars().write() == ""
    assert Particulars.read("") == Particulars()
