"""The Twilio doors over HTTP: kept before acknowledged, forged ones turned away, a replay kept once."""

import base64
import hashlib
import hmac
import json
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from bot.delivery import Parcel
from bot.events import Sort
from bot.people import Channel
from handlers import sms
from handlers.web import TwilioHooks, build_app
from tests.fakes.hands import Hands
from tests.fakes.twilio import TwilioServer
from tests.fakes.twilio_messages import TWICE
from tests.handlers.open_door import OpenDoor, open_door, well

SID, OLD, NEW = "AC" + "7" * 32, "marsh-lane-token", "marsh-lane-token-2"
ASHA, OLIVE, US = "+447700900001", "+447700900002", "+447700900100"
PUBLIC = "https://doorstep.example"
FORM = "application/x-www-form-urlencoded"
TEXT = {"MessageSid": "SM" + "1" * 32, "AccountSid": SID, "From": ASHA, "To": US, "Body": "arrived"}
_Validator: Any = RequestValidator


def app_of(door: OpenDoor) -> FastAPI:
    hooks = TwilioHooks(sms.Signatures([NEW, OLD], PUBLIC).valid, sms.pack, sms.external_id, door.keep)
    return build_app(twilio=hooks, telegram=None, local=None, health=well, registry=door.registry)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def door(tmp_path: Path, clock: Hands) -> Iterator[OpenDoor]:
    with open_door(tmp_path, clock, app_of) as one:
        yield one


@pytest.fixture(scope="module")
def shut_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDoor]:
    """One door for all that gets no further than it."""
    with open_door(tmp_path_factory.mktemp("shut"), Hands(), app_of) as one:
        yield one
        assert one.on_disk() == 0


@pytest.fixture
def twilio(clock: Hands, door: OpenDoor) -> Iterator[TwilioServer]:
    with TwilioServer(clock, account_sid=SID, auth_token=OLD, number=US) as server:
        server.connect(f"{door.url}/twilio/sms", f"{door.url}/twilio/status", public_url=PUBLIC)
        yield server


def signed(path: str, form: dict[str, str], token: str = OLD) -> dict[str, str]:
    header = str(_Validator(token).compute_signature(PUBLIC + path, form))
    return {"Content-Type": FORM, "X-Twilio-Signature": header}


def post(door: OpenDoor, path: str, content: bytes | str, headers: dict[str, str]) -> int:
    return door.client.post(door.url + path, content=content, headers=headers).status_code


