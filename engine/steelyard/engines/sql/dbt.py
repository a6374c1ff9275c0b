"""A ruleset as a dbt model: the statement over sources, its columns described and tested, and how to use it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.readable import Readable, Tables, readable
from steelyard.engines.sql.received import described
from steelyard.engines.sql.statement import REJECTED, SCORED, UNSCORED, ResultColumn
from steelyard.facts.fields import required
from steelyard.facts.format import format_units
from steelyard.ir.ruleset import InputField, Label, Named, Ruleset, Score

SOURCE = "steelyard"
_JINJA = re.compile(r"\{\{|\{%|\{#")
_PARTS = {
    "measure": Label("实际值", "what was measured"),
    "target": Label("目标值（免责之后）", "the target after exemptions"),
    "score": Label("得分", "its score"),
    "share": Label("权重份额", "its shares of the weight"),
    "lost": Label("失分", "points lost"),
}
_FIXED = {
    "ruleset": Label("规则集", "the ruleset"),
    "version": Label("版本", "its version"),
    "digest": Label("规则集摘要（SHA-256）", "the digest of the policy (SHA-256)"),
    "status": Label("状态：已评分、不评分、拒收", "scored, unscored or rejected"),
    "reject_at": Label("拒收处：列、规则或关系", "where the case was rejected: a column, a rule or a relation"),
    "score": Label("总分", "the final score"),
    "grade": Label("等级", "the grade"),
    "shares": Label("权重份额合计", "all shares of the weight"),
    "fired": Label("触发的规则", "the rules that fired"),
    "reasons": Label("原因代码，失分多者在前", "reason codes, most points first"),
    "missing": Label("缺失或未知的项", "what was missing or unknown"),
}


def model(ruleset: Ruleset, dialect_name: str, lang: str = "en") -> Mapping[str, str]:
    """The files of a dbt model, by name.

    Args:
        ruleset: its parameters bound.
        dialect_name: of the database that dbt runs on.
        lang: of the comments in the SQL; descriptions are in both languages.

    Raises:
        UnfitError: the ruleset cannot be written as one statement.
        TooWideError: an integer may need more than 128 bits.
    """
    name = re.sub(r"\W", "_", ruleset.id)
    tables = Tables(_placeholder("cases"), {one.id: _placeholder(one.id) for one in ruleset.relations})
    found = readable(ruleset, dialect_name, tables, lang)
    sql = found.text
    if _JINJA.search(sql):  # dbt must take every brace of a text for what it is
        sql = f"{{% raw %}}{sql}{{% endraw %}}"
    for one in ("cases", *(relation.id for relation in ruleset.relations)):
        sql = _sourced(sql, one)
    return {
        f"{name}.sql": f"{{{{ config(materialized='table') }}}}\n\n{sql}",
        "schema.yml": "\n".join(_schema(ruleset, dialect_name, name, found)) + "\n",
        "README.md": _readme(ruleset, dialect_name, name),
    }


def _placeholder(table: str) -> str:
    return f"steelyard_source_{table}"


def _sourced(sql: str, table: str) -> str:
    """The table as a source of dbt; where a comment names it, by its name."""
    reference = f"{{{{ source('{SOURCE}', '{table}') }}}}"
    if "{% raw %}" in sql:
        reference = f"{{% endraw %}}{reference}{{% raw %}}"
    name = rf"[\"`]?\b{re.escape(_placeholder(table))}\b[\"`]?"
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
    for relation in ruleset.relations:
        yield from _source(relation.id, _both(relation.label), relation.fields, dialect_name)
    yield ""
    yield "models:"
    yield f"  - name: {name}"
    yield f"    description: {_quoted(f'{_both(ruleset.title)} ({ruleset.id} {ruleset.version})')}"
    yield "    columns:"
    by_name = dict(zip(found.names, found.columns, strict=True))
    quote = "`" if dialect_name in {"spark", "bigquery"} else '"'
    for place, (said, column) in enumerate(by_name.items()):
        key = place == 0
        tests = _tests(ruleset, said, key=key)
        if said == "status":
            tests += _whole_rows(ruleset, by_name, quote)
        yield from _column(column.name, _said(ruleset, said, key=key), tests)
        if said == "status":
            yield from _column("reject_at", _both(_FIXED["reject_at"]), [])


def _source(table: str, said: str, fields: Sequence[InputField], dialect_name: str) -> Iterator[str]:
    yield f"      - name: {table}"
    yield f"        description: {_quoted(said)}"
    yield "        columns:"
    for one in fields:
        there = "" if required(one) else ", or NULL"
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


def _tests(ruleset: Ruleset, name: str, *, key: bool) -> list[str]:
    good = ["    config:", "      where: \"status <> 'rejected'\""]
    if key:
        return ["- unique:", *good, "- not_null:", *good]
    if name == "status":
        return ["- not_null", *_accepted([SCORED, UNSCORED, REJECTED])]
    for score in ruleset.scores:
        if name == _of(ruleset, "grade", score) and score.grades:
            return _accepted([one.id for one in score.grades])
    return []


def _accepted(values: Sequence[str], more: Sequence[str] = ()) -> list[str]:
    listed = f"      values: [{', '.join(map(_quoted, values))}]"
    return ["- accepted_values:", *more, "    arguments:", listed]


def _whole_rows(ruleset: Ruleset, columns: Mapping[str, ResultColumn], quote: str) -> list[str]:
    """Tests of whole rows: only a rejected case may be where shares do not add up, or a score is out of range."""

    def sql(name: str) -> str:
        own = columns[name].name
        return own if re.fullmatch(r"[a-z_][a-z0-9_]*", own) else f"{quote}{own}{quote}"

    lines: list[str] = []
    for score in ruleset.scores:
        members = [one for one in ruleset.indicators if one.id in score.members]
        own = [f"{one.id}.{_of(ruleset, 'share', score)}" for one in members if one.family is None]
        shares, name = sql(_of(ruleset, "shares", score)), sql(_of(ruleset, "score", score))
        if own and len(own) == len(members) and all(one in columns for one in own):
            total = " + ".join(f"coalesce({sql(one)}, 0)" for one in own)
            lines += _never(f"{score.id}_shares_add_up", f"{shares} <> {total}")
        bounds = (score.clamp.low, "<"), (score.clamp.high, ">")
        outside = [f"{name} {sign} {format_units(bound, score.digits)}" for bound, sign in bounds if bound is not None]
        if outside:
            lines += _never(f"{score.id}_in_range", " or ".join(outside))
    return lines


def _never(name: str, condition: str) -> list[str]:
    return _accepted([REJECTED], [f"    name: {_quoted(name)}", "    config:", f"      where: {_quoted(condition)}"])


def _said(ruleset: Ruleset, name: str, *, key: bool) -> str:
    """The description of a column in both languages."""
    if key:
        return _both(next(one.label for one in ruleset.inputs if one.id == name))
    owner, _, part = name.partition(".")
    named: Named | None = next((one for one in (*ruleset.indicators, *ruleset.outputs) if one.id == owner), None)
    if named is not None:
        what = _PARTS.get(part.partition(".")[0])
        label = named.label if what is None else Label(f"{named.label.zh}：{what.zh}", f"{named.label.en}: {what.en}")
        clause = None if named.source is None else named.source.clause
        return _both(label) + ("" if clause is None else f" ({clause.en})")
    fixed = _FIXED.get(owner)
    return name if fixed is None else _both(fixed)


def _of(ruleset: Ruleset, name: str, score: Score) -> str:
    single = len(ruleset.scores) == 1 and ruleset.scores[0].id == "score"
    return name if single else f"{name}.{score.id}"


def _both(label: Label) -> str:
    return label.en if label.zh == label.en else f"{label.en} / {label.zh}"


def _name(text: str) -> str:
    return text if re.fullmatch(r"[a-z_][a-z0-9_]*", text) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _readme(ruleset: Ruleset, dialect_name: str, name: str) -> str:
    return (
        f"`{name}` is {ruleset.id} {ruleset.version} as a dbt model for {dialect_name}, by `steelyard compile`.\n"
        f"Say in schema.yml where the tables of the source `{SOURCE}` are; their columns and types stand there.\n"
        f"Then `dbt build --select {name}`: do not edit the SQL, change the ruleset and compile it again.\n"
    )
