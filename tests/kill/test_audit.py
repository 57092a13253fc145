"""The auditor as a process of its own, beside the real service."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.clock import system_clock
from tests.fakes.watchdog import Watchdog
from tests.kill.town import Town

SEED = 2026
BRUNO = "+447700900014"
LOOKS = 60
"""So many looks, a second apart, are waited for at most."""


@contextmanager
def auditor(town: Town, *words: str, **settings: str) -> Iterator["subprocess.Popen[str]"]:
    """`doorstep audit …`, with the settings of the service and some of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "audit", *words],
        cwd=town.folder,
        env={**town.doorstep.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(process: "subprocess.Popen[str]", there: Callable[[dict[str, Any]], bool]) -> None:
    """Read what it says, a line a look, until this is there."""
    assert process.stdout is not None
    seen: dict[str, Any] = {}
    for _ in range(LOOKS):
        seen = json.loads(process.stdout.readline())
        if there(seen):
            return
    raise AssertionError(seen)


def finds(kind: str) -> Callable[[dict[str, Any]], bool]:
    return lambda seen: kind in [finding["kind"] for finding in seen["findings"]]


def test_it_watches_beside_the_service_and_tells_when_the_store_is_gone(tmp_path: Path) -> None:
    """All is well and the watchdog is called; the store goes, and the administrator is texted; it ends when asked to."""
    with Town(tmp_path, SEED) as town, Watchdog(system_clock) as watchdog:
        town.doorstep.opens()
        town.visitors[1].phone.says("arrived 4 Mill Lane")
        ways = {"DOORSTEP_AUDIT_PHONES": BRUNO, "DOORSTEP_AUDIT_PING_URL": f"{watchdog.url}/marsh-lane"}
        with auditor(town, "--watch", "1", "--json", **ways) as process:
            until(process, lambda seen: bool(seen["well"]))
            store, away = tmp_path / "doorstep.db", tmp_path / "away.db"
            store.rename(away)
            until(process, finds("store"))
            away.rename(store)
            until(process, lambda seen: bool(seen["well"]))
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        texts = [line.body for line in town.twilio.phone(BRUNO)]
        words = "Doorstep may not be watching: its store cannot be read. Ring whoever is out on a visit"
        assert [words in text for text in texts] == [True]
        assert len(watchdog.pings) >= 2


def test_one_look_says_by_its_exit_code_what_it_found(tmp_path: Path) -> None:
    """2 where the settings are wrong, 1 where something is; what is wrong is said, and no text is sent."""
    with Town(tmp_path, SEED) as town:
        with auditor(town, "--json") as process:
            said, _ = process.communicate(timeout=30)
        found = json.loads(said)
        assert (process.returncode, found["well"]) == (1, False)
        assert [finding["kind"] for finding in found["findings"]] == ["pulse"]
        with auditor(town, DOORSTEP_AUDIT_PHONES="Bruno") as process:
            _, said = process.communicate(timeout=30)
        assert (process.returncode, "DOORSTEP_AUDIT_PHONES" in said) == (2, True)
        assert town.twilio.messages() == []
