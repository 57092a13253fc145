"""The local phones over HTTP: texts in, and all that a phone sent and got, for this machine only."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from bot.delivery import Parcel, Verdict
from bot.events import Incoming, Sort
from bot.people import Channel, Person, Role
from handlers import local
from handlers.web import LocalPhones, build_app
from store import inbox, leases, outbox, people
from store.leases import Free
from store.outbox import Notice
from store.tables import SchoolRow
from tests.fakes.hands import Hands
from tests.handlers.open_door import OpenDoor, open_door, well

ASHA, BEN, CHAT = "+447700900001", "+447700900002", "70001"
SMS, TELEGRAM = Channel.SMS, Channel.TELEGRAM


def app_with(advance: Callable[[timedelta], Awaitable[datetime]] | None) -> Callable[[OpenDoor], FastAPI]:
    def app_of(door: OpenDoor) -> FastAPI:
        numbers = count(1)
        phones = LocalPhones(
            keep=door.keep,
            new_id=lambda: f"local-{next(numbers)}",
            address=lambda channel, number: local.address_of(door.database, channel, number),
            phone_log=lambda number: local.phone_log(door.database, number),
            advance=advance,
        )
        return build_app(twilio=None, telegram=None, local=phones, health=well, registry=door.registry)

    return app_of


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def door(tmp_path: Path, clock: Hands) -> Iterator[OpenDoor]:
    with open_door(tmp_path, clock, app_with(None)) as one:
        yield one


@pytest.fixture(scope="module")
def shut_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDoor]:
    """One door for all that gets no further than it."""
    with open_door(tmp_path_factory.mktemp("shut"), Hands(), app_with(None)) as one:
        yield one
        assert one.on_disk() == 0


def texts(door: OpenDoor, **posted: object) -> Any:
    return door.client.post(f"{door.url}/local/messages", json={name.rstrip("_"): one for name, one in posted.items()})


def phone(door: OpenDoor, number: str = ASHA) -> list[dict[str, Any]]:
    shown = door.client.get(f"{door.url}/local/phones/{number}").json()
    assert shown["phone"] == ASHA
    return list(shown["messages"])


def reads(door: OpenDoor) -> list[Incoming]:
    """What the desk does with the inbox, as far as a phone is concerned."""

    async def work() -> list[Incoming]:
        read = []
        async with door.database.transaction() as tx:
            for kept in await inbox.new_ones(tx, 100):
                (incoming,) = local.parse(kept.raw)
                await inbox.done(tx, kept, door.clock(), sender=incoming.sender, text=incoming.text)
                read.append(incoming)
        return read

    return door.run(work())


def sends(door: OpenDoor, channel: Channel, address: str, text: str, *buttons: str) -> None:
    """What the outbox and the local carrier do with a notice."""

    async def work() -> None:
        now = door.clock()
        notice = Notice(None, None, channel, address, "test", text, buttons)
        async with door.database.transaction() as tx:
            await outbox.owe(tx, notice, now)
            (leased,) = await leases.lease(tx, "lease", now, now + timedelta(seconds=30), Free(0, 9), Channel)
            assert await leases.write_down(tx, leased, await local.LocalCarrier().send(leased.parcel), now)

    door.run(work())


def knows(door: OpenDoor, phone: str, chat: str | None) -> None:
    """Asha is on record, with a chat on Telegram or without."""

    async def work() -> None:
        async with door.database.transaction() as tx:
            tx.session.add(SchoolRow(id=1, key="marsh-lane", name="Marsh Lane Primary"))
            await tx.session.flush()
            await people.save(tx, Person(0, 1, "Asha", frozenset({Role.VISITOR}), phone, chat))

    door.run(work())


class TestTexting:
    """POST /local/messages"""

    def test_a_text_is_kept(self, door: OpenDoor) -> None:
        """A text is in the inbox when the answer, 202 with its id, is there."""
        response = texts(door, from_=ASHA, text="arrived")
        assert (response.status_code, response.json(), door.on_disk()) == (202, {"id": "local-1"}, 1)
        assert door.kept()[0].external_id == "local-1"
        assert reads(door) == [Incoming(SMS, ASHA, Sort.TEXT, text="arrived")]

    def test_the_same_words_twice_are_two_texts(self, door: OpenDoor) -> None:
        """A person who says it twice has said it twice."""
        texts(door, from_=ASHA, text="left")
        texts(door, from_=ASHA, text="left")
        assert len(reads(door)) == 2

    @pytest.mark.parametrize(
        "written", [ASHA, "07700 900001", "07700900001", " +44 (0)7700 900001", "00447700900001", "+44-7700-900001"]
    )
    def test_a_number_as_people_write_it(self, door: OpenDoor, written: str) -> None:
        """However it is written, it is the same phone, in the text and in the path."""
        assert texts(door, from_=written, text="ok").status_code == 202
        assert reads(door)[0].sender == ASHA
        assert phone(door, written)[0]["text"] == "ok"

    @pytest.mark.parametrize("text", ["", "  ok \n", "\x00", "👍", "x" * 10_000, "‮ton"])
    def test_words_are_left_as_they_are(self, door: OpenDoor, text: str) -> None:
        """Blank, endless, odd: a text is kept and shown as it was sent."""
        assert texts(door, from_=ASHA, text=text).status_code == 202
        assert reads(door)[0].text == text
        assert phone(door)[0]["text"] == text

    def test_half_a_character(self, door: OpenDoor) -> None:
        """Half of a surrogate pair is read as a replacement character, and shown without harm."""
        body = b'{"from": "+447700900001", "text": "ok \\ud83d"}'
        assert door.client.post(f"{door.url}/local/messages", content=body).status_code == 202
        assert reads(door)[0].text == "ok \N{REPLACEMENT CHARACTER}"
        assert phone(door)[0]["text"] == "ok \N{REPLACEMENT CHARACTER}"

    def test_by_telegram(self, door: OpenDoor) -> None:
        """On Telegram a phone is its owner's chat."""
        knows(door, ASHA, CHAT)
        texts(door, from_=ASHA, text="arrived", channel="telegram")
        assert door.kept()[0].channel is TELEGRAM
        assert reads(door) == [Incoming(TELEGRAM, CHAT, Sort.TEXT, text="arrived")]

    @pytest.mark.parametrize("on_record", [True, False])
    def test_by_telegram_without_a_chat(self, door: OpenDoor, on_record: bool) -> None:
        """Who has no chat on record, or is not on record, is known there by the number."""
        if on_record:
            knows(door, ASHA, None)
        texts(door, from_=ASHA, text="arrived", channel="telegram")
        assert reads(door) == [Incoming(TELEGRAM, ASHA, Sort.TEXT, text="arrived")]
        assert [one["channel"] for one in phone(door)] == ["telegram"]

    def test_store_down(self, door: OpenDoor) -> None:
        """While the store is down the answer is 503, for texts and for phones."""
        door.breaks()
        assert texts(door, from_=ASHA, text="arrived").status_code == 503
        assert door.client.get(f"{door.url}/local/phones/{ASHA}").status_code == 503
        door.mends()
        assert door.on_disk() == 0


