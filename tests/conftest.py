"""For every test: what makes a thousand services in one process cheap."""

import structlog

from tests.world.laid import compile_once


def pytest_configure() -> None:
    """Before anything opens a store or writes a line: a traceback in colours takes longer than the test it is in."""
    compile_once()
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])
