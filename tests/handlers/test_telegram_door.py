"""How updates come in: kept before they are acknowledged, whatever breaks in whichever order."""

import asyncio
import json
from collections.abc import Iterator

import pytest
import structlog
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from handlers.telegram import external_id
from tests.fakes.hands import Hands
from tests.fakes.receiver import Receiver
from tests.fakes.telegram import TelegramServer
from tests.handlers.telegram_inbox import TOKEN, Full, Inbox, Pauses, door_of, running, waits

pytestmark = pytest.mark.asyncio

ASHA, BEN = 9001, 9002
KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer(Hands(), token=TOKEN) as server:
        server.knows(ASHA, "Asha")
        server.knows(BEN, "Ben")
        yield server


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


# -- keep, then acknowledge ---------------------------------------------------------------------------


async def test_an_update_is_kept_as_received_and_confirmed_only_by_the_next_poll(
    telegram: TelegramServer, inbox: Inbox
) -> None:
    """The raw JSON is kept under its id; Telegram lets go of it one poll later."""
    sent = telegram.texts(ASHA, "arrived \N{HOUSE BUILDING}").update_id
    async with door_of(telegram.url, inbox) as door:
        assert await door.poll_once() == 1
        raw = inbox.rows[str(sent)]
        assert external_id(raw) == str(sent)
        assert json.loads(raw)["message"]["text"] == "arrived \N{HOUSE BUILDING}"
        assert b": " not in raw
        assert telegram.pending() == [sent]
        assert await door.poll_once() == 0
        assert telegram.pending() == []


async def test_a_death_between_keeping_and_confirming_loses_nothing(telegram: TelegramServer, inbox: Inbox) -> None:
    """The next process gets the same updates again, and they are kept once."""
    sent = [telegram.texts(ASHA, word).update_id for word in ("arrived", "ok")]
    async with door_of(telegram.url, inbox) as door:
        await door.poll_once()
    async with door_of(telegram.url, inbox) as reborn:
        assert await reborn.poll_once() == 2
        assert inbox.texts == ["arrived", "ok"]
        assert inbox.asked == [str(one) for one in sent * 2]
        await reborn.poll_once()
    assert telegram.pending() == []


async def test_what_was_not_kept_is_not_acknowledged(telegram: TelegramServer, inbox: Inbox) -> None:
    """The offset stops before the first that the store refused; order is kept when it is tried again."""
    first, second, third = (telegram.texts(ASHA, word).update_id for word in ("arrived", "ok", "left"))
    inbox.refusing = lambda update_id: update_id == str(second)
    async with door_of(telegram.url, inbox) as door:
        with pytest.raises(Full):
            await door.poll_once()
        assert list(inbox.rows) == [str(first)]
        with pytest.raises(Full):
            await door.poll_once()
        assert telegram.pending() == [second, third]
        inbox.refusing = lambda _: False
        await door.poll_once()
        await door.poll_once()
    assert inbox.texts == ["arrived", "ok", "left"]
    assert telegram.pending() == []


async def test_one_that_can_never_be_kept_does_not_hold_up_the_rest(telegram: TelegramServer, inbox: Inbox) -> None:
    """After three tries those behind it are kept too, and it is still not acknowledged."""
    stuck, behind = (telegram.texts(ASHA, word).update_id for word in ("arrived", "blue folder"))
    inbox.refusing = lambda update_id: update_id == str(stuck)
    async with door_of(telegram.url, inbox) as door:
        for _ in range(4):
            with pytest.raises(Full):
                await door.poll_once()
        assert inbox.texts == ["blue folder"]
        assert telegram.pending() == [stuck, behind]
        inbox.refusing = lambda _: False
        assert [await door.poll_once(), await door.poll_once()] == [2, 0]
    assert telegram.pending() == []


