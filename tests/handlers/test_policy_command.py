"""`doorstep policy …` on the real command line: presets shown and compared, files checked and refused with the mend."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.policy import Policy


def policy(*words: str) -> Result:
    return CliRunner().invoke(app, ["policy", *words])


def test_a_preset_is_shown_with_the_clause_of_each_value() -> None:
    """Every value in order, and what it carries out beside it."""
    rows = json.loads(policy("show", "coteford", "--json").stdout)
    assert [row["name"] for row in rows] == list(Policy.model_fields)
    assert {"name": "check_in_every", "written": '"20m"', "clause": "C3: until leaving"} in rows
    assert all(row["clause"] for row in rows)
    assert "C11" in policy("show", "coteford").stdout


def test_two_presets_are_compared() -> None:
    """Only what differs is printed, with both values."""
    rows = {row["name"]: row for row in json.loads(policy("diff", "potton", "willows", "--json").stdout)}
    assert rows["nobody_home_wait"] == {"name": "nobody_home_wait", "potton": '"15m"', "willows": '"10m"'}
    assert "rung" not in rows
    assert "have the same values" in policy("diff", "potton", "potton").stdout
    assert "check_in" in policy("diff", "potton", "coteford").stdout


def test_an_unknown_preset_is_refused_with_those_there_are() -> None:
    """The name that was typed, and the ones that can be."""
    refused = policy("show", "pottn")
    assert refused.exit_code == 2
    assert "there is no preset 'pottn'; choose one of: birchwood, coteford" in refused.stderr
    assert policy("diff", "potton", "wilows").exit_code == 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('preset = "potton"\nrung = "x"\nlone = "maybe"', "rung: 'x' is not a length of time"),
        ("colour = 1", "colour: there is no such setting"),
        ("rung =", "it is not TOML"),
        ('[marsh_lane]\nname = "Marsh Lane Primary"\npolicy = "pottn"', "[marsh_lane] policy: there is no preset"),
    ],
)
def test_a_file_that_cannot_be_carried_out_is_refused_fault_by_fault(text: str, fault: str, tmp_path: Path) -> None:
    """Each fault names the setting and the mend; nothing is thinned."""
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    refused = policy("check", str(file))
    assert refused.exit_code == 1
    assert fault in refused.stderr


def test_files_that_can_be_carried_out_are_said_to_be(tmp_path: Path) -> None:
    """A schools file by its schools, a policy as one, and a rehearsal's lengths are named."""
    assert "marsh_lane: it can be carried out." in policy("check", "schools.example.toml").stdout
    file = tmp_path / "policy.toml"
    file.write_text('preset = "willows"\nrung = "30s"', encoding="utf-8")
    said = policy("check", str(file)).stdout
    assert "the policy: it can be carried out." in said
    assert "fit for a rehearsal only, under a minute: rung" in said
    assert policy("check", str(tmp_path / "none.toml")).exit_code == 2
