"""Telegram and Twilio as programs that this project did not write, with a phone's verbs.

Both are processes of their own on loopback. The verbs are plain functions that wait for the peer's answer,
and the Twilio peer answers a text only when our webhook has answered it: a test that runs the service in its
own event loop calls them by `asyncio.to_thread`.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any

import httpx
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.peers.install import PeerProcess

BOT_TOKEN = "7700900900:" + "marsh-lane-" * 3 + "ok"
ACCOUNT_SID = "AC" + "5eed" * 8
AUTH_TOKEN = "0a11" * 8
SERVICE_SID = "MG" + "5eed" * 8
OUR_NUMBER = "+447700900999"

TWILIO_SEED: dict[str, Any] = {
    "account": {"sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "friendly_name": "Marsh Lane Primary"},
    "phone_numbers": [{"phone_number": OUR_NUMBER, "friendly_name": "Doorstep"}],
    "messaging_services": [
        {"sid": SERVICE_SID, "friendly_name": "Doorstep", "phone_numbers": [OUR_NUMBER]},
    ],
}

REQUEST_SECONDS = 15.0  # longer than the Twilio peer waits for a webhook of ours
LOOK_AGAIN_SECONDS = 0.02
NOT_ON_A_PHONE = {"scheduled", "canceled", "failed", "undelivered"}


@dataclass(frozen=True)
class Shown:
    """One message on a phone's screen: its words, when it was sent (UTC), its buttons by row."""

    text: str
    at: datetime
    buttons: tuple[tuple[str, ...], ...] = ()


@dataclass
class Phone:
    """What both kinds of phone can do. `screen` is all it was sent, oldest first."""

    number: str
    read: int = field(default=0, init=False)

    def screen(self) -> list[Shown]:
        raise NotImplementedError

    def receives(self, words: str, within: float = 30.0) -> Shown:
        """Wait at most `within` seconds for the next message that holds these words, and return it.

        Messages up to it count as read: a later call looks past them. Raises AssertionError with the screen.
        """

        def look() -> Shown | None:
            for index, shown in enumerate(self.screen()):
                if index >= self.read and words in shown.text:
                    self.read = index + 1
                    return shown
            return None

        found = _look_until(look, within)
        if found is None:
            screen = [shown.text for shown in self.screen()]
            raise AssertionError(f"{self.number} did not receive {words!r} in {within} s, only {screen}")
        return found


def _look_until(look: Callable[[], Shown | None], within: float) -> Shown | None:
    """Look again and again, a bounded number of times: neither peer can tell us when a message comes."""
    pause = threading.Event()
    for _ in range(max(1, round(within / LOOK_AGAIN_SECONDS))):
        if (found := look()) is not None:
            return found
        pause.wait(LOOK_AGAIN_SECONDS)  # nobody tells of it
    return look()


