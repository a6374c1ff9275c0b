"""`steelyard show`: a ruleset as the program understands it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from steelyard.cli.completion import offer_rulesets
from steelyard.cli.help import Command
from steelyard.cli.options import language
from steelyard.cli.output import Output, coloured, is_terminal
from steelyard.diagnostics import msg

if TYPE_CHECKING:
    from steelyard.session.showing import Pass, WeightTable

WIDE = 200
"""Columns of a table that no terminal shows."""


@click.command("show", cls=Command)
@click.argument("ruleset", shell_complete=offer_rulesets)
@click.option(
    "--after",
    type=click.Choice(["source", "model", "lower"]),
    help="Stop after this pass; lower, or source where the ruleset amends another.",
)
@click.option("--weights", is_flag=True, help="The shares in every situation instead.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Value of a parameter.")
@language
@click.pass_obj
def command(output: Output, ruleset: str, after: Pass | None, weights: bool, settings: tuple[str, ...]) -> None:
    """Print a ruleset after one of its passes: read (source), shaped (model), understood (lower).

    A ruleset that amends another is printed as it is resolved, each value with the file and line that it comes from;
    of several versions each is printed.

    With --weights: what share each indicator has, for every combination of adjustments that fire and indicators
    that are waived.

    \u0008
    Examples:
      steelyard show motor-small-claims
      steelyard show motor-small-claims --weights
      steelyard show my-policy --after model
    """
    from steelyard.cli.options import parse_settings
    from steelyard.session.showing import show, weight_tables

    values = parse_settings(settings, None)
    if not weights or after in {"source", "model"}:
        output.result(show(ruleset, values, after=after))
        return
    tables = weight_tables(ruleset, values)
    versions = list(dict.fromkeys(one.version for one in tables))
    for version in versions:
        if len(versions) > 1:
            output.line(msg("version {version}", version=version))
        own = [one for one in tables if one.version == version]
        for one in own:
            _print(output, one, title=one.score if len(own) > 1 else None)


def _print(output: Output, weights: WeightTable, title: str | None) -> None:
    """Print a line for each situation: n of each indicator, and D."""
    from rich.console import Console
    from rich.table import Table

    if weights.situations is None:
        output.line(msg("`{score}` takes no weights", score=weights.score))
        return
    count = len(weights.situations)
    output.line(msg("situations: {count}, those of the fewest causes first", count=count))
    table = Table(box=None, pad_edge=False, title=title)
    table.add_column(output.text(msg("situation")))
    for member in weights.members:
        table.add_column(member, justify="right", no_wrap=True)
    table.add_column(output.text(msg("of")), justify="right")
    for one in weights.situations:
        words = output.text(one.words)
        if one.problem is not None:
            table.add_row(words, output.text(one.problem))
            continue
        shares = ("–" if (n := one.shares.get(member)) is None else str(n) for member in weights.members)
        table.add_row(words, *shares, str(one.denominator))
    seen = is_terminal(sys.stdout)
    Console(width=None if seen else WIDE, no_color=not coloured(sys.stdout), highlight=False).print(table)
