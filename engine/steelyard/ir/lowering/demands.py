"""The requirements of scores on indicators, derived from the file as written."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.ir.types import Number, Type
from steelyard.model import points as model
from steelyard.model.ruleset import RulesetFile
from steelyard.source import Text

DEFAULT_DIGITS = 2
SINGLE = "score"
"""The id of the score where there is only one."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The requirements of all scores on an indicator.

    Attributes:
        least: whether its default baseline is the least score, because all its scores have `better: lower`.
        weighted: whether a score uses its weight.
    """

    least: bool = False
    weighted: bool = False


def written_scores(file: RulesetFile) -> tuple[tuple[Text | None, model.Score], ...]:
    """The scores as written, with their keys; the single one has none."""
    if file.score is not None:
        return ((None, file.score),)
    return tuple((file.scores or {}).items())


def demands(file: RulesetFile) -> dict[str, Demand]:
    """The demand on each indicator."""
    found: dict[str, Demand] = {}
    for _, one in written_scores(file):
        weighted = one.method == "weighted_mean"
        least = one.better == "lower"
        for name in _member_names(file, one):
            before = found.get(name, Demand(least=least))
            found[name] = Demand(before.least and least, before.weighted or weighted)
    return found


def _member_names(file: RulesetFile, one: model.Score) -> tuple[str, ...]:
    of = one.of if isinstance(one, model.NamedScore) else None
    chosen = None if of is None else {str(name) for name in of}
    known = {str(name) for name in (*file.indicators, *file.groups)}
    if chosen is None or not chosen <= known:  # an unknown name, reported elsewhere, may mean any of them
        return tuple(str(key) for key in file.indicators)
    return tuple(
        str(key)
        for key, indicator in file.indicators.items()
        if str(key) in chosen or (indicator.group is not None and str(indicator.group) in chosen)
    )


def score_types(file: RulesetFile) -> tuple[tuple[str, Type], ...]:
    """The scores and their types as published."""
    return tuple(
        (SINGLE if key is None else str(key), Number(DEFAULT_DIGITS if one.round is None else int(one.round)))
        for key, one in written_scores(file)
    )
