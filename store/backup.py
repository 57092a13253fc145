"""A backup of a SQLite store: taken beside the running service, sealed, and believed only once it has been restored.

The file is one line that says what it is, and then sealed pieces, a line each. Every piece says of which backup it is, which
one in order, and whether it is the last: a file that was cut short, or put together out of two, does not open.
"""

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.engine import make_url

from bot.faults import Mendable
from store.crypto import KeyFault, Sealer

FIRST_LINE = b"doorstep backup 1\n"
PIECE = 1 << 20
ID, ORDER = 16, 8
OPEN_SQL = "SELECT count(*) FROM place WHERE deadline_at IS NOT NULL"


class BackupFault(Mendable):
    """A backup that cannot be taken, or that is not to be believed."""


class Contents(NamedTuple):
    """What is in a store: the step of its tables, the rows of each, and how many visitors are out or about to be."""

    step: str
    rows: dict[str, int]
    watched: int


def file_of(url: str) -> Path:
    """The file of a SQLite store. Raises BackupFault for a store of another kind."""
    made = make_url(url)
    if made.get_backend_name() != "sqlite" or not made.database:
        raise BackupFault("this is for SQLite; a PostgreSQL database is backed up with its own tools (pg_dump)")
    return Path(made.database).resolve()


def copy(source: Path, into: Path) -> None:
    """The store as it stands at one instant; who writes meanwhile is not kept waiting. Raises BackupFault."""
    if not source.is_file():
        raise BackupFault(f"there is no store at {source}")
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as here,
            closing(sqlite3.connect(into)) as there,
        ):
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupFault(f"{source.name} could not be copied: {error}") from error


def look(file: Path) -> Contents:
    """Read a whole store and say what is in it. Raises BackupFault where it is damaged."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as store:
            [whole] = store.execute("PRAGMA integrity_check(1)").fetchone()
            if whole != "ok" or store.execute("PRAGMA foreign_key_check").fetchone():
                raise BackupFault(f"{file.name} is damaged: {whole}")
            names = [
                name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            ]
            rows = {name: int(store.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in names}
            [step] = store.execute("SELECT version_num FROM alembic_version").fetchone()
            return Contents(str(step), rows, int(store.execute(OPEN_SQL).fetchone()[0]))
    except (sqlite3.Error, TypeError) as error:
        raise BackupFault(f"{file.name} is no store of Doorstep: {error}") from error


def seal(plain: Path, into: Path, sealer: Sealer) -> None:
    """Write a sealed backup that only its owner reads; it is on the disk when this returns."""
    this = secrets.token_bytes(ID)
    handle = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with plain.open("rb") as source, os.fdopen(handle, "wb") as file:
        file.write(FIRST_LINE)
        for order, (piece, last) in enumerate(_pieces(plain.stat().st_size, source.read)):
            file.write(sealer.seal_bytes(this + order.to_bytes(ORDER) + bytes([last]) + piece) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _pieces(size: int, read: Callable[[int], bytes]) -> Iterator[tuple[bytes, bool]]:
    count = max(1, -(-size // PIECE))
    for number in range(count):
        yield read(PIECE), number == count - 1


def unseal(sealed: Path, into: Path, sealer: Sealer) -> None:
    """Write out what a backup holds. Raises BackupFault for one that is damaged, cut short, or of another key."""
    handle = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with sealed.open("rb") as source, os.fdopen(handle, "wb") as file:
        if source.readline(len(FIRST_LINE)) != FIRST_LINE:
            raise BackupFault(f"{sealed.name} is no backup of Doorstep")
        for piece in _opened(sealed.name, source, sealer):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _opened(name: str, lines: Iterable[bytes], sealer: Sealer) -> Iterator[bytes]:
    this, last = b"", False
    for order, line in enumerate(lines):
        try:
            plain = sealer.open_bytes(line.rstrip(b"\n"))
        except KeyFault as error:
            raise BackupFault(f"{name} does not open: it is damaged, or was sealed with another key") from error
        of, at = plain[:ID], int.from_bytes(plain[ID : ID + ORDER])
        if last or at != order or (this and of != this):
            raise BackupFault(f"{name} is not in one piece")
        this, last = of, bool(plain[ID + ORDER])
        yield plain[ID + ORDER + 1 :]
    if not last:
        raise BackupFault(f"{name} was cut short")


def digest(file: Path) -> str:
    """The file's SHA-256."""
    with file.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


BESIDE = ("-wal", "-shm", "-journal")
LIVED = ("person", "visit", "journal", "inbox", "outbox")


def refuse_full(store: Path) -> None:
    """Make way for a store that is brought back. Raises BackupFault where one is that has lived."""
    beside = [path for end in BESIDE if (path := store.with_name(store.name + end)).exists()]
    if store.exists() and store.stat().st_size and any(look(store).rows.get(name) for name in LIVED):
        raise BackupFault(
            f"there is a store at {store}: move it away first, with the files beside it ({', '.join(BESIDE)})"
        )
    if beside and not store.exists():
        raise BackupFault(f"{beside[0].name} belongs to a store that is gone: move it away first")
    for path in (store, *beside):
        path.unlink(missing_ok=True)


def put_in_place(made: Path, store: Path) -> None:
    """Give a finished store its name. Raises BackupFault when it cannot be closed."""
    with closing(sqlite3.connect(made)) as last:
        last.execute("PRAGMA journal_mode=DELETE")
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.chmod(0o600)
    made.rename(store)
    settle(store.parent)


def settle(folder: Path) -> None:
    """The names in it are on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
