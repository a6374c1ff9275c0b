"""Writes a ruleset as a dbt model: the statement over sources, descriptions and tests of its columns, a README."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from steelyard.diagnostics import InternalError
from steelyard.diagnostics.plain import one_line
from steelyard.engines.sql.dbt_cut_off import UNITS, example, reading
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.readable import Readable, Tables, readable
from steelyard.engines.sql.received import described
from steelyard.engines.sql.statement import DECIDED, REJECTED, SCORED, UNSCORED
from steelyard.facts.format import format_units
from steelyard.ir.canonical import policy_digest
from steelyard.ir.declared import CUT_OFF
from steelyard.ir.result_columns import Content, Origin, ResultColumn
from steelyard.ir.ruleset import InputField, Label, Named, ParameterDeclaration, Ruleset

LEAST_DBT = "1.10.5"
"""The first version of dbt that reads `arguments` of a test."""
WRITTEN_BY = "by `steelyard compile`"
"""Appears in the README of each written folder; a folder whose README contains it may be overwritten."""
_JINJA = re.compile(r"\{[{%#]")
"""Matches what starts a Jinja expression, block or comment."""
_LABELS = {
    Content.RULESET: Label("规则集", "the ruleset"),
    Content.VERSION: Label("版本", "its version"),
    Content.DIGEST: Label("规则集摘要（SHA-256）", "the digest of the policy (SHA-256)"),
    Content.STATUS: Label("状态：已评分、不评分、拒收", "scored, unscored or rejected"),
    Content.SCORE: Label("总分", "the final score"),
    Content.GRADE: Label("等级", "the grade"),
    Content.SHARES: Label("权重份额合计", "all shares of the weight"),
    Content.MEASURE: Label("实际值", "what was measured"),
    Content.TARGET: Label("目标值（免责之后）", "the target after exemptions"),
    Content.INDICATOR_SCORE: Label("得分", "its score"),
    Content.SHARE: Label("权重份额", "its shares of the weight"),
    Content.LOST: Label("失分", "points lost"),
    Content.FIRED: Label("触发的规则", "the rules that fired"),
    Content.REASONS: Label("原因代码，失分多者在前", "reason codes, most points first"),
    Content.MISSING: Label("缺失或未知的项", "what was missing or unknown"),
}
_DECIDED = Label("状态：已决定、拒收", "decided or rejected")
"""Of the status where the ruleset has no score."""
_REJECT_AT = Label("拒收处：列、规则或关系", "where the case was rejected: a column, a rule or a relation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the project has the tables of the facts.

    Attributes:
        names: the names of tables that are not called `cases` or as their relation, by these.
        source: the name of their source; None: that of the model.
        declared: whether the project declares that source itself; else schema.yml declares it.
        models: whether the tables are models or seeds of the project, and of no source.
    """

    names: Mapping[str, str] = field(default_factory=lambda: {})
    source: str | None = None
    declared: bool = False
    models: bool = False

    def name(self, table: str) -> str:
        """The name that a table has in the project."""
        return self.names.get(table, table)

    def reference(self, table: str) -> str:
        """The expression that stands for a table."""
        name = self.name(table)
        return f"{{{{ ref('{name}') }}}}" if self.models else f"{{{{ source('{self.source}', '{name}') }}}}"


def model(ruleset: Ruleset, dialect_name: str, lang: str = "en", places: Places | None = None) -> Mapping[str, str]:
    """The files of a dbt model, by name.

    Args:
        ruleset: its parameters bound; if the cut-off has no value, the model reads it from the variable of its name.
        dialect_name: the dialect of the database that dbt runs on.
        lang: the language of comments in the SQL; descriptions are in both languages.
        places: where the project has the tables of the facts; None: in a source of the model's name.

    Raises:
        UnfitError: the ruleset cannot be written as one statement.
        TooWideError: an integer may need more than 128 bits.
    """
    name = re.sub(r"\W", "_", ruleset.id)
    places = places or Places()
    places = replace(places, source=places.source or name)
    mark = f"steelyard_{policy_digest(ruleset)[:12]}_"  # the digest cannot occur in the ruleset's own texts
    names = ("cases", *Tables().of(ruleset))
    cut_off = _cut_off(ruleset)
    variables = {} if cut_off is None else {CUT_OFF: f"{mark}value"}
    marked = Tables(f"{mark}cases", {one: f"{mark}{one}" for one in names[1:]})
    found = readable(ruleset, dialect_name, marked, lang, variables=variables)
    sql = _as_written(found.text)
    for one in names:
        sql = _sourced(sql, mark, one, places.reference(one))
    sql = sql.replace(f"{mark}value", f"{{{{ {UNITS} }}}}")
    settings = "" if cut_off is None else reading(cut_off, ruleset.timezone)
    return {
        f"{name}.sql": f"{{{{ config(materialized='table') }}}}\n{settings}\n{sql}",
        "schema.yml": "\n".join(_schema(ruleset, dialect_name, name, found, places)) + "\n",
        "README.md": _readme(ruleset, dialect_name, name, places, [places.name(one) for one in names]),
    }


