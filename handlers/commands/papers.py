"""`doorstep paper …`, `doorstep governors` and `doorstep feedback`: what a school files, prints and counts."""

import csv
import io
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.clock import system_clock
from bot.faults import FAILED
from bot.papers import COLUMNS, Document
from bot.school import School
from handlers.commands.shared import SchoolName, carry_out, looked_at, refuse, school_named
from handlers.papers import FORMATS, gather
from handlers.papers.gather import NoSuch
from store.database import Transaction

DAY = "%Y-%m-%d"


class Format(StrEnum):
    """What a paper is made into."""

    PDF = "pdf"
    DOCX = "docx"


app = typer.Typer(no_args_is_help=True, help="Papers to file, print and sign: PDF, or DOCX to be changed first.")

Number = Annotated[int, typer.Argument(help="The visit's number.", metavar="VISIT")]
Out = Annotated[Path | None, typer.Option("--out", help="The file to write; by itself a name in this folder.")]
As = Annotated[Format | None, typer.Option("--format", help="pdf or docx; by itself what the file's name ends in.")]
Replace = Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")]

Schools = Mapping[int, School]
Make = Callable[[Transaction, Schools, datetime], Awaitable[Document]]


@app.command()
def record(visit: Number, out: Out = None, form: As = None, replace: Replace = False) -> None:
    """The record of a visit, for the school's safeguarding system."""
    _write(lambda tx, schools, now: gather.record(tx, schools, visit, now), out, form, replace, f"visit-{visit}-record")


@app.command()
def slip(visit: Number, out: Out = None, form: As = None, replace: Replace = False) -> None:
    """The "sorry we missed you" slip, to be left or sent."""
    _write(lambda tx, schools, now: gather.slip(tx, schools, visit, now), out, form, replace, f"visit-{visit}-slip")


@app.command()
def letter(
    visit: Number,
    agreement: Annotated[int | None, typer.Option(help="Which agreement, where several were not kept.")] = None,
    out: Out = None,
    form: As = None,
    replace: Replace = False,
) -> None:
    """The letter that reminds a family of what was agreed and not kept."""

    async def make(tx: Transaction, schools: Schools, now: datetime) -> Document:
        return await gather.letter(tx, schools, visit, agreement, now)

    _write(make, out, form, replace, f"visit-{visit}-letter")


@app.command()
def day(
    school: SchoolName,
    on: Annotated[datetime | None, typer.Option("--date", formats=[DAY], help="By itself today.")] = None,
    out: Out = None,
    form: As = None,
    replace: Replace = False,
) -> None:
    """All visits of a day on one sheet, to be signed."""

    async def make(tx: Transaction, schools: Schools, now: datetime) -> Document:
        school_id, found = school_named(schools, school)
        wanted = on.date() if on else found.calendar.day(now)
        return await gather.day(tx, school_id, found, wanted, now)

    _write(make, out, form, replace, f"visits-{on.date() if on else 'today'}")


@app.command()
def incident(visit: Number, out: Out = None, form: As = None, replace: Replace = False) -> None:
    """All that happened on a visit, from the journal, with the proof that nothing was changed."""

    async def make(tx: Transaction, schools: Schools, now: datetime) -> Document:
        return await gather.incident(tx, schools, visit, now)

    _write(make, out, form, replace, f"visit-{visit}-incident")


def feedback(school: SchoolName, out: Out = None, form: As = None, replace: Replace = False) -> None:
    """What staff have said after visits, for the review of the policy."""

    async def make(tx: Transaction, schools: Schools, now: datetime) -> Document:
        return await gather.feedback(tx, *school_named(schools, school), now)

    _write(make, out, form, replace, "feedback")


def governors(
    school: SchoolName,
    first: Annotated[datetime, typer.Option("--from", formats=[DAY], help="The first day.")],
    last: Annotated[datetime, typer.Option("--to", formats=[DAY], help="The last day.")],
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; by itself it is printed.")] = None,
    replace: Replace = False,
) -> None:
    """A table of visits without a name: date, reason, lone or pair, minutes, state, alarms, authorised or not. CSV."""
    if last < first:
        refuse(f"--to: {last:{DAY}} is before --from {first:{DAY}}; turn them round")

    async def work() -> None:
        async with looked_at() as (tx, schools):
            rows = await gather.governors(tx, *school_named(schools, school), first.date(), last.date())
        table = io.StringIO(newline="")
        writer = csv.DictWriter(table, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
        if out is None:
            typer.echo(table.getvalue().replace("\r\n", "\n"), nl=False)
        else:
            _keep(out, table.getvalue().encode(), replace)

    carry_out(work())


def _write(make: Make, out: Path | None, form: Format | None, replace: bool, name: str) -> None:
    """Make a paper and write it where it is wanted."""
    kind, file = _where(out, form, name)

    async def work() -> None:
        async with looked_at() as (tx, schools):
            try:
                paper = await make(tx, schools, system_clock())
            except NoSuch as error:
                refuse(error, FAILED)
        _keep(file, FORMATS[kind](paper), replace)

    carry_out(work())


def _where(out: Path | None, form: Format | None, name: str) -> tuple[Format, Path]:
    """What to make, and the file for it; the one follows from the other where only one is given."""
    if out is not None and out.is_dir():
        refuse(f"--out: {out} is a folder; give the name of a file in it")
    ending = out.suffix.removeprefix(".").lower() if out else ""
    kind = form or (Format(ending) if ending in set(Format) else None if ending else Format.PDF)
    if kind is None:
        refuse(f"--out: a paper is no .{ending}; give a name that ends in .pdf or .docx, or --format")
    return kind, out or Path(f"{name}.{kind}")


def _keep(file: Path, data: bytes, replace: bool) -> None:
    try:
        with file.open("wb" if replace else "xb") as opened:
            opened.write(data)
    except FileExistsError:
        refuse(f"{file} is there already; give --replace, or another name with --out", FAILED)
    except OSError as error:
        refuse(f"{file} cannot be written ({type(error).__name__}); choose another place with --out", FAILED)
    typer.echo(f"{file}")
