"""Logs for the administrator: one JSON object a line on standard error, ids only (DESIGN §8)."""

import logging
import sys

import structlog

QUIET = ("httpx", "httpcore", "telegram", "twilio", "urllib3", "apscheduler", "uvicorn", "uvicorn.error", "alembic")
"""Libraries whose own lines may hold tokens, numbers or texts: only their warnings are let through."""


def configure() -> None:
    """Set up logging for the whole process."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
