"""A phone that has got thousands of notices: what waits for it is found as fast as on its first day."""

from pathlib import Path

from sqlalchemy import insert, update
from sqlmodel import select

from bot.people import Channel
from store import leases, outbox
from store.database import Database, Transaction
from store.inplace import InPlaceConnection
from store.outbox import State
from store.schema import migrate
from store.tables import OutboxRow
from tests.store.cast import NOW, notice, scene
from tests.world.quick import SEALER


async def test_what_a_phone_got_in_a_year_is_not_looked_through_with_every_lease(tmp_path: Path) -> None:
    """A notice waits for what is pending for its phone: how much that phone ever got makes the look no longer."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'doorstep.db'}", SEALER)
    await migrate(database)
    async with database.transaction() as tx:
        await scene(tx)
        await outbox.owe(tx, notice("first"), NOW)
        few = await _instructions_of_a_look(tx)
        [first] = (await tx.session.exec(select(OutboxRow))).all()
        sent = first.model_dump(exclude={"id"}) | {"state": State.SENT}
        await tx.execute(insert(OutboxRow), [sent] * 2_000)
        await tx.execute(update(OutboxRow), {"state": State.SENT})
        await outbox.owe(tx, notice("second"), NOW)
        assert await _instructions_of_a_look(tx) < 2 * few
    await database.close()


async def _instructions_of_a_look(tx: Transaction) -> int:
    """How many of SQLite's own instructions it takes to find all that may leave."""
    done = 0

    def counts() -> int:
        nonlocal done
        done += 1
        return 0

    raw = (await tx.connection.get_raw_connection()).driver_connection
    assert isinstance(raw, InPlaceConnection)
    raw.set_progress_handler(counts, 1)
    await leases.lease(tx, "first", NOW, NOW, leases.Free(0, 99), Channel)
    raw.set_progress_handler(None, 0)
    return done
