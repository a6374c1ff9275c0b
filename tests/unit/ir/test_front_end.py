"""The front end never raises, whatever becomes of the text of a ruleset, and never gives up without a word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import steelyard
from bound import bind
from invariants import broken
from passes.fragments import MINIMAL, RICH, codes, lowered, sound
from steelyard.analysis.check import analyse
from steelyard.diagnostics import Diagnostics
from steelyard.facts.case import Case, Row
from steelyard.ir.from_model import lower
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import Boolean, Region, Regions, Text
from steelyard.model.from_source import from_source
from steelyard.model.ruleset import RulesetFile
from steelyard.semantics.evaluate import evaluate
from steelyard.semantics.program import prepare
from steelyard.source import read_yaml

SHIPPED = [
    path
    for path in sorted((Path(steelyard.__file__).parents[2] / "rulesets").glob("*/ruleset.yaml"))
    if not re.search(r"^amends:|^    file: ", path.read_text("utf-8"), re.MULTILINE)  # these need other files first
]
TEXTS = [RICH, MINIMAL, *(path.read_text("utf-8") for path in SHIPPED)]
WORDS = re.compile(r"[\w.%]+")
STRAY = """missing 0 1 -5 99999999999999999999 2.5 30% 24h 15d 15bd "x" score target measure weather case.branch not ( )
- true NO 2024-01-01 @2024-01-01 text boolean integer decimal(3) datetime date duration days region(gb2260) survey speed
tenths any(weather) survey.measure satisfaction.score "[1..2]" "[5..1]" met proportion lowest sum none [1] {a:1} orange
weather.level climate rating unique collect first priority stack 各项""".split()
KEYS = """target measure weight when score group better missing clamp for_each deduct at_most at_least pause waive on id
only_if baseline stage hit type values ordered range open optional not_before levels feed joins of_case one_row window
define default rows inputs outputs from to until calendar""".split()


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """A ruleset with a few lines deleted, doubled, or changed in a word."""
    lines = draw(st.sampled_from(TEXTS)).split("\n")
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["delete", "double", "stray", "borrowed", "value", "key"])):
            case "delete" if len(lines) > 1:
                del lines[place]
            case "double":
                lines.insert(draw(st.integers(0, len(lines))), lines[place])
            case "value":
                lines[place] = lines[place].split(":")[0] + ": " + draw(st.sampled_from(STRAY))
            case "key":
                indent = len(lines[place]) - len(lines[place].lstrip())
                key, value = draw(st.sampled_from(KEYS)), draw(st.sampled_from(STRAY))
                lines.insert(place, f"{' ' * indent}{key}: {value}")
            case kind:
                found = list(WORDS.finditer(lines[place]))
                others = STRAY if kind == "stray" else WORDS.findall(lines[draw(st.integers(0, len(lines) - 1))])
                if found and others:
                    word = draw(st.sampled_from(found))
                    new = draw(st.sampled_from(others))
                    lines[place] = lines[place][: word.start()] + new + lines[place][word.end() :]
    return "\n".join(lines)


def values(draw: st.DrawFn, fields: tuple[InputField, ...]) -> dict[str, object]:
    """A value in range for each field, or none where it is optional."""
    found: dict[str, object] = {}
    for field in fields:
        if field.optional and draw(st.booleans()):
            continue
        match field.type:
            case Text(values=words):
                found[field.id] = draw(st.sampled_from(words or ("a", "typhoon", "2024-05")))
            case Boolean():
                found[field.id] = draw(st.booleans())
            case Region(scheme=scheme):
                found[field.id] = "310000" if scheme == "gb2260" else "01"
            case Regions(scheme=scheme):
                found[field.id] = ("310000",) if scheme == "gb2260" else ("01",)
            case _:
                assert field.range is not None
                found[field.id] = draw(st.integers(field.range.low, field.range.high))
    return found


def check_evaluates(draw: st.DrawFn, ruleset: Ruleset, file: RulesetFile) -> None:
    """A ruleset that passes the check gives every case an outcome."""
    diagnostics = Diagnostics()
    settings = {one.id: "2024-06-01T00:00:00+08:00" for one in ruleset.parameters if one.value is None}
    bound = bind(ruleset, settings, diagnostics)
    if bound is None:
        return
    analyse(bound, file, diagnostics)
    if diagnostics.errors:
        return
    rows: dict[str, tuple[Row, ...]] = {}
    for relation in bound.relations:
        rows[relation.id] = tuple(
            Row(str(number), values(draw, relation.fields) | ({relation.of_case: "K"} if relation.of_case else {}))
            for number in range(draw(st.integers(0, 1 if relation.one_row else 2)))
        )
    evaluate(prepare(bound), Case("K", values(draw, bound.inputs) | {bound.key: "K"}, rows))


@settings(max_examples=150)
@given(mutants(), st.data())
def test_a_mutant_is_read_or_refused_with_a_word(text: str, data: st.DataObject) -> None:
    diagnostics = Diagnostics()
    node = read_yaml(text, "mutant.yaml", diagnostics)
    file = None if node is None else from_source(node, diagnostics)
    if file is None:
        assert diagnostics.errors
        return
    before = diagnostics.errors
    ruleset = lower(file, diagnostics)

    assert (ruleset is None) == (diagnostics.errors > before)
    for each in diagnostics.sorted():
        assert each.span is not None, each
        assert str(each.headline)
        assert "None" not in f"{each.headline} {each.help or ''}"
    if ruleset is not None:
        assert () == broken(ruleset)
        check_evaluates(data.draw, ruleset, file)


@pytest.mark.parametrize("text", TEXTS, ids=["rich", "minimal", *(path.parent.name for path in SHIPPED)])
def test_what_is_shipped_is_sound(text: str) -> None:
    assert () == broken(sound("", text))


def test_two_hundred_indicators_and_a_thousand_rows() -> None:
    indicators = "".join(
        f"  i{i}: {{measure: rating + {i}, target: 4.5, better: higher, score: proportion, weight: 1}}\n"
        for i in range(200)
    )
    rows = "".join(f'      - {{line: motor, cost: "[{i}..{i + 1})", x: {i}}}\n' for i in range(1_000))
    head = "hit: unique\n    inputs: {line: line, cost: cost}\n    outputs: {x: integer}\n"
    table = f"tables:\n  t:\n    {head}    rows:\n{rows}"
    ruleset = sound(f"indicators:\n{indicators}{table}define:\n  u: t + 1\n  v: coalesce(t, 0)\n")

    assert 202 == len(ruleset.indicators)
    assert 1_000 == len(ruleset.tables[0].rows)


def chain(length: int) -> str:
    return "define:\n" + "".join(f"  d{i}: d{i + 1} + d{i + 1}\n" for i in range(length)) + f"  d{length}: rating\n"


def test_a_chain_of_defines_is_followed_once() -> None:
    ruleset = sound(chain(140))

    assert "d140" == ruleset.defines[0].id
    assert "d0" == ruleset.defines[-1].id


def test_a_chain_of_defines_may_not_be_too_long() -> None:
    assert ["Y202"] == codes(chain(1_000))


def test_a_wrong_indicator_keeps_its_readers_silent() -> None:
    fragment = """
