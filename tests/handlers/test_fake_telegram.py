"""The Telegram fake keeps Telegram's promises to the real client of python-telegram-bot."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import httpx
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
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from tests.fakes.hands import Hands
from tests.fakes.receiver import Receiver
from tests.fakes.telegram import TelegramServer

pytestmark = pytest.mark.asyncio

TOKEN = "7700900:marsh-lane"
ASHA, BEN, OLIVE = 9001, 9002, 9003


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def telegram(clock: Hands) -> Iterator[TelegramServer]:
    with TelegramServer(clock, token=TOKEN) as server:
        server.knows(ASHA, "Asha")
        server.knows(BEN, "Ben")
        yield server


@pytest_asyncio.fixture
async def bot(telegram: TelegramServer) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=f"{telegram.url}/bot") as real:
        yield real


async def ids(bot: Bot, offset: int | None = None) -> list[int]:
    return [update.update_id for update in await bot.get_updates(offset=offset, timeout=0)]


async def test_the_bot_knows_itself_and_a_wrong_token_is_refused(telegram: TelegramServer, bot: Bot) -> None:
    """getMe answers the right token; any other gets 401."""
    assert (await bot.get_me()).username == "doorstep_bot"
    with pytest.raises(InvalidToken):
        async with Bot("7700900:other", base_url=f"{telegram.url}/bot"):
            pass


async def test_an_offset_deletes_everything_below_it_at_once(telegram: TelegramServer, bot: Bot) -> None:
    """What was read and not confirmed comes again; what is below an offset is gone for ever."""
    first, second, third = (telegram.texts(ASHA, words).update_id for words in ("arrived", "ok", "left"))
    assert await ids(bot) == [first, second, third] == await ids(bot)
    assert await ids(bot, third) == [third]
    assert await ids(bot, first) == [third]
    assert telegram.pending() == [third]


async def test_a_long_poll_wakes_for_a_text_and_is_never_longer_than_the_cap(
    telegram: TelegramServer, bot: Bot
) -> None:
    """A waiting getUpdates answers when a text comes, and with nothing when none does."""
    assert await bot.get_updates(timeout=30) == ()
    waiting = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.to_thread(telegram.until, lambda: len(telegram.calls("getUpdates")) == 2)
    telegram.texts(ASHA, "arrived")
    (update,) = await waiting
    assert update.message is not None
    assert update.message.text == "arrived"
    assert update.message.date == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


async def test_a_second_poller_ends_the_first_with_a_conflict(clock: Hands) -> None:
    """Two getUpdates on one token: the one that waited gets 409."""
    with TelegramServer(clock, token=TOKEN, poll_cap=30) as patient:
        url = f"{patient.url}/bot"
        async with Bot(TOKEN, base_url=url) as one, Bot(TOKEN, base_url=url) as other:
            waiting = asyncio.create_task(one.get_updates(timeout=30))
            assert await asyncio.to_thread(patient.until, lambda: len(patient.calls("getUpdates")) == 1)
            await other.get_updates(timeout=0)
            with pytest.raises(Conflict, match="only one bot instance"):
                await waiting


async def test_allowed_updates_persist(telegram: TelegramServer, bot: Bot) -> None:
    """A kind once left out stays out in later polls that say nothing, until it is asked for again."""
    await bot.get_updates(timeout=0, allowed_updates=["message"])
    sent = telegram.texts(ASHA, "arived")
    assert telegram.edits(sent.message_id, "arrived") == 0
    assert await ids(bot) == [sent.update_id]
    await bot.get_updates(timeout=0, allowed_updates=["message", "edited_message"])
    assert telegram.edits(sent.message_id, "left") == sent.update_id + 1


async def test_updates_live_a_day_and_button_presses_150_seconds(
    telegram: TelegramServer, bot: Bot, clock: Hands
) -> None:
    """Expiry follows the test's clock, and an old press cannot be answered."""
    text = telegram.texts(ASHA, "arrived").update_id
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Mine", callback_data="mine:K7Q2")]])
    await bot.send_message(ASHA, "Who takes it?", reply_markup=keys)
    press = telegram.presses(ASHA, "mine:K7Q2")
    query = (await bot.get_updates(timeout=0))[-1].callback_query
    assert query is not None
    assert await query.answer("Yours")
    assert telegram.answered == {query.id: "Yours"}
    assert telegram.pending() == [text, press]
    clock.at += timedelta(seconds=150)
    assert await ids(bot) == [text]
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()
    clock.at += timedelta(hours=24)
    assert await ids(bot) == []