async def test_a_poison_update_is_kept_like_any_other(telegram: TelegramServer, inbox: Inbox) -> None:
    """What the library cannot parse stops neither the poll nor the text behind it."""
    poison, text = telegram.poison(), telegram.texts(ASHA, "blue folder").update_id
    async with door_of(telegram.url, inbox) as door:
        assert await door.poll_once() == 2
        assert await door.poll_once() == 0
    assert list(inbox.rows) == [str(poison), str(text)]
    assert inbox.texts == ["blue folder"]
    assert telegram.pending() == []


async def test_more_than_one_answer_holds(telegram: TelegramServer, inbox: Inbox) -> None:
    """A hundred come at a time; the rest with the next poll."""
    sent = [telegram.texts(ASHA, f"late {minutes}").update_id for minutes in range(130)]
    async with door_of(telegram.url, inbox) as door:
        assert [await door.poll_once() for _ in range(3)] == [100, 30, 0]
    assert list(inbox.rows) == [str(one) for one in sent]


@pytest.mark.parametrize("back", [1, 4, 700_000_000])
async def test_ids_may_start_again_anywhere(telegram: TelegramServer, inbox: Inbox, back: int) -> None:
    """After a quiet week a lower id is neither missed nor deleted by an old offset."""
    last = [telegram.texts(ASHA, word).update_id for word in ("arrived", "ok", "left", "ok", "ok")][-1]
    async with door_of(telegram.url, inbox) as door:
        assert [await door.poll_once(), await door.poll_once()] == [5, 0]
        telegram.jump_update_ids(last - back)
        inbox.rows.clear()
        again = telegram.texts(ASHA, "blue folder").update_id
        assert [await door.poll_once(), await door.poll_once()] == [1, 0]
    assert list(inbox.rows) == [str(again)]


# -- the loop -----------------------------------------------------------------------------------------


async def test_it_polls_until_it_is_told_to_stop(telegram: TelegramServer, inbox: Inbox) -> None:
    """Texts come in as they are sent, every kind that we need is asked for, and the door says it is well."""
    async with door_of(telegram.url, inbox) as door, running(door) as task:
        await inbox.holds(telegram.texts(ASHA, "arrived").update_id)
        sent = telegram.texts(ASHA, "running 20 late")
        await inbox.holds(sent.update_id)
        await inbox.holds(telegram.edits(sent.message_id, "left"), telegram.blocks(ASHA))
        await waits(telegram, lambda: telegram.pending() == [])
        assert door.healthy
        assert not task.done()
    for call in telegram.calls("getUpdates"):
        assert json.loads(call.params["allowed_updates"]) == KINDS


async def test_a_long_poll_is_cut_short_by_the_stop(inbox: Inbox) -> None:
    """Ending does not wait for Telegram."""
    with TelegramServer(Hands(), token=TOKEN, poll_cap=30) as telegram:
        async with door_of(telegram.url, inbox) as door, running(door):
            await waits(telegram, lambda: len(telegram.calls("getUpdates")) >= 1)


async def test_a_pause_is_cut_short_by_the_stop(telegram: TelegramServer, inbox: Inbox) -> None:
    """Ending does not wait for the next try."""
    pausing, never = asyncio.Event(), asyncio.Event()

    async def sleep(_: float) -> None:
        pausing.set()
        await never.wait()

    telegram.goes_down()
    async with door_of(telegram.url, inbox, sleep=sleep) as door, running(door):
        await asyncio.wait_for(pausing.wait(), 5)


async def test_what_waited_under_a_webhook_is_taken_over(telegram: TelegramServer, inbox: Inbox) -> None:
    """At the start the webhook goes and what waits there stays."""
    sent = telegram.texts(ASHA, "arrived").update_id
    async with door_of(telegram.url, inbox) as door:
        with Receiver(Hands()) as nowhere:
            nowhere.answers_next(503)
            await door.use_webhook(f"{nowhere.url}/telegram/x", "a-secret_1")
            assert await asyncio.to_thread(telegram.settled)
        with pytest.raises(Conflict):
            await door.poll_once()
        async with running(door):
            await inbox.holds(sent)
    (call,) = telegram.calls("deleteWebhook")
    assert "drop_pending_updates" not in call.params


