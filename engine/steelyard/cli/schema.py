"""`steelyard schema`: the JSON Schema of a ruleset file, for editors."""

from __future__ import annotations

import click

from steelyard.cli.options import language
from steelyard.cli.output import Output


@click.command("schema")
@language
@click.pass_obj
def command(output: Output) -> None:
    r"""Print the JSON Schema of a ruleset file, so that an editor can complete and check it.

    \b
    Example:
      steelyard schema > ruleset.schema.json
    """
    import json

    from steelyard.model.schema import json_schema

    output.result(json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n")
