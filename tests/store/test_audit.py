"""The auditor's look: of a store that is well it says nothing, and each thing that can go wrong has its name."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import bindparam, text

from bot.audit import Kind
from bot.people import Channel
from bot.place import CLOSED
from store import audit, inbox, journal, outbox, pulse
from store.audit import Head, Look, When
from store.database import Database, StoreDown
from store.types import UtcInstant
from tests.store.cast import ASHA, DAY, HOUR, MINUTE, NOW, SECOND, core, notice, scene, take_owed
from tests.store.conftest import POSTGRES, SQLITE, Open

LONG_AGO = NOW - HOUR
NO_ALARM = "UPDATE outbox SET alarm_id = NULL; DELETE FROM alarm"
WRONG: tuple[tuple[Kind, str, str], ...] = (
    (Kind.UNWATCHED, f"{NO_ALARM}; UPDATE place SET deadline_at = NULL", "open (planned) with no deadline"),
    (Kind.UNWATCHED, f"{NO_ALARM}; UPDATE place SET deadline_at = NULL, state = 'flown'", "open (flown)"),
    (
        Kind.UNWATCHED,
        "UPDATE alarm SET state = 'stood down', deadline_at = NULL; UPDATE place SET deadline_at = NULL",
        "visit 1 (place 1)",
    ),
    (Kind.LATE, "UPDATE place SET deadline_at = :late", "deadline of visit 1 (place 1) passed 21 s ago"),
    (Kind.LATE, "UPDATE alarm SET deadline_at = :late", "deadline of alarm 1 (visit 1) passed 21 s ago"),
    (Kind.STUCK, "UPDATE alarm SET deadline_at = NULL", "alarm 1 (visit 1) is open and waits for nothing"),
    (Kind.STUCK, "UPDATE alarm SET deadline_at = NULL, state = 'owned'", "waits for nothing"),
    (Kind.UNHEARD, "UPDATE outbox SET state = 'refused'", "alarm 1 (visit 1), 60 min old, has left for nobody"),
    (Kind.OWED, "UPDATE outbox SET state = 'owed' WHERE urgent", "notice 1 by sms is owed for 60 min"),
    (Kind.OWED, "UPDATE outbox SET state = 'leased' WHERE NOT urgent", "notice 2 by sms is owed for 60 min"),
    (Kind.UNREAD, "UPDATE inbox SET state = 'new' WHERE external_id = 'SM1'", "no. 1 by sms waits for 60 min"),
    (Kind.UNREAD, "UPDATE inbox SET state = 'new' WHERE external_id <> 'SM1'", "no. 2 by sms waits for 60 min"),
    (Kind.ASIDE, "UPDATE inbox SET state = 'aside' WHERE external_id = 'SM1'", "1 of the texts"),
    (Kind.JOURNAL, "DELETE FROM journal WHERE seq = 2", "does not end where it should"),
    (Kind.JOURNAL, "UPDATE journal SET hash = 'another' WHERE seq = 2", "does not end where it should"),
    (Kind.JOURNAL, "UPDATE outbox SET made_at = :late WHERE NOT urgent", "has not moved with what happened"),
    (Kind.PULSE, "DELETE FROM pulse", "never run"),
    (Kind.PULSE, "UPDATE pulse SET beat_at = :old", "no pass of the service has ended for 31 s"),
    (Kind.CLOCK, "UPDATE pulse SET beat_at = :ahead", "the clock of the service is 6 s ahead of this one"),
)
INSTANTS = {"late": NOW - 21 * SECOND, "old": NOW - 31 * SECOND, "ahead": NOW + 6 * SECOND}


async def sound(database: Database) -> None:
    """A store in the middle of an afternoon: a visit, an alarm that has left, a text and a receipt dealt with."""
    async with database.transaction() as tx:
        found = await scene(tx)
        for urgent in (True, False):
            owed = notice("words", urgent=urgent, alarm_id=found.alarm.id if urgent else None)
            await outbox.owe(tx, owed, LONG_AGO)
        for name in ("SM1", "SM1:delivered"):
            await inbox.keep(tx, Channel.SMS, name, b"raw", LONG_AGO)
        await pulse.beat(tx, NOW - SECOND, NOW - DAY)
        for minutes in (60, 50):
            await journal.append(tx, found.school_id, NOW - minutes * MINUTE, "text")
    async with database.transaction() as tx:
        await take_owed(tx, "token", NOW, NOW + MINUTE)
    await change(database, "UPDATE outbox SET state = 'sent', school_id = 1; UPDATE inbox SET state = 'done'")
    await change(database, "UPDATE alarm SET raised_at = :long_ago", long_ago=LONG_AGO)


async def change(database: Database, sql: str, **instants: datetime) -> None:
    """Carry out statements on the bare rows. `instants` are what they name; those of the table above are known."""
    async with database.transaction() as tx:
        for statement in sql.split(";"):
            used = [
                bindparam(name, at, UtcInstant) for name, at in (INSTANTS | instants).items() if f":{name}" in statement
            ]
            await core(tx, text(statement).bindparams(*used))


async def look(database: Database, before: dict[int, Head] | None = None) -> Look:
    """What the auditor finds; what a test's own clock says against the server's is left out."""
    found = await audit.look(database.url.render_as_string(hide_password=False), When(NOW, before or {}))
    return Look([one for one in found.findings if "database server" not in one.words], found.heads)


async def test_of_a_sound_store_it_says_nothing(database: Database) -> None:
    """No finding where every visit is watched, every alarm has left and nothing waits."""
    await sound(database)
    assert (await look(database)).findings == []


@pytest.mark.parametrize(("wrong", "change_it", "words"), WRONG, ids=[f"{row[0]}: {row[1]}" for row in WRONG])
async def test_each_thing_that_is_wrong_has_its_name(
    database: Database, wrong: Kind, change_it: str, words: str
) -> None:
    """One thing is made wrong, and that thing is found, and said with its number."""
    await sound(database)
    await change(database, change_it)
    found = [one for one in (await look(database)).findings if one.kind is wrong]
    assert [one.words for one in found if words in one.words] != [], found


async def test_what_is_not_old_yet_is_left_in_peace(database: Database) -> None:
    """A deadline that passed just now, a notice and a text of this moment: the service is at it."""
    await sound(database)
    await change(database, "UPDATE place SET deadline_at = :now; UPDATE alarm SET deadline_at = :now", now=NOW - SECOND)
    async with database.transaction() as tx:
        await outbox.owe(tx, notice("words", urgent=True), NOW - 9 * SECOND)
        await outbox.owe(tx, notice("words"), NOW - 4 * MINUTE)
        await inbox.keep(tx, Channel.SMS, "SM2", b"raw", NOW - 14 * SECOND)
        await inbox.keep(tx, Channel.SMS, "SM2:sent", b"raw", NOW - 4 * MINUTE)
    assert (await look(database)).findings == []


async def test_a_process_that_has_just_started_is_given_its_minute(database: Database) -> None:
    """Within 60 s of a start what was left over may still be at hand (I3), and not a second longer."""
    await sound(database)
    await change(database, "UPDATE place SET deadline_at = :passed", passed=NOW - 59 * SECOND)
    for since, kinds in ((59, []), (60, [Kind.LATE])):
        async with database.transaction() as tx:
            await pulse.beat(tx, NOW - SECOND, NOW - since * SECOND)
        assert [one.kind for one in (await look(database)).findings] == kinds


async def test_a_service_that_is_started_with_the_auditor_is_waited_for(database: Database) -> None:
    """For half a minute from its own start the auditor takes an old pulse, or none, for a service on its way up."""
    await sound(database)
    url = database.url.render_as_string(hide_password=False)
    for silence in ("UPDATE pulse SET beat_at = :old", "DELETE FROM pulse"):
        await change(database, silence)
        for seconds, kinds in ((30, []), (31, [Kind.PULSE])):
            found = await audit.look(url, When(NOW, began=NOW - seconds * SECOND))
            assert [one.kind for one in found.findings if one.kind is Kind.PULSE] == kinds


async def test_what_has_gone_by_another_way_is_not_owed(database: Database) -> None:
    """An alarm notice that Twilio refuses to take is no finding once the same has left for that person by Telegram."""
    await sound(database)
    async with database.transaction() as tx:
        for way in (Channel.SMS, Channel.TELEGRAM):
            await core(
                tx,
                text(
                    "INSERT INTO outbox (person_id, alarm_id, notice, channel, address, address_index, parcel, urgent, state,"
                    " tries, next_at, doubtful, error, made_at, trouble) SELECT 1, 1, 'alarm_overdue', :way, address,"
                    " address_index, parcel, urgent, 'owed', 1, next_at, doubtful, error, made_at, trouble FROM outbox"
                    " WHERE id = 1"
                ).bindparams(way=way),
            )
    assert [one.kind for one in (await look(database)).findings] == [Kind.OWED, Kind.OWED]
    await change(database, "UPDATE outbox SET state = 'sent' WHERE channel = 'telegram'")
    assert (await look(database)).findings == []


async def test_a_row_that_was_set_aside_and_told_is_settled(database: Database) -> None:
    """One telling, to however many offices, covers one row; a second row wants a second."""
    await sound(database)
    await change(database, "UPDATE inbox SET state = 'aside' WHERE external_id = 'SM1'")
    async with database.transaction() as tx:
        for person in (ASHA, ASHA):
            told = replace(notice("a message could not be read", person=person), notice="office_unreadable")
            await outbox.owe(tx, told, NOW)
    assert (await look(database)).findings == []
    async with database.transaction() as tx:
        await inbox.keep(tx, Channel.SMS, "SM3", b"raw", NOW)
    await change(database, "UPDATE inbox SET state = 'aside' WHERE external_id = 'SM3'")
    assert [one.kind for one in (await look(database)).findings] == [Kind.ASIDE]


async def test_a_journal_only_ever_grows(database: Database) -> None:
    """From look to look the last entry stays where it was; an older store in its place is found."""
    await sound(database)
    first = await look(database)
    async with database.transaction() as tx:
        await journal.append(tx, 1, NOW, "text")
    second = await look(database, before=dict(first.heads))
    assert (second.findings, second.heads[1].seq) == ([], first.heads[1].seq + 1)
    found = await look(database, before={1: Head(9, "gone")})
    assert [one.kind for one in found.findings] == [Kind.JOURNAL]
    assert "gone back behind entry 9" in found.findings[0].words


async def test_a_store_that_cannot_be_read_is_said_to_be_down(kind: str, open_store: Open, tmp_path: Path) -> None:
    """A file that is not there, a file that is no store, a server that does not answer, tables that are not there."""
    empty = await open_store(kind, empty=True)
    urls = [empty.url.render_as_string(hide_password=False)]
    if kind == SQLITE:
        (tmp_path / "notes.db").write_text("no store at all")
        urls += [f"sqlite+aiosqlite:///{tmp_path / name}" for name in ("none.db", "notes.db")]
    else:
        urls.append("postgresql+asyncpg://doorstep@127.0.0.1:1/doorstep")
    for url in urls:
        with pytest.raises(StoreDown):
            await audit.look(url, When(NOW))
    assert not (tmp_path / "none.db").exists()


async def test_it_changes_nothing_and_waits_for_nobody(kind: str, open_store: Open) -> None:
    """It looks while a writer is in the middle of a change, sees what was there before, and can write nothing itself."""
    database = await open_store(kind)
    await sound(database)
    async with database.transaction() as tx:
        await core(tx, text("UPDATE alarm SET deadline_at = NULL"))
        assert (await look(database)).findings == []
    assert [one.kind for one in (await look(database)).findings] == [Kind.STUCK]


def test_its_hand_cannot_write(tmp_path: Path) -> None:
    """The connection to a SQLite file refuses to change it."""
    with closing(sqlite3.connect(tmp_path / "a.db")) as made:
        made.execute("CREATE TABLE place (id)")
    hand = audit._open_sqlite(str(tmp_path / "a.db"))
    with closing(hand), pytest.raises(sqlite3.OperationalError, match="readonly"):
        hand.execute("DELETE FROM place")


async def test_the_servers_clock_is_held_against_ours(open_store: Open) -> None:
    """PostgreSQL tells the time; where it is another than ours, deadlines are not what they seem."""
    database = await open_store(POSTGRES)
    await sound(database)
    found = await audit.look(database.url.render_as_string(hide_password=False), When(NOW))
    assert [one.kind for one in found.findings] == [Kind.CLOCK]
    assert re.search(r"the clock of the database server is \d+ min (ahead of|behind) this one", found.findings[0].words)


def test_it_knows_which_states_are_closed() -> None:
    """The auditor's own list of states in which nobody is out is the machine's: no more, and no fewer."""
    [listed] = re.findall(r"place\.state NOT IN \(([^)]*)\)", audit.UNWATCHED_SQL)
    assert {name.strip(" '") for name in listed.split(",")} == {str(state) for state in CLOSED}
