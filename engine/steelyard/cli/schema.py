"""`steelyard schema`: the JSON Schemas of a ruleset file, for editors, and of what is written as JSON, for programs."""

from __future__ import annotations

from typing import Literal, get_args

import click

from steelyard.cli.help import Command
from steelyard.cli.options import language
from steelyard.cli.output import Output

Kind = Literal["ruleset", "intake", "cases", "explain", "check", "test", "diff"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@click.command("schema", cls=Command)
@click.argument("of", type=click.Choice(KINDS), default="ruleset")
@click.option("--amendment", is_flag=True, help="Of a file that amends another ruleset.")
@language
@click.pass_obj
def command(output: Output, of: Kind, amendment: bool) -> None:
    """Print a JSON Schema, so that an editor can complete a ruleset file, or a program can rely on what it reads.

    `schema cases` is of a file of worked cases. `schema explain`, `schema check`, `schema test` and `schema diff` are
    of what these commands write with `--format json`.

    \u0008
    Examples:
      steelyard schema > ruleset.schema.json
      steelyard schema explain > explain.schema.json
      steelyard schema check > check.schema.json
      steelyard schema cases > cases.schema.json
    """
    import json

    from steelyard.diagnostics import msg
    from steelyard.session.checking import schema
    from steelyard.session.errors import UsageError

    if amendment and of != "ruleset":
        raise UsageError(msg("`--amendment` is for the schema of a ruleset"))
    output.result(json.dumps(schema("amendment" if amendment else of), ensure_ascii=False, indent=2) + "\n")
