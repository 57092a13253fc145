"""The command line, and the one place that attaches it: `doorstep …` or `python -m bot …`."""

import typer

from handlers.commands import audit, backup, doctor, drills, journal, papers, people, policy, service, visits, words

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they would show names and texts
    help="The guard for school staff on home visits.",
)
app.command()(service.run)
app.command()(service.demo)
app.add_typer(people.app, name="people")
app.add_typer(visits.app, name="visits")
app.add_typer(policy.app, name="policy")
app.command()(journal.journal)
app.add_typer(papers.app, name="paper")
app.command()(papers.feedback)
app.command()(papers.governors)
app.command()(audit.audit)
app.command()(doctor.doctor)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(drills.drill)
app.command()(words.words)
app.add_typer(words.code_words, name="code-word")


def main() -> None:
    """The way in for the installed command."""
    app()


if __name__ == "__main__":
    main()
