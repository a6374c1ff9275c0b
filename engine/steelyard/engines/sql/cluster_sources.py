"""Where the facts of a run are that a Spark cluster holds, and whether their columns have the types that rules need."""

# pyspark and pyarrow ship no types that help here
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.received import described
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

CASES = "cases"
FILES, TABLE = "spark:", "table:"
"""How a source is spelled: a Hadoop path of Parquet, a table of the catalogue."""
_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a role.

    Attributes:
        role: `cases` or the id of a relation.
        names: what the frames are called, for people.
        frames: none where a relation has no rows.
    """

    role: str
    names: tuple[str, ...]
    frames: tuple[DataFrame, ...]


@dataclass(frozen=True, slots=True)
class UnfitColumn:
    """A column that a source lacks (`found` is None) or has in a type other than `wanted`."""

    source: str
    column: str
    wanted: str
    found: str | None


def opened_source(spark: SparkSession, role: str, names: Sequence[str]) -> Source:
    """Find the rows of a role; names begin with `spark:` or `table:`."""
    frames = (
        spark.table(one.removeprefix(TABLE)) if one.startswith(TABLE) else spark.read.parquet(one.removeprefix(FILES))
        for one in names
    )
    return Source(role, tuple(names), tuple(frames))


def roles(ruleset: Ruleset) -> dict[str, tuple[InputField, ...]]:
    """The fields of each role: the relations, then the cases."""
    return {**{one.id: one.fields for one in ruleset.relations_to_give}, CASES: ruleset.inputs}


def unfit_columns(fields: Sequence[InputField], source: Source) -> Iterator[UnfitColumn]:
    """Columns that do not have the type which `compile` names, and missing ones; an optional one may be missing."""
    here = dialect("spark")
    for name, frame in zip(source.names, source.frames, strict=True):
        types = dict(frame.dtypes)
        for field in fields:
            found = types.get(field.column)
            if not _fits(field.type, found) if found is not None else not field.can_be_missing:
                yield UnfitColumn(name, field.column, described(field.type, here).partition(";")[0], found)


def absent_columns(fields: Sequence[InputField], source: Source) -> list[str]:
    """Optional columns that no frame of a source has."""
    return [one.column for one in fields if source.frames and all(one.column not in f.columns for f in source.frames)]


def _fits(type_: Type, found: str) -> bool:
    """Whether every value of a Spark type can be read: a number that is no 64-bit integer of units would stop a run."""
    match type_:
        case Number() | Duration() | Days():
            scale = type_.scale if isinstance(type_, Number) else 0
            decimal = re.fullmatch(r"decimal\((\d+),(\d+)\)", found)
            digits = int(decimal[1]) - int(decimal[2]) if decimal else _DIGITS.get(found, 99)
            return digits <= 18 - scale or (scale == 0 and found == "bigint")
        case _:  # every other type has one type in Spark
            return found == spark_type(type_)


def spark_type(type_: Type) -> str:
    """The type of a column as Spark writes it."""
    match type_:
        case Number(scale) if scale > 0:
            return f"decimal(18,{scale})"
        case Number() | Duration() | Days():
            return "bigint"
        case Date():
            return "date"
        case DateTime():
            return "timestamp"
        case Boolean():
            return "boolean"
        case Text() | Region():
            return "string"
        case Regions():
            return "array<string>"
        case _:
            assert_never(type_)


def col(name: str) -> Column:
    """A column of exactly this name."""
    from pyspark.sql import functions as f

    return f.col("`" + name.replace("`", "``") + "`")


__all__ = [
    "CASES",
    "FILES",
    "TABLE",
    "Source",
    "UnfitColumn",
    "absent_columns",
    "col",
    "opened_source",
    "roles",
    "spark_type",
    "unfit_columns",
]
