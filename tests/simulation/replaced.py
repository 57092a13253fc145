"""Something else in the place of what reaches out of the process, for as long as a block lasts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

Piece = tuple[Any, str, Any]
"""Whose it is, its name there, and what takes its place."""


@contextmanager
def replaced(pieces: Sequence[Piece]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for owner, name, value in pieces:
            patch.setattr(owner, name, value)
        yield
