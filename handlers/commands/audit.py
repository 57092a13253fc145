"""`doorstep audit`: the guard of the guard, a process of its own."""

import asyncio
import json
import signal
from collections.abc import Sequence
from typing import Annotated

import httpx
import typer

from bot.audit import Finding
from bot.clock import system_clock
from bot.faults import FAILED
from handlers import logs
from handlers.audit import Auditor, Route
from handlers.commands.shared import AsJson, carry_out, settings_and_schools


def audit(
    as_json: AsJson = False,
    watch: Annotated[
        float | None, typer.Option(min=1, help="Go on, and look again after so many seconds; text and ping as set.")
    ] = None,
) -> None:
    """Look at the store beside the service, and say what is wrong with the guard itself. Exits with 1 if anything is."""
    carry_out(_audit(as_json, watch))


async def _audit(as_json: bool, watch: float | None) -> None:
    settings, schools = settings_and_schools()
    school = next(iter(schools.values()))
    logs.configure()
    async with httpx.AsyncClient() as client:
        auditor = Auditor(
            settings.database_url, system_clock, Route(client, settings), school.zone, language=school.language
        )

        def show(findings: Sequence[Finding]) -> None:
            typer.echo(_json(findings) if as_json else _lines(auditor, findings))

        if watch is None:
            found = await auditor.look()
            show(found.findings)
            if found.findings:
                raise typer.Exit(FAILED)
            return
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await auditor.watch(watch, stop, show)


def _json(findings: Sequence[Finding]) -> str:
    return json.dumps({"well": not findings, "findings": [finding._asdict() for finding in findings]})


def _lines(auditor: Auditor, findings: Sequence[Finding]) -> str:
    now = f"{auditor.clock().astimezone(auditor.zone):%H:%M:%S}"
    return "\n".join(f"{now} {finding.kind}: {finding.words}" for finding in findings) or f"{now} all is well"
