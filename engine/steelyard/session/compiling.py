"""Write a version of a policy as one SQL statement, or as the files of a dbt model."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostics, PolicyError, Span, msg
from steelyard.session.errors import UsageError
from steelyard.session.files import staging

if TYPE_CHECKING:
    from steelyard.ir.ruleset import Ruleset
    from steelyard.ir.versions import Versions

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
DIALECTS = ("duckdb", "spark", "postgres", "snowflake", "bigquery")
"""`engines.sql.dialects.NAMES`, which must not be loaded for `--help`."""


def compile_sql(versions: Versions, ruleset: Ruleset, dialect: str = "duckdb", lang: str = "en") -> str:
    """Give the statement, with its semicolon.

    Args:
        versions: every parameter with a value.
        ruleset: one of them.
        dialect: one of `DIALECTS`.
        lang: `en` or `zh`, of the comments.

    Raises:
        UsageError: no such dialect.
        PolicyError: the ruleset cannot be written as one statement; its diagnostics say where and why.
    """
    from steelyard.engines.sql.readable import readable

    _check_dialect(dialect)
    with _refusals(versions, ruleset):
        return f"{readable(ruleset, dialect, lang=lang).text};\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class DbtTables:
    """Where a dbt project has the tables of the facts.

    Attributes:
        source: the name of their source; None: the name of the model.
        declared: whether the project declares that source itself; else schema.yml declares it.
        ref: whether the tables are models or seeds of the project, and of no source.
        names: the names of tables that are not called `cases` or as their relation, by these.
    """

    source: str | None = None
    declared: bool = False
    ref: bool = False
    names: Mapping[str, str] = field(default_factory=lambda: {})


def compile_dbt(
    versions: Versions, ruleset: Ruleset, dialect: str = "duckdb", lang: str = "en", tables: DbtTables | None = None
) -> Mapping[str, str]:
    """Give the texts of a dbt model by file name: the model, `schema.yml`, `README.md`.

    Args:
        versions: every parameter with a value; a cut-off without one is read from dbt's variable `as_of`.
        ruleset: one of them.
        dialect: one of `DIALECTS`.
        lang: `en` or `zh`, of the comments.
        tables: where the project has the tables of the facts.

    Raises:
        UsageError: as `compile_sql`; `tables` contradict each other, or name what dbt or the ruleset does not have.
        PolicyError: as `compile_sql`.
    """
    from steelyard.engines.sql.dbt import Places, model

    _check_dialect(dialect)
    given = tables or DbtTables()
    _check_tables(given, ruleset)
    places = Places(names=given.names, source=given.source, declared=given.declared, models=given.ref)
    with _refusals(versions, ruleset):
        return model(ruleset, dialect, lang, places)


def write_dbt(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a dbt model into a folder, all of them or none; an earlier model there is replaced.

    Raises:
        UsageError: the folder holds something else, which would be lost.
        OutputError: it cannot be written.
    """
    if folder.is_dir() and not _is_ours(folder, files):
        raise UsageError(msg("`{folder}` holds other files: name another folder", folder=str(folder)))
    with staging() as stage:
        aside = stage.place(folder)
        aside.mkdir()
        for name, text in files.items():
            (aside / name).write_text(text, "utf-8", newline="\n")


def _is_ours(folder: Path, files: Mapping[str, str]) -> bool:
    """Whether a folder is empty, or holds nothing but an earlier model of these file names."""
    from steelyard.engines.sql.dbt import WRITTEN_BY

    names = {one.name for one in folder.iterdir()}
    if not names <= set(files):
        return False
    readme = folder / "README.md"
    return not names or (readme.is_file() and WRITTEN_BY in readme.read_text("utf-8", errors="replace"))


def _check_tables(tables: DbtTables, ruleset: Ruleset) -> None:
    from steelyard.engines.sql.readable import Tables

    if tables.ref and (tables.source is not None or tables.declared):
        raise UsageError(msg("tables are of a source, or models of the project: give one of the two"))
    if tables.declared and tables.source is None:
        raise UsageError(msg("name the source that the project declares"))
    for name in (*filter(None, [tables.source]), *tables.names.values()):
        if _IDENTIFIER.fullmatch(name) is None:
            raise UsageError(msg("`{name}` is no name for dbt: use letters, digits and `_`", name=name))
    known = ("cases", *Tables().of(ruleset))
    for name in tables.names:
        if name not in known:
            raise UsageError(msg("the model reads no table `{name}`, only {known}", name=name, known=", ".join(known)))


def _check_dialect(name: str) -> None:
    if name not in DIALECTS:
        raise UsageError(msg("there is no dialect `{name}`; there are {known}", name=name, known=", ".join(DIALECTS)))


def _check_counted(versions: Versions, ruleset: Ruleset) -> None:
    """Refuse a statement of one version that would leave cases of others out of what is derived from all."""
    from steelyard.engines.sql.readable import UnfitError

    derived = next((one for one in ruleset.relations if one.derived is not None), None)
    if derived is not None and len(versions.rulesets) > 1:
        said = msg(
            "`{name}` is derived from the cases of every version, and a statement is of one version", name=derived.id
        )
        raise UnfitError(said, derived.span)


@contextmanager
def _refusals(versions: Versions, ruleset: Ruleset) -> Generator[None]:
    """Turn the compiler's refusals into diagnostics.

    Raises:
        PolicyError: the compiler refused the ruleset, or it needs what one version does not tell.
    """
    from steelyard.engines.sql.arithmetic import TooWideError
    from steelyard.engines.sql.engine import report_too_wide
    from steelyard.engines.sql.readable import UnfitError

    diagnostics = Diagnostics()
    try:
        _check_counted(versions, ruleset)
        yield
    except UnfitError as error:
        help_ = msg("`steelyard evaluate --engine sql` scores it")
        diagnostics.add("B101", error.span or Span(ruleset.file, 0, 0, 0, 0), error.message, help=help_)
    except TooWideError as error:
        report_too_wide(error, ruleset, diagnostics)
    if diagnostics.errors:
        raise PolicyError(diagnostics.sorted())
