"""For every test: what makes a thousand stores in one process cheap."""

from tests.world.laid import compile_once


def pytest_configure() -> None:
    """Before anything opens a store."""
    compile_once()
