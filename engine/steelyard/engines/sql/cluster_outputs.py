"""What a run on a Spark cluster leaves: counts for a summary, and folders of Parquet under Hadoop paths."""

# pyspark and pyarrow ship no types that help here
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from sqlglot import exp, parse_one

from steelyard.engines.sql.cluster_sources import col
from steelyard.engines.sql.statement import REJECTED
from steelyard.ir.ruleset import LEDGER_DIGITS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class SummaryConnection:
    """Runs the statements of `summary` on Spark, over views of results and rejects."""

    def __init__(self, spark: SparkSession, scored: DataFrame, rejects: DataFrame, names: tuple[str, str]) -> None:
        """Prepare; `names` are those of the views."""
        self._spark = spark
        self._found: list[tuple[Any, ...]] = []
        scored.where(col("status") != REJECTED).createOrReplaceTempView(names[0])
        rejects.createOrReplaceTempView(names[1])

    def execute(self, query: str) -> Self:
        """Run a statement of DuckDB."""
        self._found = [tuple(row) for row in self._spark.sql(translated(query)).collect()]
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows of the last statement."""
        return self._found


def translated(query: str) -> str:
    """A statement of `summary` in Spark's words."""
    tree = parse_one(query, dialect="duckdb")
    amount = f"DECIMAL(38, {LEDGER_DIGITS})"
    for node in list(tree.walk()):
        match node:
            case exp.DataType() if node.this == exp.DataType.Type.INT128:
                node.replace(exp.DataType.build("DECIMAL(38, 0)"))
            case exp.CTE():
                node.set("materialized", None)
            case exp.Anonymous(this=str() as name, expressions=[items]) if name.lower() == "list_sum":
                summed = f"(a, b) -> CAST(COALESCE(a + b, a, b) AS {amount})"
                text = f"AGGREGATE({items.sql('spark')}, CAST(NULL AS {amount}), {summed})"
                node.replace(parse_one(text, dialect="spark"))
            case _:  # every other node is the same in Spark
                pass
    return tree.sql("spark")


class Folders:
    """Writes frames as folders of Parquet: beside their places first, then moved there together."""

    def __init__(self, spark: SparkSession) -> None:
        """Of the file systems that a session knows."""
        java: Any = spark
        self._path: Any = java._jvm.org.apache.hadoop.fs.Path  # noqa: SLF001
        self._configuration: Any = java._jsc.hadoopConfiguration()  # noqa: SLF001

    def holds(self, path: str) -> bool:
        """Whether something is at a Hadoop path."""
        place = self._path(path)
        return bool(self._system(place).exists(place))

    def write(self, outputs: Iterable[tuple[DataFrame, str]]) -> None:
        """Write frames, each to a Hadoop path at which nothing is; where one fails, none is left.

        Raises:
            FileExistsError: something is there by now.
        """
        made: list[Any] = []
        moves: list[tuple[Any, Any]] = []
        try:
            for frame, path in outputs:
                place = self._path(path)
                aside = self._path(place.getParent(), f".steelyard-{uuid4().hex}")
                made.append(aside)
                frame.write.parquet(aside.toString())
                moves.append((aside, place))
            for aside, place in moves:
                self._move(aside, place)
                made.append(place)
        except BaseException:
            for place in made:
                self._system(place).delete(place, True)
            raise

    def _move(self, aside: Any, place: Any) -> None:  # noqa: ANN401 - py4j has no types
        system = self._system(place)
        if system.exists(place) or not system.rename(aside, place):
            raise FileExistsError(place.toString())

    def _system(self, place: Any) -> Any:  # noqa: ANN401 - as above
        return place.getFileSystem(self._configuration)


__all__ = ["Folders", "SummaryConnection", "translated"]
