"""A ruleset after one of its passes as text, and the weights of its scores in every situation."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, assert_never

from steelyard.diagnostics import Message, PolicyError, Severity, msg
from steelyard.session.errors import LimitError, UsageError

if TYPE_CHECKING:
    from steelyard.analysis.check import Loaded
    from steelyard.diagnostics import Diagnostic
    from steelyard.ir.ruleset import Ruleset, Score
    from steelyard.ir.versions import Versions
    from steelyard.semantics.situations import Situation, SituationError
    from steelyard.source import Node, Text

Pass = Literal["source", "model", "lower"]


@dataclass(frozen=True, slots=True)
class SituationWeights:
    """The weights in one situation.

    Attributes:
        words: the adjustments that fire and the indicators that are waived.
        shares: n of each indicator or family that is not waived, by id.
        denominator: D, the sum that the shares are of; None where the weights cannot be resolved.
        problem: why they cannot be resolved, or that nothing is left to score; None where they can.
    """

    words: Message
    shares: Mapping[str, int]
    denominator: int | None
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class WeightTable:
    """The weights of one score.

    Attributes:
        version: of the ruleset.
        score: its id.
        members: the ids of its indicators and families.
        situations: those of the fewest causes first; None where the score takes no weights.
    """

    version: str
    score: str
    members: tuple[str, ...]
    situations: tuple[SituationWeights, ...] | None


def show(
    ruleset: str | os.PathLike[str], settings: Mapping[str, str] | None = None, *, after: Pass | None = None
) -> str:
    """Give a ruleset as text after one of its passes, all its versions one after another.

    Args:
        ruleset: a file, a folder of versions, or the name of a shipped ruleset.
        settings: values of parameters, as written; None or empty: a parameter may lack its value.
        after: `source` (read), `model` (shaped) or `lower` (understood). None: `lower`, or `source` where the
            ruleset amends another.

    Raises:
        PolicyError: the ruleset has an error in this pass or before it.
    """
    from steelyard.analysis.check import load
    from steelyard.analysis.pretty import pretty
    from steelyard.analysis.sources import files_of
    from steelyard.ir.canonical import parameters_digest, policy_digest

    loaded = load(os.fspath(ruleset), settings or None)
    amends = any(part.node is not None and len(files_of(part.node)) > 1 for part in loaded.parts)
    wanted: Pass = after or ("source" if amends else "lower")
    match wanted:
        case "source":
            whole = [(part.path, part.node) for part in loaded.parts if part.node is not None]
            texts = [(path, "".join(f"{line}\n" for line in _nodes(node, 0))) for path, node in whole]
        case "model":
            shaped = [(part.path, part.file) for part in loaded.parts if part.file is not None]
            texts = [
                (path, _json(file.model_dump(mode="json", by_alias=True, exclude_defaults=True, warnings=False)))
                for path, file in shaped
            ]
        case "lower":
            return "".join(
                f"digest of the policy: {policy_digest(one)}\n"
                f"digest of the parameters: {parameters_digest(one)}\n{pretty(one)}"
                for one in _understood(loaded).rulesets
            )
        case _:
            assert_never(wanted)
    if not texts or (after != "source" and len(texts) < len(loaded.parts)):
        raise PolicyError(_errors(loaded))
    heads = len(loaded.parts) > 1
    return "".join(f"# {path.name}\n{text}" if heads else text for path, text in texts)


def weight_tables(
    ruleset: str | os.PathLike[str], settings: Mapping[str, str] | None = None
) -> tuple[WeightTable, ...]:
    """Give the weights in every situation, of each version and score.

    Args:
        ruleset: a file, a folder of versions, or the name of a shipped ruleset.
        settings: values of parameters, as written.

    Raises:
        PolicyError: the ruleset has errors.
        UsageError: there is no score, or the weights read a parameter that has no value.
        LimitError: a score has too many situations.
    """
    from steelyard.analysis.check import load
    from steelyard.analysis.weights import constants_known

    versions = _understood(load(os.fspath(ruleset), settings or None))
    if not all(map(constants_known, versions.rulesets)):
        raise UsageError(msg("the weights read parameters that have no value: give them with `--set`"))
    if not any(one.scores for one in versions.rulesets):
        raise UsageError(msg("`{ruleset}` has no score, so it has no weights", ruleset=versions.newest.id))
    return tuple(_table(one, score) for one in versions.rulesets for score in one.scores)


def _table(ruleset: Ruleset, score: Score) -> WeightTable:
    from steelyard.analysis.situations import MOST_SITUATIONS, count_combinations, situations
    from steelyard.ir.ruleset import Method

    if score.method is not Method.WEIGHTED_MEAN:
        return WeightTable(ruleset.version, score.id, score.members, None)
    count = count_combinations(ruleset, score)
    if count > MOST_SITUATIONS:
        raise LimitError(msg("the weights have {count} {count:situation|situations}, too many to print", count=count))
    resolved = sorted(situations(ruleset, score), key=lambda one: len(one[0].fired) + len(one[0].waived))
    rows = tuple(_weights(combination.words, found) for combination, found in resolved)
    return WeightTable(ruleset.version, score.id, score.members, rows)


def _understood(loaded: Loaded) -> Versions:
    """The versions.

    Raises:
        PolicyError: there is an error.
    """
    if loaded.versions is None:
        raise PolicyError(_errors(loaded))
    return loaded.versions


def _errors(loaded: Loaded) -> tuple[Diagnostic, ...]:
    return tuple(one for one in loaded.diagnostics if one.severity is Severity.ERROR)


def _weights(words: Message, found: Situation | SituationError) -> SituationWeights:
    from steelyard.semantics import SituationError

    if isinstance(found, SituationError):
        return SituationWeights(words, {}, None, found.message)
    return SituationWeights(words, {key[0]: n for key, n in found.by_member.items()}, found.denominator)


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


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
