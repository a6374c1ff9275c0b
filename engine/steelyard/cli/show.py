"""`steelyard show`: a ruleset as the program understands it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from steelyard.cli.options import language
from steelyard.cli.output import Output, coloured, is_terminal
from steelyard.cli.status import Status, Stop

if TYPE_CHECKING:
    from steelyard.analysis.check import Loaded, Part
    from steelyard.ir.ruleset import Ruleset, Score
    from steelyard.source import Node, Text

WIDE = 200
"""Columns of a table that no terminal shows."""


@click.command("show")
@click.argument("ruleset")
@click.option(
    "--after",
    type=click.Choice(["source", "model", "lower"]),
    help="Stop after this pass; lower, or source where the ruleset amends another.",
)
@click.option("--weights", is_flag=True, help="The shares in every situation instead.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Value of a parameter.")
@language
@click.pass_obj
def command(output: Output, ruleset: str, after: str | None, weights: bool, settings: tuple[str, ...]) -> None:
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
    from steelyard.analysis.check import load
    from steelyard.analysis.pretty import pretty
    from steelyard.analysis.sources import files_of
    from steelyard.cli.options import parse_settings
    from steelyard.diagnostics import msg
    from steelyard.ir.canonical import parameters_digest, policy_digest

    values = parse_settings(settings, None)
    loaded = load(ruleset, values or None)
    whole = [part for part in loaded.parts if after != "source" or part.node is not None]
    amended = any(len(files_of(part.node)) > 1 for part in whole if part.node is not None)
    wanted = after or ("source" if amended and not weights else "lower")
    if wanted == "source" and whole and all(part.node is not None for part in whole):
        for part in whole:
            _head(output, loaded, part)
            output.result("".join(f"{line}\n" for line in _nodes(part.node, 0)) if part.node is not None else "")
        return
    if wanted == "model" and whole and all(part.file is not None for part in whole):
        for part in whole:
            _head(output, loaded, part)
            _model(output, part)
        return
    if loaded.versions is None:
        raise _failed(output, loaded)
    for one in loaded.versions.rulesets:
        if weights:
            if len(loaded.versions.rulesets) > 1:
                output.line(msg("version {version}", version=one.version))
            _weights(output, one)
        else:
            output.result(f"digest of the policy: {policy_digest(one)}\n")
            output.result(f"digest of the parameters: {parameters_digest(one)}\n{pretty(one)}")


def _head(output: Output, loaded: Loaded, part: Part) -> None:
    """Say which file follows, where there are several."""
    if len(loaded.parts) > 1:
        output.result(f"# {part.path.name}\n")


def _model(output: Output, part: Part) -> None:
    if part.file is not None:
        shaped = part.file.model_dump(mode="json", by_alias=True, exclude_defaults=True, warnings=False)
        output.result(json.dumps(shaped, ensure_ascii=False, indent=2) + "\n")


def _failed(output: Output, loaded: Loaded) -> Stop:
    from steelyard.cli.status import status_of

    output.findings([one for one in loaded.diagnostics if one.severity.value == "error"])
    return Stop(status_of(loaded.diagnostics))


def _nodes(node: Node, depth: int) -> list[str]:
    """Nodes as an outline: every scalar in quotes, as the text that it is, with the place that it comes from."""
    from steelyard.source import Map, Text

    pad = "  " * depth
    if isinstance(node, Text):
        return [f"{pad}{_quoted(node)}"]
    lines: list[str] = []
    pairs = (
        [(f"{key}:", value) for key, value in node.items()] if isinstance(node, Map) else [("-", one) for one in node]
    )
    for head, value in pairs:
        if isinstance(value, Text):
            lines.append(f"{pad}{head} {_quoted(value)}")
        else:
            lines += [f"{pad}{head}", *_nodes(value, depth + 1)]
    return lines


def _quoted(text: Text) -> str:
    return f"{json.dumps(str(text), ensure_ascii=False)}  # {Path(text.span.file).name}:{text.span.line + 1}"


def _weights(output: Output, ruleset: Ruleset) -> None:
    from steelyard.analysis.situations import MOST_SITUATIONS, count_combinations
    from steelyard.analysis.weights import constants_known
    from steelyard.diagnostics import msg
    from steelyard.ir.ruleset import Method

    if not constants_known(ruleset):
        output.error(msg("the weights read parameters that have no value: give them with `--set`"))
        raise Stop(Status.USAGE)
    for score in ruleset.scores:
        if score.method is not Method.WEIGHTED_MEAN:
            output.line(msg("`{score}` takes no weights", score=score.id))
            continue
        count = count_combinations(ruleset, score)
        if count > MOST_SITUATIONS:
            output.error(msg("the weights have {count} situations, too many to print", count=count))
            raise Stop(Status.NO)
        _table(output, ruleset, score)


def _table(output: Output, ruleset: Ruleset, score: Score) -> None:
    """One line a situation, those of the fewest causes first: n of each indicator, and D."""
    from rich.console import Console
    from rich.table import Table

    from steelyard.analysis.situations import situations
    from steelyard.diagnostics import msg
    from steelyard.semantics import SituationError

    table = Table(box=None, pad_edge=False, title=None if len(ruleset.scores) == 1 else score.id)
    table.add_column(output.text(msg("situation")))
    for member in score.members:
        table.add_column(member, justify="right", no_wrap=True)
    table.add_column(output.text(msg("of")), justify="right")
    resolved = sorted(situations(ruleset, score), key=lambda one: len(one[0].fired) + len(one[0].waived))
    output.line(msg("situations: {count}, those of the fewest causes first", count=len(resolved)))
    for combination, found in resolved:
        words = output.text(combination.words)
        if isinstance(found, SituationError):
            table.add_row(words, output.text(found.message))
            continue
        shares = dict(zip((key[0] for key in found.members), found.shares, strict=True))
        cells = ["–" if (share := shares.get(member)) is None else str(share) for member in score.members]
        table.add_row(words, *cells, str(found.denominator))
    seen = is_terminal(sys.stdout)
    Console(width=None if seen else WIDE, no_color=not coloured(sys.stdout), highlight=False).print(table)
