"""A school's policy and its file: what is read, what is refused, and in which words."""

import json
import re
from datetime import time, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people import CONTACT_ROLES, Role
from bot.policy import CheckInFrom, Policy, PolicyError, parse_duration, parse_policy, preset, write_duration
from bot.school import parse_schools

LENGTHS = (
    *("arrival_grace", "end_grace", "answer_within", "nudge", "again"),
    *("unplanned_length", "longest_change", "rung", "ownership", "check_in"),
)
ROLES = ("ladder", "duress")
NOBODY = ("authorise", "consult", "assess", "quiet")
TOLD = tuple(name for name in Policy.model_fields if name.startswith("tell_"))
PRESETS = ("birchwood", "coteford", "default", "early-years", "potton", "willows")
MARSH_LANE = '[marsh_lane]\nname = "Marsh Lane Primary"\n'


def refusal(text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        parse_schools(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("10m", 600), ("90s", 90), ("1h30m", 5400), ("1h", 3600), ("1h1m1s", 3661), (" 2m ", 120), ("1s", 1)],
)
def test_a_length_is_read_as_written(written: str, seconds: int) -> None:
    """Hours, minutes and seconds, in that order, each once."""
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "written", ["", "10", "0m", "0h0m0s", "ten minutes", "-5m", "5m10", "1m1h", "1.5h", "5 m", 10, None, True]
)
def test_what_is_no_length_is_refused(written: object) -> None:
    """A length that could be read two ways, or is none at all, is refused with an example."""
    with pytest.raises(ValueError, match='write it like "10m"'):
        parse_duration(written)


@given(st.integers(min_value=1, max_value=10**7))
def test_writing_a_length_is_the_inverse_of_reading_it(seconds: int) -> None:
    """Any positive length survives being written and read back."""
    length = timedelta(seconds=seconds)
    assert parse_duration(write_duration(length)) == length


def test_no_length_is_never() -> None:
    """The absence of a check-in is written as a word."""
    assert write_duration(None) == "never"
    assert parse_policy("default", {"check_in": "never"}).check_in is None


def test_the_default_is_what_the_spine_names() -> None:
    """Ten minutes from the scheduled start, nudge 2 min, three rungs of 2 min, "mine" for 10 min."""
    policy = parse_policy("default")
    assert policy.check_in_from is CheckInFrom.SCHEDULED
    assert (policy.check_in, policy.nudge, policy.rung, policy.ownership) == tuple(
        timedelta(minutes=m) for m in (10, 2, 2, 10)
    )
    assert policy.ladder == (Role.OFFICE, Role.HEADTEACHER, Role.DEPUTY)
    assert policy.duress == (Role.OFFICE, Role.HEADTEACHER)
    assert policy.rehearsal_lengths() == []


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_has_every_setting(name: str) -> None:
    """Nothing of a policy is left to chance: each preset names each setting and no other, in the order of the default."""
    assert list(preset(name)) == list(preset("default"))
    assert set(preset(name)) == set(Policy.model_fields)
    assert parse_policy(name) == Policy.restore(parse_policy(name).model_dump_json())


@pytest.mark.parametrize("name", PRESETS)
def test_each_value_of_a_preset_has_its_clause_beside_it(name: str) -> None:
    """A reader sees which row of which policy a value carries out, or that no policy says."""
    text = (resources.files("bot") / "policies" / f"{name}.toml").read_text(encoding="utf-8")
    lines = text.splitlines()
    bare = [line for line, above in zip(lines[1:], lines, strict=False) if "=" in line and "# " not in line + above[:2]]
    assert bare == []


@pytest.mark.parametrize("day", ["1 September", "13-01", "02-30", 9])
def test_a_term_that_begins_on_no_day_is_named(day: object) -> None:
    """The refusal shows how a day of any year is written."""
    with pytest.raises(PolicyError, match='is not a day of the year: write it like "09-01"'):
        parse_policy("default", {"terms": [day]})


def test_a_policy_kept_by_another_version_is_restored() -> None:
    """A visit carries on under the policy it began under: what it lacks is the default's, what it has more is left out."""
    kept = json.loads(parse_policy("default", {"rung": "3m", "check_in": "never"}).model_dump_json())
    del kept["terms"]
    restored = Policy.restore(json.dumps({**kept, "of_the_future": "5m"}))
    assert restored == parse_policy("default", {"rung": "3m", "check_in": "never"})


@pytest.mark.parametrize("name", LENGTHS)
def test_each_length_may_be_overridden(name: str) -> None:
    """Any positive length is accepted; one under a minute is named, for a warning."""
    policy = parse_policy("default", {name: "59s"})
    assert getattr(policy, name) == timedelta(seconds=59)
    assert policy.rehearsal_lengths() == [name]


@pytest.mark.parametrize("name", LENGTHS)
def test_each_wrong_length_is_named(name: str) -> None:
    """The refusal says which setting, what it was and how to write it."""
    with pytest.raises(PolicyError) as caught:
        parse_policy("default", {name: "soon"})
    assert f"{name}: 'soon' is not a length of time: write it like \"10m\"" in str(caught.value)
    assert "(it was 'soon')" in str(caught.value)


