"""`doorstep run`: the service."""

import asyncio
import signal
from dataclasses import replace
from datetime import datetime

import typer

from bot.clock import GuardedClock, SteppedClock
from bot.school import School
from bot.settings import Settings
from handlers import logs
from handlers.commands.doctor import Look, remarks
from handlers.commands.shared import SteppedFrom, carry_out, key_for, refuse, settings_and_schools
from handlers.doors import open_service
from handlers.service import Service


def run(stepped_from: SteppedFrom = None) -> None:
    """Watch over visits until stopped. Without credentials it opens local phones instead of Telegram and Twilio."""
    logs.configure()
    settings, schools = settings_and_schools()
    for key, school in schools.items():
        short = school.policy.rehearsal_lengths()
        if short:
            typer.echo(f"doorstep: [{key}] fit for a rehearsal only, under a minute: {', '.join(short)}", err=True)
    if stepped_from is not None and not settings.is_local:
        refuse("a stepped clock is for local phones; take the credentials out")
    carry_out(serve(settings, schools, stepped_from))


async def serve(settings: Settings, schools: dict[str, School], stepped_from: datetime | None) -> None:
    """Open, listen, and stay until SIGTERM or SIGINT."""
    zone = next(iter(schools.values())).zone
    clock = SteppedClock(stepped_from.replace(tzinfo=zone)) if stepped_from else GuardedClock()
    key = "" if settings.secret_key else key_for(settings)
    attached = await open_service(settings, schools, clock, key)
    look = Look(settings, attached.service.desk.habits.schools, attached.service.database, clock)
    attached.service.examine, attached.service.administrator = look.examine, settings.administrator
    stop = asyncio.Event()
    looking = None
    try:
        await attached.service.warm_up()
        url = await attached.web.start()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        doors = "local phones at " + url + "/local" if settings.is_local else "Telegram and Twilio, as set"
        typer.echo(f"Doorstep watches over {len(schools)} school(s): {doors}", err=True)
        looking = asyncio.create_task(_look_over(attached.service, look))
        await attached.service.run(stop)
    finally:
        if looking is not None:
            looking.cancel()
        await attached.close()


async def _look_over(service: Service, look: Look) -> None:
    """The doctor's remarks at the start. They hold nothing up: whoever is out is watched over from the first second."""
    signs = await service.look_over(replace(look, running=False, outside=False).examine)
    typer.echo("\n".join(remarks(signs)), err=True)