class TestTexts:
    """POST /twilio/sms"""

    def test_a_text_is_kept_as_received(self, door: OpenDoor, twilio: TwilioServer) -> None:
        """A signed text is in the inbox, whole, by the time Twilio gets its 200."""
        assert twilio.texts(ASHA, "  arrived \n") == 200
        assert door.on_disk() == 1
        (kept,) = door.kept()
        (incoming,) = sms.parse(kept.raw)
        assert (kept.channel, kept.external_id, kept.received_at) == (
            Channel.SMS,
            twilio.hooks()[0].form["MessageSid"],
            door.clock(),
        )
        assert (incoming.sender, incoming.text) == (ASHA, "  arrived \n")

    def test_the_answer_is_no_text(self, door: OpenDoor, twilio: TwilioServer) -> None:
        """The answer is TwiML without a message: nothing leaves except from the outbox."""
        response = door.client.post(
            f"{door.url}/twilio/sms", content=urlencode(TEXT), headers=signed("/twilio/sms", TEXT)
        )
        assert (response.status_code, response.text) == (200, "<Response/>")
        assert response.headers["content-type"].startswith("text/xml")
        assert "server" not in response.headers
        twilio.texts(ASHA, "arrived")
        assert [line.way for line in twilio.phone(ASHA)] == ["sent"]

    def test_a_replay_is_kept_once(self, door: OpenDoor, twilio: TwilioServer) -> None:
        """A replay's signature is good; its MessageSid is known, and it is acknowledged without effect."""
        twilio.texts(ASHA, "left")
        assert [twilio.replay(twilio.hooks()[0]) for _ in range(3)] == [200, 200, 200]
        assert door.on_disk() == 1
        assert (door.counted("kept", "twilio/sms"), door.counted("repeated", "twilio/sms")) == (1, 3)

    def test_a_picture(self, door: OpenDoor, twilio: TwilioServer) -> None:
        """A picture is kept like a text."""
        assert twilio.sends_mms(ASHA) == 200
        assert sms.parse(door.kept()[0].raw)[0].sort is Sort.OTHER

    def test_while_the_token_is_changed(self, door: OpenDoor, twilio: TwilioServer) -> None:
        """Both tokens are good while one takes over from the other."""
        for number, token in enumerate((OLD, NEW)):
            twilio.signing_token = token
            assert twilio.texts(ASHA, f"text {number}") == 200
        twilio.signing_token = "another"
        assert twilio.texts(ASHA, "text 3") == 403
        assert door.on_disk() == 2

    def test_blank_and_repeated_parameters(self, door: OpenDoor) -> None:
        """Parameters that are blank or come twice are signed for, and kept, as they came."""
        form = [
            ("MessageSid", "SM2"),
            ("From", ASHA),
            ("Body", ""),
            ("MediaUrl", "b"),
            ("MediaUrl", "a"),
            ("ToCity", ""),
        ]
        tail = "BodyFrom" + ASHA + "MediaUrlaMediaUrlbMessageSidSM2ToCity"
        headers = signed("/twilio/sms" + tail, {})
        assert post(door, "/twilio/sms", urlencode(form), headers) == 200
        assert json.loads(door.kept()[0].raw)["params"] == [list(pair) for pair in form]

    def test_bytes_that_are_no_text(self, door: OpenDoor) -> None:
        """A text with broken UTF-8 is somebody's text all the same."""
        body = "MessageSid=SM3&From=%2B447700900001&Body=%ff%fe+left"
        known = sms.Signatures([OLD], PUBLIC)
        params = [("MessageSid", "SM3"), ("From", ASHA), ("Body", "\udcff\udcfe left")]
        assert not known.valid("/twilio/sms", params, "wrong")
        raw = (PUBLIC + "/twilio/sms").encode() + b"Body\xff\xfe leftFrom+447700900001MessageSidSM3"
        assert post(door, "/twilio/sms", body, {"Content-Type": FORM, "X-Twilio-Signature": hand_signed(raw)}) == 200
        assert sms.parse(door.kept()[0].raw)[0].text == "\N{REPLACEMENT CHARACTER}" * 2 + " left"


class TestReceipts:
    """POST /twilio/status"""

    def test_a_receipt_is_kept_once_a_status(self, door: OpenDoor, twilio: TwilioServer) -> None:
        """Sent, delivered and delivered again are two receipts, each with our reference."""
        carrier_send(door, twilio)
        assert twilio.deliver_receipts() == [200, 200, 200]
        read = [sms.parse(kept.raw)[0].receipt for kept in door.kept()]
        assert [(one.said.value, one.reference) for one in read if one] == [("on its way", 7), ("delivered", 7)]
        assert [kept.external_id.partition(":")[2] for kept in door.kept()] == ["sent", "delivered"]

    def test_the_reference_is_signed_for(self, door: OpenDoor) -> None:
        """A receipt turned to another notice by its query is forged."""
        form = {"MessageSid": "SM4", "MessageStatus": "delivered"}
        headers = signed("/twilio/status?ref=7", form)
        assert post(door, "/twilio/status?ref=8", urlencode(form), headers) == 403
        assert post(door, "/twilio/status?ref=7", urlencode(form), headers) == 200


