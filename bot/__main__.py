"""The command line, and the one place that attaches it: `doorstep …` or `python -m bot …`."""

import gc
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

COMMANDS = {
    "run": "service.run",
    "demo": "rehearsal.demo",
    "people": "people.app",
    "visits": "visits.app",
    "policy": "policy.app",
    "journal": "journal.journal",
    "paper": "papers.app",
    "feedback": "papers.feedback",
    "governors": "papers.governors",
    "audit": "audit.audit",
    "doctor": "doctor.doctor",
    "backup": "backup.backup",
    "restore": "backup.restore",
    "drill": "drills.drill",
    "words": "words.words",
    "code-word": "words.code_words",
}
"""Each with its file in `handlers/commands/` and what it is called there."""


class Commands(TyperGroup):
    """Brings in a command when it is asked for: a start is not to wait for the rooms of all the others.

    Typer carries click within it, and has no public names for the types of its contexts and commands.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order in which the help shows them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(".")
        found = getattr(_brought_in(f"handlers.commands.{module}"), name)
        command = get_group(found) if isinstance(found, typer.Typer) else _alone(found)
        command.name = cmd_name
        return command


def _brought_in(module: str) -> ModuleType:
    """A module with all it needs. The collector waits: of what imports make nothing dies, and looking for it takes long."""
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.enable()


def _alone(function: Callable[..., None]) -> Any:
    alone = typer.Typer(add_completion=False)
    alone.command()(function)
    return get_command(alone)


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they would show names and texts
    help="The guard for school staff on home visits.",
)


@app.callback()
def _doorstep() -> None:
    """The guard for school staff on home visits."""


def main() -> None:
    """The way in for the installed command."""
    app()


if __name__ == "__main__":
    main()
