"""`doorstep backup` and `doorstep restore`: the store in one sealed file, and a store out of it."""

from pathlib import Path
from typing import Annotated

import typer

from handlers import backups, reports
from handlers.commands.shared import FAILED, carry_out, key_for, settings_and_schools
from store.crypto import Sealer

BackupFile = Annotated[Path, typer.Argument(help="The file of the backup.")]


def backup(file: BackupFile) -> None:
    """Write a sealed backup beside the running service, and prove it by restoring it. Only the store's key opens it."""
    carry_out(_backup(file))


async def _backup(file: Path) -> None:
    settings, _ = settings_and_schools()
    taken = await backups.take(settings.database_url, Sealer(key_for(settings)), file)
    contents = taken.contents
    typer.echo(f"{taken.file}: {taken.size / 1e6:.1f} MB, restored and compared, step {contents.step} of the tables")
    typer.echo(f"{sum(contents.rows.values())} rows; {contents.watched} visitor(s) out or expected")
    typer.echo("\n".join(reports.check_line(check) for check in taken.journals))
    if any(check.fault for check in taken.journals):
        raise typer.Exit(FAILED)
