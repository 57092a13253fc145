"""What the store cannot take is on the disk, sealed and whole, before anybody is told that we have it."""

import errno
import os
from pathlib import Path

import pytest

from bot.people import Channel
from store.crypto import Sealer
from store.database import Database, StoreDown
from store.spool import Spool, Spooled, spool_beside
from tests.store.cast import MINUTE, NOW, SECRET

SEALER = Sealer(SECRET)
ODD = "left \ud83d".encode("utf-8", "surrogatepass") + b"\x00\n\xff"


def text(number: int, raw: bytes = b"arrived") -> Spooled:
    return Spooled(Channel.SMS, f"SM{number}", raw, NOW + number * MINUTE)


def without_room(path: Path) -> Path:
    """A file that takes a name, and not one byte."""
    path.symlink_to("/dev/full")
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "doorstep.db.spool"


@pytest.fixture
def spool(path: Path) -> Spool:
    return Spool(path, SEALER)


async def test_what_was_put_is_read_as_it_was(spool: Spool) -> None:
    """Byte for byte, with its id and its time, oldest first; also by the process after this one."""
    put = [text(1), text(2, ODD), text(3, b""), text(4, b"x" * 100_000)]
    for one in put:
        await spool.put(one)
    found, length = await Spool(spool.path, SEALER).read()
    assert list(found) == put
    assert length == spool.path.stat().st_size


async def test_nothing_can_be_read_on_the_disk(spool: Spool) -> None:
    """The file holds no word of it, and is its owner's alone."""
    await spool.put(text(1, b"is the blue folder in? +447700900001"))
    written = spool.path.read_bytes()
    assert not any(word in written for word in (b"blue", b"7700", b"SM1", b"sms"))
    assert spool.path.stat().st_mode & 0o777 == 0o600


async def test_it_is_on_the_disk_and_so_is_its_name(path: Path) -> None:
    """The file is synced with each record, the folder when the file is new: a power cut takes neither."""
    synced: list[Path] = []

    def sync(file: int) -> None:
        synced.append(Path(f"/proc/self/fd/{file}").readlink())
        os.fsync(file)

    spool = Spool(path, SEALER, sync)
    await spool.put(text(1))
    await spool.put(text(2))
    assert synced == [path, path.parent, path]


@pytest.mark.parametrize("kind", ["file", "folder"])
async def test_a_disk_that_does_not_sync_is_no_promise(path: Path, kind: str) -> None:
    """The record does not count, and of a file that was there before it nothing is left behind."""
    failing = [kind]

    def sync(file: int) -> None:
        is_folder = Path(f"/proc/self/fd/{file}").readlink().is_dir()
        if failing and is_folder is (kind == "folder"):
            raise OSError(errno.EIO, "Input/output error")
        os.fsync(file)

    spool = Spool(path, SEALER, sync)
    with pytest.raises(StoreDown, match="Input/output error"):
        await spool.put(text(1))
    failing.clear()
    await spool.put(text(2))
    found, _ = await spool.read()
    assert text(2) in found
    assert kind == "folder" or list(found) == [text(2)]


async def test_a_disk_without_room_is_no_promise(path: Path) -> None:
    """What was not written is not acknowledged."""
    with pytest.raises(StoreDown, match="No space left on device"):
        await Spool(without_room(path), SEALER).put(text(1))


async def test_a_folder_that_is_gone_is_no_promise(tmp_path: Path) -> None:
    """Nowhere to write is as good as no room."""
    with pytest.raises(StoreDown, match="No such file or directory"):
        await Spool(tmp_path / "gone" / "spool", SEALER).put(text(1))


@pytest.mark.parametrize("left", [1, 20, 100])
async def test_a_torn_last_record_costs_only_itself(spool: Spool, left: int) -> None:
    """The machine died while writing: it was never acknowledged; what comes after it is whole."""
    await spool.put(text(1))
    whole = spool.path.read_bytes()
    spool.path.write_bytes(whole + whole[:left])
    assert list((await spool.read())[0]) == [text(1)]
    await spool.put(text(2))
    assert list((await spool.read())[0]) == [text(1), text(2)]


async def test_a_record_that_does_not_open_is_set_aside(spool: Spool) -> None:
    """Sealed with another key, or spoilt on the disk: it is kept beside, and blocks nothing."""
    await Spool(spool.path, Sealer("another secret of sixteen")).put(text(1))
    await spool.put(text(2))
    assert list((await spool.read())[0]) == [text(2)]
    aside = Spool(spool.path.with_name("doorstep.db.spool-unread"), Sealer("another secret of sixteen"))
    assert list((await aside.read())[0]) == [text(1)]


@pytest.mark.parametrize(
    "line",
    [
        '{"channel": "voice", "id": "CA1", "raw": "", "at": "2026-11-23T14:00:00+00:00"}',
        '{"channel": "sms", "id": "SM1", "raw": 7, "at": "2026-11-23T14:00:00+00:00"}',
        '{"channel": "sms", "id": "SM1", "raw": "", "at": "at two"}',
        '{"channel": "sms", "raw": ""}',
        "[]",
    ],
)
async def test_a_record_of_another_version_is_set_aside(spool: Spool, line: str) -> None:
    """It opens, and says what this version does not know: it is kept for the one that does, and blocks nothing."""
    spool.path.write_bytes(SEALER.seal(line) + b"\n")
    await spool.put(text(2))
    assert list((await spool.read())[0]) == [text(2)]
    assert SEALER.open(spool.path.with_name("doorstep.db.spool-unread").read_bytes().strip()) == line


async def test_what_is_read_in_is_taken_away_and_what_came_since_is_not(spool: Spool) -> None:
    """A record that is put while the others are read in stays for the next time."""
    await spool.put(text(1))
    _, length = await spool.read()
    await spool.put(text(2))
    await spool.clear(length)
    assert spool.waiting
    found, length = await spool.read()
    assert list(found) == [text(1), text(2)]
    await spool.clear(length)
    assert not spool.waiting


async def test_a_spool_that_cannot_be_read_or_taken_away_is_a_store_that_is_down(spool: Spool) -> None:
    """It is tried again; nothing is thrown away meanwhile."""
    spool.path.mkdir()
    with pytest.raises(StoreDown, match="Is a directory"):
        await spool.read()
    with pytest.raises(StoreDown, match="taken away"):
        await spool.clear(spool.path.stat().st_size)


def test_it_lies_beside_the_store(tmp_path: Path) -> None:
    """Beside the file of a SQLite store; for a server elsewhere in the folder the process was started in."""
    beside = Database(f"sqlite+aiosqlite:///{tmp_path / 'doorstep.db'}", SEALER)
    assert spool_beside(beside) == tmp_path / "doorstep.db.spool"
    assert spool_beside(Database("postgresql+asyncpg://db/doorstep", SEALER)) == Path("doorstep.spool")
