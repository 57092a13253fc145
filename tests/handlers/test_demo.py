"""The demo: it tells the afternoon as it went, says so when it went otherwise, and leaves nothing behind."""

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from handlers.demo import OTHERWISE, STOPPED, WELL, play
from handlers.demo.screen import Screen
from handlers.demo.script import TELEGRAM, Mark, Message, Moment, Process, Row, at
from handlers.demo.story import AFTERNOON, ASHA, BEN, BRIEFED, DANA, HENRY, KILLED, OLIVE, UNEVENTFUL

HOUSE = Path(__file__).parents[2]
ESCAPE = "\x1b"
ALARM = "ALARM K7M3 16:24: Ben missed check-in at The Old Mill, Kiln Row, heard 16:11. Reply 1 when you have it."
CLIMB: list[Row | Mark] = [
    Row(
        "16:11",
        {BEN: [Message("16:11", True, TELEGRAM, "Arrived"), Message("16:11", False, TELEGRAM, "OK", ("Left",))]},
    ),
    Row("16:24", {OLIVE: [Message("16:24", False, "sms", ALARM)], HENRY: [Message("16:24", False, "sms", ALARM)]}),
    Mark("16:27", Process.KILLED),
    Mark("16:29", Process.STARTED),
    Row("16:29", {DANA: [Message("16:29", False, "sms", ALARM)], OLIVE: [Message("16:29", True, "sms", "1")]}),
]


def command(*words: str, environ: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    """`doorstep demo` as people start it."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", *words],
        cwd=HOUSE,
        env={**os.environ, "PYTHONUTF8": "1", **(environ or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def is_gone(folder: Path) -> bool:
    """Whether nothing listens any more where the child of the demo in this folder last did."""
    addresses = re.findall(r"local phones at (\S+)", (folder / "doorstep.log").read_text(encoding="utf-8"))
    try:
        httpx.get(addresses[-1], timeout=5, trust_env=False)
    except httpx.ConnectError:
        return True
    return False


def test_the_afternoon_goes_as_it_should(tmp_path: Path) -> None:
    """Whatever the caller's settings: every scene, every check, how long it took, no control codes, no child left."""
    theirs = {"TELEGRAM_BOT_TOKEN": "1:none", "TWILIO_FROM": "+447700900100", "DOORSTEP_LISTEN": "not an address"}
    demo = command("--keep", str(tmp_path / "kept"), environ=theirs)
    shown, complaints = demo.communicate(timeout=120)
    assert (demo.returncode, complaints) == (WELL, "")
    assert [title for title in (scene.title for scene in AFTERNOON.scenes) if title not in shown] == []
    for told in ("Asha · visitor", "CODE", "kill -9", "started again", "5  visits", "4  alarms", "the chain holds"):
        assert told in shown
    assert re.search(r"\n *\d+\.\d  seconds for the whole afternoon\s*$", shown)
    assert ESCAPE not in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert is_gone(tmp_path / "kept")


@pytest.mark.parametrize(
    ("moments", "expected", "found"),
    [
        (
            (at("13:04", ASHA.texts("arrived"), ASHA.gets("ARRIVED 13:05")),),
            '"ARRIVED 13:05"',
            '"ARRIVED 13:04. All OK?',
        ),
        ((at("13:04", ASHA.texts("arrived")), at("13:05")), "nothing more", '"ARRIVED 13:04. All OK?'),
    ],
    ids=["another message", "a message too many"],
)
def test_a_story_that_goes_otherwise_names_the_phone(
    moments: tuple[Moment, ...], expected: str, found: str, tmp_path: Path
) -> None:
    """A message that is not the one expected, or that nobody expected: exit 1, whose phone, and what was there."""
    shown = io.StringIO()
    story = replace(AFTERNOON, scenes=(BRIEFED, replace(UNEVENTFUL, moments=moments)))
    assert play(Console(file=shown, width=120), tmp_path / "kept", story) == OTHERWISE
    told = shown.getvalue()
    assert "It went otherwise" in told and "13:04 · Asha's phone" in told
    assert re.search(rf"expected +{re.escape(expected)}", told) and re.search(rf"was there +{re.escape(found)}", told)
    assert is_gone(tmp_path / "kept")


def test_a_demo_that_is_stopped_leaves_no_child(tmp_path: Path) -> None:
    """Stopped in the middle of the afternoon, it takes the child with it."""
    demo = command("--keep", str(tmp_path))
    assert demo.stdout is not None
    try:
        while not demo.stdout.readline().startswith("1 · "):
            assert demo.poll() is None
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=60)
    finally:
        demo.kill()
    assert demo.returncode == STOPPED
    assert is_gone(tmp_path)


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    """A folder that holds something is not played into, and is named."""
    (tmp_path / "doorstep.db").write_bytes(b"")
    shown = io.StringIO()
    assert play(Console(file=shown, width=400), tmp_path) == OTHERWISE
    assert f"{tmp_path}: something is in it already" in shown.getvalue()
    assert [path.name for path in tmp_path.iterdir()] == ["doorstep.db"]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 160, 240])
def test_the_phones_fit_the_screen(width: int) -> None:
    """On any width no line is longer than the screen, and every phone and bubble is there."""
    shown = io.StringIO()
    Screen(Console(file=shown, width=width)).scene(5, KILLED, CLIMB)
    told = shown.getvalue()
    assert max(len(line) for line in told.splitlines()) <= width
    assert [phone.name for phone in KILLED.phones if phone.name not in told] == []
    assert told.count("ALARM") == 3
    assert "( Left )" in told


@pytest.mark.parametrize(("environ", "codes"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_control_codes_only_where_they_are_welcome(environ: dict[str, str], codes: bool) -> None:
    """A terminal gets colours; with NO_COLOR not one control code."""
    shown = io.StringIO()
    console = Console(file=shown, width=80, force_terminal=True, color_system="standard", _environ=environ)
    Screen(console).scene(5, KILLED, CLIMB)
    assert (ESCAPE in shown.getvalue()) is codes


def test_a_plain_printer_can_show_it() -> None:
    """Where only ASCII can be written, it is written in ASCII."""
    paper = io.BytesIO()
    file = io.TextIOWrapper(paper, encoding="ascii", write_through=True)
    Screen(Console(file=file, width=80)).scene(5, KILLED, CLIMB)
    assert b"Ben - visitor" in paper.getvalue()
