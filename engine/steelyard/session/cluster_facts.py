"""The facts of a run on a Spark cluster: frames of Spark, or names of Parquet and tables; checked before any work."""

# pyspark and pyarrow ship no types that help here
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from steelyard.diagnostics import Diagnostics, PolicyError, msg
from steelyard.session.errors import EngineError, InputError, UsageError
from steelyard.session.listener import Listener
from steelyard.session.sources import FactFiles

if TYPE_CHECKING:
    from steelyard.engines.sql.cluster_sources import Source
    from steelyard.ir.ruleset import Ruleset
    from steelyard.ir.versions import Versions

PREFIXES = ("spark:", "table:")
"""How the command line names Parquet under a Hadoop path, and a table of the catalogue."""


class SparkFrame(Protocol):
    """A `pyspark.sql.DataFrame`."""

    @property
    def sparkSession(self) -> Any:  # noqa: ANN401, N802 - pyspark's name; it has no types
        """The session that made it."""
        ...

    def createOrReplaceTempView(self, name: str) -> None:  # noqa: N802 - pyspark's name
        """Name it in SQL."""
        ...


def is_spark_frame(data: object) -> bool:
    """Whether something is a frame of Spark, classic or Connect."""
    return hasattr(data, "sparkSession") and type(data).__module__.startswith("pyspark.sql.")


def sources_of(cases: SparkFrame, relations: Mapping[str, object]) -> dict[str, Source]:
    """Take the frames of `Policy.score`.

    Raises:
        InputError: a relation that is neither a frame of Spark nor `[]`.
        EngineError: a frame of Spark Connect.
    """
    from steelyard.engines.sql.cluster_sources import CASES, Source

    found: dict[str, Source] = {}
    for role, data in {CASES: cases, **relations}.items():
        if is_spark_frame(data):
            if type(data).__module__.startswith("pyspark.sql.connect"):
                raise EngineError(msg("Spark Connect has no files of its own: start the session with a master"))
            found[role] = Source(role, (role,), (data,))  # pyright: ignore[reportArgumentType] - a frame
        elif isinstance(data, list | tuple) and not data:
            found[role] = Source(role, (), ())
        else:
            raise InputError(role, type(data).__name__, msg("a frame of Spark, as the cases are, or `[]`"))
    return found


def on_cluster(files: FactFiles) -> bool:
    """Whether the facts are named as sources of a cluster.

    Raises:
        UsageError: some are, and others are files of this machine.
    """
    given = [*files.cases, *(name for names in files.relations.values() for name in names or ())]
    there = [name for name in given if name.startswith(PREFIXES)]
    if there and (other := [name for name in given if name not in there]):
        raise UsageError(
            msg(
                "`{file}` is a file of this machine beside sources of the cluster: name it as `spark:PATH` or "
                "`table:NAME`; text and spreadsheets are read on one machine only, without these",
                file=other[0],
            )
        )
    return bool(there)


def sources_at(spark: Any, files: FactFiles) -> dict[str, Source]:  # noqa: ANN401 - a session of Spark
    """Find what the command line names.

    Raises:
        EngineError: Spark does not find it.
    """
    from steelyard.engines.sql.cluster_sources import CASES, opened_source

    with spark_errors():
        given: dict[str, Sequence[str]] = {CASES: files.cases}
        given |= {role: names or () for role, names in files.relations.items()}
        return {role: opened_source(spark, role, names) for role, names in given.items()}


def check_derived(versions: Versions, given: Mapping[str, object]) -> None:
    """Make sure that the rows of derived relations are given: a cluster does not derive them.

    Raises:
        PolicyError: some are not.
    """
    from steelyard.session.deriving import to_derive

    diagnostics = Diagnostics()
    for name in dict.fromkeys(one.id for ruleset in versions.rulesets for one in to_derive(ruleset, given)):
        diagnostics.add(
            "B101",
            None,
            msg("a cluster does not derive the rows of `{relation}` from the cases", relation=name),
            help=msg(
                "derive them once on one machine with `{write}`, then give them with `{read}`",
                write=f"--derived {name}=FILE.parquet",
                read=f"--relation {name}=spark:FILE.parquet",
            ),
        )
    if diagnostics.errors:
        raise PolicyError(diagnostics.sorted())


def check_sources(versions: Versions, sources: Mapping[str, Source], listener: Listener) -> None:
    """Make sure that every relation is given, and that columns have the types that the statement reads.

    Raises:
        PolicyError: they have not, or a relation is not known.
        EngineError: Spark cannot go on.
    """
    from steelyard.engines.sql.cluster_sources import CASES, absent_columns, roles, unfit_columns
    from steelyard.facts.portfolio import relations_given

    diagnostics = Diagnostics()
    relations = {role: one.names or None for role, one in sources.items() if role != CASES}
    if not relations_given(versions, relations, diagnostics):
        raise PolicyError(diagnostics.sorted())
    with spark_errors():
        for role, fields in roles(versions.newest).items():
            for one in unfit_columns(fields, sources[role]):
                said = {"source": one.source, "column": one.column, "wanted": one.wanted}
                if one.found is None:
                    message = msg("`{source}` has no column `{column}`, expected {wanted}", **said)
                else:
                    said["found"] = one.found
                    message = msg("`{source}`: the column `{column}` is {found}, expected {wanted}", **said)
                code = "E116" if one.found is None else "E119"
                diagnostics.add(code, None, message)
            for name in absent_columns(fields, sources[role]):
                listener.warn(msg("{role}: no column `{column}`, it is missing in every row", role=role, column=name))
    if diagnostics.errors:
        raise PolicyError(diagnostics.sorted())


@contextmanager
def spark_errors(ruleset: Ruleset | None = None) -> Generator[None]:
    """Say what Spark or the compiler refuses as an EngineError."""
    from steelyard.engines.sql.arithmetic import TooWideError
    from steelyard.engines.sql.engine import report_too_wide
    from steelyard.engines.sql.readable import UnfitError
    from steelyard.engines.sql.spark import SparkError, failures

    try:
        with failures():
            yield
    except SparkError as error:
        raise EngineError(msg("Spark could not go on: {reason}", reason=error.reason)) from None
    except UnfitError as error:
        raise EngineError(error.message, msg("`--engine sql` scores it on one machine")) from None
    except TooWideError as error:
        diagnostics = Diagnostics()
        if ruleset is not None:
            report_too_wide(error, ruleset, diagnostics)
        raise EngineError(diagnostics=diagnostics.sorted()) from None
