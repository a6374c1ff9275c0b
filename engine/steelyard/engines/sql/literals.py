"""SQL of constants: stored values of the IR, and NULL with the type of a value."""

from __future__ import annotations

from typing import assert_never

from sqlglot import exp

from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.intervals import point
from steelyard.engines.sql.scope import Program, is_boolean, ordered
from steelyard.engines.sql.value import Value
from steelyard.ir.expressions import Stored
from steelyard.ir.types import Type


def literal(stored: Stored | None, kind: Type, program: Program) -> Value:
    """A constant; None is the word `missing`."""
    match stored:
        case None:
            return Value(
                typed_null(kind, program),
                point(0) if ordered(kind) else None,
                why={"missing": build.boolean(value=True)},
            )
        case bool():
            return Value(build.boolean(value=stored))
        case int():
            return program.arithmetic.literal(stored)
        case str():
            return Value(build.text(stored))
        case tuple():
            return Value(program.dialect.list_of([build.text(item) for item in stored]))
        case _:
            assert_never(stored)


def typed_null(kind: Type, program: Program) -> E:
    """NULL of the SQL type that values of a type have."""
    dialect = program.dialect
    to = dialect.bigint() if ordered(kind) else dialect.boolean() if is_boolean(kind) else dialect.text()
    return exp.Cast(this=build.null(), to=to)
