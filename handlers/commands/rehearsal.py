"""`doorstep demo`: an afternoon, or a day at a school, to try it by."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from handlers import demo as demo_room
from handlers.commands.shared import refuse
from handlers.demo import days, transcript


def demo(
    keep: Annotated[Path | None, typer.Option(help="Keep the store of the afternoon in this folder.")] = None,
    school: Annotated[str | None, typer.Option(help="Play a day under this school's policy instead.")] = None,
) -> None:
    """Play an afternoon at Marsh Lane Primary, faster than life, and check that it went as it should."""
    if school is not None:
        day = days.day_of(school)
        if day is None:
            refuse(
                f"--school: there is no day at {school!r}; choose one of: {', '.join(one.name for one in days.DAYS)}"
            )
        raise typer.Exit(transcript.perform(Console(), day))
    raise typer.Exit(demo_room.play(Console(), keep))
