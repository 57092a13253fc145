"""What is personal cannot be read from the disk, and a key that does not fit says so."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from bot.agreement import Agreement
from bot.people import Channel
from store import alarms, inbox, journal, outbox, people, records, talks, visits
from store.crypto import KeyFault, Sealer
from store.database import Database, Transaction
from store.outbox import Notice
from store.records import Feedback, Written
from store.talks import Talk
from tests.store.cast import ASHA, HOUR, MARSH_LANE, NOW, OLIVE, Scene, scene, take_owed
from tests.store.conftest import Open

PERSONAL = (
    "Asha (attendance)",
    "7700900001",
    "7700900003",
    "7000000001",
    "blue folder",
    "red umbrella",
    "green Corsa",
    "Teasel Walk",
    "K.T., year four",
    "attendance talk",
    "no answer since two",
    "just got to no 14",
    "is all well, Asha?",
    "Stay a little longer",
    "she says the dog is loose",
    "the grandmother lives upstairs",
    "the boiler is broken",
    "rings by half past eight",
    "the slip is hard to read",
    "LINK-TOKEN-9QX",
)


async def fill(tx: Transaction) -> Scene:
    """One of everything that holds something personal."""
    set_up = await scene(tx)
    await inbox.keep(tx, Channel.SMS, "SM1", b"From=%2B447700900001&Body=just got to no 14, blue folder", NOW)
    [kept] = await inbox.new_ones(tx, 1)
    await inbox.done(tx, kept, NOW, sender=ASHA.phone, text="just got to no 14", person_id=set_up.asha.id)
    text_owed = Notice(
        set_up.school_id,
        set_up.asha.id,
        Channel.SMS,
        ASHA.phone,
        "ask_check_in",
        "is all well, Asha?",
        ("Stay a little longer",),
    )
    await outbox.owe(tx, text_owed, NOW)
    await journal.append(tx, set_up.school_id, NOW, "text", person_id=set_up.asha.id, text="she says the dog is loose")
    answered = {"home": "the grandmother lives upstairs"}
    await talks.add(tx, Talk(set_up.school_id, set_up.asha.id, "record", NOW, NOW, answers=answered))
    told = Written(set_up.school_id, set_up.visit.id, set_up.asha.id, NOW, {"summary": "the boiler is broken"})
    await records.begin(tx, told)
    await records.agree(tx, set_up.school_id, set_up.visit.id, [Agreement("rings by half past eight")])
    await records.give_feedback(tx, set_up.school_id, Feedback("the slip is hard to read", NOW, set_up.asha.id))
    await people.invite(tx, set_up.asha, "LINK-TOKEN-9QX", NOW + HOUR)
    await people.claim_invitation(tx, "LINK-TOKEN-9QX", "7000000001", NOW)
    await people.stranger_due(tx, Channel.SMS, OLIVE.phone, NOW, HOUR, HOUR)
    return set_up


async def everything_at_rest(database: Database) -> bytes:
    """Every byte of SQLite's files, or a dump of every row of PostgreSQL."""
    if database.url.get_backend_name() == "sqlite":
        path = Path(str(database.url.database))
        return b"".join(found.read_bytes() for found in path.parent.glob(f"{path.name}*"))
    rows: list[str] = []
    async with database.engine.connect() as connection:
        for table in SQLModel.metadata.tables:
            dumped = await connection.execute(text(f"SELECT CAST(t AS text) FROM {table} AS t"))
            rows += dumped.scalars().all()
    return "\n".join(rows).encode()


def written_as(needle: str) -> list[bytes]:
    """How a text might stand in a file or a dump: in UTF-8, in UTF-16, in hexadecimal."""
    plain = needle.encode()
    return [plain, needle.encode("utf-16-le"), plain.hex().encode()]


async def test_nothing_personal_can_be_read_at_rest(database: Database) -> None:
    """Names, numbers, chats, code words, addresses, pupils, reasons and texts are sealed on the disk."""
    async with database.transaction() as tx:
        await fill(tx)
    stored = await everything_at_rest(database)
    assert [needle for needle in PERSONAL for form in written_as(needle) if form in stored] == []
    # The search finds what is not sealed, and the tokens of what is: so it would have found the rest.
    assert MARSH_LANE.encode() in stored
    assert any(form in stored for form in written_as("gAAAAA"))


async def test_what_is_sealed_opens_again_with_its_key(database: Database) -> None:
    """With its key, everything comes back as it was given."""
    async with database.transaction() as tx:
        set_up = await fill(tx)
    async with database.transaction() as tx:
        assert await people.by_id(tx, set_up.school_id, set_up.asha.id) == set_up.asha
        assert await visits.by_id(tx, set_up.school_id, set_up.visit.id) == set_up.visit
        assert await inbox.sent_by(tx, Channel.SMS, ASHA.phone) == [(NOW, "just got to no 14")]
        [entry] = await journal.of_school(tx, set_up.school_id)
        assert entry.body == {"text": "she says the dog is loose"}


Read = Callable[[Transaction, Scene], Awaitable[object]]
READS: dict[str, Read] = {
    "people": lambda tx, s: people.of_school(tx, s.school_id),
    "visits": lambda tx, s: visits.of_school(tx, s.school_id),
    "alarms": lambda tx, s: alarms.open_in_school(tx, s.school_id),
    "inbox": lambda tx, s: inbox.new_ones(tx, 9),
    "outbox": lambda tx, s: take_owed(tx, "lease", NOW, NOW + HOUR),
    "talks": lambda tx, s: talks.open_with(tx, s.school_id, s.asha.id),
    "records": lambda tx, s: records.of_visit(tx, s.school_id, s.visit.id),
    "agreements": lambda tx, s: records.agreements_of(tx, s.school_id, s.visit.id),
    "feedback": lambda tx, s: records.feedback_of(tx, s.school_id),
    "journal": lambda tx, s: journal.of_school(tx, s.school_id),
}


async def test_a_wrong_key_is_named_in_the_fault(database: Database, open_store: Open) -> None:
    """Opened with another key, every room of the store names the setting that holds the key."""
    async with database.transaction() as tx:
        set_up = await fill(tx)
        await inbox.keep(tx, Channel.SMS, "SM2", b"left", NOW)
    other = await open_store(url=database.url, secret="another secret of these proofs")
    for read in READS.values():
        with pytest.raises(KeyFault, match="DOORSTEP_SECRET_KEY"):
            async with other.transaction() as tx:
                await read(tx, set_up)


async def test_while_keys_change_both_open(database: Database, open_store: Open) -> None:
    """With the new key first and the old one after it, what the old one sealed still opens."""
    async with database.transaction() as tx:
        set_up = await fill(tx)
    secret = "another secret of these proofs, the secret of these proofs"
    both = await open_store(url=database.url, secret=secret)
    async with both.transaction() as tx:
        for read in READS.values():
            assert await read(tx, set_up) is not None


@pytest.mark.parametrize("secret", ["", "short", " , ", "long enough for a key,short"])
def test_a_secret_too_short_to_seal_with_is_refused(secret: str) -> None:
    """A key that anybody could guess is no key."""
    with pytest.raises(KeyFault, match="at least 16"):
        Sealer(secret)
