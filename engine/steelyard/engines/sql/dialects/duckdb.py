# ruff: noqa: D102 - protocol.py says what each method does
"""DuckDB: run in the process. HUGEINT is the wide type; a bare division raises on zero; lists are native."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects.common import BIGINT_LIMIT, Common, name_of, number, packing, string, unnested
from steelyard.engines.sql.dialects.protocol import Check, Unnested
from steelyard.engines.sql.dialects.template import slots_for

_REPEATED = 60
"""Up to this many nodes, operands may be written twice."""


class DuckDB(Common):
    """DuckDB."""

    name = "duckdb"
    sqlglot = "duckdb"

    def session_statements(self) -> tuple[str, ...]:
        return ("SET TimeZone = 'UTC'",)

    def session_checks(self) -> tuple[Check, ...]:
        return (
            Check("SELECT current_setting('TimeZone')", "UTC"),
            Check("SELECT current_setting('default_collation')", ""),
        )

    def wide(self) -> exp.DataType:
        return exp.DataType.build("INT128", dialect="duckdb")

    def quotient(self, a: E, b: E, *, wide: bool) -> E:
        exact = self.fill("(:a // :b)", a=a, b=b)
        return self._short(exact, a, b, "//") if wide else exact

    def remainder(self, a: E, b: E, *, wide: bool = False) -> E:
        exact = self.fill("(:a % :b)", a=a, b=b)
        return self._short(exact, a, b, "%") if wide else exact

    def _short(self, exact: E, a: E, b: E, operator: str) -> E:
        """Compute in 64 bits where both operands fit, which is 25 times as fast.

        Operands are repeated, so must be short.
        """
        if sum(1 for e in (a, b) for _ in e.walk()) > _REPEATED:
            return exact
        return self.fill(
            "CASE WHEN :a BETWEEN :least AND :most AND :b BETWEEN :least AND :most "
            f"THEN CAST(TRY_CAST(:a AS BIGINT) {operator} TRY_CAST(:b AS BIGINT) AS INT128) ELSE :exact END",
            a=a,
            b=b,
            exact=exact,
            least=number(1 - BIGINT_LIMIT),  # the least BIGINT divided by -1 is no BIGINT
            most=number(BIGINT_LIMIT - 1),
        )

    def units_of(self, e: E, scale: int) -> E:
        # DECIMAL(18) times a narrow number stays in 64 bits and overflows
        return self.fill(f"CAST(CAST(:e AS DECIMAL(37, {scale})) * :units AS BIGINT)", e=e, units=number(10**scale))

    def sum_wide(self, e: E, where: E | None = None) -> E:
        return self.filtered(self.fill("SUM(:e)", e=e), where)  # already wide

    def empty_list(self) -> E:
        return self.fill("CAST([] AS TEXT[])")

    def year_month(self, day: E) -> E | None:
        # takes a tenth of the time of building the text from integers
        return exp.Anonymous(this="STRFTIME", expressions=[self._date(day), string("%Y-%m")])

    def _date(self, day: E) -> E:
        return self.fill("(DATE '1970-01-01' + CAST(:day AS INT))", day=day)

    def list_of(self, items: Sequence[E]) -> E:
        if not items:
            return self.empty_list()
        return self.fill("LIST_FILTER([:items], LAMBDA _x : NOT _x IS NULL)", items=items)

    def collect_sorted(self, e: E, where: E | None = None) -> E:
        kept = self.fill("NOT :e IS NULL", e=e)
        if where is not None:
            kept = self.fill(":c AND NOT :e IS NULL", e=e, c=where)
        return self.fill(
            "COALESCE(LIST_SORT(:items), CAST([] AS TEXT[]))",
            items=self.filtered(self.fill("ARRAY_AGG(:e)", e=e), kept),
        )

    def concat(self, a: E, b: E) -> E:
        return self.fill("LIST_CONCAT(:a, :b)", a=a, b=b)

    def distinct_in_order(self, items: E) -> E:
        # the outer list only names the inner one, which would be computed twice if written twice
        return self.fill(
            "LIST_TRANSFORM([:items], LAMBDA _l : LIST_FILTER(_l, LAMBDA _x, _i : LIST_POSITION(_l, _x) = _i))[1]",
            items=items,
        )

    def first_items(self, items: E, limit: int) -> E:
        return self.fill("LIST_SLICE(:items, 1, :limit)", items=items, limit=number(limit))

    def sorted_tails(self, items: E, skip: int) -> E:
        return self.fill(
            "LIST_TRANSFORM(LIST_SORT(:items), LAMBDA _x : SUBSTRING(_x, :start))", items=items, start=number(skip + 1)
        )

    def join_list(self, items: E, separator: str) -> E:
        # before 1.5, ARRAY_TO_STRING of an empty list is NULL
        joined = super().join_list(items, separator)
        return self.fill("CASE WHEN LEN(:items) = 0 THEN '' ELSE :joined END", items=items, joined=joined)

    def size(self, items: E) -> E:
        return self.fill("LEN(:items)", items=items)

    def contains(self, items: E, e: E) -> E:
        return self.fill("LIST_CONTAINS(:items, :e)", items=items, e=e)

    def unnest(self, items: E, alias: str) -> Unnested:
        join = unnested("SELECT 1 FROM t CROSS JOIN UNNEST(:items) AS u(item)", self.sqlglot, items, alias)
        return Unnested(join, exp.Column(this=exp.to_identifier("item"), table=name_of(alias)))

    def ranked(self, items: Sequence[tuple[E, int]], bound: int | None = None) -> E:
        if not items:
            return self.fill("CAST([] AS BIGINT[])")
        packed = packing(items, bound)
        return self.fill(
            "LIST_TRANSFORM(LIST_REVERSE_SORT(LIST_FILTER([:points], LAMBDA _x : _x >= :width)), "
            "LAMBDA _x : CAST(:last - _x % :width AS BIGINT))",
            points=self.packed(items, packed),
            width=number(packed.width),
            last=number(packed.width - 1),
        )

    def codes_of(self, indexes: E, codes: Sequence[str], limit: int | None = None) -> E:
        if not codes:
            return self.empty_list()
        unique = len(set(codes)) == len(codes)
        few = indexes if limit is None or not unique else self.first_items(indexes, limit)
        found = self.fill(
            "LIST_TRANSFORM(:few, LAMBDA _i : [:codes][_i + 1])", few=few, codes=[string(code) for code in codes]
        )
        if unique:
            return found
        found = self.distinct_in_order(found)
        return found if limit is None else self.first_items(found, limit)

    def reasons(self, items: Sequence[tuple[E, str]], limit: int | None = None, bound: int | None = None) -> E:
        if not items:
            return self.empty_list()
        numbered = [(points, index) for index, (points, _) in enumerate(items)]
        packed = packing(numbered, bound)
        groups: dict[str, list[E]] = {}
        for (_, code), one in zip(items, self.packed(numbered, packed), strict=True):
            groups.setdefault(code, []).append(one)
        points = [self._greatest(group) for group in groups.values()]
        lost = self.fill(
            "LIST_REVERSE_SORT(LIST_FILTER([:points], LAMBDA _x : _x >= :width))",
            points=points,
            width=number(packed.width),
        )
        return self.fill(
            "LIST_TRANSFORM(:few, LAMBDA _x : [:codes][CAST(:width - _x % :width AS BIGINT)])",
            few=lost if limit is None else self.first_items(lost, limit),
            codes=[string(code) for _, code in items],
            width=number(packed.width),
        )

    def _greatest(self, items: Sequence[E]) -> E:
        """GREATEST, which ignores NULLs."""
        if len(items) == 1:
            return items[0]
        text, slots = slots_for(items)
        return self.fill(f"GREATEST({text})", **slots)

    def collect_structs(self, fields: Mapping[str, E], order_by: Sequence[E], where: E | None = None) -> E:
        one = self.struct(fields)
        keys, slots = slots_for(order_by)
        rows = self.fill(f"ARRAY_AGG(:one ORDER BY {keys})" if order_by else "ARRAY_AGG(:one)", one=one, **slots)
        return self.fill("COALESCE(:rows, [])", rows=self.filtered(rows, where))
