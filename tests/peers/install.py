"""Fetching the peers, and starting one: npm's packages, run by the Node that npm brings."""

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

HERE = Path(__file__).parent
NODE = HERE / "node_modules" / "node" / "bin" / "node"
STAMP = HERE / "node_modules" / ".doorstep-installed"
INSTALL_SECONDS = 180
START_SECONDS = 20
STOP_SECONDS = 5


class PeersMissing(Exception):
    """The peers cannot be had on this machine; the message is one line that says why."""


def peers_required() -> bool:
    """True where missing peers are a failure and not a skipped test: CI=true or DOORSTEP_REQUIRE_PEERS=1."""
    return os.environ.get("CI") == "true" or os.environ.get("DOORSTEP_REQUIRE_PEERS") == "1"


def install_peers() -> Path:
    """Make `node_modules` here as the lock file says, and return the Node to run the peers with.

    Quick when that is done already, and safe when several test runs do it at once. Raises PeersMissing.
    """
    wanted = _fingerprint()
    with (HERE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (STAMP.is_file() and STAMP.read_text() == wanted):
            _npm_ci()
            STAMP.write_text(wanted)
    return NODE


def _fingerprint() -> str:
    """What is to be installed, and for which machine: a checkout may be shared between two."""
    machine = f"{os.uname().sysname} {os.uname().machine}".encode()
    wanted = [(HERE / name).read_bytes() for name in ("package.json", "package-lock.json")]
    return hashlib.sha256(b"\0".join([machine, *wanted])).hexdigest()


def _npm_ci() -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise PeersMissing("Node with npm is not on the path; tests/peers needs it to fetch its two programs")
    # npm's package `node` puts its binary in place by its install script; nothing else here has one.
    env = {**os.environ, "npm_config_ignore_scripts": "false"}
    command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(
            command, cwd=HERE, env=env, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise PeersMissing(f"npm ci in tests/peers did not end within {INSTALL_SECONDS} s") from None
    if done.returncode != 0:
        raise PeersMissing(f"npm ci in tests/peers failed: {_first_line(done.stderr)}")
    _check_node()


def _check_node() -> None:
    try:
        subprocess.run([NODE, "--version"], capture_output=True, timeout=START_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise PeersMissing(f"npm's own Node does not run here: {_first_line(str(error))}") from error


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "it said nothing")


class PeerProcess:
    """One peer as a process of its own, from "listening PORT" until it is stopped. A context manager."""

    def __init__(self, node: Path, script: str, *arguments: str) -> None:
        self.name = script
        self.port = 0
        self._lines: list[str] = []
        self._announced = threading.Event()
        self._process = subprocess.Popen(
            [node, HERE / script, *arguments],
            cwd=HERE,
            env={name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        """All it has written so far, both streams, for the report of a test that failed."""
        return "".join(self._lines)

    def stop(self) -> None:
        """End it, kindly first: it ends when its standard input does."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line)
            word, _, port = line.strip().partition(" ")
            if word == "listening" and port.isdigit():
                self.port = int(port)
                self._announced.set()
        self._announced.set()  # it has ended: nobody need wait for it any longer

    def _wait_until_it_answers(self) -> None:
        """Wait for its port, which it chose itself, and connect once: it speaks only when it listens."""
        if not self._announced.wait(START_SECONDS) or not self.port:
            raise AssertionError(f"{self.name} did not start. It said:\n{self.output}")
        socket.create_connection(("127.0.0.1", self.port), timeout=START_SECONDS).close()