async def test_update_ids_may_start_again_anywhere(telegram: TelegramServer, bot: Bot) -> None:
    """After a jump to lower ids an old, higher offset confirms nothing and hides nothing."""
    old = telegram.texts(ASHA, "left").update_id
    assert await ids(bot, old + 1) == []
    telegram.jump_update_ids(5_000)
    assert telegram.texts(ASHA, "arrived").update_id == 5_000
    assert await ids(bot, old + 1) == [5_000]
    assert await ids(bot, 5_001) == []


async def test_an_update_can_be_one_that_the_library_cannot_parse(telegram: TelegramServer, bot: Bot) -> None:
    """The poison update breaks PTB's own polling, and passes as raw JSON."""
    poison = telegram.poison()
    with pytest.raises((TypeError, ValueError)):
        await bot.get_updates(timeout=0)
    async with httpx.AsyncClient(trust_env=False) as raw:
        answer = await raw.get(f"{telegram.url}/bot{TOKEN}/getUpdates", params={"offset": 0})
    assert [one["update_id"] for one in answer.json()["result"]] == [poison]


async def test_every_kind_of_message_parses(telegram: TelegramServer, bot: Bot) -> None:
    """Contact, photo, voice, place, sticker, start link, answers, quotes and forwards are as PTB expects."""
    started = telegram.starts(ASHA, "x7k2")
    telegram.shares_contact(ASHA, "447700900001")
    telegram.shares_contact(ASHA, "447700900002", own=False)
    telegram.sends_photo(ASHA, "blue folder")
    telegram.sends_voice(ASHA)
    telegram.sends_location(ASHA)
    telegram.sends_sticker(ASHA)
    telegram.texts(ASHA, "this one", reply_to=started.message_id, quote="x7k2")
    telegram.texts(ASHA, "left", forwarded="Ben")
    found = [update.message for update in await bot.get_updates(timeout=0)]
    start, own, other, photo, voice, place, sticker, answer, forward = (one for one in found if one)
    assert start.text == "/start x7k2"
    assert [card.user_id for card in (own.contact, other.contact) if card] == [ASHA, None]
    assert (photo.caption, bool(photo.photo), bool(voice.voice)) == ("blue folder", True, True)
    assert all((place.location, sticker.sticker, forward.forward_origin))
    assert all((answer.reply_to_message, answer.quote))


async def test_the_screen_shows_what_was_sent_and_got_with_its_keys(
    telegram: TelegramServer, bot: Bot, clock: Hands
) -> None:
    """Lines are in order with their times and labels; keys that are not there cannot be tapped."""
    telegram.texts(ASHA, "arrived")
    clock.at += timedelta(minutes=10)
    keys = ReplyKeyboardMarkup([["OK", "Left"], [KeyboardButton("My number", request_contact=True)]])
    await bot.send_message(ASHA, "All OK?", reply_markup=keys)
    assert [(line.way, line.text, line.labels) for line in telegram.screen(ASHA)] == [
        ("sent", "arrived", ()), ("got", "All OK?", ("OK", "Left", "My number")),
    ]  # fmt: skip
    assert telegram.screen(ASHA)[1].at - telegram.screen(ASHA)[0].at == timedelta(minutes=10)
    telegram.taps(ASHA, "OK")
    with pytest.raises(LookupError):
        telegram.taps(ASHA, "Mine")
    await bot.send_message(ASHA, "Thank you.", reply_markup=ReplyKeyboardRemove())
    assert telegram.keyboard(ASHA) == ()
    assert telegram.screen(BEN) == []


async def test_the_bot_can_change_its_buttons(telegram: TelegramServer, bot: Bot) -> None:
    """An edit shows on the screen; an unchanged one, or one of a foreign message, is refused."""
    mine = telegram.texts(ASHA, "arrived")
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Mine", callback_data="mine")]])
    sent = await bot.send_message(ASHA, "Who takes it?", reply_markup=keys)
    await bot.edit_message_reply_markup(ASHA, sent.message_id, reply_markup=None)
    assert (telegram.screen(ASHA)[-1].note, telegram.screen(ASHA)[-1].labels) == ("edited", ())
    with pytest.raises(LookupError):
        telegram.presses(ASHA, "mine")
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_reply_markup(ASHA, sent.message_id, reply_markup=None)
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", ASHA, mine.message_id)


async def test_a_bot_cannot_write_first(telegram: TelegramServer, bot: Bot) -> None:
    """Nobody gets a message before writing: 403 for a person who never did, 400 for no such chat."""
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(BEN, "Hello")
    with pytest.raises(BadRequest, match="hat not found"):
        await bot.send_message(OLIVE, "Hello")
    telegram.starts(BEN)
    with pytest.raises(BadRequest, match="text is empty"):
        await bot.send_message(BEN, " ")
    assert await bot.send_chat_action(BEN, "typing")


