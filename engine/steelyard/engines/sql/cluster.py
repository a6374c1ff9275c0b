"""Facts that a Spark cluster holds: its executors check, score and write them, by the statement of `readable`.

The sources are Parquet under Hadoop paths or tables of a catalogue. To the driver come only counts and, where they are
asked for by key, a few rows.
"""

# pyspark and pyarrow ship no types that help here
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlglot import exp

from steelyard.engines.counting import key_column
from steelyard.engines.sql import build, expressions
from steelyard.engines.sql.cluster_sources import CASES, Source, col, roles, spark_type
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.portfolio import key_expression
from steelyard.engines.sql.readable import Tables, readable
from steelyard.engines.sql.received import REJECT_AT, received
from steelyard.engines.sql.spark import ready
from steelyard.engines.sql.staged import staged
from steelyard.engines.sql.statement import REJECTED, Selected, Statement
from steelyard.ir.expressions import Input
from steelyard.ir.result_columns import ResultColumn, added_columns, result_columns
from steelyard.ir.ruleset import InputField, Relation, Ruleset
from steelyard.ir.types import Boolean, Duration, Number, Region, Regions, Text

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

REJECT_COLUMNS = ("key", "file", "line", "where")
"""Columns of the rejects: the key as text, empty where there is none; where a column of the cases is at fault, file and
row (from 1) as far as Spark tells them; the column or rule at fault."""

_SETTINGS = {
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",  # else 96 bits
    "spark.sql.constraintPropagation.enabled": "false",  # it multiplies planning, and statements are long
}
_FILE, _LINE, _KEY = "_file", "_line", "_key"
"""No column of a ruleset begins with an underscore."""