class TestRefused:
    """What is no text of a local phone."""

    @pytest.mark.parametrize(
        ("posted", "reason"),
        [
            ({"text": "arrived"}, "phone number"),
            ({"from": "Asha", "text": "arrived"}, "phone number"),
            ({"from": "999", "text": "arrived"}, "phone number"),
            ({"from": "+44", "text": "arrived"}, "phone number"),
            ({"from": "+9997700900001", "text": "arrived"}, "phone number"),
            ({"from": 447700900001, "text": "arrived"}, "phone number"),
            ({"from": "+4477009000011", "text": "arrived"}, "phone number"),
            ({"from": ASHA}, "text is missing"),
            ({"from": ASHA, "text": 1}, "text is missing"),
            ({"from": ASHA, "text": "ok", "channel": "pigeon"}, '"sms" or "telegram"'),
            ({"from": ASHA, "text": "ok", "channel": None}, '"sms" or "telegram"'),
            ({"from": ASHA, "text": "ok", "channel": []}, '"sms" or "telegram"'),
            ([], "object"),
            ("arrived", "object"),
        ],
    )
    def test_with_a_reason(self, shut_door: OpenDoor, posted: object, reason: str) -> None:
        """What does not fit is a 422 that says, kindly, what would."""
        response = shut_door.client.post(f"{shut_door.url}/local/messages", json=posted)
        assert response.status_code == 422
        assert reason in response.json()["detail"]

    @pytest.mark.parametrize("body", [b"", b"from=+447700900001", b"\xff", b"[" * 50_000])
    def test_what_is_no_json(self, shut_door: OpenDoor, body: bytes) -> None:
        """A body that is not JSON is a 400."""
        assert shut_door.client.post(f"{shut_door.url}/local/messages", content=body).status_code == 400

    def test_a_body_that_is_too_big(self, shut_door: OpenDoor) -> None:
        """Ten megabytes are a 413."""
        assert texts(shut_door, from_=ASHA, text="x" * 10_000_000).status_code == 413

    @pytest.mark.parametrize("number", ["Asha", "999", "%00", "+44", "%F0%9F%91%8D"])
    def test_a_phone_that_is_none(self, shut_door: OpenDoor, number: str) -> None:
        """A path that holds no number is a 422."""
        assert shut_door.client.get(f"{shut_door.url}/local/phones/{number}").status_code == 422

    @pytest.mark.parametrize(
        "headers",
        [
            {"Host": "doorstep.example"},
            {"Host": "doorstep.example:8080"},
            {"Host": "127.0.0.1.doorstep.example"},
            {"Host": "203.0.113.9"},
            {"Host": "[::"},
            {"Host": ""},
            {"Origin": "https://doorstep.example"},
            {"Origin": "null"},
            {"X-Forwarded-For": "127.0.0.1"},
            {"X-Real-IP": "127.0.0.1"},
            {"Forwarded": "for=127.0.0.1"},
        ],
    )
    def test_from_elsewhere(self, shut_door: OpenDoor, headers: dict[str, str]) -> None:
        """By another machine's name, from a web page or through a proxy: 403, for every path."""
        json = {"from": ASHA, "text": "arrived"}
        posted = shut_door.client.post(f"{shut_door.url}/local/messages", json=json, headers=headers)
        looked = shut_door.client.get(f"{shut_door.url}/local/phones/{ASHA}", headers=headers)
        assert (posted.status_code, looked.status_code) == (403, 403)

    @pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:99", "[::1]:8080"])
    def test_from_here(self, shut_door: OpenDoor, host: str) -> None:
        """Every name of this machine is good."""
        headers = {"Host": host, "Origin": "http://localhost:3000"}
        assert shut_door.client.get(f"{shut_door.url}/local/phones/{ASHA}", headers=headers).status_code == 200

    def test_methods_and_the_clock(self, shut_door: OpenDoor) -> None:
        """Wrong methods are 405; outside a rehearsal there is no clock to move."""
        assert shut_door.client.get(f"{shut_door.url}/local/messages").status_code == 405
        assert shut_door.client.post(f"{shut_door.url}/local/phones/{ASHA}").status_code == 405
        assert shut_door.client.post(f"{shut_door.url}/local/clock", json={"advance": "10m"}).status_code == 404


