"""The doctor on the real process: before it runs, at its start, and beside it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.kill.phones import LOOK
from tests.kill.town import Town

SEED = 2026


def doctor(town: Town) -> dict[str, list[dict[str, Any]]]:
    """What `doorstep doctor --json` says, by colour; it exits with 1 on red, and then says it all the same."""
    done = town.doorstep.asks("doctor", "--json")
    signs = json.loads(done.stdout)
    by_colour: dict[str, list[dict[str, Any]]] = {colour: [] for colour in ("red", "amber", "green")}
    for sign in signs:
        by_colour[sign["colour"]].append(sign)
    assert done.returncode == bool(by_colour["red"])
    return by_colour


def words(signs: list[dict[str, Any]]) -> str:
    return "; ".join(sign["words"] for sign in signs)


def test_the_doctor_before_and_beside_the_service(tmp_path: Path) -> None:
    """Ready to go it finds no red; beside the service it disturbs nobody; what is red is on the service's own page too."""
    with Town(tmp_path, SEED) as town:
        town.twilio.account.leads_to(f"{town.doorstep.environ['DOORSTEP_PUBLIC_URL']}/twilio/sms")
        before = doctor(town)
        assert "no Doorstep runs on this store now" in words(before["green"])
        assert "nobody else reads this bot's texts" in words(before["green"])
        assert words(before["red"]) == "nobody would hear of a concern (dsl, deputy)" or before["red"] == []
        town.twilio.account.numbers[town.twilio.number]["sms_url"] = ""
        town.doorstep.opens()
        assert any(town.twilio.until(lambda: said(town, "doctor: "), LOOK) for _ in range(40))
        assert said(town, "doctor: red: texts to +447700900100 go nowhere; in the console")
        polls = len(town.telegram.calls("getUpdates"))
        assert "texts to +447700900100 go nowhere" in words(doctor(town)["red"])
        assert not said(town, "telegram_poll_failed")
        assert len(town.telegram.calls("getUpdates")) - polls < 10


def said(town: Town, start: str) -> bool:
    return any(start in line for line in list(town.doorstep.said))


@pytest.mark.parametrize(
    ("setting", "value", "red"),
    [
        ("DOORSTEP_SECRET_KEY", "another key of sixteen or more", "does not open what is stored"),
        ("DOORSTEP_SCHOOLS_FILE", "nowhere.toml", "nowhere.toml: it cannot be read"),
        ("DOORSTEP_LISTEN", "nowhere", "'nowhere' is not a host and a port"),
    ],
)
def test_what_keeps_doorstep_from_starting_is_red(tmp_path: Path, setting: str, value: str, red: str) -> None:
    """A key that does not fit, a schools file that is not there, a setting that is wrong: each has its sign."""
    with Town(tmp_path, SEED) as town:
        town.doorstep.environ[setting] = value
        assert red in words(doctor(town)["red"])
