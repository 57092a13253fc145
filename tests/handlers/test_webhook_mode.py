"""The real process in webhook mode: Telegram pushes, and a link made on the command line enrols."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import system_clock
from tests.fakes.telegram import TelegramServer
from tests.fakes.twilio import TwilioServer
from tests.kill.process import Doorstep, free_port, settings
from tests.kill.town import ACCOUNT, AUTH, NUMBER, TOKEN, doors

ASHA, BEN = 7001, 7002
SECONDS = 10.0
SCHOOL = '[marsh_lane]\nname = "Marsh Lane Primary"\n'
PEOPLE = """school,name,roles,phone,telegram_id,code_word,vehicle
marsh_lane,Asha,visitor,+447700900001,7001,,
marsh_lane,Ben,visitor,+447700900002,,,
marsh_lane,Olive,office,+447700900010,,,
"""


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    with TwilioServer(system_clock, account_sid=ACCOUNT, auth_token=AUTH, number=NUMBER) as server:
        yield server


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer(system_clock, token=TOKEN) as server:
        for chat, name in ((ASHA, "Asha"), (BEN, "Ben")):
            server.knows(chat, name)
        yield server


@pytest.fixture
def doorstep(tmp_path: Path, telegram: TelegramServer, twilio: TwilioServer) -> Iterator[Doorstep]:
    """A Doorstep that Telegram pushes to, with Asha enrolled by the import and Ben not."""
    port = free_port()
    (tmp_path / "schools.toml").write_text(SCHOOL, encoding="utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    outside = {**doors(telegram, twilio), "TELEGRAM_MODE": "webhook"}
    doorstep = Doorstep(tmp_path, settings(tmp_path, port, outside))
    telegram.connect(f"http://127.0.0.1:{port}")
    doorstep.command("people", "import", "people.csv")
    doorstep.opens()
    yield doorstep
    doorstep.stops()


def got(telegram: TelegramServer, chat: int) -> list[str]:
    return [line.text for line in telegram.screen(chat) if line.way == "got"]


def test_telegram_pushes_and_is_answered(doorstep: Doorstep, telegram: TelegramServer) -> None:
    """The webhook is set with a secret at the start; a text pushed through it has its answer, and nothing polls."""
    assert telegram.until(lambda: bool(telegram.calls("setWebhook")), SECONDS)
    assert telegram.calls("setWebhook")[0].params["secret_token"]
    telegram.texts(ASHA, "arrived")
    assert telegram.until(lambda: bool(got(telegram, ASHA)), SECONDS)
    assert got(telegram, ASHA)[0].startswith("ARRIVED")
    assert telegram.calls("getUpdates") == []
    assert doorstep.faults == []


def test_an_invitation_from_the_command_line_enrols(doorstep: Doorstep, telegram: TelegramServer) -> None:
    """`people invite` prints a link; opening it and sharing the phone's own number ties the chat to the person."""
    link = doorstep.command("people", "invite", "+447700900002").strip()
    assert link.startswith("https://t.me/")
    assert telegram.until(lambda: bool(telegram.calls("setWebhook")), SECONDS)
    telegram.starts(BEN, link.partition("start=")[2])
    assert telegram.until(lambda: len(got(telegram, BEN)) == 1, SECONDS)
    telegram.shares_contact(BEN, "+447700900002")
    assert telegram.until(lambda: len(got(telegram, BEN)) == 2, SECONDS)
    assert "You are enrolled, B." in got(telegram, BEN)[1]
