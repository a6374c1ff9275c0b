# ruff: noqa: D102 - protocol.py says what each method does
"""BigQuery: INT64, BIGNUMERIC as the wide type; DIV and MOD are functions; lists are arrays and hold no NULLs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects.common import Common, aliased, limited, name_of, number, string, when
from steelyard.engines.sql.dialects.protocol import Unnested
from steelyard.engines.sql.dialects.template import fill, slots_for


class BigQuery(Common):
    """BigQuery (GoogleSQL)."""

    name = "bigquery"
    sqlglot = "bigquery"

    def values(self, name: str, columns: Sequence[tuple[str, exp.DataType]], rows: Sequence[Sequence[E]]) -> exp.CTE:
        structs = [
            exp.Struct(expressions=[aliased(value, column) for value, (column, _) in zip(row, columns, strict=True)])
            for row in rows
        ]
        table = exp.Unnest(expressions=[exp.Array(expressions=structs)], alias=exp.TableAlias(columns=[name_of("v")]))
        return self._constants(name, columns, table if rows else None)

    def wide(self) -> exp.DataType:
        return exp.DataType.build("BIGNUMERIC", dialect=self.sqlglot)

    def quotient(self, a: E, b: E, *, wide: bool) -> E:
        del wide  # exact in both
        return self.fill("DIV(:a, :b)", a=a, b=b)

    def remainder(self, a: E, b: E, *, wide: bool = False) -> E:
        del wide  # exact in both
        return self.fill("MOD(:a, :b)", a=a, b=b)

    def decimal(self, units: E, scale: int) -> E:
        kind = "NUMERIC" if scale <= 9 else "BIGNUMERIC"
        if scale == 0:
            return self.fill("CAST(:units AS NUMERIC)", units=units)
        unit = string("0." + "1".rjust(scale, "0"))
        return self.fill(f"(CAST(:units AS {kind}) * CAST(:unit AS {kind}))", units=units, unit=unit)

    def units_of(self, e: E, scale: int) -> E:
        return self.fill("CAST(:e * :units AS INT64)", e=e, units=number(10**scale))

    def filtered(self, aggregate: E, where: E | None) -> E:
        if where is None:
            return aggregate
        inner = aggregate.this
        aggregate.set("this", when(where, exp.Literal.number(1) if isinstance(inner, exp.Star) else inner))
        return aggregate

    def bool_or(self, condition: E) -> E:
        return self.fill("COALESCE(LOGICAL_OR(:c), FALSE)", c=condition)

    def empty_list(self) -> E:
        return self.fill("ARRAY<STRING>[]")

    def list_of(self, items: Sequence[E]) -> E:
        if not items:
            return self.empty_list()
        return self.fill(
            "ARRAY(SELECT _x FROM UNNEST([:items]) AS _x WITH OFFSET AS _i WHERE NOT _x IS NULL ORDER BY _i)",
            items=items,
        )

    def collect_sorted(self, e: E, where: E | None = None) -> E:
        kept = e if where is None else when(where, e)
        return self.fill("COALESCE(ARRAY_AGG(:e IGNORE NULLS ORDER BY :e), ARRAY<STRING>[])", e=kept)

    def concat(self, a: E, b: E) -> E:
        return self.fill("ARRAY_CONCAT(:a, :b)", a=a, b=b)

    def distinct_in_order(self, items: E) -> E:
        return self.fill(
            "ARRAY(SELECT _x FROM UNNEST(:items) AS _x WITH OFFSET AS _i GROUP BY _x ORDER BY MIN(_i))", items=items
        )

    def first_items(self, items: E, limit: int) -> E:
        return self.fill(
            "ARRAY(SELECT _x FROM UNNEST(:items) AS _x WITH OFFSET AS _i WHERE _i < :limit ORDER BY _i)",
            items=items,
            limit=number(limit),
        )

    def sorted_tails(self, items: E, skip: int) -> E:
        return self.fill(
            "ARRAY(SELECT SUBSTR(_x, :start) FROM UNNEST(:items) AS _x ORDER BY _x)",
            items=items,
            start=number(skip + 1),
        )

    def size(self, items: E) -> E:
        return self.fill("ARRAY_LENGTH(:items)", items=items)

    def contains(self, items: E, e: E) -> E:
        return self.fill("(:e IN UNNEST(:items))", items=items, e=e)

    def has_text(self, e: E, part: E) -> E:
        # an empty text is found at 0, as one that is not there
        found = "CASE WHEN LENGTH(:part) = 0 THEN LENGTH(:e) >= 0 ELSE STRPOS(:e, :part) > 0 END"
        return self.fill(f"({found})", e=e, part=part)

    def unnest(self, items: E, alias: str) -> Unnested:
        select = fill("SELECT 1 FROM t CROSS JOIN UNNEST(:items) AS u", self.sqlglot, items=items)
        join: exp.Join = select.args["joins"][0]
        join.this.set("alias", exp.TableAlias(columns=[name_of(alias)]))
        return Unnested(join, exp.Column(this=name_of(alias)))

    def ranked(self, items: Sequence[tuple[E, int]], bound: int | None = None) -> E:
        del bound  # the points are sorted as they are
        if not items:
            return self.fill("ARRAY<INT64>[]")
        structs = [self.fill("STRUCT(:p AS p, :i AS i)", p=points, i=number(index)) for points, index in items]
        return self.fill(
            "ARRAY(SELECT _x.i FROM UNNEST([:structs]) AS _x WHERE _x.p > 0 ORDER BY _x.p DESC, _x.i)", structs=structs
        )

    def codes_of(self, indexes: E, codes: Sequence[str], limit: int | None = None) -> E:
        if not codes:
            return self.empty_list()
        found = self.fill(
            "ARRAY(SELECT _c FROM (SELECT [:codes][OFFSET(_i)] AS _c, _o "
            "FROM UNNEST(:indexes) AS _i WITH OFFSET AS _o) AS _u "
            "GROUP BY _c ORDER BY MIN(_o))",
            indexes=indexes,
            codes=[string(code) for code in codes],
        )
        return found if limit is None else limited(found, limit)

    def length(self, e: E) -> E:
        return self.fill("CHAR_LENGTH(:e)", e=e)

    def collect_structs(self, fields: Mapping[str, E], order_by: Sequence[E], where: E | None = None) -> E:
        one = self.struct(fields)
        one = one if where is None else when(where, one)
        keys, slots = slots_for(order_by)
        template = f"ARRAY_AGG(:one IGNORE NULLS ORDER BY {keys})" if order_by else "ARRAY_AGG(:one IGNORE NULLS)"
        return self.fill(f"COALESCE({template}, [])", one=one, **slots)
