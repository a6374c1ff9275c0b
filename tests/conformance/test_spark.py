"""The examples of every file here and the worked cases of every shipped ruleset on Spark, against the reference.

A query takes Spark a second, so that cases are given keys of their own and scored together where they see the same
rows; `.ci/run` scores of each version of a ruleset only the largest of these groups, `-m long` all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest

from conformance.harness import every_suite, read_suite, together
from servers import NotInstalledError, spark_session
from sql_agreement import compared
from sql_memory import CASES, Found
from steelyard.diagnostics import Diagnostics
from steelyard.engines.reference import ReferenceEngine
from steelyard.engines.sql import build
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.statement import compile_ruleset
from steelyard.facts.case import Case, Row
from steelyard.ir.canonical import policy_digest
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import Boolean, Region, Regions, Text

SUITES = every_suite()
QUICK = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
"""For few rows, compiling takes longer than interpreting."""


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    pytest.importorskip("pyspark")
    from steelyard.engines.sql.spark import Session

    with ExitStack() as stack:
        try:
            server = stack.enter_context(spark_session("local[2]", QUICK))
        except NotInstalledError as error:
            pytest.skip(str(error))
        yield Session(server.session, tmp_path_factory.mktemp("spark"))


@pytest.mark.long
def test_spark_agrees(session):
    """One test, since a machine's Java is slow to start."""
    largest: dict[tuple[str, str], tuple[Ruleset, list[Case]]] = {}
    for name in SUITES:
        for ruleset, cases in together(read_suite(*SUITES[name])):
            group = max(_groups(ruleset, cases), key=len)
            before = largest.setdefault((name, ruleset.version), (ruleset, group))
            if len(before[1]) < len(group):
                largest[name, ruleset.version] = ruleset, group

    assert [found for ruleset, group in largest.values() for found in disagreements(session, ruleset, group)] == []


@pytest.mark.long
@pytest.mark.parametrize("name", SUITES)
def test_spark_agrees_in_all(session, name):
    suite = read_suite(*SUITES[name])

    assert [
        difference
        for ruleset, cases in together(suite)
        for group in _groups(ruleset, cases)
        for difference in disagreements(session, ruleset, group)
    ] == []


def disagreements(session, ruleset: Ruleset, cases: Sequence[Case]) -> list[str]:
    """What differs, in words; the cases must see the same rows."""
    reference, stamp = ReferenceEngine().compile(ruleset, Diagnostics()), policy_digest(ruleset)
    return [
        f"{ruleset.id} {case.key}: {difference}"
        for case, said in zip(cases, score(session, ruleset, cases), strict=True)
        for difference in compared(ruleset, reference.evaluate(case), said, stamp)
    ]


def score(session, ruleset: Ruleset, cases: Sequence[Case]) -> list[Found]:
    """Score cases that see the same rows, each under a key of its own."""
    sources = {relation.id: f"{relation.id}_rows_" for relation in ruleset.relations}
    statement = compile_ruleset(ruleset, dialect("spark"), CASES, sources, policy_digest(ruleset), details=True)
    values = [{"_case": place, **case.values} for place, case in enumerate(cases)]
    _view(session, CASES, ruleset.inputs, values, {"_case": pa.int64()})
    for relation in ruleset.relations:
        of = cases[:1] if relation.of_case is None else cases
        rows = [row for case in of for row in case.rows.get(relation.id, ())]
        content = [{"_row": place, "_id": row.id, **row.values} for place, row in enumerate(rows)]
        _view(session, sources[relation.id], relation.fields, content, {"_row": pa.int64(), "_id": pa.string()})
    columns = [(f"c{place}", e) for place, (_, e) in enumerate(statement.columns)]
    fired = [(f"r{place}", one.sql) for place, one in enumerate(statement.rows_fired)]
    asked = [("_case", build.column("_case")), ("_reject_at", statement.reject_at), *columns, *fired]
    found: list[Found] = []
    for _, reject_at, *rest in sorted(session.query(statement, asked).collect()):
        said = dict(zip((column.name for column, _ in statement.columns), map(_stored, rest), strict=False))
        ids = zip((one.rule for one in statement.rows_fired), rest[len(columns) :], strict=True)
        found.append(Found(said, reject_at, {rule: tuple(some or ()) for rule, some in ids}))
    return found


def _groups(ruleset: Ruleset, cases: Sequence[Case]) -> list[list[Case]]:
    """Cases that see the same rows of what belongs to no single case; each with a key of its own."""
    shared = [relation.id for relation in ruleset.relations if relation.of_case is None]
    groups: list[list[Case]] = []
    for place, case in enumerate(cases):
        renamed = _renamed(ruleset, case, place)
        for group in groups:
            if all(group[0].rows.get(name, ()) == case.rows.get(name, ()) for name in shared):
                group.append(renamed)
                break
        else:
            groups.append([renamed])
    return groups


def _renamed(ruleset: Ruleset, case: Case, place: int) -> Case:
    key = f"K{place}" if isinstance(case.values[ruleset.key], str) else place + 1
    rows = {
        relation.id: tuple(
            row if relation.of_case is None else Row(row.id, {**row.values, relation.of_case: key})
            for row in case.rows.get(relation.id, ())
        )
        for relation in ruleset.relations
    }
    return replace(case, key=str(key), values={**case.values, ruleset.key: key}, rows=rows)


def _view(session, name: str, fields: Sequence[InputField], rows: Sequence[dict[str, object]], own) -> None:
    kinds = {**own, **{field.id: _kind(field.type) for field in fields}}
    columns = [pa.array([_plain(row.get(name)) for row in rows], type=kind) for name, kind in kinds.items()]
    table = pa.Table.from_arrays(columns, names=list(kinds))
    session.spark.createDataFrame(table).createOrReplaceTempView(name)


def _plain(value):
    return list(value) if isinstance(value, tuple) else value


def _kind(type_):
    match type_:
        case Text() | Region():
            return pa.string()
        case Boolean():
            return pa.bool_()
        case Regions():
            return pa.list_(pa.string())
        case _:
            return pa.int64()


def _stored(value):
    """As the reference has it."""
    if isinstance(value, list | tuple):
        return tuple(_stored(item) for item in value)
    return int(value) if isinstance(value, Decimal) else value
