"""The real PTB Bot and the real twilio client, heard and answered by programs that are not ours."""

import asyncio
import json
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import pytest_asyncio
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tests.peers.install import HERE, PeersMissing, install_peers, peers_required
from tests.peers.peers import TelegramPeer, TwilioPeer

ASHA = "+447700900001"
OLIVE = "+447700900010"
MOVES = [["1 Arrived", "9 Help"], ["3 Left"]]


@pytest_asyncio.fixture
async def bot(telegram_peer: TelegramPeer) -> AsyncIterator[Bot]:
    """PTB's own Bot, as it comes, started against the peer."""
    async with Bot(telegram_peer.token, base_url=telegram_peer.bot_url) as started:
        yield started


class Hook:
    """A webhook of ours that keeps every form it is sent, with its signature, and answers 200 or as told."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.status = 200
        self.heard: list[tuple[str, dict[str, str], str]] = []

    def signed_by(self, token: str) -> bool:
        """Whether twilio's own validator accepts everything heard so far."""
        validator = RequestValidator(token)
        return all(validator.validate(self.url + path, form, sign) for path, form, sign in self.heard)


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A webhook on a free loopback port."""
    kept: list[Hook] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = dict(parse_qsl(body, keep_blank_values=True))
            kept[0].heard.append((self.path, form, self.headers["X-Twilio-Signature"]))
            self.send_response(kept[0].status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.append(Hook(server))
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield kept[0]
        server.shutdown()
        serving.join()


# Telegram ---------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_bot_learns_who_it_is(bot: Bot) -> None:
    """getMe gives PTB a user that is a bot."""
    me = await bot.get_me()
    assert me.is_bot
    assert me.username == "TestNameBot"


@pytest.mark.asyncio
async def test_text_from_a_phone_reaches_the_bot(bot: Bot, telegram_peer: TelegramPeer) -> None:
    """A text is an Update with its words, its sender, its private chat and an aware time."""
    asha = telegram_peer.phone(ASHA, "Asha")
    asha.texts("just got to no 14")
    (update,) = await bot.get_updates()
    message = update.message
    assert message is not None and message.from_user is not None
    assert message.text == "just got to no 14"
    assert (message.from_user.id, message.from_user.first_name) == (asha.id, "Asha")
    assert (message.chat.id, message.chat.type) == (asha.id, "private")
    assert abs(message.date - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.asyncio
async def test_unconfirmed_updates_come_again(bot: Bot, telegram_peer: TelegramPeer) -> None:
    """Only an offset above an update confirms it: asked again without one, it comes again."""
    telegram_peer.texts(ASHA, "arrived")
    telegram_peer.texts(ASHA, "all OK")
    first = await bot.get_updates()
    again = await bot.get_updates(offset=first[0].update_id)
    assert [words(update) for update in first] == [words(update) for update in again] == ["arrived", "all OK"]
    rest = await bot.get_updates(offset=first[0].update_id + 1)
    assert [words(update) for update in rest] == ["all OK"]
    assert await bot.get_updates(offset=rest[0].update_id + 1) == ()
    assert await bot.get_updates() == ()


@pytest.mark.asyncio
async def test_long_poll_ends_with_the_text(bot: Bot, telegram_peer: TelegramPeer) -> None:
    """A poll that waits is answered by the text that arrives meanwhile, long before its time is up."""
    async with asyncio.timeout(10):
        poll = asyncio.create_task(bot.get_updates(timeout=60))
        await asyncio.to_thread(telegram_peer.texts, ASHA, "left")
        assert [words(update) for update in await poll] == ["left"]


@pytest.mark.asyncio
async def test_phone_shows_the_reply_keyboard(bot: Bot, telegram_peer: TelegramPeer) -> None:
    """The phone shows words and moves; a tap is a text; a keyboard taken away is gone."""
    asha = telegram_peer.phone(ASHA)
    sent = await bot.send_message(asha.id, "Safe visit.", reply_markup=ReplyKeyboardMarkup(MOVES))
    assert abs(sent.date - datetime.now(UTC)) < timedelta(minutes=1)
    shown = asha.receives("Safe visit")
    assert [list(row) for row in shown.buttons] == [list(row) for row in asha.keyboard()] == MOVES
    asha.taps("1 Arrived")
    (update,) = await bot.get_updates()
    assert words(update) == "1 Arrived"
    await bot.send_message(asha.id, "LEFT 14:32", reply_markup=ReplyKeyboardRemove())
    assert asha.receives("LEFT 14:32").text == "LEFT 14:32"
    assert asha.keyboard() == ()


@pytest.mark.asyncio
async def test_inline_button_is_pressed_and_answered(bot: Bot, telegram_peer: TelegramPeer) -> None:
    """A press carries its data, its message and a chat instance; it is answered and its message edited."""
    olive = telegram_peer.phone(OLIVE, "Olive")
    mine = InlineKeyboardMarkup([[InlineKeyboardButton("Mine", callback_data="own 7K3M")]])
    sent = await bot.send_message(olive.id, "Asha: no word since 14:10", reply_markup=mine)
    olive.taps("Mine")
    (update,) = await bot.get_updates()
    press = update.callback_query
    assert press is not None and press.message is not None
    assert (press.data, press.from_user.id) == ("own 7K3M", olive.id)
    assert press.message.message_id == sent.message_id
    assert press.chat_instance
    assert await press.answer()
    await bot.edit_message_text("Olive has it", chat_id=olive.id, message_id=sent.message_id)
    assert [shown.text for shown in olive.screen()] == ["Olive has it"]


@pytest.mark.asyncio
async def test_enrolment_link_and_contact_arrive(bot: Bot, telegram_peer: TelegramPeer) -> None:
    """`/start` brings its payload marked as a command; the contact asked for is the sender's own."""
    asha = telegram_peer.phone(ASHA)
    asha.texts("/start q7v2")
    ask = ReplyKeyboardMarkup([[KeyboardButton("Share my number", request_contact=True)]])
    await bot.send_message(asha.id, "One more step.", reply_markup=ask)
    asha.receives("One more step")
    asha.shares_contact()
    start, proof = await bot.get_updates()
    assert start.message is not None and proof.message is not None and proof.message.from_user is not None
    assert start.message.text == "/start q7v2"
    assert [(e.type, e.offset, e.length) for e in start.message.entities] == [("bot_command", 0, 6)]
    contact = proof.message.contact
    assert contact is not None
    assert (contact.phone_number, contact.user_id) == (ASHA, proof.message.from_user.id)


