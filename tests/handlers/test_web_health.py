"""Health for a supervisor, counters for this machine, and nothing about anybody."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from handlers.web import build_app
from tests.fakes.hands import Hands
from tests.handlers.open_door import OpenDoor, open_door


class Pulse:
    """What the service says of itself."""

    def __init__(self) -> None:
        self.says: tuple[bool, dict[str, object]] | Exception = (True, {"store": "up", "inbox_waiting": 0})

    async def __call__(self) -> tuple[bool, dict[str, object]]:
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def pulse() -> Pulse:
    return Pulse()


@pytest.fixture
def door(tmp_path: Path, pulse: Pulse) -> Iterator[OpenDoor]:
    def app_of(door: OpenDoor) -> FastAPI:
        return build_app(twilio=None, telegram=None, local=None, health=pulse, registry=door.registry)

    with open_door(tmp_path, Hands(), app_of) as one:
        yield one


def test_well_and_unwell(door: OpenDoor, pulse: Pulse) -> None:
    """200 with the details while all is well, 503 with them when it is not; a HEAD says the same."""
    response = door.client.get(f"{door.url}/healthz")
    assert (response.status_code, response.json()) == (200, {"store": "up", "inbox_waiting": 0})
    pulse.says = (False, {"store": "down"})
    response = door.client.get(f"{door.url}/healthz")
    assert (response.status_code, response.json()) == (503, {"store": "down"})
    assert door.client.head(f"{door.url}/healthz").status_code == 503


def test_a_check_that_fails(door: OpenDoor, pulse: Pulse) -> None:
    """A health check that itself goes wrong is not well, and tells nobody why but the log."""
    pulse.says = RuntimeError("+447700900001")
    response = door.client.get(f"{door.url}/healthz")
    assert (response.status_code, response.json()) == (503, {"error": "the check itself failed"})


def test_health_is_asked_from_anywhere(door: OpenDoor) -> None:
    """A supervisor elsewhere may ask, by any name."""
    headers = {"Host": "doorstep.example", "X-Forwarded-For": "203.0.113.9"}
    assert door.client.get(f"{door.url}/healthz", headers=headers).status_code == 200


def test_metrics(door: OpenDoor) -> None:
    """The counters are there in the text form that Prometheus reads."""
    response = door.client.get(f"{door.url}/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert re.search(r"^# TYPE doorstep_webhooks_refused_total counter$", response.text, re.MULTILINE)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "doorstep.example"},
        {"Host": ""},
        {"Host": "127.0.0.1.doorstep.example"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Origin": "https://doorstep.example"},
    ],
)
def test_metrics_are_for_this_machine(door: OpenDoor, headers: dict[str, str]) -> None:
    """By another name, through a proxy or from a web page, the counters are not to be had."""
    assert door.client.get(f"{door.url}/metrics", headers=headers).status_code == 403


def test_no_noise(door: OpenDoor) -> None:
    """No answer says which program gave it; unknown paths and wrong methods are 404 and 405."""
    for path, status in (("/healthz", 200), ("/nowhere", 404), ("/healthz/", 404)):
        response = door.client.get(door.url + path)
        assert (response.status_code, response.headers.get("server")) == (status, None)
    assert door.client.post(f"{door.url}/healthz").status_code == 405
