# ruff: noqa: D102 - protocol.py says what each method does
"""Spark: DECIMAL(38, 0) is the wide type; its DIV on decimals wraps silently, so that no wide value meets DIV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects.common import Common, name_of, number, packing, string, unnested
from steelyard.engines.sql.dialects.protocol import Check, Unnested
from steelyard.engines.sql.dialects.template import slots_for

_SETTINGS = (
    ("spark.sql.ansi.enabled", "true"),  # overflow raises an error
    ("spark.sql.session.timeZone", "UTC"),
    ("spark.sql.variable.substitute", "false"),  # otherwise `${x}` in a text is replaced
    ("spark.sql.decimalOperations.allowPrecisionLoss", "true"),  # a quotient keeps 32 integer digits
    ("spark.sql.parser.escapedStringLiterals", "false"),  # texts are written with backslashes escaped
)


class Spark(Common):
    """Spark SQL."""

    name = "spark"
    sqlglot = "spark"

    def session_statements(self) -> tuple[str, ...]:
        return tuple(f"SET {key} = {value}" for key, value in _SETTINGS)

    def session_checks(self) -> tuple[Check, ...]:
        return tuple(Check(f"SET {key}", value) for key, value in _SETTINGS)

    def quotient(self, a: E, b: E, *, wide: bool) -> E:
        if not wide:
            return self.fill("(:a DIV :b)", a=a, b=b)
        return self.fill("CAST((:a - :a % :b) / :b AS DECIMAL(38, 0))", a=self.cast_wide(a), b=self.cast_wide(b))

    def empty_list(self) -> E:
        return self.fill("CAST(ARRAY() AS ARRAY<STRING>)")

    def list_of(self, items: Sequence[E]) -> E:
        return self.fill("ARRAY_COMPACT(ARRAY(:items))", items=items) if items else self.empty_list()

    def collect_sorted(self, e: E, where: E | None = None) -> E:
        return self.fill("SORT_ARRAY(:items)", items=self.filtered(self.fill("COLLECT_LIST(:e)", e=e), where))

    def concat(self, a: E, b: E) -> E:
        return self.fill("CONCAT(:a, :b)", a=a, b=b)

    def distinct_in_order(self, items: E) -> E:
        return self.fill("ARRAY_DISTINCT(:items)", items=items)

    def first_items(self, items: E, limit: int) -> E:
        return self.fill("SLICE(:items, 1, :limit)", items=items, limit=number(limit))

    def sorted_tails(self, items: E, skip: int) -> E:
        return self.fill(
            "TRANSFORM(SORT_ARRAY(:items), _x -> SUBSTRING(_x, :start))", items=items, start=number(skip + 1)
        )

    def join_list(self, items: E, separator: str) -> E:
        return self.fill("ARRAY_JOIN(:items, :separator)", items=items, separator=string(separator))

    def size(self, items: E) -> E:
        return self.cast_narrow(self.fill("SIZE(:items)", items=items))

    def contains(self, items: E, e: E) -> E:
        return self.fill("ARRAY_CONTAINS(:items, :e)", items=items, e=e)

    def unnest(self, items: E, alias: str) -> Unnested:
        join = unnested("SELECT 1 FROM t CROSS JOIN LATERAL EXPLODE(:items) AS u(item)", self.sqlglot, items, alias)
        return Unnested(join, exp.Column(this=exp.to_identifier("item"), table=name_of(alias)))

    def ranked(self, items: Sequence[tuple[E, int]], bound: int | None = None) -> E:
        if not items:
            return self.fill("CAST(ARRAY() AS ARRAY<BIGINT>)")
        packed = packing(items, bound)
        return self.fill(
            "TRANSFORM(SORT_ARRAY(FILTER(ARRAY(:points), _x -> _x >= :width), FALSE), "
            "_x -> CAST(:last - _x % :width AS BIGINT))",
            points=self.packed(items, packed),
            width=number(packed.width),
            last=number(packed.width - 1),
        )

    def codes_of(self, indexes: E, codes: Sequence[str], limit: int | None = None) -> E:
        if not codes:
            return self.empty_list()
        found = self.fill(
            "ARRAY_DISTINCT(TRANSFORM(:indexes, _i -> ARRAY(:codes)[CAST(_i AS INT)]))",
            indexes=indexes,
            codes=[string(code) for code in codes],
        )
        return found if limit is None else self.first_items(found, limit)

    def year_month(self, day: E) -> E | None:
        return self.fill("DATE_FORMAT(DATE_FROM_UNIX_DATE(CAST(:day AS INT)), 'yyyy-MM')", day=day)

    def length(self, e: E) -> E:
        return self.cast_narrow(super().length(e))  # else 32 bits

    def starts_with(self, e: E, prefix: E) -> E:
        return self.fill("STARTSWITH(:e, :prefix)", e=e, prefix=prefix)

    def trimmed(self, e: E, characters: str) -> E:
        return self.fill("BTRIM(:e, :characters)", e=e, characters=string(characters))

    def collect_structs(self, fields: Mapping[str, E], order_by: Sequence[E], where: E | None = None) -> E:
        one = self.struct(fields)
        if not order_by:
            return self.filtered(self.fill("COLLECT_LIST(:one)", one=one), where)
        # the values come last and only decide the order of equal keys
        _, slots = slots_for(order_by)
        keys = ", ".join(f":{slot} AS _{slot}" for slot in slots)
        pairs = self.filtered(self.fill(f"COLLECT_LIST(STRUCT({keys}, :one AS _v))", one=one, **slots), where)
        return self.fill("TRANSFORM(SORT_ARRAY(:pairs), _x -> _x._v)", pairs=pairs)
