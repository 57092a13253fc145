"""The same story against a Telegram and a Twilio that this project did not write, with the real process in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kill.process import Doorstep, free_port, settings
from tests.peers.peers import ACCOUNT_SID, AUTH_TOKEN, BOT_TOKEN, OUR_NUMBER, TelegramPeer, TwilioPeer

SCHOOL = """
[marsh-lane]
name = "Marsh Lane Primary"
[marsh-lane.overrides]
check_in = "2s"
check_in_from = "arrival"
answer_within = "2s"
nudge = "2s"
rung = "3s"
"""
PEOPLE = """school,name,roles,phone,telegram_id,code_word,vehicle
marsh-lane,Asha,visitor,+447700900001,900001,blue folder,red Fiesta AB12 CDE
marsh-lane,Olive,office,+447700900010,,,
marsh-lane,Henry,headteacher,+447700900011,,,
"""


@pytest.fixture
def doorstep(tmp_path: Path, telegram_peer: TelegramPeer, twilio_peer: TwilioPeer) -> Iterator[Doorstep]:
    """A Doorstep that knows Asha, Olive and Henry, with both peers for the outside."""
    port = free_port()
    (tmp_path / "schools.toml").write_text(SCHOOL, encoding="utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    outside = {
        "DOORSTEP_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
        "TELEGRAM_API_URL": telegram_peer.url,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_FROM": OUR_NUMBER,
        "TWILIO_API_URL": twilio_peer.url,
    }
    doorstep = Doorstep(tmp_path, settings(tmp_path, port, outside))
    doorstep.command("people", "import", "people.csv")
    doorstep.opens()
    twilio_peer.texts_go_to(f"http://127.0.0.1:{port}/twilio/sms")
    yield doorstep
    doorstep.stops()
    print("\n".join(doorstep.said))  # pytest shows it with a test that failed


def test_a_visit_a_code_word_and_a_silence(
    doorstep: Doorstep, telegram_peer: TelegramPeer, twilio_peer: TwilioPeer
) -> None:
    """Arrived on Telegram, a code word nobody sees, silence at the check-in, the headteacher takes it, left by SMS."""
    asha_chat, asha = telegram_peer.phone("+447700900001"), twilio_peer.phone("+447700900001")
    olive, henry = twilio_peer.phone("+447700900010"), twilio_peer.phone("+447700900011")
    asha_chat.texts("arrived")
    asha_chat.receives("ARRIVED")
    assert asha_chat.keyboard() == (("All OK", "Left"),)
    olive.receives("not planned")
    asha_chat.texts("is the blue folder in?")
    for contact in (olive, henry):
        alarm = contact.receives("CODE WORD from Asha").text
    # Sooner than Twilio's answer has come back: an end without the code would be asked about.
    olive.texts(f"safe {alarm.split()[1]} spoke to her")
    for contact in (olive, henry):
        contact.receives("ENDED")
    asha_chat.receives("Is all OK?")
    asha.receives("No answer yet")
    olive.receives("missed check-in")
    henry.receives("missed check-in")
    henry.texts("mine")
    henry.receives("is yours")
    olive.receives("Henry has it")
    assert not any("ALARM" in shown.text or "CODE" in shown.text for shown in asha_chat.screen() + asha.screen())
    asha.texts("left")
    asha.receives("LEFT")
    for contact in (olive, henry):
        contact.receives("ENDED")
    assert "holds" in doorstep.command("journal", "verify")