indicators: {satisfaction: {target: nothing_there}}
outputs: {a: {value: satisfaction.score}, b: {value: satisfaction.target + 1}}
exemptions: {c: {when: complaint, grants: {satisfaction: {target: target - 1}}}}
"""
    assert ["N101"] == codes(fragment)


def test_what_an_indicator_measures_is_known_though_its_way_is_wrong() -> None:
    fragment = "indicators: {satisfaction: {score: nonsense}}\noutputs: {a: {value: satisfaction.measure + 24h}}\n"

    assert ["N101", "T101"] == codes(fragment)


def test_a_wrong_define_keeps_its_readers_silent() -> None:
    assert ["N101"] == codes("define: {a: nothing_there}\noutputs: {b: {value: a + 1}, c: {value: a > 24h}}\n")


def test_a_wrong_table_keeps_its_readers_silent() -> None:
    fragment = """
tables: {t: {hit: first, inputs: {a: nothing_there}, outputs: {x: integer}, rows: []}}
outputs: {b: {value: t + 1}, c: {value: sum(t)}, d: {value: t(1)}}
"""
    assert ["N101"] == codes(fragment)


def hint(fragment: str) -> str:
    (found,) = lowered(fragment)[1].sorted()
    return str(found.help)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ratin", "did you mean `rating`?"),
        ("wether.level", "did you mean `weather.level`?"),
        ("weather.levle", "did you mean `weather.level`?"),
        ("case.ratin", "did you mean `case.rating`?"),
        ("satisfaction.scor", "did you mean `satisfaction.score`?"),
        ("satisfaction", "write `satisfaction.score`, `.measure`, `.target`, `.share` or `.status`"),
        ("speed", "a group has no value of its own"),
        ("count(wether)", "did you mean `weather`?"),
        ("'rond(cost, 1)'", "did you mean `round`?"),
        ("'round(cost, 1, half_evn)'", "did you mean `half_even`?"),
        ("paid_at - reported_at > 24", "write the number with its unit, e.g. `24h`"),
        ("reported_at + 15d", "an instant and days do not mix: write elapsed time (`360h`), or `date(x) + 15d`"),
        ("zzz", "text stands in double quotes; names are inputs, parameters, defines, tables, relations, indicators"),
    ],
)
def test_hints(expression: str, expected: str) -> None:
    assert expected == hint(f"outputs: {{x: {{value: {expression}}}}}")


def test_cycle_shows_its_path() -> None:
    (found,) = lowered("define: {a: b + 1, b: c, c: a}")[1].sorted()

    assert "a cycle: `c` → `a` → `b` → `c`" == str(found.headline)


def test_what_is_read_too_early_shows_the_path_to_it() -> None:
    fragment = "define: {a: b + 1, b: payment.score}\nindicators: {satisfaction: {target: a}}\n"
    (found,) = lowered(fragment)[1].sorted()

    assert ["it is read through `a` → `b`"] == [str(note) for note in found.notes]
