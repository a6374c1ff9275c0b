"""Writes a ruleset as one statement that an auditor can read, over tables of natural types.

The computation is that of `statement`. This module adds tables, published types, names of strata, and comments that say
which rule each column comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from sqlglot import exp

from steelyard.diagnostics import msg
from steelyard.engines.counting import key_column
from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.commentary import Commentary
from steelyard.engines.sql.derived_steps import with_derived
from steelyard.engines.sql.dialects import Dialect, dialect
from steelyard.engines.sql.dialects.natural import natural
from steelyard.engines.sql.dialects.template import fill
from steelyard.engines.sql.layout import comment, laid_out
from steelyard.engines.sql.received import REJECT_AT, UnfitError, names_of, received
from steelyard.engines.sql.row_fields import ROW, ROW_ID
from steelyard.engines.sql.situations import LISTED
from steelyard.engines.sql.statement import REJECTED, Selected, Statement, compile_ruleset
from steelyard.engines.sql.tidy import keywords, tidied
from steelyard.ir.canonical import policy_digest
from steelyard.ir.result_columns import PARQUET_DIGITS, Content, ResultColumn
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type

RESULTS = "results"
_GIVEN = "@"
"""Prefix that distinguishes tables that are read from steps until both get their final names."""
_ALWAYS = frozenset({Content.RULESET, Content.VERSION, Content.DIGEST, Content.STATUS})
"""The columns that rejected cases have too, besides their key."""

_TRANSFORMS = {
    "duckdb": "LIST_TRANSFORM(:items, LAMBDA _e : :one)",
    "spark": "TRANSFORM(:items, _e -> :one)",
}
"""How every item of a list is changed."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of the facts.

    Attributes:
        cases: the table of cases.
        relations: the table of each relation; None: each is named by its id. A derived relation has none, unless its
            rows are given: by default it is derived.
    """

    cases: str = "cases"
    relations: Mapping[str, str] | None = None

    def of(self, ruleset: Ruleset) -> Mapping[str, str]:
        """The table of each relation of a ruleset that is read from one."""
        if self.relations is not None:
            return self.relations
        return {one.id: one.id for one in ruleset.relations_to_give if one.derived is None}


@dataclass(frozen=True, slots=True)
class Readable:
    """A ruleset as text.

    Attributes:
        text: the statement, without a semicolon.
        tree: the syntax tree of the statement, for comparisons.
        columns: the columns of its result, in order; reject_at follows the status.
        names: the names of these columns in LANGUAGE.md section 11.
    """

    text: str
    tree: exp.Query
    columns: tuple[ResultColumn, ...]
    names: tuple[str, ...]


def readable(
    ruleset: Ruleset,
    dialect_name: str,
    tables: Tables | None = None,
    lang: str = "en",
    *,
    added: Callable[[Statement], Iterable[Selected]] | None = None,
    groups: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> Readable:
    """Write a ruleset as one statement.

    Args:
        ruleset: its parameters bound, apart from `variables`.
        dialect_name: one of `dialects.NAMES`.
        tables: the tables of the facts.
        lang: the language of labels and clauses, `zh` or `en`.
        added: gives further columns, after those of results; they have no origin.
        groups: names of inputs, `month` or `version`, each with a column of `added` (`key_column`): for a row that
            intake rejects it has what can be read of it. Other columns of `added` are NULL there.
        variables: what is written for parameters without a value (see `scope.Program`).

    Raises:
        UnfitError: it cannot be written as one statement.
        TooWideError: an integer may need more than 128 bits.
    """
    places = tables or Tables()
    here = dialect(dialect_name)
    kept, rows = names_of(ruleset)
    stamp = policy_digest(ruleset)
    statement = compile_ruleset(ruleset, here, kept, rows, stamp, identity=ruleset.key, variables=variables)
    if statement.unlisted:
        raise _too_many(statement)
    if added is not None:
        statement.columns += tuple(added(statement))
    names = tuple(column.name for column, _ in statement.columns)
    if here.name == "bigquery":  # column names of tables must not contain a dot
        statement.columns = tuple(
            Selected(replace(column, name=column.name.replace(".", "__")), e) for column, e in statement.columns
        )
    query = _whole(statement, places, groups)
    said = Commentary(ruleset, statement, here, lang)
    used = {places.cases, *places.of(ruleset).values()}
    renamed = {**said.renamed(query, used), **{_GIVEN + name: name for name in used}}
    query = tidied(query, renamed, keywords(here.sqlglot))
    text = laid_out(here.sql(cast(E, query), pretty=False), here.sqlglot, said.notes(query))
    head = "".join(f"{comment(line)}\n" for line in said.head(stamp, places.cases, places.of(ruleset)))
    columns = tuple(column for column, _ in statement.columns)
    return Readable(f"{head}{text}", query, columns, names)


def _too_many(statement: Statement) -> UnfitError:
    """Explain why the situations of weights cannot be written into the statement."""
    situations = statement.unlisted[0]
    score = situations.score
    if situations.families:
        family = next(name for name, _, _ in situations.families)
        return UnfitError(
            msg(
                "rows of `{family}` bring weights of their own, which are only known when they are read", family=family
            ),
            score.span,
        )
    return UnfitError(
        msg(
            "the weights of `{score}` have more than {limit} situations, which are resolved as they occur",
            score=score.id,
            limit=LISTED,
        ),
        score.span,
    )


def _whole(statement: Statement, tables: Tables, groups: Sequence[str]) -> exp.Query:
    """The statement over its tables, with published types."""
    program = statement.program
    ruleset, here = program.ruleset, program.dialect
    inner = statement.query([*((column.name, e) for column, e in statement.columns), (REJECT_AT, statement.reject_at)])
    with_ = inner.args["with_"]
    inner.set("with_", None)
    asked = {found.name for one in (inner, with_) for found in one.find_all(exp.Column)}
    given = {name: _GIVEN + table for name, table in tables.of(ruleset).items()}
    rows = bool(asked & {ROW, ROW_ID})
    facts = received(ruleset, here, _GIVEN + tables.cases, given, places=rows, groups=groups)
    received_names = {one.alias for one in facts.ctes}
    derived = [one for one in ruleset.relations_to_give if one.id not in given]
    whole = with_derived(facts, derived, program, places=rows)
    if here.name == "postgres":  # this optimizer would inline steps, and columns that read columns would grow too long
        for cte in (*(one for one in whole.ctes if one.alias not in received_names), *with_.expressions):
            cte.set("materialized", True)
    results = exp.CTE(this=inner, alias=exp.TableAlias(this=build.name(RESULTS)))
    query = exp.select(*_published(statement), copy=False).from_(build.table(RESULTS), copy=False)
    rejects = exp.select(*_rejected(statement, groups), copy=False).from_(build.table(whole.read), copy=False)
    rejects = rejects.where(build.present(build.column(REJECT_AT)), copy=False)
    both = exp.Union(this=query, expression=rejects, distinct=False)
    both.set("with_", exp.With(expressions=[*whole.ctes, *with_.expressions, results]))
    return both


def _published(statement: Statement) -> Iterator[E]:
    """The columns of cases that intake accepts; a rule may still reject such a case."""
    here = statement.program.dialect
    bare = isinstance(statement.reject_at, exp.Null)
    scored = build.unequal(build.column("status"), build.text(REJECTED))
    for place, (column, _) in enumerate(statement.columns):
        value = _natural(column, build.column(column.name), here)
        plain = place == 0 or column.origin is None or _content(column) in _ALWAYS or bare
        yield build.aliased(value if plain else build.where(scored, value), column.name)
        if _content(column) is Content.STATUS:
            yield build.aliased(exp.Cast(this=build.column(REJECT_AT), to=here.text()), REJECT_AT)


def _rejected(statement: Statement, groups: Sequence[str]) -> Iterator[E]:
    """The columns of rows that intake rejects."""
    here, keys = statement.program.dialect, set(map(key_column, groups))
    for place, (column, e) in enumerate(statement.columns):
        if place == 0:
            yield build.aliased(_natural(column, build.column(column.name), here), column.name)
        elif _content(column) is Content.STATUS:
            yield build.aliased(build.text(REJECTED), column.name)
            yield build.column(REJECT_AT)
        elif _content(column) in _ALWAYS:
            yield build.aliased(e, column.name)
        elif column.name in keys:
            yield build.aliased(_natural(column, build.column(column.name), here), column.name)
        else:
            yield build.aliased(build.null(), column.name)


def _content(column: ResultColumn) -> Content | None:
    return None if column.origin is None else column.origin.content


def _natural(column: ResultColumn, value: E, here: Dialect) -> E:
    """A stored value in its published type. Items of lists stay in their stored form except in DuckDB and Spark."""
    if not column.many and not column.fields:
        return _one(column.name, column.type, value, here)
    item = exp.column("_e")
    if column.fields:
        text = exp.DataType.build("TEXT")
        fields = [(one.name, one.type, here.field(item, one.name, text)) for one in column.fields]
        one: E = here.struct({name: _one(name, type_, own, here) for name, type_, own in fields})
    else:
        one = _one(column.name, column.type, item, here)
    if here.name not in _TRANSFORMS or one == item:
        return value
    return fill(_TRANSFORMS[here.name], here.sqlglot, items=value, one=one)


def _one(name: str, type_: Type, value: E, here: Dialect) -> E:
    words = natural(here.sqlglot)
    match type_:
        case Number(scale) if scale > PARQUET_DIGITS:
            raise UnfitError(
                msg(
                    "`{name}` has {scale} {scale:digit|digits} after the point, more than {limit}",
                    name=name,
                    scale=scale,
                    limit=PARQUET_DIGITS,
                )
            )
        case Number(scale) if scale > 0:
            return here.decimal(value, scale)
        case Number() | Duration() | Days():
            return here.cast_narrow(value)
        case Date():
            return words.to_date(value)
        case DateTime():
            return words.to_instant(value)
        case Text() | Boolean() | Region() | Regions():
            return value


__all__ = ["RESULTS", "Readable", "Tables", "UnfitError", "readable"]
