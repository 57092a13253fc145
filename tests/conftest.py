"""For every test: what makes a thousand services in one process cheap, and every run the same."""

import hypothesis
import structlog

from tests.world.laid import compile_once


def pytest_configure() -> None:
    """Before anything opens a store or writes a line: a traceback in colours takes longer than the test it is in."""
    compile_once()
    # The same examples each time, and none that fails for the time it took on a machine with much to do.
    hypothesis.settings.load_profile("ci")
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])
