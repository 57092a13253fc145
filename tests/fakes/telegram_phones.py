"""The phones that have Telegram: what a person can do there, and what the screen shows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from tests.fakes.server import Json, Server
from tests.fakes.telegram_updates import UpdateQueue

FIRST_UPDATE_ID = 700_000_001
FIRST_MESSAGE_ID = 101


class Posted(NamedTuple):
    """What a phone's message became. `update_id` is 0 when the bot had not asked for such updates."""

    update_id: int
    message_id: int


@dataclass(frozen=True)
class Line:
    """One thing on a screen. `keyboard`: rows of labels; `note`: what it was when it was no new text."""

    at: datetime
    way: Literal["sent", "got"]
    text: str
    keyboard: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    message_id: int = 0
    markup: Json = field(default_factory=dict, compare=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """The buttons that came with it, row by row, in one tuple."""
        return tuple(label for row in self.keyboard for label in row)


def labels_of(markup: Json) -> tuple[tuple[str, ...], ...]:
    """Rows of button labels of a reply or an inline keyboard."""
    rows = markup.get("keyboard") or markup.get("inline_keyboard") or []
    return tuple(tuple(key if isinstance(key, str) else key["text"] for key in row) for row in rows)


class TelegramPhones(Server):
    """The verbs of a person with a phone. `person` is the Telegram id, which is also the id of the chat."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._queue = UpdateQueue(FIRST_UPDATE_ID)
        self._people: dict[int, Json] = {}
        self._written: set[int] = set()
        self._blocked: set[int] = set()
        self._messages: dict[int, Json] = {}
        self._screens: dict[int, list[Line]] = {}
        self._queries: dict[str, datetime] = {}
        self._next_message_id = FIRST_MESSAGE_ID
        self.bot: Json = {
            "id": 7700900, "is_bot": True, "first_name": "Doorstep", "username": "doorstep_bot",
            "can_join_groups": False, "can_read_all_group_messages": False, "supports_inline_queries": False,
        }  # fmt: skip

    # -- who has a phone ----------------------------------------------------------------------------

    def knows(self, person: int, first_name: str, last_name: str = "", language: str = "en") -> None:
        """Telegram knows this person; the bot cannot write to them until they have written to it."""
        with self._lock:
            names = {"last_name": last_name} if last_name else {}
            self._people[person] = {
                "id": person, "is_bot": False, "first_name": first_name, **names, "language_code": language
            }  # fmt: skip

    def _from(self, person: int) -> Json:
        if person not in self._people:
            self.knows(person, "Sam")
        return dict(self._people[person])

    def _chat(self, person: int) -> Json:
        named = ("id", "first_name", "last_name")
        return {key: value for key, value in self._from(person).items() if key in named} | {"type": "private"}

    # -- what a person sends ------------------------------------------------------------------------

    def texts(
        self, person: int, text: str, *, reply_to: int | None = None, forwarded: str = "", quote: str = ""
    ) -> Posted:
        """Send a text: maybe an answer to a message, with a part of it quoted, or forwarded from a name."""
        with self._lock:
            extra: Json = {"text": text}
            if reply_to is not None:
                extra["reply_to_message"] = _without_reply(self._messages[reply_to])
            if quote:
                extra["quote"] = {"text": quote, "position": 0, "is_manual": True}
            if forwarded:
                origin = {"type": "hidden_user", "date": self._stamp(), "sender_user_name": forwarded}
                extra["forward_origin"] = origin
            return self._says(person, extra, text, "forwarded" if forwarded else "")

    def taps(self, person: int, label: str) -> Posted:
        """Tap a key of the reply keyboard that is on the screen now. LookupError when it is not there."""
        with self._lock:
            if label not in {key for row in self.keyboard(person) for key in row}:
                raise LookupError(f"no key {label!r} on the screen of {person}: {self.keyboard(person)}")
            return self.texts(person, label)

    def starts(self, person: int, payload: str = "") -> Posted:
        """Open the bot's link and press START; that also unblocks it."""
        with self._lock:
            if person in self._blocked:
                self.unblocks(person)
            text = f"/start {payload}".strip()
            entity = {"type": "bot_command", "offset": 0, "length": len("/start")}
            return self._says(person, {"text": text, "entities": [entity]}, text)

    def edits(self, message_id: int, text: str) -> int:
        """Change the words of a text sent before; gives the update's id."""
        with self._lock:
            message = self._messages[message_id]
            message |= {"text": text, "edit_date": self._stamp()}
            person = message["chat"]["id"]
            self._shows(person, "sent", text, note="edited", message_id=message_id)
            return self._queues("edited_message", message)

    def shares_contact(self, person: int, phone: str, own: bool = True) -> Posted:
        """Share the own number by the keyboard's button, or (`own=False`) a card from the address book."""
        card: Json = {"phone_number": phone, "first_name": self._from(person)["first_name"]}
        card |= {"user_id": person} if own else {}
        return self._says(person, {"contact": card}, phone, "contact")

    def sends_photo(self, person: int, caption: str = "") -> Posted:
        """Send a photo, with or without words under it."""
        size = {"file_id": "photo-1", "file_unique_id": "p1", "width": 90, "height": 90}
        words = {"caption": caption} if caption else {}
        return self._says(person, {"photo": [size], **words}, caption, "photo")

    def sends_voice(self, person: int, seconds: int = 3) -> Posted:
        """Send a voice message."""
        voice = {"file_id": "voice-1", "file_unique_id": "v1", "duration": seconds, "mime_type": "audio/ogg"}
        return self._says(person, {"voice": voice}, "", "voice")

    def sends_location(self, person: int, latitude: float = 53.8, longitude: float = -1.55) -> Posted:
        """Send where one is (or anywhere else)."""
        return self._says(person, {"location": {"latitude": latitude, "longitude": longitude}}, "", "location")

    def sends_sticker(self, person: int, meaning: str = "\N{THUMBS UP SIGN}") -> Posted:
        """Send a sticker that stands for `meaning`, one character."""
        sticker = {
            "file_id": "sticker-1", "file_unique_id": "s1", "type": "regular", "width": 512, "height": 512,
            "is_animated": False, "is_video": False, "emoji": meaning,
        }  # fmt: skip
        return self._says(person, {"sticker": sticker}, meaning, "sticker")

    def presses(self, person: int, data: str) -> int:
        """Press the newest inline button with this data; gives the update's id. LookupError if none."""
        with self._lock:
            message = self._message_with_button(person, data)
            query_id = str(4_000_000 + len(self._queries))
            self._queries[query_id] = self._now()
            query = {
                "id": query_id, "from": self._from(person), "message": message,
                "chat_instance": f"instance-{person}", "data": data,
            }  # fmt: skip
            return self._queues("callback_query", query)

    def blocks(self, person: int) -> int:
        """Block the bot; gives the id of the `my_chat_member` update."""
        with self._lock:
            self._blocked.add(person)
            return self._turns(person, "member", "kicked")

    def unblocks(self, person: int) -> int:
        """Unblock the bot; gives the id of the `my_chat_member` update."""
        with self._lock:
            self._blocked.discard(person)
            return self._turns(person, "kicked", "member")

    def poison(self) -> int:
        """Queue an update that the library cannot parse; gives its id."""
        with self._lock:
            return self._queues("message", {"message_id": "x", "date": "soon"})

    def jump_update_ids(self, to: int) -> None:
        """Go on counting updates from `to`, as after a quiet week."""
        with self._lock:
            self._queue.jump(to)

    # -- what a person sees -------------------------------------------------------------------------

    def screen(self, person: int) -> list[Line]:
        """All that this phone sent and got, oldest first."""
        with self._lock:
            return list(self._screens.get(person, []))

    def keyboard(self, person: int) -> tuple[tuple[str, ...], ...]:
        """The reply keyboard below the conversation now, as rows of labels."""
        for line in reversed(self.screen(person)):
            if line.markup.get("remove_keyboard"):
                return ()
            if "keyboard" in line.markup:
                return line.keyboard
        return ()

    # -- within -------------------------------------------------------------------------------------

    def _says(self, person: int, content: Json, shown: str, note: str = "") -> Posted:
        with self._lock:
            if person in self._blocked:
                raise ValueError("a phone that has blocked the bot cannot write to it: unblock first")
            self._written.add(person)
            head = {"from": self._from(person), "chat": self._chat(person), "date": self._stamp()}
            message = self._keeps(head | content)
            self._shows(person, "sent", shown, note=note, message_id=message["message_id"])
            return Posted(self._queues("message", message), message["message_id"])

    def _keeps(self, content: Json) -> Json:
        message = {"message_id": self._next_message_id, **content}
        self._messages[self._next_message_id] = message
        self._next_message_id += 1
        return message

    def _shows(
        self, person: int, way: Literal["sent", "got"], text: str, *,
        markup: Json | None = None, note: str = "", message_id: int = 0,
    ) -> None:  # fmt: skip
        keys = markup or {}
        line = Line(self._now(), way, text, labels_of(keys), note, message_id, keys)
        self._screens.setdefault(person, []).append(line)
        self._touch()

    def _turns(self, person: int, old: str, new: str) -> int:
        def state(status: str) -> Json:
            return {"user": self.bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})

        change = {
            "chat": self._chat(person), "from": self._from(person), "date": self._stamp(),
            "old_chat_member": state(old), "new_chat_member": state(new),
        }  # fmt: skip
        return self._queues("my_chat_member", change)

    def _queues(self, kind: str, content: Json) -> int:
        # A copy: what waits at Telegram shows the message as it was then, not as later edits left it.
        update_id = self._queue.put(kind, dict(content), self._now())
        self._touch()
        self._queued()
        return update_id

    def _queued(self) -> None:
        """Something new waits: the server pushes it where a webhook is set."""

    def _message_with_button(self, person: int, data: str) -> Json:
        for message in reversed(self._messages.values()):
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            shown = {key.get("callback_data") for row in rows for key in row}
            if message["chat"]["id"] == person and data in shown:
                return dict(message)
        raise LookupError(f"no inline button {data!r} on the screen of {person}")

    def _stamp(self) -> int:
        return int(self._now().timestamp())


def _without_reply(message: Json) -> Json:
    return {key: value for key, value in message.items() if key != "reply_to_message"}