def _cut_off(ruleset: Ruleset) -> ParameterDeclaration | None:
    """The cut-off, where it has no value."""
    return next((one for one in ruleset.parameters if one.id == CUT_OFF and one.value is None), None)


def _as_written(text: str) -> str:
    """Escape a text for Jinja: each delimiter is written by an expression, so that rendering gives the text."""
    return _JINJA.sub(lambda found: f"{{{{ '{found[0]}' }}}}", text)


def _sourced(sql: str, mark: str, table: str, reference: str) -> str:
    """Replace a table by what stands for it in dbt; in comments by its name."""
    name = rf"[\"`]?\b{re.escape(mark + table)}\b[\"`]?"
    commented = re.sub(rf"(?m)^(--.*?){name}", rf"\g<1>{table}", sql)
    return re.sub(name, lambda _: reference, commented)


# schema.yml


def _schema(ruleset: Ruleset, dialect_name: str, name: str, found: Readable, places: Places) -> Iterator[str]:
    yield "version: 2"
    yield ""
    if not (places.models or places.declared):
        yield "sources:"
        yield f"  - name: {places.source}"
        yield "    tables:"
        yield from _source(places.name("cases"), "the cases / 案件", ruleset.inputs, dialect_name)
        for relation in (one for one in ruleset.relations_to_give if one.derived is None):
            yield from _source(places.name(relation.id), _both(relation.label), relation.fields, dialect_name)
        yield ""
    yield "models:"
    yield f"  - name: {name}"
    yield f"    description: {_quoted(f'{_both(ruleset.title)} ({ruleset.id} {ruleset.version})')}"
    yield "    columns:"
    quote = "`" if dialect_name in {"spark", "bigquery"} else '"'
    for column in found.columns:
        status = column.origin is not None and column.origin.content is Content.STATUS
        tests = _tests(ruleset, column) + (_whole_rows(ruleset, found.columns, quote, name) if status else [])
        yield from _column(column.name, _said(ruleset, column), tests)
        if status:
            yield from _column("reject_at", _both(_REJECT_AT), [])


def _source(table: str, said: str, fields: Sequence[InputField], dialect_name: str) -> Iterator[str]:
    yield f"      - name: {table}"
    yield f"        description: {_quoted(said)}"
    yield "        columns:"
    for one in fields:
        there = "" if not one.can_be_missing else ", or NULL"
        yield f"          - name: {_name(one.id)}"
        said = f"{_both(one.label)}: {described(one.type, dialect(dialect_name))}{there}"
        yield f"            description: {_quoted(said)}"


def _column(name: str, said: str, tests: Sequence[str]) -> Iterator[str]:
    yield f"      - name: {_name(name)}"
    if _name(name) != name:
        yield "        quote: true"
    yield f"        description: {_quoted(said)}"
    if tests:
        yield "        data_tests:"
        yield from (f"          {line}" for line in tests)


def _tests(ruleset: Ruleset, column: ResultColumn) -> list[str]:
    good = ["    config:", "      where: \"status <> 'rejected'\""]
    match column.origin:
        case Origin(Content.KEY):
            return ["- unique:", *good, "- not_null:", *good]
        case Origin(Content.STATUS):
            return ["- not_null", *_accepted([*((SCORED, UNSCORED) if ruleset.scores else (DECIDED,)), REJECTED])]
        case Origin(Content.GRADE, score=name):
            grades = next(one.grades for one in ruleset.scores if one.id == name)
            return _accepted([one.id for one in grades]) if grades else []
        case _:  # the other columns have no test
            return []


def _accepted(values: Sequence[str], more: Sequence[str] = ()) -> list[str]:
    listed = f"      values: [{', '.join(map(_quoted, values))}]"
    return ["- accepted_values:", *more, "    arguments:", listed]


