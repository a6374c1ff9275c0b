"""What expressions read, through defines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passes.fragments import RICH, sound
from steelyard.ir.expressions import (
    Aggregate,
    Aggregation,
    Apply,
    Argument,
    Define,
    Field,
    Function,
    IndicatorPart,
    Input,
    Literal,
    OneRow,
    Parameter,
    Part,
    ScoreValue,
    TableAggregate,
    TableCall,
)
from steelyard.ir.reading import Reading, is_constant, reads_arguments_alone, reads_row
from steelyard.ir.ruleset import Definition, HitPolicy
from steelyard.ir.types import Boolean, Date, Number, Text

N, B = Number(0), Boolean()
SOUND = sound("", RICH)
ONE = Literal(1, type=N)
SCORE = ScoreValue("score", type=N)
STATUS = IndicatorPart("survey", Part.STATUS, type=Text())
DUE = Apply(Function.ADD_BUSINESS_DAYS, (Literal(0, type=Date()), ONE), "office", type=Date())


def reading(**defines):
    made = tuple(Definition(id=name, label=SOUND.title, value=value) for name, value in defines.items())
    return Reading(replace(SOUND, defines=made))


def call(table):
    return TableCall(table, "x", (), type=N)


def test_a_define_hides_nothing():
    known = reading(first=SCORE, second=Define("first", type=N), plain=ONE, status=STATUS, due=DUE)

    assert known.reads_score(Define("second", type=N))
    assert known.reads_results(Define("second", type=N))
    assert not known.reads_score(Define("plain", type=N))
    assert known.reads_results(Define("status", type=Text()))
    assert not known.reads_score(Define("status", type=Text()))
    assert known.may_reject(Define("due", type=Date()))
    assert not known.may_reject(Define("second", type=N))


@pytest.mark.parametrize("node", [Field, OneRow])
def test_nor_does_a_define_of_a_row(node):
    (relation, *others) = SOUND.relations
    made = Definition(id="hidden", label=SOUND.title, value=DUE)
    known = Reading(replace(SOUND, relations=(replace(relation, defines=(made,)), *others)))

    assert known.may_reject(node(relation.id, "hidden", type=Date()))
    assert not known.may_reject(node(relation.id, relation.fields[0].id, type=Text()))


@pytest.mark.parametrize("hit", HitPolicy)
def test_tables_that_may_reject(hit):
    (table, *_) = SOUND.tables
    known = Reading(replace(SOUND, tables=(replace(table, hit=hit),)))
    expected = hit in {HitPolicy.UNIQUE, HitPolicy.ANY}

    assert known.may_reject(call(table.id)) is expected
    assert known.may_reject(TableAggregate(Aggregation.SUM, call(table.id), type=N)) is expected


def test_an_aggregate_over_a_relation_does_not_read_its_row_at_hand():
    field = Field("calls", "n", type=N)
    total = Aggregate(Aggregation.SUM, "calls", field, None, type=N)

    assert reads_row(field, "calls")
    assert not reads_row(field, "others")
    assert not reads_row(total, "calls")
    assert reads_row(Aggregate(Aggregation.SUM, "others", field, None, type=N), "calls")


def test_constants_and_cells():
    argument = Argument(0, type=N)

    assert is_constant(Parameter("p", type=N))
    assert is_constant(DUE)
    assert not is_constant(argument)
    assert reads_arguments_alone(argument)
    assert not reads_arguments_alone(Input("a", type=N))
    assert not reads_arguments_alone(call("signs"))