async def test_an_outage_is_waited_out_with_growing_pauses(telegram: TelegramServer, inbox: Inbox) -> None:
    """Every fault is tried again, at least every five seconds, for as long as it takes."""
    pauses = Pauses(7, telegram.comes_back)
    telegram.goes_down()
    sent = telegram.texts(ASHA, "arrived").update_id
    async with door_of(telegram.url, inbox, sleep=pauses) as door, running(door):
        await inbox.holds(sent)
        await waits(telegram, lambda: telegram.pending() == [])
        assert door.healthy
        telegram.fails_next("getUpdates", 500)
        await waits(telegram, lambda: len(pauses.seconds) == 8)
    assert pauses.seconds == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0, 0.5]


async def test_a_store_that_fails_is_tried_again(telegram: TelegramServer, inbox: Inbox) -> None:
    """While nothing can be kept nothing is acknowledged, and the door says that it is not well."""
    door_was_well: list[bool] = []

    def mends() -> None:
        door_was_well.append(door.healthy)
        inbox.refusing = lambda _: False

    pauses = Pauses(2, mends)
    inbox.refusing = lambda _: True
    sent = telegram.texts(ASHA, "arrived").update_id
    async with door_of(telegram.url, inbox, sleep=pauses) as door, running(door):
        await inbox.holds(sent)
        await waits(telegram, lambda: telegram.pending() == [])
    assert pauses.seconds == [0.5, 1.0]
    assert door_was_well == [False]
    assert inbox.asked == [str(sent)] * 3


async def test_another_poller_is_reported_and_outlived(telegram: TelegramServer, inbox: Inbox) -> None:
    """A Conflict is told each time it happens, even to one who cannot hear it, and polling goes on."""
    told: list[str] = []

    def tell() -> None:
        told.append("conflict")
        raise RuntimeError("nobody there")

    with TelegramServer(Hands(), token=TOKEN, poll_cap=30) as busy:
        busy.knows(ASHA, "Asha")
        pauses = Pauses()
        async with door_of(busy.url, inbox, on_conflict=tell, sleep=pauses) as door, running(door):
            # What waits is taken in first, by a poll that does not wait itself.
            await waits(busy, lambda: any(int(call.params["timeout"]) > 0 for call in busy.calls("getUpdates")))
            polls = len(busy.calls("getUpdates"))
            async with door_of(busy.url, inbox) as other:
                stranger = asyncio.create_task(other.poll_once())
                await waits(busy, lambda: len(busy.calls("getUpdates")) >= polls + 2)
                await asyncio.gather(stranger, return_exceptions=True)
            await inbox.holds(busy.texts(ASHA, "arrived").update_id)
    assert told == ["conflict"]
    assert pauses.seconds == [0.5]


async def test_a_wrong_token_is_tried_for_ever(telegram: TelegramServer, inbox: Inbox) -> None:
    """The administrator may mend it at Telegram; the door does not end, and is not well meanwhile."""
    enough = asyncio.Event()
    async with door_of(telegram.url, inbox, token="7700900:other", sleep=Pauses(6, enough.set)) as door:
        with pytest.raises(InvalidToken):
            await door.poll_once()
        async with running(door) as task:
            await asyncio.wait_for(enough.wait(), 5)
            assert not task.done()
            assert not door.healthy


@pytest.mark.parametrize("body", ["<html>log in</html>", "[]", '{"ok": true}', '{"ok": true, "result": 7}'])
async def test_an_answer_that_is_no_answer_is_a_fault(inbox: Inbox, body: str) -> None:
    """A page from a guest network is not taken for an empty queue."""
    with Receiver(Hands()) as network:
        network.answers_next(200, body)
        async with door_of(network.url, inbox) as door:
            with pytest.raises((TelegramError, LookupError, TypeError)):
                await door.poll_once()