class TestPhone:
    """GET /local/phones/{number}"""

    def test_a_phone_nobody_used(self, door: OpenDoor) -> None:
        """A phone that neither sent nor got anything shows nothing."""
        assert phone(door) == []

    def test_a_conversation(self, door: OpenDoor, clock: Hands) -> None:
        """All that a phone sent and got, oldest first, each with its time, channel and buttons."""
        texts(door, from_=ASHA, text="arrived")
        reads(door)
        sends(door, SMS, ASHA, "ARRIVED 14:00")
        clock.at += timedelta(minutes=10)
        sends(door, SMS, ASHA, "All well?", "OK", "Left")
        clock.at += timedelta(seconds=30)
        texts(door, from_=ASHA, text="left")
        reads(door)
        sends(door, SMS, BEN, "LEFT 14:10")
        assert phone(door) == [
            line("2026-11-23T14:00:00+00:00", "sent", "arrived"),
            line("2026-11-23T14:00:00+00:00", "got", "ARRIVED 14:00"),
            line("2026-11-23T14:10:00+00:00", "got", "All well?", "OK", "Left"),
            line("2026-11-23T14:10:30+00:00", "sent", "left"),
        ]

    def test_one_conversation_over_both_channels(self, door: OpenDoor, clock: Hands) -> None:
        """A phone is both its SMS and its owner's Telegram, in the order of time."""
        knows(door, ASHA, CHAT)
        for channel, address, said in ((TELEGRAM, CHAT, "one"), (SMS, ASHA, "three")):
            texts(door, from_=ASHA, text=said, channel=channel)
            reads(door)
            clock.at += timedelta(seconds=1)
            sends(door, channel, address, f"{said}!")
            clock.at += timedelta(seconds=1)
        assert [(one["channel"], one["direction"], one["text"]) for one in phone(door)] == [
            ("telegram", "sent", "one"),
            ("telegram", "got", "one!"),
            ("sms", "sent", "three"),
            ("sms", "got", "three!"),
        ]