class TestTurnedAway:
    """What gets no further than the door."""

    @pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/status"])
    @pytest.mark.parametrize("header", [None, "", "forged", "Zm9yZ2Vk", b"\xe9\xff"])
    def test_forged_and_unsigned(self, shut_door: OpenDoor, path: str, header: str | bytes | None) -> None:
        """Without Twilio's signature the answer is 403 and nothing is kept."""
        headers: list[tuple[bytes, bytes]] = [(b"Content-Type", FORM.encode())]
        if header is not None:
            value = header if isinstance(header, bytes) else header.encode()
            headers.append((b"X-Twilio-Signature", value))
        counted = shut_door.counted("refused", path.removeprefix("/"))
        response = shut_door.client.post(shut_door.url + path, content=urlencode(TEXT), headers=headers)
        assert (response.status_code, shut_door.on_disk()) == (403, 0)
        assert shut_door.counted("refused", path.removeprefix("/")) == counted + 1

    def test_a_form_that_was_changed(self, shut_door: OpenDoor) -> None:
        """A signature for "arrived" is none for "left"."""
        headers = signed("/twilio/sms", TEXT)
        assert post(shut_door, "/twilio/sms", urlencode(TEXT | {"Body": "left"}), headers) == 403
        assert post(shut_door, "/twilio/sms", urlencode(TEXT) + "&Extra=", headers) == 403

    def test_the_first_is_told_and_all_are_counted(self, door: OpenDoor) -> None:
        """The administrator's log tells of the first forged webhook, once, without anything it said."""
        with capture_logs() as logs:
            for _ in range(3):
                post(door, "/twilio/sms", urlencode(TEXT), {"Content-Type": FORM})
        (told,) = [one for one in logs if one["log_level"] == "warning"]
        assert told["door"] == "twilio/sms"
        assert "7700" not in json.dumps(told)
        assert door.counted("refused", "twilio/sms") == 3

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("application/json", b"{}"),
            ("text/plain", b"a=b"),
            ("multipart/form-data; boundary=x", b"--x--"),
            ("", b"a=b"),
            (FORM, b"nonsense"),
            (FORM, b"a=b&nonsense"),
            (FORM, b"a=b&&c=d"),
            (FORM, b"a=\xff\xfe"),
            (FORM, b"\x00\x01\x02"),
        ],
    )
    def test_what_is_no_form(self, shut_door: OpenDoor, kind: str, body: bytes) -> None:
        """A body that is no form, or says it is none, is a 400."""
        assert post(shut_door, "/twilio/sms", body, {"Content-Type": kind} if kind else {}) == 400

    def test_a_signed_webhook_that_names_no_message(self, shut_door: OpenDoor) -> None:
        """What has no MessageSid cannot be told from its replay: a 400, even signed."""
        form = {"From": ASHA, "Body": "arrived"}
        assert post(shut_door, "/twilio/sms", urlencode(form), signed("/twilio/sms", form)) == 400
        assert post(shut_door, "/twilio/sms", b"", signed("/twilio/sms", {})) == 400

    @pytest.mark.parametrize("size", [64 * 1024 + 1, 10_000_000])
    def test_a_body_that_is_too_big(self, door: OpenDoor, size: int) -> None:
        """Ten megabytes are refused with 413, and the door stays open for the next."""
        assert post(door, "/twilio/sms", b"Body=" + b"a" * (size - 5), {"Content-Type": FORM}) == 413
        assert post(door, "/twilio/sms", urlencode(TEXT), signed("/twilio/sms", TEXT)) == 200

    def test_a_big_body_that_does_not_say_so(self, shut_door: OpenDoor) -> None:
        """A body sent in pieces, without its length, is cut off at the same size."""
        pieces = (b"a" * 10_000 for _ in range(1000))
        response = shut_door.client.post(f"{shut_door.url}/twilio/sms", content=pieces, headers={"Content-Type": FORM})
        assert response.status_code == 413

    def test_a_body_of_just_the_size(self, shut_door: OpenDoor) -> None:
        """The largest body that is allowed is read whole: the form in it is what is judged."""
        body = b"Body=" + b"a" * (64 * 1024 - 5)
        assert post(shut_door, "/twilio/sms", body, {"Content-Type": FORM}) == 403

    def test_a_caller_that_hangs_up(self, door: OpenDoor) -> None:
        """Half a body and a dropped line: nothing is kept, nothing fails, the next is served."""
        port = int(door.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as caller:
            start = f"POST /twilio/sms HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\n"
            caller.sendall(f"{start}Content-Length: 50\r\n\r\nBody=".encode())
        assert post(door, "/twilio/sms", urlencode(TEXT), signed("/twilio/sms", TEXT)) == 200
        assert door.on_disk() == 1

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/twilio/sms", 405),
            ("PUT", "/twilio/status", 405),
            ("POST", "/twilio/sms/", 404),
            ("POST", "/twilio", 404),
            ("POST", "/twilio/voice", 404),
            ("POST", "/telegram/secret", 404),
            ("POST", "/local/messages", 404),
            ("GET", "/", 404),
            ("GET", "/docs", 404),
            ("GET", "/redoc", 404),
            ("GET", "/openapi.json", 404),
        ],
    )
    def test_unknown_paths_and_methods(self, shut_door: OpenDoor, method: str, path: str, status: int) -> None:
        """Doors that were not handed in do not exist, and the app describes itself to nobody."""
        assert shut_door.client.request(method, shut_door.url + path).status_code == status


