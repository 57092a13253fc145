"""Logs carry ids and places in the code, never a name, a number or a text."""

import json
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).parent.parent.parent
FAILS = """
import logging, structlog
from handlers import logs
logs.configure()
log = structlog.get_logger("test")
def breaks():
    try:
        raise KeyError("Asha +447700900001")
    except KeyError as error:
        raise ValueError("blue folder") from error
try:
    breaks()
except ValueError:
    log.exception("row failed", row=7)
    logging.getLogger("asyncio").error("Task exception", exc_info=True)
logging.getLogger("httpx").info("POST https://api.telegram.org/bot900123:secret/sendMessage")
"""


def test_an_error_is_told_by_its_place_and_class_alone() -> None:
    """The words of an exception may be a person's: they stay out of our own lines and of the libraries'."""
    done = subprocess.run(
        [sys.executable, "-c", FAILS], cwd=HOUSE, capture_output=True, text=True, timeout=30, check=True
    )
    for word in ("Asha", "+447700900001", "blue folder", "secret"):
        assert word not in done.stdout + done.stderr
    first = json.loads(done.stderr.splitlines()[0])
    assert (first["event"], first["row"]) == ("row failed", 7)
    assert first["traceback"][-1] == "ValueError from KeyError"
    assert "breaks" in first["traceback"][-2]
    assert "Task exception" in done.stderr
