"""What an expression may read while it is evaluated: one case, the row at hand, what is settled so far."""

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
    """The state of one evaluation. Lists are by the position of the relation or define in the ruleset.

    Attributes:
        case: the case; `values` are its inputs.
        defines: None: not computed yet.
        bound: the row at hand of each relation.
        rows: the rows of each relation that belong, or may belong, to the case.
        single: of a one_row relation its row, or why there is none.
        arguments: of the table that is asked.
        own_measure, own_target: of the indicator at hand.
        results: indicators that are settled; rows of families have no names.
        bases: scores whose base is settled, with the shares of their indicators.
        scores: each score as it stands; absent where the score has none.
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
"""What an expression means: from what it may read to a `Value` of the expression's type.

`Any`, because the type is the IR's (ir/types.py) and checked by the compiler, not here.
"""
