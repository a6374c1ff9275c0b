"""Writes a ruleset as a dbt model: the statement over sources, descriptions and tests of its columns, a README."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from steelyard.diagnostics import InternalError
from steelyard.diagnostics.plain import one_line
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.readable import Readable, Tables, readable
from steelyard.engines.sql.received import described
from steelyard.engines.sql.statement import DECIDED, REJECTED, SCORED, UNSCORED
from steelyard.facts.format import format_units
from steelyard.ir.canonical import policy_digest
from steelyard.ir.result_columns import Content, Origin, ResultColumn
from steelyard.ir.ruleset import InputField, Label, Named, Ruleset

SOURCE = "steelyard"
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


def model(ruleset: Ruleset, dialect_name: str, lang: str = "en") -> Mapping[str, str]:
    """The files of a dbt model, by name.

    Args:
        ruleset: its parameters bound.
        dialect_name: the dialect of the database that dbt runs on.
        lang: the language of comments in the SQL; descriptions are in both languages.

    Raises:
        UnfitError: the ruleset cannot be written as one statement.
        TooWideError: an integer may need more than 128 bits.
    """
    name = re.sub(r"\W", "_", ruleset.id)
    mark = f"steelyard_{policy_digest(ruleset)[:12]}_"  # the digest cannot occur in the ruleset's own texts
    names = ("cases", *Tables().of(ruleset))
    tables = Tables(f"{mark}cases", {one: f"{mark}{one}" for one in names[1:]})
    found = readable(ruleset, dialect_name, tables, lang)
    sql = _as_written(found.text)
    for one in names:
        sql = _sourced(sql, mark, one)
    return {
        f"{name}.sql": f"{{{{ config(materialized='table') }}}}\n\n{sql}",
        "schema.yml": "\n".join(_schema(ruleset, dialect_name, name, found)) + "\n",
        "README.md": _readme(ruleset, dialect_name, name),
    }


def _as_written(text: str) -> str:
    """Escape a text for Jinja: each delimiter is written by an expression, so that rendering gives the text."""
    return _JINJA.sub(lambda found: f"{{{{ '{found[0]}' }}}}", text)


def _sourced(sql: str, mark: str, table: str) -> str:
    """Replace a table by a dbt source; in comments by its name."""
    reference = f"{{{{ source('{SOURCE}', '{table}') }}}}"
    name = rf"[\"`]?\b{re.escape(mark + table)}\b[\"`]?"
    commented = re.sub(rf"(?m)^(--.*?){name}", rf"\g<1>{table}", sql)
    return re.sub(name, lambda _: reference, commented)


# schema.yml


def _schema(ruleset: Ruleset, dialect_name: str, name: str, found: Readable) -> Iterator[str]:
    yield "version: 2"
    yield ""
    yield "sources:"
    yield f"  - name: {SOURCE}"
    yield "    tables:"
    yield from _source("cases", "the cases / 案件", ruleset.inputs, dialect_name)
    for relation in (one for one in ruleset.relations_to_give if one.derived is None):
        yield from _source(relation.id, _both(relation.label), relation.fields, dialect_name)
    yield ""
    yield "models:"
    yield f"  - name: {name}"
    yield f"    description: {_quoted(f'{_both(ruleset.title)} ({ruleset.id} {ruleset.version})')}"
    yield "    columns:"
    quote = "`" if dialect_name in {"spark", "bigquery"} else '"'
    for column in found.columns:
        status = column.origin is not None and column.origin.content is Content.STATUS
        tests = _tests(ruleset, column) + (_whole_rows(ruleset, found.columns, quote) if status else [])
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


def _whole_rows(ruleset: Ruleset, columns: Sequence[ResultColumn], quote: str) -> list[str]:
    """Tests of whole rows: shares add up and scores are in range unless the case is rejected."""
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
            lines += _never(f"{score.id}_shares_add_up", f"{shares} <> {total}")
        bounds = (score.clamp.low, "<"), (score.clamp.high, ">")
        outside = [f"{name} {sign} {format_units(bound, score.digits)}" for bound, sign in bounds if bound is not None]
        if outside:
            lines += _never(f"{score.id}_in_range", " or ".join(outside))
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


def _readme(ruleset: Ruleset, dialect_name: str, name: str) -> str:
    return (
        f"`{name}` is {ruleset.id} {ruleset.version} as a dbt model for {dialect_name}, {WRITTEN_BY}.\n"
        f"Say in schema.yml where the tables of the source `{SOURCE}` are; their columns and types stand there.\n"
        f"Then `dbt build --select {name}`: do not edit the SQL, change the ruleset and compile it again.\n"
    )
