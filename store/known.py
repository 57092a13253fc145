"""What another version of Doorstep wrote, as far as this one knows it (docs/decisions/0020).

A value that this version does not know is never an error and never dropped: each place that reads one says what it is taken
for, and that is whatever keeps somebody watched over.
"""

from enum import StrEnum
from typing import TypeVar

E = TypeVar("E", bound=StrEnum)


def known(kind: type[E], written: str, otherwise: E) -> E:
    """The member that was written, or `otherwise` where this version has no such member."""
    try:
        return kind(written)
    except ValueError:
        return otherwise


def those_known(kind: type[E], written: str) -> frozenset[E]:
    """The members in a list parted by semicolons; what this version does not know is left out."""
    members = {str(member): member for member in kind}
    return frozenset(members[name] for name in written.split(";") if name in members)
