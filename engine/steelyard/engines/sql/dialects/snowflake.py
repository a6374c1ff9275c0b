# ruff: noqa: D102 - protocol.py says what each method does
"""Snowflake: every integer is NUMBER(38, 0); array items are VARIANT; `x IS TRUE` must be written as COALESCE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects.common import Common, as_type, name_of, number, packing, string, unnested, when
from steelyard.engines.sql.dialects.protocol import Check, Unnested
from steelyard.engines.sql.dialects.template import slots_for


class Snowflake(Common):
    """Snowflake."""

    name = "snowflake"
    sqlglot = "snowflake"

    def sql(self, statement: E, *, pretty: bool = True) -> str:
        return super().sql(statement.transform(_truth), pretty=pretty)

    def session_statements(self) -> tuple[str, ...]:
        return ("ALTER SESSION SET TIMEZONE = 'UTC'",)

    def session_checks(self) -> tuple[Check, ...]:
        return ()

    def text_list(self) -> exp.DataType:
        return exp.DataType.build("ARRAY", dialect=self.sqlglot)

    def quotient(self, a: E, b: E, *, wide: bool) -> E:
        del wide  # `/` keeps six fractional digits, so it is exact only without a remainder
        return self.fill("CAST((:a - :a % :b) / :b AS DECIMAL(38, 0))", a=a, b=b)

    def filtered(self, aggregate: E, where: E | None) -> E:
        if where is None:
            return aggregate
        inner = aggregate.this
        aggregate.set("this", when(where, exp.Literal.number(1) if isinstance(inner, exp.Star) else inner))
        return aggregate

    def bool_or(self, condition: E) -> E:
        return self.fill("COALESCE(BOOLOR_AGG(:c), FALSE)", c=condition)

    def empty_list(self) -> E:
        return self.fill("[]")

    def list_of(self, items: Sequence[E]) -> E:
        return self.fill("ARRAY_CONSTRUCT_COMPACT(:items)", items=items) if items else self.empty_list()

    def collect_sorted(self, e: E, where: E | None = None) -> E:
        kept = e if where is None else when(where, e)
        return self.fill("ARRAY_AGG(:e) WITHIN GROUP (ORDER BY :e)", e=kept)  # omits NULLs

    def concat(self, a: E, b: E) -> E:
        return self.fill("ARRAY_CAT(:a, :b)", a=a, b=b)

    def distinct_in_order(self, items: E) -> E:
        return self.fill(
            "REDUCE(:items, [], (_a, _x) -> IFF(ARRAY_CONTAINS(_x, _a), _a, ARRAY_APPEND(_a, _x)))", items=items
        )

    def first_items(self, items: E, limit: int) -> E:
        return self.fill("ARRAY_SLICE(:items, 0, :limit)", items=items, limit=number(limit))

    def sorted_tails(self, items: E, skip: int) -> E:
        return self.fill(
            "TRANSFORM(ARRAY_SORT(:items), _x -> SUBSTR(CAST(_x AS TEXT), :start))", items=items, start=number(skip + 1)
        )

    def size(self, items: E) -> E:
        return self.fill("ARRAY_SIZE(:items)", items=items)

    def contains(self, items: E, e: E) -> E:
        return self.fill("ARRAY_CONTAINS(CAST(:e AS VARIANT), :items)", items=items, e=e)

    def unnest(self, items: E, alias: str) -> Unnested:
        template = "SELECT 1 FROM t CROSS JOIN TABLE(FLATTEN(INPUT => :items)) AS u(seq, key, path, index, item, this)"
        join = unnested(template, self.sqlglot, items, alias)
        return Unnested(join, self.fill("CAST(:item AS TEXT)", item=exp.column("item", table=name_of(alias))))

    def ranked(self, items: Sequence[tuple[E, int]], bound: int | None = None) -> E:
        if not items:
            return self.fill("[]")
        packed = packing(items, bound)
        width = number(packed.width)
        kept = [self.fill("CASE WHEN :p >= :width THEN :p END", p=p, width=width) for p in self.packed(items, packed)]
        return self.fill(
            "TRANSFORM(ARRAY_SORT(ARRAY_CONSTRUCT_COMPACT(:points), FALSE), "
            "_x -> :last - CAST(_x AS DECIMAL(38, 0)) % :width)",
            points=kept,
            width=width,
            last=number(packed.width - 1),
        )

    def codes_of(self, indexes: E, codes: Sequence[str], limit: int | None = None) -> E:
        if not codes:
            return self.empty_list()
        found = self.fill(
            "TRANSFORM(:indexes, _i -> GET([:codes], CAST(_i AS INT)))",
            indexes=indexes,
            codes=[string(code) for code in codes],
        )
        found = found if len(set(codes)) == len(codes) else self.distinct_in_order(found)
        return found if limit is None else self.first_items(found, limit)

    def starts_with(self, e: E, prefix: E) -> E:
        return self.fill("STARTSWITH(:e, :prefix)", e=e, prefix=prefix)

    def struct(self, fields: Mapping[str, E]) -> E:
        pairs = [part for name, value in fields.items() for part in (string(name), value)]
        return self.fill("OBJECT_CONSTRUCT_KEEP_NULL(:pairs)", pairs=pairs)

    def field(self, structure: E, name: str, kind: exp.DataType) -> E:
        return as_type(self.fill("GET(:structure, :name)", structure=structure, name=string(name)), kind)

    def collect_structs(self, fields: Mapping[str, E], order_by: Sequence[E], where: E | None = None) -> E:
        one = self.struct(fields)
        one = one if where is None else when(where, one)
        keys, slots = slots_for(order_by)
        template = f"ARRAY_AGG(:one) WITHIN GROUP (ORDER BY {keys})" if order_by else "ARRAY_AGG(:one)"
        return self.fill(template, one=one, **slots)


def _truth(node: exp.Expr) -> exp.Expr:
    """Write `x IS TRUE` as a two-valued expression."""
    match node:
        case exp.Is(this=exp.Expr() as inner, expression=exp.Boolean() as constant):
            value = inner if constant.this else exp.Not(this=exp.Paren(this=inner))
            return exp.Coalesce(this=value, expressions=[exp.false()])
        case _:  # every other node
            return node
