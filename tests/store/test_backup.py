"""A backup is the store, sealed; what is not whole, or not ours, does not open."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store import backup
from store.backup import BackupFault
from store.crypto import Sealer
from tests.store.cast import SECRET, scene
from tests.store.conftest import SQLITE, Open

SEALER = Sealer(SECRET)


async def store_with_a_visit(open_store: Open) -> Path:
    database = await open_store(SQLITE)
    async with database.transaction() as tx:
        await scene(tx)
    return backup.file_of(str(database.url))


async def test_what_comes_out_is_what_went_in(open_store: Open, tmp_path: Path) -> None:
    """While the service has the store open: every row is there, and the one who is expected is counted."""
    store = await store_with_a_visit(open_store)
    backup.copy(store, tmp_path / "copy")
    backup.seal(tmp_path / "copy", tmp_path / "sealed", SEALER)
    backup.unseal(tmp_path / "sealed", tmp_path / "again", SEALER)
    assert backup.digest(tmp_path / "again") == backup.digest(tmp_path / "copy")
    contents = backup.look(tmp_path / "again")
    assert (contents.rows["visit"], contents.rows["person"], contents.watched) == (1, 2, 1)


async def test_a_backup_shows_nothing_of_the_store(open_store: Open, tmp_path: Path) -> None:
    """Neither a school's name nor that it is a store of SQLite; and only its owner may read it."""
    backup.copy(await store_with_a_visit(open_store), tmp_path / "copy")
    backup.seal(tmp_path / "copy", tmp_path / "sealed", SEALER)
    written = (tmp_path / "sealed").read_bytes()
    assert (b"Marsh Lane" in (tmp_path / "copy").read_bytes(), b"Marsh Lane" in written) == (True, False)
    assert b"SQLite format" not in written
    assert (tmp_path / "sealed").stat().st_mode & 0o077 == 0


def without_the_last(lines: list[bytes], _: list[bytes]) -> list[bytes]:
    return lines[:-1]


def out_of_order(lines: list[bytes], _: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def of_two(lines: list[bytes], others: list[bytes]) -> list[bytes]:
    return [*lines[:2], *others[2:]]


def with_a_slip(lines: list[bytes], _: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1][:50] + b"A" * 9 + lines[1][59:], *lines[2:]]


def with_more_behind(lines: list[bytes], _: list[bytes]) -> list[bytes]:
    return [*lines, lines[-1]]


def nothing_but_a_name(lines: list[bytes], _: list[bytes]) -> list[bytes]:
    return lines[:1]


def of_something_else(_: list[bytes], __: list[bytes]) -> list[bytes]:
    return [b"school,name,roles\n"]


@pytest.mark.parametrize(
    "harm",
    [
        without_the_last,
        out_of_order,
        of_two,
        with_a_slip,
        with_more_behind,
        nothing_but_a_name,
        of_something_else,
    ],
)
def test_what_is_not_whole_does_not_open(
    tmp_path: Path, harm: Callable[[list[bytes], list[bytes]], list[bytes]]
) -> None:
    """Cut short, put together anew, out of two, changed, longer, empty, another thing: each is refused."""
    plain = tmp_path / "plain"
    plain.write_bytes(bytes(range(256)) * (3 * backup.PIECE // 256))
    for name in ("one", "other"):
        backup.seal(plain, tmp_path / name, SEALER)
    lines, others = [(tmp_path / name).read_bytes().splitlines(keepends=True) for name in ("one", "other")]
    (tmp_path / "harmed").write_bytes(b"".join(harm(lines, others)))
    with pytest.raises(BackupFault):
        backup.unseal(tmp_path / "harmed", tmp_path / "out", SEALER)
    backup.unseal(tmp_path / "one", tmp_path / "whole", SEALER)
    assert (tmp_path / "whole").read_bytes() == plain.read_bytes()


def test_another_key_does_not_open_it(tmp_path: Path) -> None:
    """It says so; while keys are being changed, the old one beside the new one opens it."""
    (tmp_path / "plain").write_bytes(b"")
    backup.seal(tmp_path / "plain", tmp_path / "sealed", SEALER)
    with pytest.raises(BackupFault, match="another key"):
        backup.unseal(tmp_path / "sealed", tmp_path / "out", Sealer("another key of these proofs"))
    backup.unseal(tmp_path / "sealed", tmp_path / "empty", Sealer(f"another key of these proofs,{SECRET}"))
    assert (tmp_path / "empty").read_bytes() == b""


async def test_a_damaged_store_is_found(open_store: Open, tmp_path: Path) -> None:
    """A page of nonsense, a row that points nowhere, a file that is no store: none passes for a backup."""
    store = await store_with_a_visit(open_store)
    backup.copy(store, tmp_path / "loose")
    with closing(sqlite3.connect(tmp_path / "loose")) as loose, loose:
        loose.execute("UPDATE place SET visit_id = 999")
    backup.copy(store, tmp_path / "torn")
    with (tmp_path / "torn").open("r+b") as torn:
        torn.seek(-4096, 2)
        torn.write(b"\xff" * 4096)
    (tmp_path / "text").write_text("nothing of the sort", encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "other")) as other, other:
        other.execute("CREATE TABLE shoes (id INTEGER)")
    for name in ("loose", "torn", "text", "other"):
        with pytest.raises(BackupFault):
            backup.look(tmp_path / name)


def test_what_cannot_be_backed_up_says_so(tmp_path: Path) -> None:
    """PostgreSQL has its own tools, and a store that is not there is not made."""
    with pytest.raises(BackupFault, match="pg_dump"):
        backup.file_of("postgresql+asyncpg://localhost/doorstep")
    with pytest.raises(BackupFault, match="there is no store"):
        backup.copy(tmp_path / "nothing.db", tmp_path / "copy")
    assert not (tmp_path / "nothing.db").exists()
