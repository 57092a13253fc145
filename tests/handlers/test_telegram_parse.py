"""What the Telegram door makes of an update: recorded shapes, and shapes that nobody foresaw."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.events import Incoming, Sort
from bot.people import Channel
from handlers.telegram import external_id, parse

Json = dict[str, Any]

ASHA = 9001
SENT, EDITED = datetime(2026, 11, 23, 14, 5, tzinfo=UTC), datetime(2026, 11, 23, 14, 6, tzinfo=UTC)
FROM = {"id": ASHA, "is_bot": False, "first_name": "Asha", "language_code": "en"}
CHAT = {"id": ASHA, "first_name": "Asha", "type": "private"}
BOT = {"id": 7700900, "is_bot": True, "first_name": "Doorstep", "username": "doorstep_bot"}
FILE = {"file_id": "AgACAgQAAxkBAAIB", "file_unique_id": "AQADxLYxG", "file_size": 1204}
PLACE = {"latitude": 53.8, "longitude": -1.55}
ORIGIN = {"type": "hidden_user", "date": 1795442400, "sender_user_name": "Ben"}


def message(**content: Any) -> Json:
    head = {"message_id": 101, "from": FROM, "chat": CHAT, "date": int(SENT.timestamp())}
    return {"update_id": 700_000_001, "message": head | content}


def edit(**content: Any) -> Json:
    body = message(edit_date=int(EDITED.timestamp()), **content)["message"]
    return {"update_id": 700_000_002, "edited_message": body}


def member(old: str, new: str, chat: Json = CHAT) -> Json:
    def state(status: str) -> Json:
        return {"user": BOT, "status": status} | ({"until_date": 0} if status == "kicked" else {})

    change = {"chat": chat, "from": FROM, "date": int(SENT.timestamp())}
    change |= {"old_chat_member": state(old), "new_chat_member": state(new)}
    return {"update_id": 700_000_003, "my_chat_member": change}


def press(**content: Any) -> Json:
    query = {"id": "4000001", "from": FROM, "chat_instance": "-88", "data": "mine K7Q2", **content}
    return {"update_id": 700_000_004, "callback_query": query}


def only(update: Json) -> Incoming:
    (incoming,) = parse(json.dumps(update).encode())
    return incoming


def telegram(sort: Sort, text: str = "", what: str = "", at: datetime | None = SENT, quoted: bool = False) -> Incoming:
    return Incoming(Channel.TELEGRAM, str(ASHA), sort, text, what, at, quoted)


def test_a_text_is_a_text() -> None:
    """The words as typed, the chat, and the time by Telegram's clock, in UTC."""
    assert only(message(text="just got to no 14")) == telegram(Sort.TEXT, "just got to no 14")


