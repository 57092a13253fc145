"""What is on record before a run begins: the school, the cast, and the visits that were planned."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import visit
from bot.people import Person
from bot.school import School, parse_schools
from store import people, schools, visits
from store.crypto import Sealer
from store.database import Database
from store.schema import migrate
from tests.simulation.plan import CAST, Actor, Plan, Whose

KEY = "a key for simulations of sixteen or more"
SEALER = Sealer(KEY)
BEGINS = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SCHOOL = '[marsh-lane]\nname = "Marsh Lane Primary"\ntime_zone = "Europe/London"\nhours = "08:00-17:00"\n'
POLICIES = ("default", "potton", "birchwood", "coteford", "early-years", "willows")
CODE_WORD = "blue folder"


def schools_of(plan: Plan) -> dict[str, School]:
    phrases = [CODE_WORD] if plan.code_words and plan.whose is Whose.SCHOOL else []
    return parse_schools(f'{SCHOOL}policy = "{POLICIES[plan.school]}"\ncode_words = {phrases}\n')


def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def _person(actor: Actor, school_id: int, *, has_their_own: bool) -> Person:
    return Person(
        id=0,
        school_id=school_id,
        name=actor.name,
        roles=actor.roles,
        phone=actor.number,
        telegram_id=str(actor.chat) if actor.chat else None,
        code_words=(CODE_WORD,) if has_their_own and actor.is_visitor else (),
    )


async def put_on_record(database: Database, plan: Plan) -> dict[int, Actor]:
    """The cast and the plan, on an empty store or on a copy of one with the cast. Gives the cast by their ids.

    A contact who answers alarms has written before as they will then: where a prompt goes is the same in a run and its twin.
    """
    async with database.transaction() as tx:
        by_id = await schools.sync(tx, schools_of(plan))
        school_id, school = next(iter(by_id.items()))
        known = {person.name: person.id for person in await people.of_school(tx, school_id)}
        for actor in CAST:
            own = plan.has_their_own(actor.name)
            if actor.name not in known or (plan.whose is Whose.VISIT and own):
                known[actor.name] = await people.save(tx, _person(actor, school_id, has_their_own=own))
        answering = {habit.contact: habit.by for habit in plan.habits if habit.mine is not None}
        for person in await people.of_school(tx, school_id) if answering else ():
            if person.name in answering:
                await people.wrote_on(tx, person, answering[person.name])
        for planned in plan.visits:
            if not planned.planned:
                continue
            starts, ends = (BEGINS + timedelta(seconds=at) for at in (planned.starts, planned.ends))
            made = await visits.add(
                tx, school_id, school.policy, BEGINS, address=f"{planned.number} High Street", pupil="K.T.",
                code_words=(CODE_WORD,) if plan.code_words and plan.whose is Whose.VISIT else (),
            )  # fmt: skip
            back = None if planned.back is None else BEGINS + timedelta(seconds=planned.back)
            for name in planned.goers:
                place = visit.Place(known[name], visit_id=made.id, starts_at=starts, ends_at=ends, returns_at=back)
                await visits.add_place(tx, school_id, visit.plan(place, school.policy))
    return {known[actor.name]: actor for actor in CAST}


def put_in_place(path: Path, by: Path) -> None:
    """A store where another was, with nothing of that one beside it."""
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    shutil.copyfile(by, path)


async def on_server(store: str, plan: Plan) -> dict[int, Actor]:
    """All that on record in a database that has its tables."""
    database = Database(store, SEALER)
    cast = await put_on_record(database, plan)
    await database.close()
    return cast


async def store_for(folder: Path, plan: Plan) -> tuple[Path, dict[int, Actor]]:
    """A store with all that on record; the empty one with its tables is made once and copied."""
    own = plan.code_words and plan.whose is Whose.THEIRS
    bare = folder / f"bare-{own:d}.db"
    if not bare.exists():
        database = Database(url(bare), SEALER)
        await migrate(database)
        empty = Plan(seed=0, visits=(), habits=(), faults=(), code_words=own)
        await put_on_record(database, empty)
        await database.close()
    path = folder / "doorstep.db"
    put_in_place(path, bare)
    database = Database(url(path), SEALER)
    cast = await put_on_record(database, plan)
    await database.close()
    return path, cast
