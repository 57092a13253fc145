"""`doorstep backup` and `doorstep restore`: the store in one sealed file, and a store out of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import system_clock
from bot.faults import FAILED
from handlers import backups, reports
from handlers.commands.shared import carry_out, key_for, refuse, settings_and_schools
from store.crypto import Sealer

BackupFile = Annotated[Path, typer.Argument(help="The file of the backup.")]


def backup(file: BackupFile) -> None:
    """Write a sealed backup beside the running service, and prove it by restoring it. Only the store's key opens it."""
    carry_out(_backup(file))


async def _backup(file: Path) -> None:
    settings, _ = settings_and_schools()
    taken = await backups.take(settings.database_url, Sealer(key_for(settings)), file)
    typer.echo(f"{taken.file}: {taken.size / 1e6:.1f} MB, restored and compared")
    _show(taken)


def restore(
    file: Annotated[Path | None, typer.Argument(help="The file of the backup.", show_default=False)] = None,
    already_back: Annotated[
        bool,
        typer.Option("--already-back", help="The store was brought back by other tools: only have it hold its fire."),
    ] = False,
) -> None:
    """Bring a store back out of a backup, where there is none. It holds its fire until the office says what is real."""
    if already_back is (file is not None):
        refuse("give the file of a backup, or --already-back for a store that other tools have brought back")
    carry_out(_restore(file))


async def _restore(file: Path | None) -> None:
    settings, _ = settings_and_schools()
    url, sealer, now = settings.database_url, Sealer(key_for(settings)), system_clock()
    if file is None:
        out = await backups.already_back(url, sealer, now)
        _held("the store", out)
        return
    taken = await backups.restore(url, sealer, file, now)
    _held(str(taken.file), taken.out)
    _show(taken)


def _held(what: str, out: Sequence[str]) -> None:
    typer.echo(f"{what}: brought back; nothing in it fires before the office has said which visits are real")
    typer.echo("\n".join(out) or "nobody is out by it")
    typer.echo("Ring whoever may be out. Then start Doorstep: it asks the office by text.")


def _show(taken: backups.Taken) -> None:
    contents = taken.contents
    typer.echo(
        f"step {contents.step} of the tables; {sum(contents.rows.values())} rows; {contents.watched} out or expected"
    )
    typer.echo("\n".join(reports.check_line(check) for check in taken.journals))
    if any(check.fault for check in taken.journals):
        raise typer.Exit(FAILED)
