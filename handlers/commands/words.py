"""`doorstep words` and `doorstep code-word …`: how texts are read, and what can be a code word."""

import json
import secrets
import sys
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import codeword
from bot.clock import system_clock
from bot.faults import FAILED
from bot.words import think
from handlers.commands.shared import LOCAL_TIME, AsJson, refuse

code_words = typer.Typer(no_args_is_help=True, help="Phrases that bring help unseen.")


def words(
    code_word: Annotated[list[str] | None, typer.Option(help="A code word to look for; may be given again.")] = None,
    at: Annotated[datetime | None, typer.Option(help="The local time of reading.", formats=[LOCAL_TIME])] = None,
    language: Annotated[str, typer.Option(help="The language the texts are in.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Read texts from standard input, one a line, and print what each is taken to mean."""
    zone = ZoneInfo("Europe/London")
    now = at.replace(tzinfo=zone) if at else system_clock()
    lines = enumerate(sys.stdin.buffer, start=1)
    try:
        for row in think.report(lines, now=now, zone=zone, code_words=tuple(code_word or ()), language=language):
            typer.echo(json.dumps(row) if as_json else think.in_words(row))
    except think.NotText as error:
        refuse(error, FAILED)
    except FileNotFoundError:
        refuse(f"--language: there are no words for {language!r}")


@code_words.command("check")
def check_code_word(phrase: str) -> None:
    """Say whether a phrase can be a code word, and if not why, with three that can."""
    reasons = codeword.objections(phrase)
    if not reasons:
        typer.echo("It can be used.")
        return
    better = ", ".join(codeword.suggestions(seed=secrets.randbelow(2**32)))
    refuse("it cannot be used:\n  " + "\n  ".join(reasons) + f"\nThese can: {better}", FAILED)