class Cluster:
    """The sources of a run, in a Spark session of its own that computes as the compiler expects.

    Attributes:
        spark: shares the cluster with the session of the sources, but neither its settings nor its views.
        columns: of the results.
    """

    def __init__(
        self, spark: SparkSession, ruleset: Ruleset, sources: Mapping[str, Source], added: Sequence[str] = ()
    ) -> None:
        """Prepare: `sources` has every role, and `unfit_columns` finds nothing. `added`: inputs among the results."""
        self.spark = spark.newSession()
        ready(self.spark)
        for key, value in _SETTINGS.items():
            self.spark.conf.set(key, value)
        self._added = added_columns(ruleset, added)
        key, *others = result_columns(ruleset)
        self.columns = (key, *self._added, *others)
        self._ruleset = ruleset
        self._fields = roles(ruleset)
        self._raw = {role: self._read(fields, sources[role]) for role, fields in self._fields.items()}
        for role, fields in self._fields.items():
            renamed = [col(one.column).alias(one.id) for one in fields]
            self._raw[role].select(*renamed).createOrReplaceTempView(_view(role))

    def scored(self, groups: Sequence[str]) -> DataFrame:
        """Every row of the cases with its results, `reject_at` and a column for each group; kept by the executors.

        Raises:
            UnfitError: the ruleset is not one statement.
            TooWideError: an integer may need more than 128 bits.
        """
        tables = Tables(_view(CASES), {one.id: _view(one.id) for one in self._ruleset.relations_to_give})
        whole = readable(
            self._ruleset, "spark", tables, added=lambda statement: self._further(statement, groups), groups=groups
        )
        parted = staged(whole.tree, dialect("spark"))
        for step in parted.kept:
            self.spark.sql(step.sql).localCheckpoint().createOrReplaceTempView(step.table)
        return self.spark.sql(parted.last).persist()

    def results(self, scored: DataFrame) -> DataFrame:
        """The rows that were not rejected, in the columns of results."""
        return scored.where(col("status") != REJECTED).select(*(col(one.name) for one in self.columns))

    def rejects(self, scored: DataFrame) -> DataFrame:
        """Rejected rows in the columns `REJECT_COLUMNS`; bad rows of feeds too; kept."""
        from pyspark.sql import functions as f

        bad = self._rejected(scored, [self._ruleset.key]).withColumnRenamed(self._ruleset.key, "key")
        own = col("where").isin([one.column for one in self._ruleset.inputs])
        places = self._raw[CASES].select(self._key_text().alias(_KEY), _FILE, _LINE)
        known = bad.where(col("key").isNotNull() & own).distinct()
        placed = known.join(places, col("key") == col(_KEY), "left")
        elsewhere = bad.where(col("key").isNull() | ~own)
        whole = self._with_feeds(placed.unionByName(elsewhere, allowMissingColumns=True))
        columns = [f.coalesce(col("key"), f.lit("")).alias("key"), col(_FILE).alias("file"), col(_LINE).alias("line")]
        return whole.select(*columns, "where").persist()

    def grouped_rejects(self, scored: DataFrame, groups: Sequence[str]) -> DataFrame:
        """For each of `rejects` the column or rule at fault and what it is grouped by."""
        return self._with_feeds(self._rejected(scored, [key_column(name) for name in groups]))

    def _rejected(self, scored: DataFrame, names: Sequence[str]) -> DataFrame:
        """The rejected rows of cases: the column or rule at fault, and other columns."""
        bad = scored.where(col("status") == REJECTED)
        return bad.select(self._column_at(REJECT_AT).alias("where"), *map(col, names))

    def _with_feeds(self, rejects: DataFrame) -> DataFrame:
        """Add the bad rows of feeds, which have nothing but the column at fault."""
        parts = [rejects, *map(self._bad_rows, self._feeds())]
        return reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), parts)

    def rows(self, role: str, keys: Sequence[str], most: int) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Rows of a source as an Arrow table, in its own columns, durations as such.

        Args:
            role: the source.
            keys: of cases: those with these keys; of a relation with a case's key likewise.
            most: so many rows are taken that name no case; of a relation without a case's key, all rows.
        """
        import pyarrow as pa

        raw, key = self._raw[role], self._case_key(role)
        if key is None:
            found = raw.limit(most)
        else:
            found = raw.where(key.isin(list(keys))).unionByName(raw.where(key.isNull() | (key == "")).limit(most))
        table = found.select(*(col(one.column) for one in self._fields[role])).toArrow()
        for place, one in enumerate(self._fields[role]):
            if isinstance(one.type, Duration):
                table = table.set_column(place, one.column, table.column(place).cast("int64").cast(pa.duration("us")))
        return table

    def more_than(self, most: int) -> Relation | None:
        """A relation of which all rows concern every case, and that has more rows."""
        joined = (one for one in self._ruleset.relations_to_give if one.of_case is None)
        return next((one for one in joined if self._raw[one.id].limit(most + 1).count() > most), None)

    def _further(self, statement: Statement, groups: Sequence[str]) -> Iterator[Selected]:
        """The columns beside those of results: inputs, and what cases are grouped by."""
        program = statement.program
        for one in self._added:
            value = Input(one.name, type=one.type)
            yield Selected(replace(one, origin=None), expressions.value(value, program, program.case_scope).sql)
        yield from _grouped(statement, groups)

    def _read(self, fields: Sequence[InputField], source: Source) -> DataFrame:
        """The columns of a role that the ruleset has, and the file and row of each."""
        from pyspark.sql import functions as f

        typed = {one.column: f.lit(None).cast(spark_type(one.type)) for one in fields}
        typed |= {_FILE: f.lit(None).cast("string"), _LINE: f.lit(None).cast("bigint")}
        if not source.frames:
            return self.spark.range(0).select(*(value.alias(name) for name, value in typed.items()))
        parts = [self._here(_placed(frame, typed)) for frame in source.frames]
        return reduce(lambda one, other: one.unionByName(other), parts)

    def _here(self, frame: DataFrame) -> DataFrame:
        """A frame of another session, in this one."""
        name = f"steelyard_{uuid4().hex}"
        frame.createOrReplaceGlobalTempView(name)
        try:
            return self.spark.table(f"global_temp.{name}")
        finally:
            self.spark.catalog.dropGlobalTempView(name)

    def _case_key(self, role: str) -> Column | None:
        """The key of the case of a source's row, as text; None where rows have none."""
        if role == CASES:
            return self._key_text()
        relation = next(one for one in self._ruleset.relations if one.id == role)
        field = next((one for one in relation.fields if one.id == relation.of_case), None)
        return None if field is None else col(field.column).cast("string")

    def _key_text(self) -> Column:
        key = next(one for one in self._ruleset.inputs if one.id == self._ruleset.key)
        return col(key.column).cast("string")

    def _column_at(self, name: str) -> Column:
        """Where a row is at fault: a column of the source instead of the id of its field."""
        from pyspark.sql import functions as f

        at = col(name)
        prefixes = {role: "" if role == CASES else f"{role}." for role in self._fields}
        renamed = [
            f.when(at == prefixes[role] + one.id, f.lit(prefixes[role] + one.column))
            for role, fields in self._fields.items()
            for one in fields
            if one.id != one.column
        ]
        return f.coalesce(*renamed, at)

    def _feeds(self) -> list[Relation]:
        return [one for one in self._ruleset.relations if one.feed is not None]

    def _bad_rows(self, relation: Relation) -> DataFrame:
        """The rows of a feed that intake leaves out."""
        tables = {one.id: _view(one.id) for one in self._ruleset.relations_to_give}
        facts = received(self._ruleset, dialect("spark"), _view(CASES), tables, places=False)
        read = f"{relation.id}_read"
        query = exp.select(build.column(REJECT_AT), copy=False).from_(build.table(read), copy=False)
        query = query.where(build.present(build.column(REJECT_AT)), copy=False)
        query.set("with_", exp.With(expressions=[one for one in facts.ctes if one.alias == read]))
        rows = self.spark.sql(dialect("spark").sql(query, pretty=False))
        return rows.select(self._column_at(REJECT_AT).alias("where"))