class TelegramPhone(Phone):
    """A private chat with the bot. `id` is the user's and the chat's: the last six digits of the number."""

    def __init__(self, peer: "TelegramPeer", number: str, name: str) -> None:
        super().__init__(number)
        self.id = int(number[-6:])
        self._peer = peer
        self._who = {"id": self.id, "is_bot": False, "first_name": name}
        self._chat = {"id": self.id, "type": "private", "first_name": name}

    def texts(self, text: str) -> None:
        """Send the bot a text; one that starts with a slash goes as a command, its entity marked."""
        if not text.startswith("/"):
            return self.sends(text=text)
        command = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
        return self.sends("/sendCommand", text=text, entities=[command])

    def sends(self, path: str = "/sendMessage", **parts: Any) -> None:
        """Send the bot a message of any kind, its parts named as in the Bot API (photo, location, …)."""
        self._peer.post(path, {**self._envelope(), "from": self._who, "chat": self._chat, **parts})

    def shares_contact(self) -> None:
        """Press a `request_contact` button: the phone's own number, with its own user id."""
        own = {"phone_number": self.number, "first_name": self._who["first_name"], "user_id": self.id}
        self.sends(contact=own)

    def taps(self, label: str) -> None:
        """Press a button: on the reply keyboard (sends its words), else under the last message with it."""
        if any(label in row for row in self.keyboard()):
            return self.texts(label)
        for item in reversed(self._items()):
            for button in _flat(item["message"], "inline_keyboard"):
                if button["text"] == label:
                    return self._press(item, button["callback_data"])
        raise AssertionError(f"{self.number} has no button {label!r}, only {self.keyboard()}")

    def keyboard(self) -> tuple[tuple[str, ...], ...]:
        """The reply keyboard in sight, by row: the last one sent and not taken away since."""
        for item in reversed(self._items()):
            markup = item["message"].get("reply_markup") or {}
            if "keyboard" in markup or "remove_keyboard" in markup:
                return _labels(markup.get("keyboard", []))
        return ()

    def screen(self) -> list[Shown]:
        """All the bot's messages to this phone, oldest first, each as last edited, less those it deleted."""
        return [_shown_by_telegram(item) for item in self._items()]

    def _items(self) -> list[dict[str, Any]]:
        """The bot's messages here; what phones send has a `chat`, or no message at all, and no `chat_id`."""
        said = self._peer.history()
        return [item for item in said if str(item.get("message", {}).get("chat_id")) == str(self.id)]

    def _press(self, item: dict[str, Any], data: str) -> None:
        under = {"message_id": item["messageId"], "date": item["time"] // 1000, "chat": self._chat}
        press = {**self._envelope(), "from": self._who, "message": under, "data": data}
        self._peer.post("/sendCallback", press)

    def _envelope(self) -> dict[str, Any]:
        return {"botToken": self._peer.token, "date": int(datetime.now(UTC).timestamp())}


def _flat(message: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [button for row in (message.get("reply_markup") or {}).get(kind, []) for button in row]


def _labels(rows: list[list[Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(b if isinstance(b, str) else str(b["text"]) for b in row) for row in rows)


def _shown_by_telegram(item: dict[str, Any]) -> Shown:
    markup = item["message"].get("reply_markup") or {}
    rows = markup.get("keyboard") or markup.get("inline_keyboard") or []
    at = datetime.fromtimestamp(item["time"] / 1000, UTC)
    return Shown(str(item["message"].get("text", "")), at, _labels(rows))


class TelegramPeer:
    """npm's telegram-test-api 4.2.1, mended as `telegram-peer.mjs` says.

    It can: getMe, getUpdates (offset, timeout, limit), sendMessage with either keyboard, editMessageText,
    editMessageReplyMarkup, deleteMessage, answerCallbackQuery, setWebhook, deleteWebhook; and from the
    phone's side texts, commands, presses and any other part of a message.

    It cannot: refuse anything (no 403, 409, 429), edit a phone's text, send my_chat_member, filter by
    allowed_updates, send a webhook's secret token or try a webhook twice (one that refuses ends the peer).
    Every other method of the Bot API (getWebhookInfo, getChat, setMyCommands, …) answers 500, which PTB
    raises as NetworkError. Any token is a bot; two tokens do not see each other's chats.
    """

    def __init__(self, process: PeerProcess, http: httpx.Client) -> None:
        self.url = process.url
        self.token = BOT_TOKEN
        self._http = http
        self._phones: dict[str, TelegramPhone] = {}

    @property
    def bot_url(self) -> str:
        """PTB's `base_url`: the token is written straight behind it."""
        return f"{self.url}/bot"

    def phone(self, number: str, name: str = "Asha") -> TelegramPhone:
        """The phone with this number; the same one each time. The name is taken from the first call."""
        return self._phones.setdefault(number, TelegramPhone(self, number, name))

    def texts(self, number: str, text: str) -> None:
        """This phone sends the bot a text."""
        self.phone(number).texts(text)

    def screen(self, number: str) -> list[Shown]:
        """All the bot's messages to this phone, oldest first."""
        return self.phone(number).screen()

    def history(self) -> list[dict[str, Any]]:
        """Everything said in this bot's chats, as the peer keeps it, oldest first."""
        return list(self.post("/getUpdatesHistory", {"token": self.token})["result"])

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Speak the peer's own client side, which is JSON over HTTP. Raises httpx.HTTPStatusError."""
        return self._http.post(self.url + path, json=body).raise_for_status().json()


class SmsPhone(Phone):
    """A telephone that texts our number."""

    def __init__(self, peer: "TwilioPeer", number: str) -> None:
        super().__init__(number)
        self._peer = peer

    def texts(self, text: str) -> str:
        """Text our number and wait until our webhook has answered; returns the MessageSid."""
        sent = self._peer.simulate("inbound-message", From=self.number, To=self._peer.number, Body=text)
        return str(sent["sid"])

    def screen(self) -> list[Shown]:
        """All texts to this phone, oldest first, less those scheduled, called off or not delivered."""
        return [
            Shown(str(sent["body"]), parsedate_to_datetime(sent["date_created"]).astimezone(UTC))
            for sent in self._peer.sent_to(self.number)
            if sent["status"] not in NOT_ON_A_PHONE
        ]


class TwilioPeer:
    """npm's emulate 0.12.2, as it is.

    It can: messages create, list (To, From, pages), fetch, update (call off), delete; own numbers and
    Messaging Services; Basic auth (20003); an inbound text posted as a form to the number's SmsUrl, or to the
    service's InboundRequestUrl, with a true X-Twilio-Signature; receipts, signed alike, when a test asks for
    one; and by itself the first receipt, "queued", which reaches us before the POST has answered.

    It cannot: deliver by itself, send what is scheduled when its time comes, refuse a number (21610, 21211,
    30xxx), put ErrorCode in a receipt, answer 429 or 5xx, try a webhook twice (it gives one 10 s), use a
    fallback URL, act on STOP or on TwiML, filter a list by date, count GSM-7 segments. It signs an SmsUrl
    with its `#fragment`, where Twilio leaves it out: give none. Where a service has no InboundRequestUrl it
    uses the number's, where Twilio drops the text.
    """

    def __init__(self, process: PeerProcess, http: httpx.Client) -> None:
        self.url = process.url
        self.account_sid = ACCOUNT_SID
        self.auth_token = AUTH_TOKEN
        self.service_sid = SERVICE_SID
        self.number = OUR_NUMBER
        self._http = http
        self._phones: dict[str, SmsPhone] = {}

    def client(self, auth_token: str = AUTH_TOKEN) -> Client:
        """The real twilio client, pointed here, with a time limit and no retries."""
        client = Client(self.account_sid, auth_token, http_client=TwilioHttpClient(timeout=REQUEST_SECONDS))
        client.api.base_url = self.url
        client.messaging.base_url = f"{self.url}/messaging"
        return client

    def texts_go_to(self, sms_url: str) -> None:
        """Set our number's SmsUrl, as in Twilio's console: inbound texts are posted there from now on."""
        owned = self._api("GET", "IncomingPhoneNumbers.json")["incoming_phone_numbers"]
        (sid,) = [number["sid"] for number in owned if number["phone_number"] == self.number]
        self._api("POST", f"IncomingPhoneNumbers/{sid}.json", SmsUrl=sms_url)

    def phone(self, number: str) -> SmsPhone:
        """The phone with this number; the same one each time."""
        return self._phones.setdefault(number, SmsPhone(self, number))

    def texts(self, number: str, text: str) -> str:
        """This phone texts our number; returns the MessageSid once our webhook has answered."""
        return self.phone(number).texts(text)

    def screen(self, number: str) -> list[Shown]:
        """All texts to this phone, oldest first."""
        return self.phone(number).screen()

    def receipt(self, message_sid: str, status: str) -> None:
        """Move a message on (sent, delivered, undelivered, failed) and wait for our webhook's answer."""
        self.simulate("message-status", MessageSid=message_sid, Status=status)

    def sent_to(self, number: str) -> list[dict[str, Any]]:
        """Our texts to this number as Twilio's API writes them, oldest first, at most a thousand."""
        listed = self._api("GET", "Messages.json", To=number, PageSize="1000")["messages"]
        return [sent for sent in reversed(listed) if sent["direction"] != "inbound"]

    def webhook_answers(self) -> list[tuple[str, int | None]]:
        """What our webhooks answered, oldest first, at most fifty: the event and the HTTP status, if any."""
        page = self._http.get(self.url, params={"tab": "webhooks"}).raise_for_status().text
        rows = [re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for row in page.split("<tr>")]
        told = [(unescape(row[0]), row[2]) for row in reversed(rows) if len(row) == 6]
        return [(event, int(status) if status else None) for event, status in told]

    def simulate(self, what: str, **form: str) -> Any:
        """Use one of the peer's own levers, `/_twilio/simulate/…`. Raises httpx.HTTPStatusError."""
        return self._send("POST", f"/_twilio/simulate/{what}", form)

    def _api(self, method: str, path: str, **form: str) -> Any:
        return self._send(method, f"/2010-04-01/Accounts/{self.account_sid}/{path}", form)

    def _send(self, method: str, path: str, form: dict[str, str]) -> Any:
        query, body = (form, None) if method == "GET" else (None, form)
        auth = (self.account_sid, self.auth_token)
        answer = self._http.request(method, self.url + path, params=query, data=body, auth=auth)
        return answer.raise_for_status().json()
