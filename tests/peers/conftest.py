"""The peers as fixtures: installed once a run, started afresh for each test that asks for one."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.peers.install import PeerProcess, PeersMissing, install_peers, peers_required
from tests.peers.peers import REQUEST_SECONDS, TWILIO_SEED, TelegramPeer, TwilioPeer


@pytest.fixture(scope="session")
def node() -> Path:
    """The Node that runs the peers. Without it these tests are skipped, or fail where `peers_required`."""
    try:
        return install_peers()
    except PeersMissing as missing:
        why = str(missing)
    if peers_required():
        pytest.fail(f"peers are required here: {why}", pytrace=False)
    pytest.skip(f"peers skipped: {why}")


@pytest.fixture
def peer_http() -> Iterator[httpx.Client]:
    """Talks to the peers' own side: straight to loopback, whatever proxy the environment names."""
    with httpx.Client(timeout=REQUEST_SECONDS, trust_env=False) as http:
        yield http


@pytest.fixture
def telegram_peer(node: Path, peer_http: httpx.Client) -> Iterator[TelegramPeer]:
    """A Telegram with nobody's chats in it yet."""
    with PeerProcess(node, "telegram-peer.mjs") as process:
        yield TelegramPeer(process, peer_http)
    print(process.output)  # pytest shows it with a test that failed


@pytest.fixture
def twilio_peer(node: Path, peer_http: httpx.Client) -> Iterator[TwilioPeer]:
    """A Twilio with our account, our number and a Messaging Service, and no messages yet."""
    with PeerProcess(node, "twilio-peer.mjs", json.dumps(TWILIO_SEED)) as process:
        yield TwilioPeer(process, peer_http)
    print(process.output)  # pytest shows it with a test that failed