def _placed(frame: DataFrame, typed: Mapping[str, Column]) -> DataFrame:
    """Every column of a role, empty where the frame has none; with the file and row where Spark tells them."""
    from pyspark.errors import AnalysisException
    from pyspark.sql import functions as f

    known = {name: col(name) if name in frame.columns else value for name, value in typed.items()}
    told = {_FILE: f.col("_metadata.file_name"), _LINE: f.col("_metadata.row_index") + 1}
    java: Any = frame
    if "_metadata" in java._jdf.queryExecution().analyzed().metadataOutput().mkString(","):  # noqa: SLF001
        try:
            return frame.select(*(value.alias(name) for name, value in {**known, **told}.items()))
        except AnalysisException:  # files of a kind that tells no rows
            pass
    return frame.select(*(value.alias(name) for name, value in known.items()))


def _grouped(statement: Statement, groups: Sequence[str]) -> Iterator[Selected]:
    """What cases are grouped by, as stored (see `summary.summarise`)."""
    program = statement.program
    for name in groups:
        expr = key_expression(program.ruleset, name)
        if expr is None:
            yield Selected(
                ResultColumn(key_column(name), Text()), exp.Cast(this=build.null(), to=program.dialect.text())
            )
            continue
        value = expressions.value(expr, program, program.case_scope).sql
        match expr.type:
            case Text() | Region() | Boolean():
                yield Selected(ResultColumn(key_column(name), expr.type), value)
            case Regions():
                yield Selected(ResultColumn(key_column(name), Text()), program.dialect.join_list(value, ";"))
            case _:  # numbers, times and durations are stored as integers
                yield Selected(ResultColumn(key_column(name), Number(0)), value)


def sample(scored: DataFrame, key: str, size: int) -> list[str]:
    """Keys to check: one for every status, fault and rule that fired, then by the hash of the key."""
    from pyspark.sql import functions as f

    named = scored.where(col(key).isNotNull())
    first = named.groupBy("status", REJECT_AT).agg(f.min(col(key)).alias(key)).select(key)
    fired = named.select(col(key), f.explode("fired").alias("rule"))
    by_rule = fired.groupBy("rule").agg(f.min(col(key)).alias(key)).select(key)
    some = named.select(key).distinct().orderBy(f.xxhash64(col(key)), col(key)).limit(size)
    found = dict.fromkeys(row[0] for part in (first.union(by_rule).distinct(), some) for row in part.collect())
    return list(found)[: max(size, 0)]


def _view(role: str) -> str:
    return f"steelyard_{role}"


__all__ = ["REJECT_COLUMNS", "Cluster", "sample"]