async def test_the_log_gives_nobody_away(telegram: TelegramServer, inbox: Inbox) -> None:
    """Faults are logged with ids and kinds: no text, no name, no token."""
    telegram.texts(ASHA, "blue folder")
    telegram.fails_next("getUpdates", 500)
    inbox.refusing = lambda _: True
    with structlog.testing.capture_logs() as logs:
        enough = asyncio.Event()
        async with door_of(telegram.url, inbox, sleep=Pauses(3, enough.set)) as door, running(door):
            await asyncio.wait_for(enough.wait(), 5)
    assert {one["event"] for one in logs} == {"telegram_poll_failed", "telegram_update_not_kept"}
    assert not any(secret in repr(logs) for secret in ("blue", "Asha", str(ASHA), TOKEN, telegram.url))


# -- webhook, links, presses --------------------------------------------------------------------------


async def test_a_webhook_is_registered_with_its_secret(telegram: TelegramServer, inbox: Inbox) -> None:
    """Telegram pushes what waits, and what comes, with the secret; nothing that waits is dropped."""
    early = telegram.texts(ASHA, "arrived").update_id
    with Receiver(Hands()) as doorstep:
        telegram.connect(doorstep.url)
        async with door_of(telegram.url, inbox) as door:
            await door.use_webhook("https://doorstep.example/telegram/x", "a-secret_1")
            assert door.healthy
            late = telegram.texts(ASHA, "left").update_id
            await asyncio.to_thread(telegram.settled)
        pushed = doorstep.parcels("/telegram/x")
    assert [one.form["update_id"] for one in pushed] == [early, late]
    assert {one.headers["x-telegram-bot-api-secret-token"] for one in pushed} == {"a-secret_1"}
    (call,) = telegram.calls("setWebhook")
    assert json.loads(call.params["allowed_updates"]) == KINDS
    assert "drop_pending_updates" not in call.params


async def test_a_webhook_that_telegram_refuses_is_an_error(telegram: TelegramServer, inbox: Inbox) -> None:
    """A wrong address is told at once, and the door is not well."""
    async with door_of(telegram.url, inbox) as door:
        with pytest.raises(BadRequest):
            await door.use_webhook("http://doorstep.example/telegram/x", "a-secret_1")
        assert not door.healthy


async def test_the_enrolment_link_opens_the_bot(telegram: TelegramServer, inbox: Inbox) -> None:
    """It carries the payload; the bot's name is asked for once."""
    async with door_of(telegram.url, inbox) as door:
        assert await door.link("x7K_2-q") == "https://t.me/doorstep_bot?start=x7K_2-q"
        assert await door.link("m3") == "https://t.me/doorstep_bot?start=m3"
    assert len(telegram.calls("getMe")) == 1


async def test_a_press_is_kept_and_then_answered(telegram: TelegramServer, inbox: Inbox) -> None:
    """The waiting sign goes off the button; where that fails the press counts all the same."""
    telegram.starts(ASHA)
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Mine", callback_data="mine K7Q2")]])
    async with Bot(TOKEN, base_url=f"{telegram.url}/bot") as bot:
        await bot.send_message(ASHA, "Who takes it?", reply_markup=keys)
    telegram.fails_next("answerCallbackQuery", 400)
    async with door_of(telegram.url, inbox) as door:
        telegram.presses(ASHA, "mine K7Q2")
        await door.poll_once()
        await waits(telegram, lambda: len(telegram.calls("answerCallbackQuery")) == 1)
        assert telegram.answered == {}
        telegram.presses(ASHA, "mine K7Q2")
        await door.poll_once()
        await waits(telegram, lambda: len(telegram.answered) == 1)
    assert inbox.texts == ["", "mine K7Q2", "mine K7Q2"]
