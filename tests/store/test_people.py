"""People are found by number and chat, enrolled once and only as themselves, and strangers are answered sparingly."""

from dataclasses import replace

import pytest

from bot.people import Channel, Person, Role
from store import people
from store.database import Database, Transaction
from tests.store.cast import (
    ASHA,
    BEN,
    DAY,
    HOUR,
    MILL_ROAD,
    MINUTE,
    NOW,
    OLIVE,
    SECOND,
    SECRET,
    add_person,
    add_school,
)
from tests.store.conftest import Open

CHAT, OTHER_CHAT = "7000000002", "7000000003"
STRANGER = "+447700900999"


async def invited(tx: Transaction, person: Person = BEN) -> Person:
    ben = await add_person(tx, await add_school(tx), person)
    await people.invite(tx, ben, "link", NOW + HOUR)
    return ben


async def test_a_person_is_saved_once_a_number(database: Database) -> None:
    """Saving the same number again changes that person; an empty chat does not untie the chat they have."""
    async with database.transaction() as tx:
        asha = await add_person(tx, await add_school(tx), ASHA)
    async with database.transaction() as tx:
        changed = replace(asha, name="Asha A.", roles=frozenset({Role.VISITOR, Role.SLT}), code_words=())
        assert await people.save(tx, replace(changed, telegram_id=None)) == asha.id
    async with database.transaction() as tx:
        assert await people.of_school(tx, asha.school_id) == [changed]


async def test_a_person_is_found_by_number_and_by_chat_in_every_school(database: Database) -> None:
    """One who works at two schools is found in both by either address; nobody else is."""
    async with database.transaction() as tx:
        both = [await add_person(tx, await add_school(tx, *name), ASHA) for name in ([], [MILL_ROAD])]
        await add_person(tx, both[0].school_id, OLIVE)
    async with database.transaction() as tx:
        assert await people.by_address(tx, Channel.SMS, ASHA.phone) == both
        assert await people.by_address(tx, Channel.TELEGRAM, ASHA.telegram_id or "") == both
        assert await people.by_address(tx, Channel.TELEGRAM, ASHA.phone) == []
        assert await people.by_address(tx, Channel.SMS, STRANGER) == []


async def test_a_lost_channel_is_found_again_by_writing_on_it(database: Database) -> None:
    """A refused channel is remembered until the person writes on it, which also makes it their last."""
    async with database.transaction() as tx:
        asha = await add_person(tx, await add_school(tx), ASHA)
        await people.lose_channel(tx, asha, Channel.TELEGRAM)
    async with database.transaction() as tx:
        lost = await people.by_id(tx, asha.school_id, asha.id)
        assert lost == replace(asha, lost=frozenset({Channel.TELEGRAM}))
        await people.wrote_on(tx, lost, Channel.TELEGRAM)
    async with database.transaction() as tx:
        found = await people.by_id(tx, asha.school_id, asha.id)
        assert found == replace(asha, last_channel=Channel.TELEGRAM)


async def test_an_invitation_ties_the_chat_to_the_invited(database: Database) -> None:
    """The link opened in time and the number proved: the chat is theirs, once and for good."""
    async with database.transaction() as tx:
        ben = await invited(tx)
        assert await people.claim_invitation(tx, "link", CHAT, NOW)
        assert await people.enrol(tx, CHAT, BEN.phone, NOW + MINUTE) == replace(
            ben, telegram_id=CHAT, last_channel=Channel.TELEGRAM
        )
    async with database.transaction() as tx:
        assert [person.id for person in await people.by_address(tx, Channel.TELEGRAM, CHAT)] == [ben.id]


async def test_a_link_works_once(database: Database) -> None:
    """A used link opens for nobody, its first user included."""
    async with database.transaction() as tx:
        await invited(tx)
        await people.claim_invitation(tx, "link", CHAT, NOW)
        await people.enrol(tx, CHAT, BEN.phone, NOW)
    async with database.transaction() as tx:
        assert not await people.claim_invitation(tx, "link", CHAT, NOW)
        assert not await people.claim_invitation(tx, "link", OTHER_CHAT, NOW)
        assert await people.enrol(tx, CHAT, BEN.phone, NOW) is None


@pytest.mark.parametrize("token", ["link", "no such link"])
async def test_a_link_that_has_expired_or_never_was_opens_for_nobody(database: Database, token: str) -> None:
    """Past its time a link is as good as none, at the claim and at the proof of the number."""
    async with database.transaction() as tx:
        await invited(tx)
        assert not await people.claim_invitation(tx, token, CHAT, NOW + HOUR)
        assert await people.claim_invitation(tx, "link", CHAT, NOW + HOUR - SECOND)
        assert await people.enrol(tx, CHAT, BEN.phone, NOW + HOUR) is None


async def test_a_link_is_bound_to_the_chat_that_opened_it(database: Database) -> None:
    """Forwarded on, a link that was opened works for no other chat."""
    async with database.transaction() as tx:
        await invited(tx)
        assert await people.claim_invitation(tx, "link", CHAT, NOW)
    async with database.transaction() as tx:
        assert not await people.claim_invitation(tx, "link", OTHER_CHAT, NOW)
        assert await people.enrol(tx, OTHER_CHAT, BEN.phone, NOW) is None
        assert await people.claim_invitation(tx, "link", CHAT, NOW)


async def test_only_the_invited_number_enrols(database: Database) -> None:
    """A chat that proves another number is tied to nobody, not even to that number's owner."""
    async with database.transaction() as tx:
        ben = await invited(tx)
        await add_person(tx, ben.school_id, OLIVE)
        await people.claim_invitation(tx, "link", CHAT, NOW)
    for phone in (OLIVE.phone, STRANGER):
        async with database.transaction() as tx:
            assert await people.enrol(tx, CHAT, phone, NOW) is None
    async with database.transaction() as tx:
        assert await people.by_address(tx, Channel.TELEGRAM, CHAT) == []
        assert await people.enrol(tx, CHAT, BEN.phone, NOW) is not None


async def test_a_stranger_is_answered_hourly_and_told_of_daily(database: Database) -> None:
    """However often a stranger writes: one answer an hour, one word to the office a day."""
    moments = (NOW, NOW + MINUTE, NOW + HOUR - SECOND, NOW + HOUR, NOW + DAY - SECOND, NOW + DAY)
    due = []
    for now in moments:
        async with database.transaction() as tx:
            due.append(await people.stranger_due(tx, Channel.SMS, STRANGER, now, HOUR, DAY))
    assert due == [(True, True), (False, False), (False, False), (True, False), (True, False), (False, True)]
    async with database.transaction() as tx:
        assert await people.stranger_due(tx, Channel.TELEGRAM, STRANGER, NOW, HOUR, DAY) == (True, True)


async def test_with_a_new_key_in_front_people_are_still_found(kind: str, open_store: Open) -> None:
    """A number and a chat are found by either key; saving the person again adds nobody, and brings the new key's index."""
    old = await open_store(kind)
    async with old.transaction() as tx:
        asha = await add_person(tx, await add_school(tx), replace(ASHA, telegram_id="7001"))
    both = await open_store(kind, url=old.url, secret=f"another secret of these proofs, {SECRET}")
    async with both.transaction() as tx:
        assert await people.by_address(tx, Channel.SMS, asha.phone) == [asha]
        assert await people.by_address(tx, Channel.TELEGRAM, "7001") == [asha]
        assert await people.save(tx, asha) == asha.id
    async with both.transaction() as tx:
        assert await people.of_school(tx, asha.school_id) == [asha]
