"""What an expression may read during evaluation: one case, the bound rows, and the results settled so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from steelyard.facts.case import Case
from steelyard.ir.expressions import Stored
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.outcome import Fixed
from steelyard.semantics.records import Result, Scored
from steelyard.semantics.values import Missing, Value


@dataclass(slots=True, eq=False)
class Env:
    """The state of one evaluation. Lists are indexed by the position of the relation or define in the ruleset.

    Attributes:
        case: the case; `values` are its inputs.
        defines: the values of the case's defines; None: not computed yet.
        bound: the row of each relation that expressions read at present; None where no row is bound.
        rows: the rows of each relation that belong, or may belong, to the case.
        single: for each one_row relation its row, or why it is unknown; None where there is no row.
        arguments: the arguments of the table call being evaluated.
        own_measure, own_target: measure and target of the indicator being evaluated.
        results: the indicators settled so far, by id; rows of families are not in it.
        bases: the scores whose base is settled, with the shares of their indicators.
        scores: the current value of each score, by id; absent where the score has none.
    """

    case: Case
    values: Mapping[str, Stored]
    defines: list[Value | None]
    bound: list[BoundRow | None]
    rows: list[list[BoundRow]]
    single: list[BoundRow | Missing | None]
    arguments: tuple[Value, ...] = ()
    own_measure: Value | None = None
    own_target: Value | None = None
    results: dict[str, Result] = field(default_factory=lambda: {})
    bases: list[Scored] = field(default_factory=lambda: [])
    scores: dict[str, Fixed] = field(default_factory=lambda: {})


Meaning = Callable[[Env], Any]
"""A function that computes an expression's `Value` from an `Env`.

The result is `Any` because its type is the IR's (ir/types.py), which the compiler has checked.
"""
