"""The engine as a client has it: the command line and a child process, spoken to over HTTP and in no other way."""

import csv
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import httpx

from handlers.demo.script import Message, Phone, Story

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Europe/London")
SETTINGS = ("DOORSTEP_", "TELEGRAM_", "TWILIO_")
PEOPLE = "school name roles phone telegram_id code_word vehicle dbs dbs_on training insured_until"
RECORDS = ("enhanced", "2026-01-12", "home visits 2026-09-01;violence prevention 2026-09-01", "2027-06-30")
"""What the policies want of those who go on visits. They lack nothing, so no story is about that."""
VISITS = (
    "school visitors address pupil reason starts_at ends_at code_word returns_at family_told house_phone risks assessment"
    " authorised_by"
)
STARTS_WITHIN, ENDS_WITHIN, ANSWERS_WITHIN = 90.0, 30.0, 90.0
"""Seconds."""


class EngineFault(Exception):
    """The engine did not start, did not answer, or refused; with what it said."""


@dataclass(slots=True)
class Engine:
    """A Doorstep of its own in one folder. Its clock moves only by `until`."""

    folder: Path
    story: Story
    now: datetime = field(init=False)
    _process: "subprocess.Popen[str] | None" = None
    _reader: threading.Thread | None = None
    _http: httpx.Client | None = None

    def __post_init__(self) -> None:
        self.now = self.instant(self.story.begins)

    def instant(self, time: str) -> datetime:
        return datetime.fromisoformat(f"{self.story.day}T{time}").replace(tzinfo=ZONE)

    # -- the command line ---------------------------------------------------------------------------

    def prepare(self) -> None:
        """Write what an administrator would write, and import it. Raises EngineFault."""
        story = self.story
        lines = {"name": story.school, "time_zone": ZONE.key, "hours": "08:00-17:00", "policy": story.policy}
        text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
        codes = json.dumps([story.code_word])
        (self.folder / "schools.toml").write_text(f"[{story.key}]\n{text}code_words = {codes}\n", encoding="utf-8")
        self._write("people.csv", PEOPLE, [self._person(phone) for phone in story.cast])
        self.command("people", "import", "people.csv")
        if story.plans:
            self._write("visits.csv", VISITS, [self._visit(number) for number in range(len(story.plans))])
            self.command("visits", "import", "visits.csv", "--stepped-from", f"{story.day}T{story.begins}")

    def _person(self, phone: Phone) -> list[str]:
        known = [self.story.key, phone.name, phone.role, phone.number, phone.telegram_id, "", phone.vehicle]
        return [*known, *(RECORDS if phone.role == "visitor" else [""] * len(RECORDS))]

    def _visit(self, number: int) -> list[str]:
        plan, day = self.story.plans[number], self.story.day
        times = [f"{day}T{plan.start}", f"{day}T{plan.end}"]
        goes = ";".join(phone.number for phone in (plan.visitor, plan.partner) if phone)
        back = f"{day}T{plan.returns}" if plan.returns else ""
        yes = self.story.authorised.number if self.story.authorised else ""
        told = [plan.family_told, plan.house_phone, plan.risks, plan.assessment]
        return [self.story.key, goes, plan.address, plan.pupil, plan.reason, *times, "", back, *told, yes]

    def _write(self, name: str, columns: str, rows: Sequence[Sequence[str]]) -> None:
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns.split(), *rows])

    def command(self, *words: str) -> str:
        """Run a command of Doorstep's to its end; gives what it printed. Raises EngineFault."""
        try:
            done = subprocess.run(
                self._line(*words),
                cwd=self.folder,
                env=self._environ(),
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=STARTS_WITHIN,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise EngineFault(f"`doorstep {' '.join(words)}` did not end within {STARTS_WITHIN:g} s") from late
        if done.returncode:
            raise EngineFault(
                f"`doorstep {' '.join(words)}` ended with {done.returncode}:\n{done.stderr or done.stdout}"
            )
        return done.stdout

    def report(self, *words: str) -> Any:
        """What a command prints as JSON."""
        return json.loads(self.command(*words, "--json"))

    def _line(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "bot", *words]

    def _environ(self) -> dict[str, str]:
        """The caller's environment without the caller's Doorstep: no credentials, no other store."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
        paths = [str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]
        return kept | {"DOORSTEP_LISTEN": "127.0.0.1:0", "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}

    # -- the child ----------------------------------------------------------------------------------

    def start(self, time: str) -> None:
        """Start the service with its clock at `time`, and wait until it listens. Raises EngineFault."""
        self.now = self.instant(time)
        command = self._line("run", "--stepped-from", f"{self.story.day}T{time}")
        self._process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stderr is not None
        heard: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        log = self.folder / "doorstep.log"
        self._reader = threading.Thread(target=_read, args=(self._process.stderr, log, heard), daemon=True)
        self._reader.start()
        try:
            url = heard.get(timeout=STARTS_WITHIN)
        except queue.Empty:
            url = None
        if url is None:
            raise EngineFault("the service did not start")
        self._http = httpx.Client(base_url=url, timeout=ANSWERS_WITHIN, trust_env=False)

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is written down any more. Without a child there is nothing to do."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        self._let_go()

    def stop(self) -> None:
        """A tidy end, and SIGKILL when that takes too long."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired as late:
                raise EngineFault(f"the service did not stop within {ENDS_WITHIN:g} s") from late
        self._let_go()

    def _let_go(self) -> None:
        if self._process is not None:
            self._process.wait(ENDS_WITHIN)
        if self._reader is not None:
            self._reader.join(ENDS_WITHIN)
        if self._http is not None:
            self._http.close()
        self._process = self._reader = self._http = None

    def last_words(self) -> str:
        """The end of the child's log, for whoever has to find out why."""
        log = self.folder / "doorstep.log"
        return "\n".join(log.read_text(encoding="utf-8").splitlines()[-8:]) if log.exists() else ""

    # -- over HTTP ----------------------------------------------------------------------------------

    def until(self, time: str) -> None:
        """Live on until `time`; every deadline on the way happens at its own instant."""
        seconds = int((self.instant(time) - self.now).total_seconds())
        if seconds > 0:
            reached = self._call("POST", "/clock", {"advance": f"{seconds}s"})["now"]
            self.now = datetime.fromisoformat(reached).astimezone(ZONE)

    def text(self, phone: Phone, text: str, channel: str) -> None:
        self._call("POST", "/messages", {"from": phone.number, "text": text, "channel": channel})

    def settle(self) -> None:
        """Everything that a text sets off has happened when this returns: the clock moves by a second."""
        reached = self._call("POST", "/clock", {"advance": "1s"})["now"]
        self.now = datetime.fromisoformat(reached).astimezone(ZONE)

    def local(self, at: str) -> str:
        """An instant of a phone's log in school time, written 14:04."""
        return f"{datetime.fromisoformat(at).astimezone(ZONE):%H:%M}"

    def lines(self, number: str) -> list[dict[str, Any]]:
        """A phone's log as it is served: at, direction, channel, text, buttons."""
        found: list[dict[str, Any]] = self._call("GET", f"/phones/{number}")["messages"]
        return found

    def phone(self, phone: Phone) -> list[Message]:
        """All that a phone sent and got, oldest first."""
        return [
            Message(
                self.local(line["at"]),
                line["direction"] == "sent",
                line["channel"],
                line["text"],
                tuple(line["buttons"]),
            )
            for line in self.lines(phone.number)
        ]

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        if self._http is None:
            raise EngineFault(f"{method} {path}: the service is not running")
        try:
            answer = self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise EngineFault(f"{method} {path}: no answer ({type(error).__name__})") from error
        if not answer.is_success:
            raise EngineFault(f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer.json()


def _read(stream: IO[str], log: Path, heard: "queue.SimpleQueue[str | None]") -> None:
    """Keep what the child says; pass on the address it names, and None at the end."""
    with stream, log.open("a", encoding="utf-8") as file:
        for line in stream:
            file.write(line)
            file.flush()
            if " local phones at " in line:
                heard.put(line.rpartition(" ")[2].strip())
    heard.put(None)