@pytest.mark.asyncio
async def test_phones_see_their_own_chat_only(bot: Bot, telegram_peer: TelegramPeer) -> None:
    """What is sent to one phone is on that phone's screen and on no other."""
    await bot.send_message(telegram_peer.phone(OLIVE).id, "For the office")
    assert [shown.text for shown in telegram_peer.screen(OLIVE)] == ["For the office"]
    assert telegram_peer.screen(ASHA) == []


def words(update: Update) -> str | None:
    """The text of an update."""
    return update.message.text if update.message else None


# Twilio -----------------------------------------------------------------------------------------


def test_text_is_sent_fetched_and_listed(twilio_peer: TwilioPeer) -> None:
    """What messages.create sends is on the phone, and fetch and list give it back, newest first."""
    messages = twilio_peer.client().messages
    first = messages.create(to=ASHA, from_=twilio_peer.number, body="Are you all OK? Text 2.")
    second = messages.create(to=ASHA, messaging_service_sid=twilio_peer.service_sid, body="Text 2 now.")
    messages.create(to=OLIVE, from_=twilio_peer.number, body="No word from A.P.")
    assert first.sid is not None
    fetched = messages(first.sid).fetch()
    assert (fetched.body, fetched.status) == ("Are you all OK? Text 2.", "queued")
    assert (fetched.to, fetched.from_) == (ASHA, twilio_peer.number)
    assert [listed.sid for listed in messages.list(to=ASHA)] == [second.sid, first.sid]
    assert [shown.text for shown in twilio_peer.screen(ASHA)] == [first.body, second.body]


def test_list_is_read_page_by_page(twilio_peer: TwilioPeer) -> None:
    """The client follows the peer's pages to the end, as reconciliation must."""
    messages = twilio_peer.client().messages
    for number in range(5):
        messages.create(to=ASHA, from_=twilio_peer.number, body=f"text {number}")
    assert [listed.body for listed in messages.list(page_size=2)] == [f"text {n}" for n in (4, 3, 2, 1, 0)]


def test_wrong_token_is_refused(twilio_peer: TwilioPeer) -> None:
    """A client with another token gets 401 and Twilio's code 20003, and nothing is sent."""
    with pytest.raises(TwilioRestException) as refused:
        twilio_peer.client("not the token").messages.create(to=ASHA, from_=twilio_peer.number, body="hello")
    assert (refused.value.status, refused.value.code) == (401, 20003)
    assert twilio_peer.screen(ASHA) == []


