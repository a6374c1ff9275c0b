# ruff: noqa: D102 - protocol.py says what each method does
"""Postgres: NUMERIC is the wide type; text is ordered by COLLATE "C"; structures are JSONB, for rows have no names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects.common import Common, as_type, limited, name_of, number, string, unnested
from steelyard.engines.sql.dialects.protocol import Check, Unnested
from steelyard.engines.sql.dialects.template import slots_for


class Postgres(Common):
    """PostgreSQL 12 or later, in a database of encoding UTF8."""

    name = "postgres"
    sqlglot = "postgres"

    def session_statements(self) -> tuple[str, ...]:
        # JIT compilation of long expressions takes minutes, running them without it a moment
        return ("SET TIME ZONE 'UTC'", "SET standard_conforming_strings = on", "SET jit = off")

    def session_checks(self) -> tuple[Check, ...]:
        return (
            Check("SHOW TimeZone", "UTC"),
            Check("SHOW standard_conforming_strings", "on"),
            Check("SHOW server_encoding", "UTF8"),
        )

    def quotient(self, a: E, b: E, *, wide: bool) -> E:
        return self.fill("DIV(:a, :b)" if wide else "(:a / :b)", a=a, b=b)

    def empty_list(self) -> E:
        return self.fill("CAST(ARRAY[] AS TEXT[])")

    def list_of(self, items: Sequence[E]) -> E:
        if not items:
            return self.empty_list()
        return self.fill("ARRAY_REMOVE(CAST(ARRAY[:items] AS TEXT[]), NULL)", items=items)

    def collect_sorted(self, e: E, where: E | None = None) -> E:
        kept = self.fill("NOT :e IS NULL", e=e)
        if where is not None:
            kept = self.fill(":c AND NOT :e IS NULL", e=e, c=where)
        items = self.fill('ARRAY_AGG(:e ORDER BY :e COLLATE "C")', e=e)
        return self.fill("COALESCE(:items, CAST(ARRAY[] AS TEXT[]))", items=self.filtered(items, kept))

    def only_list(self, e: E) -> E:
        return exp.Max(this=e)  # ANY_VALUE begins with Postgres 16

    def concat(self, a: E, b: E) -> E:
        return self.fill("ARRAY_CAT(:a, :b)", a=a, b=b)

    def distinct_in_order(self, items: E) -> E:
        return self.fill(
            "ARRAY(SELECT _x FROM UNNEST(:items) WITH ORDINALITY AS _t(_x, _i) GROUP BY _x ORDER BY MIN(_i))",
            items=items,
        )

    def first_items(self, items: E, limit: int) -> E:
        return self.fill(f"(:items)[1:{limit}]", items=items)

    def sorted_tails(self, items: E, skip: int) -> E:
        return self.fill(
            'ARRAY(SELECT SUBSTRING(_x, :start) FROM UNNEST(:items) AS _t(_x) ORDER BY _x COLLATE "C")',
            items=items,
            start=number(skip + 1),
        )

    def size(self, items: E) -> E:
        return self.cast_narrow(self.fill("CARDINALITY(:items)", items=items))

    def contains(self, items: E, e: E) -> E:
        return self.fill("(:e = ANY(:items))", items=items, e=e)

    def unnest(self, items: E, alias: str) -> Unnested:
        join = unnested("SELECT 1 FROM t CROSS JOIN UNNEST(:items) AS u(item)", self.sqlglot, items, alias)
        return Unnested(join, exp.Column(this=exp.to_identifier("item"), table=name_of(alias)))

    def ranked(self, items: Sequence[tuple[E, int]], bound: int | None = None) -> E:
        del bound  # the points are sorted as they are
        if not items:
            return self.fill("CAST(ARRAY[] AS BIGINT[])")
        rows = [exp.Tuple(expressions=[points.copy(), number(index)]) for points, index in items]
        table = exp.Values(
            expressions=rows,
            alias=exp.TableAlias(
                this=exp.to_identifier("_t"), columns=[exp.to_identifier("_p"), exp.to_identifier("_i")]
            ),
        )
        found = self.fill("ARRAY(SELECT CAST(_i AS BIGINT) FROM t WHERE _p > 0 ORDER BY _p DESC, _i)")
        place = found.find(exp.Table)
        if place is not None:
            place.replace(table)
        return found

    def codes_of(self, indexes: E, codes: Sequence[str], limit: int | None = None) -> E:
        if not codes:
            return self.empty_list()
        found = self.fill(
            "ARRAY(SELECT _c FROM (SELECT (ARRAY[:codes])[_i + 1] AS _c, _o "
            "FROM UNNEST(:indexes) WITH ORDINALITY AS _t(_i, _o)) AS _u "
            "GROUP BY _c ORDER BY MIN(_o))",
            indexes=indexes,
            codes=[string(code) for code in codes],
        )
        return found if limit is None else limited(found, limit)

    def length(self, e: E) -> E:
        return self.cast_narrow(super().length(e))  # else 32 bits

    def ends_with(self, e: E, suffix: E) -> E:
        return self.fill("(RIGHT(:e, LENGTH(:suffix)) = :suffix)", e=e, suffix=suffix)

    def has_text(self, e: E, part: E) -> E:
        return self.fill("(STRPOS(:e, :part) > 0)", e=e, part=part)

    def by_code_point(self, e: E) -> E:
        return self.fill('(:e COLLATE "C")', e=e)

    def struct(self, fields: Mapping[str, E]) -> E:
        pairs = [part for name, value in fields.items() for part in (string(name), value)]
        return self.fill("JSONB_BUILD_OBJECT(:pairs)", pairs=pairs)

    def field(self, structure: E, name: str, kind: exp.DataType) -> E:
        return as_type(self.fill("(:structure ->> :name)", structure=structure, name=string(name)), kind)

    def no_structs(self) -> E:
        return self.fill("CAST('[]' AS JSONB)")

    def collect_structs(self, fields: Mapping[str, E], order_by: Sequence[E], where: E | None = None) -> E:
        one = self.struct(fields)
        keys, slots = slots_for(order_by)
        rows = self.fill(f"JSONB_AGG(:one ORDER BY {keys})" if order_by else "JSONB_AGG(:one)", one=one, **slots)
        return self.fill("COALESCE(:rows, :nothing)", rows=self.filtered(rows, where), nothing=self.no_structs())
