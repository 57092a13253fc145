"""Telegram's webhook over HTTP: a secret path, a secret token, and an update that is kept before it is acknowledged."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from bot.people import Channel
from handlers.web import TelegramHook, build_app
from tests.fakes.hands import Hands
from tests.handlers.open_door import OpenDoor, open_door, well

PATH, TOKEN = "9f8c2d71", "marsh-lane-webhook-token"
UPDATE = b'{"update_id": 870001, "message": {"text": "arrived"}}'
HEADER = b"X-Telegram-Bot-Api-Secret-Token"


def app_of(door: OpenDoor) -> FastAPI:
    hook = TelegramHook(PATH, TOKEN, door.keep)
    return build_app(twilio=None, telegram=hook, local=None, health=well, registry=door.registry)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[OpenDoor]:
    with open_door(tmp_path, Hands(), app_of) as one:
        yield one


@pytest.fixture(scope="module")
def shut_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDoor]:
    """One door for all that gets no further than it."""
    with open_door(tmp_path_factory.mktemp("shut"), Hands(), app_of) as one:
        yield one
        assert one.on_disk() == 0


def post(door: OpenDoor, body: bytes = UPDATE, *, path: str = PATH, token: str | bytes | None = TOKEN) -> int:
    sent = token.encode() if isinstance(token, str) else token
    headers = {} if sent is None else {HEADER: sent}
    return door.client.post(f"{door.url}/telegram/{path}", content=body, headers=headers).status_code


def test_an_update_is_kept_as_received(door: OpenDoor) -> None:
    """The bytes of an update are in the inbox by its id when Telegram gets its 200."""
    assert (post(door), door.on_disk()) == (200, 1)
    (kept,) = door.kept()
    assert (kept.channel, kept.external_id, kept.raw) == (Channel.TELEGRAM, "870001", UPDATE)


def test_a_repeated_update_is_kept_once(door: OpenDoor) -> None:
    """Telegram repeats what it thinks was not heard; ids in any order are told apart by themselves alone."""
    assert [post(door), post(door), post(door, b'{"update_id": 3}'), post(door)] == [200] * 4
    assert [kept.external_id for kept in door.kept()] == ["870001", "3"]
    assert (door.counted("kept", "telegram"), door.counted("repeated", "telegram")) == (2, 2)


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", b"\xff\xfe"])
def test_a_wrong_token(shut_door: OpenDoor, token: str | bytes | None) -> None:
    """Who does not send the token back is not Telegram: 403, counted."""
    before = shut_door.counted("refused", "telegram")
    assert post(shut_door, token=token) == 403
    assert shut_door.counted("refused", "telegram") == before + 1


@pytest.mark.parametrize("path", ["wrong", PATH[:-1], PATH + "x", "", f"{PATH}/more", "%ff", "%F0%9F%91%8D"])
def test_a_wrong_path(shut_door: OpenDoor, path: str) -> None:
    """A wrong path is an unknown path, with the right token too."""
    assert post(shut_door, path=path) == 404


def test_the_first_is_told(door: OpenDoor) -> None:
    """The administrator's log tells of the first forged update; it names neither the path nor the token."""
    with capture_logs() as logs:
        post(door, token="forged")
        post(door, token="forged")
    (told,) = logs
    assert (told["log_level"], told["door"]) == ("warning", "telegram")
    assert not {PATH, TOKEN, "forged"} & set(json.dumps(told).split('"'))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"arrived",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"870001",
        b"{}",
        b'{"update_id": "870001"}',
        b'{"update_id": 870001.0}',
        b'{"update_id": true}',
        b'{"update_id": null}',
        b'{"update_id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
def test_what_is_no_update(shut_door: OpenDoor, body: bytes) -> None:
    """A body that is not a JSON object with a whole number for its id is a 400."""
    assert post(shut_door, body) == 400


@pytest.mark.parametrize("body", [b'{"update_id": 1, "message": 7}', b'{"update_id": 1, "nonsense": "\\ud83d"}'])
def test_an_update_nobody_understands_is_kept(door: OpenDoor, body: bytes) -> None:
    """Whatever else is in it is for the desk to judge: what cannot be read must not block the door."""
    assert (post(door, body), door.on_disk()) == (200, 1)


def test_a_body_that_is_too_big(shut_door: OpenDoor) -> None:
    """Ten megabytes are a 413; a large update is none."""
    assert post(shut_door, b'{"update_id": 1, "x": "' + b"a" * 10_000_000 + b'"}') == 413


def test_a_large_update(door: OpenDoor) -> None:
    """An update of half a megabyte, with all it quotes, is kept."""
    assert post(door, b'{"update_id": 1, "x": "' + b"a" * 500_000 + b'"}') == 200


def test_store_down(door: OpenDoor) -> None:
    """While the store is down the answer is 503, so that Telegram tries again; then it is kept."""
    door.breaks()
    assert post(door) == 503
    door.mends()
    assert (door.on_disk(), post(door), door.on_disk()) == (0, 200, 1)


@pytest.mark.parametrize(("path", "token"), [("", TOKEN), (PATH, "")])
def test_half_a_secret_is_refused(door: OpenDoor, path: str, token: str) -> None:
    """Without a secret path or token there is no such door."""
    with pytest.raises(ValueError, match="secret"):
        TelegramHook(path, token, door.keep)
