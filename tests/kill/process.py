"""Doorstep as a supervisor sees it: a process of its own, started again when it dies."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

HOUSE = Path(__file__).parent.parent.parent
PUBLIC_URL = "https://marsh-lane.localhost"
"""An address that the machine itself answers for: the doctor looks whether it leads here, and no test asks outside."""
READY = "Doorstep watches over"
START_SECONDS, STOP_SECONDS, COMMAND_SECONDS = 30.0, 30.0, 60.0
LINES_KEPT = 2_000
KEY = "a key for rehearsals of sixteen or more"


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def store_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'doorstep.db'}"


def settings(folder: Path, port: int, doors: Mapping[str, str]) -> dict[str, str]:
    """The settings of a Doorstep that keeps everything in `folder`; `doors` are those of Telegram and Twilio."""
    return {
        "DOORSTEP_DATABASE_URL": store_url(folder),
        "DOORSTEP_SCHOOLS_FILE": str(folder / "schools.toml"),
        "DOORSTEP_SECRET_KEY": KEY,
        "DOORSTEP_PUBLIC_URL": PUBLIC_URL,
        "DOORSTEP_LISTEN": f"127.0.0.1:{port}",
        **doors,
    }


class Doorstep:
    """One installation: a folder, settings, and at most one process. `up` is set while it listens."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._folder = folder
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
        self.environ = {**kept, **settings, "PYTHONPATH": str(HOUSE), "PYTHONDONTWRITEBYTECODE": "1"}
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self.up = threading.Event()
        self.said: deque[str] = deque(maxlen=LINES_KEPT)
        """What it wrote on standard error, all its lives together."""

    def listens(self) -> bool:
        """Whether anybody answers at its address now."""
        host, _, port = self.environ["DOORSTEP_LISTEN"].rpartition(":")
        with closing(socket.socket()) as caller:
            return caller.connect_ex((host, int(port))) == 0

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def command(self, *arguments: str) -> str:
        """Run one command to its end; gives what it printed. Raises RuntimeError, with what it said."""
        done = self.asks(*arguments)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}{done.stdout}")
        return done.stdout

    def asks(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run one command to its end, however it ends."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=self._folder,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    @property
    def fell(self) -> str:
        """How it ended by itself, and the last that it said; "" while it lives."""
        status = self._process.poll() if self._process else None
        return "" if status is None else "\n".join([f"it ended by itself with {status}:", *list(self.said)[-5:]])

    def starts(self) -> None:
        """Begin a new life; `up` tells when it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=self._folder,
            env=self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._reads, args=(self._process,), daemon=True)
        self._reader.start()

    def opens(self) -> None:
        """Begin a new life, and wait until it listens."""
        self.starts()
        assert self.up.wait(START_SECONDS), "it did not start:\n" + "\n".join(self.said)

    def _reads(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self.said.append(line.rstrip("\n"))
            if READY in line:
                self.up.set()

    def kills(self) -> None:
        """`kill -9`: nothing is finished, nothing is written down any more."""
        self._ends(signal.SIGKILL)

    def stops(self) -> tuple[int, float]:
        """Ask it to end, as a supervisor does; gives its exit status, and how many seconds it took."""
        return self._ends(signal.SIGTERM)

    def freezes(self, seconds: float) -> None:
        """SIGSTOP: the process stands still for so long, in the middle of whatever it does, and goes on as if nothing were."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
            threading.Event().wait(seconds)
            self._process.send_signal(signal.SIGCONT)

    def _ends(self, how: signal.Signals) -> tuple[int, float]:
        process, reader = self._process, self._reader
        if process is None or reader is None or process.stderr is None:
            return 0, 0.0
        begun = time.monotonic()
        process.send_signal(how)
        try:
            status = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        seconds = time.monotonic() - begun
        reader.join(STOP_SECONDS)
        process.stderr.close()
        self.up.clear()
        self._process = self._reader = None
        return status, seconds

    @property
    def faults(self) -> list[str]:
        """The lines in which it told of an error of its own."""
        return [line for line in self.said if '"level": "error"' in line or "Traceback" in line]