def line(at: str, direction: str, text: str, *buttons: str) -> dict[str, object]:
    return {"at": at, "channel": "sms", "direction": direction, "text": text, "buttons": list(buttons)}


class TestClock:
    """POST /local/clock, in a rehearsal"""

    @pytest.fixture
    def rehearsal(self, tmp_path: Path, clock: Hands) -> Iterator[OpenDoor]:
        async def advance(length: timedelta) -> datetime:
            clock.at += length
            return clock.at

        with open_door(tmp_path, clock, app_with(advance)) as one:
            yield one

    def test_time_passes(self, rehearsal: OpenDoor) -> None:
        """The clock moves by what was asked, and its new time is the answer."""
        response = rehearsal.client.post(f"{rehearsal.url}/local/clock", json={"advance": "1h10m"})
        assert (response.status_code, response.json()) == (200, {"now": "2026-11-23T15:10:00+00:00"})

    @pytest.mark.parametrize(
        "posted", [{}, {"advance": "soon"}, {"advance": 10}, {"advance": "-1m"}, {"advance": "9" * 30 + "h"}, []]
    )
    def test_a_length_that_is_none(self, rehearsal: OpenDoor, posted: object) -> None:
        """What is no length of time moves nothing."""
        assert rehearsal.client.post(f"{rehearsal.url}/local/clock", json=posted).status_code == 422
        assert rehearsal.clock() == Hands().at


class TestRoom:
    """handlers/local.py by itself"""

    @pytest.mark.parametrize(
        "raw", [b"", b"\xff", b"[]", b"7", b"{}", b'{"channel": "pigeon", "sender": "", "text": ""}']
    )
    def test_what_cannot_be_read(self, raw: bytes) -> None:
        """A kept row that is no text of a local phone is a ValueError: the desk sets it aside."""
        with pytest.raises(ValueError):  # noqa: PT011  # json's own errors are among them
            local.parse(raw)

    async def test_everything_arrives(self) -> None:
        """A local phone gets all that is sent to it; there is nowhere to look anything up."""
        carrier, parcel = local.LocalCarrier(), Parcel(7, SMS, ASHA, "All well?")
        attempt = await carrier.send(parcel)
        assert (attempt.verdict, attempt.provider_id) == (Verdict.SENT, "local-7")
        assert await carrier.find(parcel) is None