def test_an_edit_carries_its_own_time() -> None:
    """An edited text is an edit with the new words, and so is an edited caption."""
    assert only(edit(text="blue folder")) == telegram(Sort.EDIT, "blue folder", at=EDITED)
    captioned = edit(photo=[FILE | {"width": 90, "height": 90}], caption="blue folder")
    assert only(captioned) == telegram(Sort.EDIT, "blue folder", "photo", EDITED)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ({"photo": [FILE | {"width": 90, "height": 90}]}, "photo"),
        ({"voice": FILE | {"duration": 3, "mime_type": "audio/ogg"}}, "voice"),
        ({"video": FILE | {"duration": 3, "width": 90, "height": 90}}, "video"),
        ({"video_note": FILE | {"duration": 3, "length": 240}}, "video_note"),
        ({"audio": FILE | {"duration": 3}}, "audio"),
        ({"document": FILE | {"file_name": "risk.pdf"}}, "document"),
        ({"animation": FILE | {"duration": 1, "width": 9, "height": 9}, "document": FILE}, "animation"),
        ({"sticker": FILE | {"type": "regular", "width": 512, "height": 512, "is_animated": False,
                             "is_video": False}}, "sticker"),
        ({"location": PLACE}, "location"),
        ({"venue": {"location": PLACE, "title": "Hill", "address": "1 Hill"}, "location": PLACE}, "venue"),
        ({"dice": {"emoji": "\N{GAME DIE}", "value": 4}}, "dice"),
        ({"something_of_next_year": {"id": 1}}, "message"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_named(content: Json, what: str) -> None:
    """Every kind of message comes through by its name, one from the future too."""
    assert only(message(**content)) == telegram(Sort.OTHER, what=what)


def test_words_under_a_picture_are_heard() -> None:
    """The caption is the text."""
    found = only(message(photo=[FILE | {"width": 90, "height": 90}], caption="blue folder"))
    assert (found.sort, found.what, found.text) == (Sort.OTHER, "photo", "blue folder")


@pytest.mark.parametrize(
    ("text", "payload"),
    [("/start", ""), ("/start x7K_2-q", "x7K_2-q"), ("/start@doorstep_bot x7k2", "x7k2"), ("/start ", "")],
)
def test_start_is_an_enrolment(text: str, payload: str) -> None:
    """/start gives the link's payload, or none."""
    entity = {"type": "bot_command", "offset": 0, "length": 6}
    assert only(message(text=text, entities=[entity])) == telegram(Sort.ENROL, payload)


def test_only_a_link_opened_now_enrols() -> None:
    """A /start that was edited in, or sent on from somebody else, is words."""
    assert only(edit(text="/start x7k2")) == telegram(Sort.EDIT, "/start x7k2", at=EDITED)
    passed_on = message(text="/start x7k2", forward_origin=ORIGIN)
    assert only(passed_on) == telegram(Sort.TEXT, "/start x7k2", quoted=True)


@pytest.mark.parametrize("text", ["/start blue folder", "/starting now", "please /start", "/start " + "x" * 65])
def test_words_after_start_are_a_text(text: str) -> None:
    """What no link could have written was typed by a person, and is judged like any text."""
    assert only(message(text=text)) == telegram(Sort.TEXT, text)


@pytest.mark.parametrize("number", ["447700900001", "+447700900001", "+44 7700 900001"])
def test_only_the_own_card_proves_a_number(number: str) -> None:
    """A shared contact is "own" when Telegram says so of the very sender, and the number is E.164."""
    card = {"phone_number": number, "first_name": "Asha"}
    assert only(message(contact=card | {"user_id": ASHA})) == telegram(Sort.CONTACT, "+447700900001", "own")
    assert only(message(contact=card | {"user_id": 9002})) == telegram(Sort.CONTACT, "+447700900001", "other")
    assert only(message(contact=card)) == telegram(Sort.CONTACT, "+447700900001", "other")


def test_a_forwarded_card_proves_nothing() -> None:
    """An old card sent on may hold a number that is no longer theirs."""
    card = {"phone_number": "447700900001", "first_name": "Asha", "user_id": ASHA}
    found = only(message(contact=card, forward_origin=ORIGIN))
    assert found == telegram(Sort.CONTACT, "+447700900001", "other", quoted=True)


def test_blocking_and_coming_back() -> None:
    """The bot's own standing in a private chat tells of a blocked phone, and of one that is back."""
    assert only(member("member", "kicked")) == telegram(Sort.BLOCKED)
    assert only(member("kicked", "member")) == telegram(Sort.UNBLOCKED)


def test_a_pressed_button_is_a_text() -> None:
    """Its data is what was said; the update has no time of its own."""
    under = {"message_id": 99, "from": BOT, "chat": CHAT, "date": 1795442400, "text": "Who takes it?"}
    gone = {"message_id": 99, "chat": CHAT, "date": 0}
    for update in (press(message=under), press(message=gone), press(inline_message_id="8")):
        assert only(update) == telegram(Sort.TEXT, "mine K7Q2", at=None)


@pytest.mark.parametrize(
    "content",
    [
        {"forward_origin": ORIGIN},
        {"quote": {"text": "left", "position": 0, "is_manual": True}},
        {"entities": [{"type": "blockquote", "offset": 0, "length": 4}]},
    ],
)
def test_words_of_somebody_else_are_marked(content: Json) -> None:
    """Forwards and quotations are texts, marked as quoted."""
    assert only(message(text="left", **content)) == telegram(Sort.TEXT, "left", quoted=True)


def test_a_plain_answer_is_in_their_own_words() -> None:
    """Answering a message of ours without quoting it is not a quotation."""
    asked = {"message_id": 99, "from": BOT, "chat": CHAT, "date": 1795442400, "text": "All OK?"}
    assert only(message(text="ok", reply_to_message=asked)) == telegram(Sort.TEXT, "ok")


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
def test_groups_and_channels_are_only_recorded(kind: str) -> None:
    """Doorstep talks to one person at a time; nothing else is answered."""
    group = {"id": -100_200_300, "title": "Staff", "type": kind}
    words = (message(text="left", chat=group), edit(text="left", chat=group))
    for update in (*words, member("left", "member", group)):
        found = only(update)
        assert (found.sort, found.sender, found.text) == (Sort.SILENT, "-100200300", "")
    post = {"update_id": 5, "channel_post": message(text="left", chat=group)["message"]}
    assert only(post).sort is Sort.SILENT


@pytest.mark.parametrize(
    "content",
    [
        {"pinned_message": {"message_id": 1, "chat": CHAT, "date": 0}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
    ],
)
def test_what_nobody_did_is_only_recorded(content: Json) -> None:
    """A service line in the chat is no message, and a live location that moves is no new one."""
    assert only(message(**content)).sort is Sort.SILENT
    assert only(edit(location=PLACE | {"live_period": 900})).sort is Sort.SILENT


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        (message(text="blue folder", entities="?"), telegram(Sort.TEXT, "blue folder")),
        (message(text="left", forward_origin=7), telegram(Sort.TEXT, "left", quoted=True)),
        (message(caption="blue folder", photo="?"), telegram(Sort.TEXT, "blue folder")),
        (message(text="/start x7k2", entities="?"), telegram(Sort.ENROL, "x7k2")),
        (message(text="ok", date="soon"), telegram(Sort.TEXT, "ok", at=None)),
        (message(text="ok", date=10**30), telegram(Sort.TEXT, "ok", at=None)),
        (message(text=["ok"]), telegram(Sort.OTHER, what="unreadable")),
        (message(photo="?"), telegram(Sort.OTHER, what="unreadable")),
        (message(text="help", chat=None), telegram(Sort.TEXT, "help")),
        (edit(text="blue folder", entities="?"), telegram(Sort.EDIT, "blue folder", at=EDITED)),
        (press(chat_instance=None, message="?"), telegram(Sort.TEXT, "mine K7Q2", at=None)),
        (
            {"update_id": 1, "callback_query": {"from": FROM, "data": "mine"}},
            telegram(Sort.TEXT, "mine", at=None),
        ),
        (
            {"update_id": 1, "my_chat_member": {"chat": CHAT, "new_chat_member": {"status": "kicked"}}},
            telegram(Sort.BLOCKED, at=None),
        ),
        (
            {"update_id": 1, "message": {"message_id": "x", "date": "soon"}},
            Incoming(Channel.TELEGRAM, "", Sort.SILENT),
        ),
    ],
)
def test_what_the_library_cannot_parse_is_read_by_hand(update: Json, expected: Incoming) -> None:
    """The words get through whatever else is wrong with the update; without any it is unreadable."""
    assert only(update) == expected


