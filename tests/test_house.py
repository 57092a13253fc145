"""The laws of the house, each kept by the tree and each seen to fail on a tree that breaks it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import laws
from tests.laws import Law

HOUSE = Path(__file__).parent.parent

BROKEN: tuple[tuple[Law, str, str], ...] = (
    (laws.direction, "bot/visit.py", "from store import visits\n"),
    (laws.direction, "bot/visit.py", "import handlers.desk\n"),
    (laws.direction, "store/visits.py", "from handlers.desk import Desk\n"),
    (laws.direction, "handlers/desk.py", "from bot import __main__\n"),
    (laws.direction, "handlers/desk.py", "from bot.__main__ import main\n"),
    (laws.handlers_apart, "handlers/sms.py", "from handlers.telegram import keyboard\n"),
    (laws.handlers_apart, "handlers/sms.py", "from handlers import telegram\n"),
    (laws.handlers_apart, "handlers/web/board.py", "from ..telegram import keyboard\n"),
    (laws.libraries_behind_doors, "handlers/desk.py", "from telegram import Bot\n"),
    (laws.libraries_behind_doors, "handlers/telegram.py", "from twilio.rest import Client\n"),
    (laws.libraries_behind_doors, "handlers/delivery.py", "import apscheduler.schedulers\n"),
    (laws.libraries_behind_doors, "handlers/desk.py", "import fastapi\n"),
    (laws.libraries_behind_doors, "handlers/desk.py", "from sqlmodel import select\n"),
    (laws.libraries_behind_doors, "bot/school.py", "from pydantic_settings import BaseSettings\n"),
    (laws.libraries_behind_doors, "handlers/reports.py", "import typer\n"),
    (laws.libraries_behind_doors, "handlers/reports.py", "from fpdf import FPDF\n"),
    (laws.libraries_behind_doors, "handlers/desk.py", "from docx.shared import Mm\n"),
    (laws.pure_mind, "bot/words/lexicon.py", "import phonenumbers\n"),
    (laws.pure_mind, "bot/alarm.py", "from secrets import token_hex\n"),
    (laws.one_clock, "handlers/desk.py", "from datetime import datetime\nNOW = lambda: datetime.now()\n"),
    (laws.one_clock, "store/visits.py", "import datetime\n\n\ndef today():\n    return datetime.date.today()\n"),
    (laws.one_clock, "bot/visit.py", "from time import time\n"),
    (laws.one_clock, "tests/test_it.py", "import time\n\n\ndef f():\n    return time.time()\n"),
    (laws.no_chance, "handlers/desk.py", "import random\n"),
    (laws.imports_on_top, "store/visits.py", "def f():\n    import json\n    return json\n"),
    (laws.imports_on_top, "tests/test_it.py", "async def f():\n    from store import visits\n    return visits\n"),
    (laws.imports_on_top, "bot/visit.py", "import importlib\nMODULE = importlib.import_module('store')\n"),
    (laws.no_work_at_import, "handlers/desk.py", "print('here')\n"),
    (laws.no_work_at_import, "handlers/desk.py", "for name in ():\n    pass\n"),
    (laws.no_work_at_import, "bot/words/lexicon.py", "from pathlib import Path\nWORDS = Path('words').read_text()\n"),
    (laws.no_work_at_import, "bot/settings.py", "import os\nMODE = os.environ['MODE']\n"),
    (laws.no_commit_in_store, "store/visits.py", "async def save(tx):\n    await tx.session.commit()\n"),
    (laws.no_commit_in_store, "handlers/desk.py", "async def judge(tx):\n    await tx.session.rollback()\n"),
    (laws.sent_by_delivery, "handlers/desk.py", "async def hurry(carrier):\n    await carrier.send('parcel')\n"),
    (laws.sent_by_delivery, "handlers/desk.py", "async def hurry(holder):\n    await holder.hold('text')\n"),
    (laws.deaf_visit, "bot/visit.py", "from bot.alarm import Kind, State\n"),
    (laws.deaf_visit, "bot/alarm.py", "from bot.visit import Place\n"),
    (laws.small_rooms, "bot/visit.py", "A = 1\n" * (laws.LONGEST_FILE + 1)),
    (laws.small_rooms, "handlers/desk.py", "def f():\n" + "    pass\n" * laws.LONGEST_FUNCTION),
    (laws.tests_state_promises, "tests/test_it.py", "async def test_it():\n    assert True\n"),
    (laws.tests_do_not_sleep, "tests/test_it.py", "import time\n\n\ndef f():\n    time.sleep(1)\n"),
    (laws.tests_do_not_sleep, "tests/test_it.py", "import asyncio\n\n\nasync def f():\n    await asyncio.sleep(0.1)\n"),
    (laws.tests_do_not_sleep, "tests/test_it.py", "import threading\n\n\ndef f():\n    threading.Event().wait(1)\n"),
    (
        laws.tests_do_not_sleep,
        "tests/test_it.py",
        "from threading import Event\n\n\ndef f():\n    never = Event()\n    never.wait(timeout=1)\n",
    ),
    (laws.nothing_unfinished, "docs/operator.md", f"{laws.UNFINISHED[0]}: write this\n"),
)

KEPT: tuple[tuple[str, str], ...] = (
    ("bot/__main__.py", "from handlers.desk import Desk\nfrom store import visits\nimport typer\n"),
    ("handlers/commands/visits.py", "import typer\nfrom handlers import imports, reports\n"),
    ("bot/clock.py", "from datetime import UTC, datetime\n\n\ndef clock():\n    return datetime.now(UTC)\n"),
    ("bot/visit.py", '"""The visit machine."""\n\nfrom bot.alarm import Kind\n\nFIRST = min(Kind)\n'),
    (
        "handlers/sms.py",
        "from twilio.rest import Client\nfrom handlers.desk import Desk\nfrom handlers.sms_hooks import hook\n",
    ),
    ("handlers/web/app.py", "from fastapi import FastAPI\nfrom handlers.web.board import page\n"),
    ("handlers/delivery.py", "async def deliver(carrier):\n    return await carrier.send('parcel')\n"),
    ("tests/test_it.py", "import time\n\n\ndef f():\n    time.sleep(1)  # the fake's own clock is the machine's\n"),
    ("tests/test_on.py", "from threading import Event\n\n\ndef f(up):\n    up.wait(1)\n    Event().wait()\n"),
    (
        "tests/test_up.py",
        "from threading import Event\n\n\ndef f(call):\n    up = Event()\n    call(up.set)\n    up.wait(1)\n",
    ),
)


def build(tree: Path, path: str, text: str) -> None:
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
def test_the_house_keeps_its_laws(law: Law) -> None:
    """No file of the tree breaks this law; the message names each place."""
    assert list(law(HOUSE)) == []


@pytest.mark.parametrize(("law", "path", "text"), BROKEN, ids=lambda part: getattr(part, "__name__", None))
def test_a_broken_house_is_seen(law: Law, path: str, text: str, tmp_path: Path) -> None:
    """Put before a tree that breaks it, the law names the file."""
    build(tmp_path, path, text)
    assert [place for place in law(tmp_path) if place.startswith(path)]


@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
def test_no_law_is_without_a_breach(law: Law) -> None:
    """Each law was seen to fail: at least one broken tree is put before it."""
    assert law in [broken for broken, _, _ in BROKEN]


@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
def test_a_sound_house_is_left_alone(law: Law, tmp_path: Path) -> None:
    """What the laws allow is not called a breach."""
    for path, text in KEPT:
        build(tmp_path, path, text)
    assert list(law(tmp_path)) == []


def lint_imports(tree: Path) -> str:
    """What import-linter says of a tree under this project's contracts; "" when it is content."""
    shutil.copy(HOUSE / "pyproject.toml", tree)
    linter = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-W", "ignore", "-c", linter, "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize(
    ("contract", "path", "text"),
    [
        ("The direction of the house", "bot/visit.py", "from store import visits\n"),
        ("The direction of the house", "store/visits.py", "import handlers.desk\n"),
        ("Handlers know each other only through the desk", "handlers/sms.py", "from handlers import telegram\n"),
        ("Only the store knows SQL", "handlers/desk.py", "import sqlalchemy\n"),
    ],
)
def test_import_linter_sees_a_breach(contract: str, path: str, text: str, tmp_path: Path) -> None:
    """Its contracts are not idle: each fails on a tree that breaks it, and on no other ground."""
    rooms = (
        "bot/__init__",
        "bot/visit",
        "store/__init__",
        "store/visits",
        "handlers/__init__",
        "handlers/desk",
        "handlers/sms",
    )
    for name in (*rooms, "handlers/telegram"):
        build(tmp_path, f"{name}.py", "")
    assert lint_imports(tmp_path) == ""
    build(tmp_path, path, text)
    broken = [
        line for line in lint_imports(tmp_path).splitlines() if line.rstrip().endswith("BROKEN") or " BROKEN " in line
    ]
    assert len(broken) == 1
    assert broken[0].startswith(contract)
