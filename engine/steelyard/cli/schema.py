"""`steelyard schema`: the JSON Schema of a ruleset file, for editors."""

from __future__ import annotations

import click

from steelyard.cli.options import language
from steelyard.cli.output import Output


@click.command("schema")
@click.option("--amendment", is_flag=True, help="Of a file that amends another ruleset.")
@language
@click.pass_obj
def command(output: Output, amendment: bool) -> None:
    """Print the JSON Schema of a ruleset file, so that an editor can complete and check it.

    \u0008
    Example:
      steelyard schema > ruleset.schema.json
    """
    import json

    from steelyard.model.schema import amendment_schema, json_schema

    schema = amendment_schema() if amendment else json_schema()
    output.result(json.dumps(schema, ensure_ascii=False, indent=2) + "\n")