def test_inbound_text_comes_signed(twilio_peer: TwilioPeer, hook: Hook) -> None:
    """A text reaches our webhook as a form signed over our URL, and can be found again by its sid."""
    twilio_peer.texts_go_to(f"{hook.url}/twilio/sms")
    sid = twilio_peer.texts(ASHA, "arrived, it's no 14 & café + quiet")
    ((path, form, _),) = hook.heard
    assert (path, form["MessageSid"]) == ("/twilio/sms", sid)
    assert (form["From"], form["To"]) == (ASHA, twilio_peer.number)
    assert form["Body"] == "arrived, it's no 14 & café + quiet"
    assert hook.signed_by(twilio_peer.auth_token)
    assert not hook.signed_by("another token")
    (inbound,) = twilio_peer.client().messages.list(to=twilio_peer.number)
    assert (inbound.sid, inbound.direction) == (sid, "inbound")


def test_webhook_that_fails_is_seen_to_have_failed(twilio_peer: TwilioPeer, hook: Hook) -> None:
    """The peer tells what our webhook answered; the text it could not hand over can still be listed."""
    twilio_peer.texts_go_to(f"{hook.url}/twilio/sms")
    twilio_peer.texts(ASHA, "arrived")
    hook.status = 503
    lost = twilio_peer.texts(ASHA, "left")
    assert twilio_peer.webhook_answers() == [("message.inbound", 200), ("message.inbound", 503)]
    assert twilio_peer.client().messages(lost).fetch().body == "left"


def test_receipts_come_signed_and_the_first_one_early(twilio_peer: TwilioPeer, hook: Hook) -> None:
    """The queued receipt is here before the POST has answered; delivered comes when the phone has it."""
    callback = f"{hook.url}/twilio/status"
    sent = twilio_peer.client().messages.create(
        to=OLIVE, from_=twilio_peer.number, body="Text MINE 7K3M", status_callback=callback
    )
    assert sent.sid is not None
    assert [form["MessageStatus"] for _, form, _ in hook.heard] == ["queued"]
    twilio_peer.receipt(sent.sid, "sent")
    twilio_peer.receipt(sent.sid, "delivered")
    assert [form["MessageStatus"] for _, form, _ in hook.heard] == ["queued", "sent", "delivered"]
    assert {form["MessageSid"] for _, form, _ in hook.heard} == {sent.sid}
    assert hook.signed_by(twilio_peer.auth_token)


def test_scheduled_text_is_called_off(twilio_peer: TwilioPeer) -> None:
    """A text scheduled with the Messaging Service is on no phone, and can be called off."""
    messages = twilio_peer.client().messages
    held = messages.create(
        to=OLIVE,
        messaging_service_sid=twilio_peer.service_sid,
        body="AUTOMATIC: no word from A.P. since 14:10",
        schedule_type="fixed",
        send_at=datetime.now(UTC) + timedelta(minutes=20),
    )
    assert held.status == "scheduled" and held.sid is not None
    assert messages(held.sid).update(status="canceled").status == "canceled"
    assert twilio_peer.screen(OLIVE) == []


def test_phone_reads_on_from_where_it_was(twilio_peer: TwilioPeer) -> None:
    """`receives` reads like a transcript: what is read is not found again, and a miss shows the screen."""
    olive = twilio_peer.phone(OLIVE)
    for body in ("No word from A.P.", "Still no word from A.P."):
        twilio_peer.client().messages.create(to=OLIVE, from_=twilio_peer.number, body=body)
    assert olive.receives("no word", within=0.1).text == "Still no word from A.P."
    with pytest.raises(AssertionError, match="Still no word"):
        olive.receives("No word", within=0.1)


# The machinery ----------------------------------------------------------------------------------


def test_second_install_needs_nothing(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once installed the peers start without npm, without the network and without delay."""
    monkeypatch.setattr(shutil, "which", no_program)
    assert install_peers() == node


def test_missing_npm_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where npm is missing the reason names it, on one line."""
    monkeypatch.setattr("tests.peers.install.STAMP", tmp_path / "never installed")
    monkeypatch.setattr(shutil, "which", no_program)
    with pytest.raises(PeersMissing, match=r"^Node with npm is not on the path[^\n]*$"):
        install_peers()


@pytest.mark.parametrize(
    ("ci", "require", "required"),
    [("", "", False), ("true", "", True), ("", "1", True), ("false", "0", False)],
)
def test_missing_peers_fail_where_they_are_required(
    ci: str, require: str, required: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing peers are a failure under CI=true or DOORSTEP_REQUIRE_PEERS=1, and a skip elsewhere."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("DOORSTEP_REQUIRE_PEERS", require)
    assert peers_required() is required


def test_lock_file_pins_and_names_no_registry() -> None:
    """The programs are pinned exactly, by hash, and the lock file says nothing of where they were fetched."""
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, package in locked.items() if "resolved" in package] == []
    assert [name for name, package in locked.items() if name and "integrity" not in package] == []


def no_program(_name: str) -> None:
    """A path with nothing on it."""
