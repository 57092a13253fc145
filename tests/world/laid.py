"""What keeps some thousand worlds in one process cheap: stores that are copied, statements that are compiled once, and no
world kept for ever.

A store is copied from one that the real steps have made: to make each anew would be most of a short test.
"""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.dependencies import models
from sqlalchemy import Connection, Dialect, Engine, create_engine

from store.steps import bring_to


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory(prefix="doorstep-") as folder:
        path = Path(folder) / "doorstep.db"
        engine = create_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            bring_to(connection)
        engine.dispose()
        return path.read_bytes()


def lay(path: Path) -> None:
    """Put a store with all its tables, and nothing in them, where there is none yet."""
    if not path.exists():
        path.write_bytes(_template())


@cache
def compile_once() -> None:
    """From now on a statement that was compiled for one store serves all others of its kind, as it does in one long life."""
    known: dict[type[Dialect], tuple[Dialect, Any]] = {}

    class Sharing(Connection):
        """No listener to the engine: where there is one, SQLAlchemy asks about it at every statement."""

        def __init__(self, engine: Engine, *others: Any, **options: Any) -> None:
            super().__init__(engine, *others, **options)
            dialect, compiled = known.setdefault(type(engine.dialect), (engine.dialect, engine._compiled_cache))
            if engine.dialect is not dialect:
                engine.dialect = self.dialect = dialect
                engine._compiled_cache = compiled

    Engine._connection_cls = Sharing


def forget_routes() -> None:
    """Let go of the services that are closed: FastAPI remembers some thousand routes, and through each all it leads to."""
    for remembered in vars(models).values():
        if hasattr(remembered, "cache_clear"):
            remembered.cache_clear()