async def test_a_person_may_block_the_bot_and_come_back(telegram: TelegramServer, bot: Bot) -> None:
    """Blocking is told by my_chat_member and answered with 403 until it is undone."""
    telegram.texts(ASHA, "arrived")
    telegram.blocks(ASHA)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(ASHA, "All OK?")
    with pytest.raises(ValueError, match="unblock first"):
        telegram.texts(ASHA, "left")
    telegram.unblocks(ASHA)
    assert (await bot.send_message(ASHA, "All OK?")).text == "All OK?"
    changes = [update.my_chat_member for update in await bot.get_updates(timeout=0)]
    assert [one.new_chat_member.status for one in changes if one] == ["kicked", "member"]


async def test_a_flood_wait_says_how_long(telegram: TelegramServer, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """429 carries retry_after, for as many calls as planned."""
    # Without this the library warns whenever it makes a RetryAfter, and our warnings are errors.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    telegram.texts(ASHA, "arrived")
    telegram.fails_next("sendMessage", 429, retry_after=33, times=2)
    for _ in range(2):
        with pytest.raises(RetryAfter) as flood:
            await bot.send_message(ASHA, "All OK?")
        assert flood.value.retry_after == timedelta(seconds=33)
    assert (await bot.send_message(ASHA, "All OK?")).chat_id == ASHA


async def test_a_failure_after_acceptance_has_delivered(telegram: TelegramServer, bot: Bot) -> None:
    """A 500 may mean either: the message is on the phone only where it had been accepted."""
    telegram.texts(ASHA, "arrived")
    telegram.fails_next("sendMessage", 500)
    telegram.fails_next("sendMessage", 500, after_accepting=True)
    for words in ("one", "two"):
        with pytest.raises(NetworkError):
            await bot.send_message(ASHA, words)
    assert [line.text for line in telegram.screen(ASHA) if line.way == "got"] == ["two"]


async def test_silence_delivers_and_does_not_answer(telegram: TelegramServer, bot: Bot) -> None:
    """A call that hangs is carried out; it is answered when released, and the caller may have left."""
    telegram.texts(ASHA, "arrived")
    telegram.hangs_next("sendMessage", times=2)
    with pytest.raises(TimedOut):
        await bot.send_message(ASHA, "one", read_timeout=0.1)
    waiting = asyncio.create_task(bot.send_message(ASHA, "two"))
    assert await asyncio.to_thread(telegram.until, lambda: telegram.hanging == 2)
    assert [line.text for line in telegram.screen(ASHA)] == ["arrived", "one", "two"]
    telegram.release()
    assert (await waiting).text == "two"


async def test_an_outage_ends(telegram: TelegramServer, bot: Bot) -> None:
    """While it is down everything gets 502, waiting polls too; texts sent meanwhile are there afterwards."""
    waiting = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.to_thread(telegram.until, lambda: len(telegram.calls("getUpdates")) == 1)
    telegram.goes_down()
    sent = telegram.texts(ASHA, "arrived")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await waiting
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.get_me()
    telegram.comes_back()
    assert await ids(bot) == [sent.update_id]


async def test_a_webhook_gets_updates_with_the_secret_until_it_answers_200(
    telegram: TelegramServer, bot: Bot, clock: Hands
) -> None:
    """In webhook mode updates are pushed in order, kept when refused, and getUpdates gets 409."""
    with Receiver(clock) as doorstep:
        telegram.connect(doorstep.url)
        early = telegram.texts(ASHA, "arrived").update_id
        await bot.set_webhook("https://doorstep.example/telegram/x", secret_token="a-secret_1")
        assert await asyncio.to_thread(telegram.settled)
        doorstep.answers_next(503)
        late = telegram.texts(ASHA, "left").update_id
        assert await asyncio.to_thread(telegram.settled)
        assert telegram.pending() == [late]
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates(timeout=0)
        info = await bot.get_webhook_info()
        assert (info.pending_update_count, bool(info.last_error_message)) == (1, True)
        assert await asyncio.to_thread(telegram.redeliver) == [200]
        pushed = doorstep.parcels("/telegram/x")
    assert [Update.de_json(one.form, bot).update_id for one in pushed] == [early, late, late]
    assert {one.headers["x-telegram-bot-api-secret-token"] for one in pushed} == {"a-secret_1"}
    await bot.delete_webhook()
    assert await ids(bot) == []


async def test_a_bad_webhook_is_refused(bot: Bot) -> None:
    """Telegram wants HTTPS and a secret of plain characters."""
    with pytest.raises(BadRequest, match="https url"):
        await bot.set_webhook("http://doorstep.example/telegram/x")
    with pytest.raises(BadRequest, match="Secret token"):
        await bot.set_webhook("https://doorstep.example/telegram/x", secret_token="a b")