@pytest.mark.parametrize(
    ("age", "seconds"), [(90, 90), (0, 0), (-5, 0), (10**30, 0), ("90", 0), (None, 0), ([90], 0)], ids=repr
)
def test_the_age_is_read_where_the_door_has_noted_it(age: object, seconds: int) -> None:
    """Beside the text, whether the library can parse it or not; nonsense there is no age."""
    for update in (message(text="left"), message(text="left", entities="?")):
        found = only(update | {"doorstep_age": age})
        assert (found.text, found.age.total_seconds()) == ("left", seconds)


def test_half_a_character_does_not_stop_a_text() -> None:
    """A lone surrogate is replaced: what is stored must be text."""
    assert only(message(text="ok \ud83d left")).text == "ok \N{REPLACEMENT CHARACTER} left"


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"null", b"[1]", b'"left"', b"{}", b'{"a":' * 9000])
def test_what_is_no_update_is_silent(raw: bytes) -> None:
    """Rubbish is one silent thing from nobody, and has no id."""
    assert parse(raw) == [Incoming(Channel.TELEGRAM, "", Sort.SILENT)]
    with pytest.raises(ValueError, match=r"\w"):
        external_id(raw)


def test_the_id_is_the_updates_own() -> None:
    """The inbox tells updates apart by update_id."""
    assert external_id(json.dumps(message(text="ok")).encode()) == "700000001"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.sampled_from([message(text="left"), edit(text="left"), press(), member("member", "kicked")]),
    st.data(),
)
def test_nothing_wrong_in_an_update_raises(update: Json, data: st.DataObject) -> None:
    """Whatever stands in whichever field, one thing came in, and its text can be stored."""
    kind = next(key for key in update if key != "update_id")
    field = data.draw(st.sampled_from(sorted(update[kind])))
    assert only(update | {kind: update[kind] | {field: data.draw(VALUES)}}).text.encode() is not None
    assert parse(json.dumps(data.draw(VALUES)).encode())
