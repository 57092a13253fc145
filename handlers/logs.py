"""Logs for the administrator: one JSON object a line on standard error, ids only (DESIGN §8)."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

QUIET = ("httpx", "httpcore", "telegram", "twilio", "urllib3", "apscheduler", "uvicorn", "uvicorn.error", "alembic")
"""Libraries whose own lines may hold tokens, numbers or texts: only their warnings are let through."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def where(error: BaseException) -> list[str]:
    """Which places an error came through, and its class. Never its message: that may hold a name, a number or a text."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    causes = [type(error).__name__]
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < 5:
        causes.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return [*lines, " from ".join(causes)]


def _without_words(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["traceback"] = where(error)
    return event


class _PlainFormatter(logging.Formatter):
    """For lines of libraries: the same restraint."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the standard library's name
        return "\n".join(where(ei[1])) if ei[1] is not None else ""


def configure() -> None:
    """Set up logging for the whole process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_PlainFormatter("%(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # "Maximum number of running instances": a pass that is still busy is not overtaken, and that is as it should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_words,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