class TestStoreDown:
    """Nothing is acknowledged that is not kept."""

    @pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/status"])
    def test_503_and_then_kept(self, door: OpenDoor, path: str) -> None:
        """While the store is down the answer is 503; when Twilio tries again, the text is kept."""
        headers = signed(path, TEXT)
        door.breaks()
        with capture_logs() as logs:
            assert post(door, path, urlencode(TEXT), headers) == 503
        assert [(one["event"], one["error"]) for one in logs] == [("webhook not kept", "StoreDown")]
        assert "7700" not in json.dumps(logs)
        door.mends()
        assert door.on_disk() == 0
        assert post(door, path, urlencode(TEXT), headers) == 200
        assert door.on_disk() == 1
        assert door.counted("not_kept", path.removeprefix("/")) == 1

    def test_a_locked_store_is_waited_for(self, door: OpenDoor, monkeypatch: pytest.MonkeyPatch) -> None:
        """While another program writes, the answer waits; it comes with the text on the disk."""
        monkeypatch.setattr("store.database.BUSY_MILLISECONDS", 60_000)  # however slow the machine is that looks
        assert door.kept() == []  # connected: a store that has just been made is not waited for at the first look
        with closing(sqlite3.connect(door.path, isolation_level=None)) as other, ThreadPoolExecutor() as pool:
            other.execute("BEGIN IMMEDIATE")
            asked = pool.submit(post, door, "/twilio/sms", urlencode(TEXT), signed("/twilio/sms", TEXT))
            assert door.client.get(f"{door.url}/healthz").status_code == 200
            assert not asked.done()
            other.execute("COMMIT")
            assert asked.result(10) == 200
        assert door.on_disk() == 1

    def test_a_fallback_url_catches_it(self, door: OpenDoor, twilio: TwilioServer) -> None:
        """A text that the first address did not take comes by the fallback URL, and is kept."""
        places = {"sms_url": f"{door.url}/twilio/nowhere", "fallback_url": f"{door.url}/twilio/sms"}
        twilio.connect(**places, public_url=PUBLIC)
        assert twilio.texts(ASHA, "arrived") == 200
        assert door.on_disk() == 1


def hand_signed(content: bytes) -> str:
    """A signature over bytes, where the twilio library can only sign text."""
    return base64.b64encode(hmac.new(OLD.encode(), content, hashlib.sha1).digest()).decode()


def carrier_send(door: OpenDoor, twilio: TwilioServer) -> None:
    """One text of ours, whose receipts are held."""
    twilio.receipts(*TWICE)
    carrier = sms.SmsCarrier(
        SID, OLD, senders=[US], service_sid=None, api_url=twilio.url, status_url=f"{PUBLIC}/twilio/status"
    )
    door.run(carrier.send(Parcel(7, Channel.SMS, OLIVE, "all well?")))
    door.run(carrier.close())
