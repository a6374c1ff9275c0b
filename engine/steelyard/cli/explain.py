"""`steelyard explain`: one case, line by line."""

from __future__ import annotations

from pathlib import Path

import click

from steelyard.cli.completion import offer_files, offer_rulesets
from steelyard.cli.help import Command
from steelyard.cli.options import facts, language, parse_facts, quiet
from steelyard.cli.output import Output
from steelyard.cli.status import Status, Stop
from steelyard.diagnostics import msg
from steelyard.diagnostics.suggestions import listed
from steelyard.session.errors import UsageError
from steelyard.session.explanation import Layout

FORMATS = ("text", "md", "html", "json")
ENDINGS: dict[str, Layout] = {
    "": "text",
    ".txt": "text",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
}
"""What the ending of a file asks for."""


@click.command("explain", cls=Command)
@click.argument("ruleset", shell_complete=offer_rulesets)
@facts
@click.option("--case", "key", required=True, metavar="KEY", help="Key of the case.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Layout; by the ending of -o, else text.")
@click.option(
    "-o",
    "--output",
    "target",
    metavar="FILE",
    shell_complete=offer_files,
    help="Write to a file instead of standard output.",
)
@quiet
@language
@click.pass_obj
def command(  # noqa: PLR0917 - one an option
    output: Output,
    ruleset: str,
    cases: tuple[str, ...],
    relation: tuple[str, ...],
    settings: tuple[str, ...],
    as_of: str | None,
    delimiter: str | None,
    encoding: str,
    missing_column: tuple[str, ...],
    intake: str | None,
    key: str,
    form: Layout | None,
    target: str | None,
) -> None:
    """Explain the score of one case: the ledger, every rule with the values it used, and why other rules did not fire.

    A case that was rejected is explained by its rejection, and the exit status is 3.

    \u0008
    Examples:
      steelyard explain my-policy --cases cases.csv --as-of 2024-05-10T00:00 --case C-002
      steelyard explain my-policy --cases cases.csv --as-of 2024-05-10T00:00 --case C-002 -o C-002.html --lang zh
    """
    from steelyard.session.explaining import explain_case
    from steelyard.session.files import check_outputs, write_whole
    from steelyard.session.run import ready_ruleset

    layout = form or _by_ending(target)
    options = parse_facts(cases, relation, settings, as_of, delimiter, encoding, missing_column, intake)
    check_outputs((target,), ruleset, options)
    found = explain_case(ready_ruleset(ruleset, options.settings), options, key, output.lang, output)
    text = found.render(layout)
    if target is None or target == "-":
        output.result(text)
    else:
        write_whole(Path(target), text)
    if found.status == "rejected":
        raise Stop(Status.REJECTS)


def _by_ending(target: str | None) -> Layout:
    """The layout that a file's name asks for.

    Raises:
        UsageError: it asks for one that there is not.
    """
    ending = "" if target is None else Path(target).suffix.lower()
    if ending not in ENDINGS:
        known = listed(filter(None, ENDINGS))
        raise UsageError(msg("`{file}`: an explanation ends in {known}, or say `--format`", file=target, known=known))
    return ENDINGS[ending]