@pytest.mark.parametrize("name", [*ROLES, *TOLD])
@pytest.mark.parametrize("roles", [["visitor"], ["office", "office"], ["caretaker"]])
def test_each_wrong_role_is_named(name: str, roles: list[str]) -> None:
    """Only roles that can be alarmed, each once: a visitor never stands on a ladder."""
    with pytest.raises(PolicyError) as caught:
        parse_policy("default", {name: roles})
    assert str(caught.value).startswith(name)


@pytest.mark.parametrize("name", ROLES)
def test_an_alarm_always_has_somebody_to_go_to(name: str) -> None:
    """A ladder without rungs is refused; telling nobody of an arrival is a school's own choice."""
    with pytest.raises(PolicyError, match=name):
        parse_policy("default", {name: []})
    assert parse_policy("default", {"tell_arrived": []}).tell_arrived == ()


@pytest.mark.parametrize("role", sorted(CONTACT_ROLES))
def test_every_contact_role_may_stand_on_a_ladder(role: Role) -> None:
    """Office, headteacher, deputy, DSL, SLT, business manager: a policy may name any of them."""
    assert parse_policy("default", {"ladder": [role.value]}).ladder == (role,)


def test_a_table_starts_from_a_preset() -> None:
    """A school's own table says only what differs; overrides go over both."""
    policy = parse_policy({"preset": "default", "check_in": "15m", "rung": "3m"}, {"rung": "4m"})
    assert (policy.check_in, policy.rung, policy.nudge) == tuple(timedelta(minutes=m) for m in (15, 4, 2))
    assert parse_policy({}) == parse_policy("default")


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    """A misspelt preset is never quietly the default."""
    with pytest.raises(PolicyError, match=r"there is no preset 'defualt'; choose one of: .*default"):
        parse_policy("defualt")


def test_every_fault_of_a_policy_is_told_at_once() -> None:
    """A misspelt setting and a wrong value come in one refusal."""
    with pytest.raises(PolicyError) as caught:
        parse_policy("default", {"chek_in": "10m", "rung": "0m", "check_in_from": "noon"})
    assert "chek_in: there is no such setting" in str(caught.value)
    assert "rung: '0m' is not a length of time" in str(caught.value)
    assert "check_in_from: " in str(caught.value)


def test_a_policy_survives_the_store() -> None:
    """A visit keeps the policy it began under: written as JSON and read back, it is the same."""
    policy = parse_policy("default", {"check_in": "never", "rung": "90s"})
    assert Policy.model_validate_json(policy.model_dump_json()) == policy


def test_a_school_needs_its_name_only() -> None:
    """What a school does not say is British school hours, London's time and the default policy."""
    school = parse_schools(MARSH_LANE)["marsh_lane"]
    assert (school.key, school.name, school.zone) == ("marsh_lane", "Marsh Lane Primary", ZoneInfo("Europe/London"))
    assert (school.opens, school.closes, school.language) == (time(8), time(17), "en")
    assert school.policy == parse_policy("default")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ('time_zone = "Marsh Lane"', "time_zone: 'Marsh Lane' is not a time zone"),
        ('time_zone = "../etc/passwd"', "time_zone: "),
        ('hours = "8-5"', "hours: '8-5' are not school hours"),
        ('hours = "17:00-08:00"', "hours: "),
        ('hours = "08:00-25:00"', "hours: "),
        ('policy = "strict"', "policy: there is no preset 'strict'"),
        ('overrides = { rung = "soon" }', "rung: 'soon' is not a length of time"),
        ('policy = { preset = "default", rungs = "2m" }', "rungs: there is no such setting"),
        ('polcy = "default"', "polcy: there is no such setting"),
        ('code_words = "blue folder"', "code_words: "),
    ],
)
def test_a_wrong_school_is_refused_by_name(settings: str, named: str) -> None:
    """The refusal names the school's table, the setting and the mend."""
    line = refusal(f"{MARSH_LANE}{settings}\n")
    assert line.startswith("[marsh_lane] ")
    assert named in line


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "names no school"),
        ("[marsh_lane", "is not TOML"),
        ('marsh_lane = "Marsh Lane Primary"', "[marsh_lane]: a school is a table"),
        ("[marsh_lane]\n", "[marsh_lane] name: "),
        ('[marsh_lane]\nname = ""\n', "[marsh_lane] name: "),
    ],
)
def test_a_schools_file_that_is_none_is_refused(text: str, named: str) -> None:
    """An empty, broken or nameless file says what to write in its place."""
    assert named in refusal(text)


@pytest.mark.parametrize("phrase", ["help", "arrived", "red"])
def test_a_school_cannot_have_a_code_word_that_cannot_work(phrase: str) -> None:
    """The refusal names the school, the phrase and why."""
    with pytest.raises(PolicyError, match=rf"\[marsh-lane\] code_words: '{phrase}' cannot be a code word"):
        parse_schools(f'[marsh-lane]\nname = "Marsh Lane Primary"\ncode_words = ["{phrase}"]\n')


def test_every_setting_is_read_by_some_room() -> None:
    """A setting that nothing carries out promises a school what it does not get."""
    house = Path(__file__).parents[2]
    rooms = [path for room in ("bot", "handlers", "store") for path in sorted((house / room).rglob("*.py"))]
    said = "\n".join(path.read_text(encoding="utf-8") for path in rooms)
    assert [name for name in Policy.model_fields if not re.search(rf"policy\.{name}\b", said)] == []