def _whole_rows(ruleset: Ruleset, columns: Sequence[ResultColumn], quote: str, model_name: str) -> list[str]:
    """Tests of whole rows: shares add up and scores are in range unless the case is rejected.

    Their names begin with that of the model, since names of tests are those of the whole project.
    """
    names = {one.origin: one.name for one in columns if one.origin is not None}

    def sql(origin: Origin) -> str:
        own = names[origin]
        return own if re.fullmatch(r"[a-z_][a-z0-9_]*", own) else f"{quote}{own}{quote}"

    lines: list[str] = []
    for score in ruleset.scores:
        members = [one for one in ruleset.indicators if one.id in score.members]
        own = [Origin(Content.SHARE, one.id, score.id) for one in members if one.family is None]
        shares, name = sql(Origin(Content.SHARES, score=score.id)), sql(Origin(Content.SCORE, score=score.id))
        if own and len(own) == len(members) and all(one in names for one in own):
            total = " + ".join(f"coalesce({sql(one)}, 0)" for one in own)
            lines += _never(f"{model_name}_{score.id}_shares_add_up", f"{shares} <> {total}")
        bounds = (score.clamp.low, "<"), (score.clamp.high, ">")
        outside = [f"{name} {sign} {format_units(bound, score.digits)}" for bound, sign in bounds if bound is not None]
        if outside:
            lines += _never(f"{model_name}_{score.id}_in_range", " or ".join(outside))
    return lines


def _never(name: str, condition: str) -> list[str]:
    return _accepted([REJECTED], [f"    name: {_quoted(name)}", "    config:", f"      where: {_quoted(condition)}"])


def _said(ruleset: Ruleset, column: ResultColumn) -> str:
    """The description of a column in both languages."""
    origin = column.origin
    if origin is None:
        raise InternalError(f"`{column.name}` is no column of a ruleset's results")
    if origin.content is Content.KEY:
        return _both(next(one.label for one in ruleset.inputs if one.id == ruleset.key))
    what = _LABELS.get(origin.content)
    if origin.content is Content.STATUS and not ruleset.scores:
        what = _DECIDED
    named: Named | None = next((one for one in (*ruleset.indicators, *ruleset.outputs) if one.id == origin.id), None)
    if named is None:
        return column.name if what is None else _both(what)
    label = named.label if what is None else Label(f"{named.label.zh}：{what.zh}", f"{named.label.en}: {what.en}")
    clause = None if named.source is None else named.source.clause
    return _both(label) + ("" if clause is None else f" ({clause.en})")


def _both(label: Label) -> str:
    return label.en if label.zh == label.en else f"{label.en} / {label.zh}"


def _name(text: str) -> str:
    return text if re.fullmatch(r"[a-z_][a-z0-9_]*", text) else _quoted(text)


def _quoted(text: str) -> str:
    """Quote a text for schema.yml, and escape it for Jinja, which dbt also evaluates there."""
    return json.dumps(_as_written(one_line(" ".join(text.split()))), ensure_ascii=False)


def _readme(ruleset: Ruleset, dialect_name: str, name: str, places: Places, tables: Sequence[str]) -> str:
    listed = ", ".join(f"`{one}`" for one in tables)
    if places.models:
        where = f"It reads these models or seeds of the project: {listed}."
    elif places.declared:
        where = f"It reads these tables of the source `{places.source}`, which the project declares: {listed}."
    else:
        where = f"Say in schema.yml where the tables of the source `{places.source}` are: {listed}."
    lines = [
        f"`{name}` is {ruleset.id} {ruleset.version} as a dbt model for {dialect_name}, {WRITTEN_BY}.",
        f"It needs dbt {LEAST_DBT} or later. {where}",
        "The first lines of the SQL say which columns the tables need, and of which types.",
        f"Then `dbt build --select {name}`: do not edit the SQL, change the ruleset and compile it again.",
    ]
    if (cut_off := _cut_off(ruleset)) is not None:
        usual = "" if cut_off.default is None else "; without it the ruleset's own value holds"
        lines.append(
            f"The cut-off is dbt's variable `{cut_off.id}`, e.g. "
            f"`--vars '{{{cut_off.id}: {example(cut_off)}}}'`{usual}. "
            f"A time without an offset is local to {ruleset.timezone}."
        )
    return "".join(f"{line}\n" for line in lines)
