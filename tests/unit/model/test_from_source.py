"""The file as written: what is kept, and what each wrong file is told."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from steelyard.diagnostics import Diagnostic, Diagnostics, InternalError, Message, Span
from steelyard.diagnostics.pages import page
from steelyard.diagnostics.registry import CODES
from steelyard.model import RulesetFile, from_source
from steelyard.model.from_source import FORMAT
from steelyard.model.indicators import MissingScore, Way
from steelyard.model.points import GradeRange
from steelyard.model.scalars import MARK, Scalar, is_true
from steelyard.model.section import Section
from steelyard.source import Map, Node, Seq, Text, load_file, read_yaml

MINIMAL = """\
steelyard: 1
ruleset: example
version: 2024.10
case:
  key: claim_id
  inputs: {claim_id: text, n: "decimal(2)"}
indicators:
  a: {measure: n, score: measure, weight: 1, baseline: 100}
score: {method: weighted_mean}
"""


def read(text: str) -> tuple[RulesetFile | None, tuple[Diagnostic, ...]]:
    diagnostics = Diagnostics()
    node = read_yaml(text, "r.yaml", diagnostics)
    assert node is not None, [str(d.headline) for d in diagnostics.sorted()]
    assert not diagnostics.errors
    ruleset = from_source(node, diagnostics)
    return ruleset, diagnostics.sorted()


def good(extra: str) -> RulesetFile:
    ruleset, found = read(MINIMAL + extra)
    assert found == ()
    assert ruleset is not None
    return ruleset


def underlined(text: str, span: Span) -> str:
    lines = text.splitlines()
    if span.line == span.end_line:
        return lines[span.line][span.column : span.end_column]
    return lines[span.line][span.column :]


def found_in(extra: str) -> list[tuple[str, str, str, str | None]]:
    """Code, headline, underlined text and help of each finding."""
    text = MINIMAL + extra
    return [
        (d.code, str(d.headline), underlined(text, d.span) if d.span else "", None if d.help is None else str(d.help))
        for d in read(text)[1]
    ]


def only(extra: str) -> tuple[str, str, str, str | None]:
    (finding,) = found_in(extra)
    return finding


class TestWhatIsKept:
    def test_scalars_are_the_very_texts_with_their_places(self):
        diagnostics = Diagnostics()
        node = read_yaml(MINIMAL, "r.yaml", diagnostics)
        assert isinstance(node, Map)

        ruleset = from_source(node, diagnostics)

        assert ruleset is not None
        assert ruleset.version is node[Text("version", node.span)]
        assert ruleset.version == "2024.10"
        assert ruleset.version.span == Span("r.yaml", 2, 9, 2, 16)

    def test_the_whole_language_is_read(self):
        diagnostics = Diagnostics()
        node = load_file(Path(__file__).with_name("example.yaml"), diagnostics)
        assert node is not None

        ruleset = from_source(node, diagnostics)

        assert diagnostics.sorted() == ()
        assert ruleset is not None
        assert list(ruleset.indicators) == ["survey", "decision", "satisfaction"]
        assert ruleset.relations[key("weather")].window is not None
        assert ruleset.properties[2] == "more surveyed_at never raises score"

    def test_keys_are_texts_with_places_in_the_order_written(self):
        ruleset = good("groups: {z: Z, a: A, 时效: 时效}\n")

        assert list(ruleset.groups) == ["z", "a", "时效"]
        assert [key.span.column for key in ruleset.groups] == [9, 15, 21]

    def test_a_section_has_the_place_of_its_mapping(self):
        ruleset = good("weights: {total: 100%}\n")

        assert ruleset.span.line == 0
        assert ruleset.weights is not None
        assert ruleset.weights.span == Span("r.yaml", 9, 9, 9, 22)

    def test_a_short_form_reads_as_the_long_form_at_the_place_of_the_text(self):
        ruleset = good("define: {x: n + 1, y: {value: n + 2}}\nparameters: {p: datetime, q: {value: 24h}}\n")

        assert ruleset.case.inputs[key("n")].type == "decimal(2)"
        assert ruleset.define[key("x")].value == "n + 1"
        assert ruleset.define[key("x")].span == ruleset.define[key("x")].value.span
        assert ruleset.define[key("y")].value == "n + 2"
        assert (ruleset.parameters[key("p")].type, ruleset.parameters[key("p")].value) == ("datetime", None)
        assert (ruleset.parameters[key("q")].type, ruleset.parameters[key("q")].value) == (None, "24h")

    def test_a_label_in_one_text_is_for_every_language(self):
        ruleset = good("title: {zh: 考核}\ngroups: {speed: Speed}\n")

        assert ruleset.title is not None
        assert (ruleset.title.zh, ruleset.title.en) == ("考核", None)
        label = ruleset.groups[key("speed")]
        assert (label.zh, label.en) == ("Speed", "Speed")

    def test_what_is_left_out_is_none_or_empty(self):
        ruleset = good("")

        assert ruleset.weights is None
        assert ruleset.scores is None
        assert ruleset.gates == {}
        assert ruleset.properties == ()
        assert ruleset.indicators[key("a")].missing is None

    def test_defaults_are_not_shared_between_rulesets(self):
        assert good("").gates is not good("").gates

    def test_a_ruleset_is_frozen(self):
        ruleset = good("")

        with pytest.raises(ValueError, match="frozen"):
            ruleset.version = ruleset.ruleset  # pyright: ignore[reportAttributeAccessIssue]

    def test_places_that_hold_a_text_or_a_mapping(self):
        ruleset = good(
            "scoring: {x: met, y: {points: n}}\n"
            "grades: {A: 90, B: '>= 60', C: {from: 0, to: 60, label: {en: Low}}}\n"
            "define: {z: n}\n"
        ).model_copy()

        assert ruleset.scoring[key("x")] == "met"
        way = ruleset.scoring[key("y")]
        assert isinstance(way, Way)
        assert way.points == "n"
        assert isinstance(ruleset.grades[key("B")], Text)
        low = ruleset.grades[key("C")]
        assert isinstance(low, GradeRange)
        assert (low.from_, low.to) == ("0", "60")

    def test_missing_is_a_word_or_a_score(self):
        text = MINIMAL.replace("weight: 1", "weight: 1, missing: {score: 60}")
        ruleset, found = read(text)

        assert found == ()
        assert ruleset is not None
        missing = ruleset.indicators[key("a")].missing
        assert isinstance(missing, MissingScore)
        assert missing.score == "60"

    def test_a_table_row_parts_cells_from_notes(self):
        ruleset = good(
            "tables:\n"
            "  t:\n"
            "    hit: rule_order\n"
            "    inputs: {line: line, when: {value: n, type: integer}}\n"
            "    outputs: {points: integer, kind: {type: text, values: [b, a]}}\n"
            "    rows:\n"
            '      - {line: motor, when: ">= 3", points: 1, kind: "", note: why, source: {clause: 3.2}}\n'
            "    default: {points: 0}\n"
        )

        table = ruleset.tables[key("t")]
        (row,) = table.rows
        assert dict(row.cells) == {"line": "motor", "when": ">= 3", "points": "1", "kind": ""}
        assert all(isinstance(name, Text) and name.span.line == 15 for name in row.cells)
        assert row.note is not None
        assert row.source is not None
        assert table.hit_policy == "rule order"
        assert table.outputs[key("kind")].values == ("b", "a")

    @pytest.mark.parametrize("hit", ["rule order", "collect_sum", "collect sum", "collect", "output order", "unique"])
    def test_hit_policies_take_blanks_and_underscores(self, hit: str):
        ruleset = good(f"tables: {{t: {{hit: {hit}, inputs: {{n: n}}, outputs: {{x: text}}, rows: []}}}}\n")

        assert ruleset.tables[key("t")].hit_policy == hit.replace("_", " ")

    def test_grants_part_indicators_from_lifted_deductions(self):
        ruleset = good(
            "exemptions:\n"
            "  storm:\n"
            "    when: n > 1\n"
            "    grants: {a: {target: target + 1}, deductions: [late], b: {waive: true, pause: false}}\n"
        )

        grants = ruleset.exemptions[key("storm")].grants
        assert grants.deductions == ("late",)
        assert list(grants.to) == ["a", "b"]
        assert grants.to[key("a")].target == "target + 1"
        assert is_true(grants.to[key("b")].waive)
        assert not is_true(grants.to[key("b")].pause)
        assert not is_true(grants.to[key("a")].waive)

    def test_an_indicator_may_be_called_like_a_field_of_ours(self):
        ruleset = good("exemptions: {x: {when: n > 1, grants: {to: {waive: true}, rest: {waive: true}}}}\n")

        assert list(ruleset.exemptions[key("x")].grants.to) == ["to", "rest"]

    def test_from_is_written_without_the_underscore(self):
        assert only("relations: {r: {joins: 'true', window: {from_: a, to: b}}}\n")[:3] == (
            "M101",
            "unknown key `from_`",
            "from_",
        )

    def test_several_scores(self):
        text = MINIMAL.replace(
            "score: {method", "scores:\n  x: {of: [a], round: 2, grades: {A: 90}, minimum_present: 1, method"
        )
        ruleset, found = read(text)

        assert found == ()
        assert ruleset is not None
        assert ruleset.scores is not None
        assert ruleset.scores[key("x")].of == ("a",)


def key(name: str) -> Text:
    """A text is found by what it says; where it stands does not matter."""
    return Text(name, Span("", 0, 0, 0, 0))


class TestUnknownKeys:
    def test_the_nearest_key_is_offered_and_read_on_with(self):
        text = MINIMAL + "gates: {g: {wehn: n > 1, at_most: 59}}\n"
        ruleset, (finding,) = read(text)

        assert (finding.code, str(finding.headline)) == ("M101", "unknown key `wehn`")
        assert str(finding.help) == "did you mean `when`?"
        assert finding.span is not None
        assert underlined(text, finding.span) == "wehn"
        assert ruleset is not None
        assert ruleset.gates[key("g")].when == "n > 1"
        assert ruleset.gates[key("g")].when.span.line == 9

    def test_two_slips_do_not_become_the_same_key(self):
        found = found_in("gates: {g: {whn: n > 1, wen: n > 2, at_most: 59}}\n")

        assert found[0][3] == "did you mean `when`?"
        assert "`when`" not in str(found[1][3])
        assert [f[0] for f in found] == ["M101", "M101"]

    def test_an_error_under_a_misspelt_key_is_placed_there(self):
        found = found_in("weigths: {total: [1]}\n")

        assert [f[:3] for f in found] == [
            ("M101", "unknown key `weigths`", "weigths"),
            ("M105", "`weigths.total` holds a list where one text is read", "total"),
        ]

    def test_a_misspelt_key_keeps_its_place_in_later_findings(self):
        found = found_in("gates: {g: {when: n > 1, at_least: 1, at_mots: 2}}\n")

        assert [f[:3] for f in found] == [
            ("M101", "unknown key `at_mots`", "at_mots"),
            ("M108", "`at_most` is written beside `at_least`", "at_mots"),
        ]

    def test_where_every_key_is_written_none_is_offered(self):
        assert only("title: {zh: 甲, en: A, fr: a}\n") == ("M101", "unknown key `fr`", "fr", None)

    def test_far_keys_are_not_offered_but_at_most_five_are_listed(self):
        _, _, _, advice = only("gates: {g: {when: n > 1, at_most: 59, 完全: 1}}\n")

        assert advice is not None
        assert advice.startswith("keys that can still be written here: ")
        assert advice.count(",") == 4

    def test_an_unknown_key_alone_leaves_the_rest_usable(self):
        ruleset, (finding,) = read(MINIMAL + "完全: {a: [1]}\n")

        assert finding.code == "M101"
        assert ruleset is not None

    def test_a_key_that_is_written_is_not_offered_again(self):
        code, _, _, advice = only("gates: {g: {when: n > 1, at_most: 59, wehn: n > 1}}\n")

        assert code == "M101"
        assert "did you mean" not in str(advice)


CASES = [
    # kinds
    ("weights: 3\n", "M103", "`weights` needs a mapping, not a text", "3"),
    ("weights: [3]\n", "M103", "`weights` needs a mapping, not a list", "weights"),
    ("groups: text\n", "M103", "`groups` needs a mapping, not a text", "text"),
    ("properties: text\n", "M103", "`properties` needs a list, not a text", "text"),
    ("properties: {a: b}\n", "M103", "`properties` needs a list, not a mapping", "properties"),
    ("scoring: {x: [met]}\n", "M103", "`scoring.x` needs a text or a mapping, not a list", "x"),
    ("timezone: {a: b}\n", "M103", "`timezone` needs one text, not a mapping", "timezone"),
    ("gates: {g: {when: n > 1, at_most: 59, for_each: [r]}}\n", "M103", "`gates.g.for_each` needs one text, not a list",
     "for_each"),
    ("exemptions: {x: {when: n > 1, grants: {deductions: late}}}\n", "M103",
     "`exemptions.x.grants.deductions` needs a list, not a text", "late"),
    ("exemptions: {x: {when: n > 1, grants: {a: [late]}}}\n", "M103",
     "`exemptions.x.grants.a` needs a mapping, not a list", "a"),
    # empty
    ("weights:\n", "M104", "`weights` is empty", "weights"),
    ("gates: {g: {when: '', at_most: 59}}\n", "M104", "`gates.g.when` is empty", "''"),
    ("gates: {g: {when: '  ', at_most: 59}}\n", "M104", "`gates.g.when` is empty", "'  '"),
    ("gates: {g: {when: , at_most: 59}}\n", "M104", "`gates.g.when` is empty", "when"),
    ("properties: [a, '']\n", "M104", "`properties[2]` is empty", "''"),
    ("groups: {a: }\n", "M104", "`groups.a` is empty", "a"),
    ("scoring: {a: }\n", "M104", "`scoring.a` is empty", "a"),
    ("properties: {}\n", "M103", "`properties` needs a list, not a mapping", "properties"),
    # broken-up expressions
    ("gates: {g: {when: n, m, at_most: 59}}\n", "M105",
     "a comma inside `{}` cut an expression: `m` was read as a key", "m"),
    ("define: {x: n, y z}\n", "M105", "a comma inside `{}` cut an expression: `y z` was read as a key", "y z"),
    ("define: {x: {value: {a: b}}}\n", "M105", "`define.x.value` holds a mapping where one text is read", "value"),
    ("gates: {g: {when: {a: b}, at_most: 59}}\n", "M105", "`gates.g.when` holds a mapping where one text is read",
     "when"),
    ("gates: {g: {when: n > 1, at_most: [1, 2]}}\n", "M105", "`gates.g.at_most` holds a list where one text is read",
     "at_most"),
    ("grades: {A: [1, 2]}\n", "M103", "`grades.A` needs a text or a mapping, not a list", "A"),
    ("define: {'[key]': {value: [a]}}\n", "M105", "`define.[key].value` holds a list where one text is read", "value"),
    ("parameters: {p: {value: [a, b]}}\n", "M105", "`parameters.p.value` holds a list where one text is read", "value"),
    ("effective: [a, b]\n", "M105", "`effective` holds a list where one text is read", "effective"),
    # words
    ("weights: {waived: all}\n", "M106", "`weights.waived` cannot be `all`", "all"),
    ("weights: {waived: within group}\n", "M106", "`weights.waived` cannot be `within group`", "within group"),
    ("parameters: {p: {type: text, optional: yes}}\n", "M106", "`parameters.p.optional` cannot be `yes`", "yes"),
    ("parameters: {p: {type: text, optional: True}}\n", "M106", "`parameters.p.optional` cannot be `True`", "True"),
    ("relations: {r: {of_case: c, regions: gb}}\n", "M106", "`relations.r.regions` cannot be `gb`", "gb"),
    # counts
    ("gates: {g: {when: n > 1, at_most: 9, stage: -1}}\n", "M107", "`-1` is not a whole number", "-1"),
    ("gates: {g: {when: n > 1, at_most: 9, stage: 1.0}}\n", "M107", "`1.0` is not a whole number", "1.0"),
    ("gates: {g: {when: n > 1, at_most: 9, stage: 一}}\n", "M107", "`一` is not a whole number", "一"),
    ("gates: {g: {when: n > 1, at_most: 9, stage: '１'}}\n", "M107", "`１` is not a whole number", "'１'"),
    ("gates: {g: {when: n > 1, at_most: 9, stage: 1234567890}}\n", "M107", "`1234567890` is not a whole number",
     "1234567890"),
    ('gates: {g: {when: n > 1, at_most: 9, stage: "1\\n"}}\n', "M107", "`1\n` is not a whole number", '"1\\n"'),
    # missing and exclusive keys
    ("gates: {g: {at_most: 59}}\n", "M102", "none of the keys `when`, `for_each` is written", "at_most"),
    ("gates: {g: {when: n > 1}}\n", "M102", "none of the keys `at_most`, `at_least` is written", "when"),
    ("gates: {g: {when: n > 1, at_least: 1, at_most: 2}}\n", "M108", "`at_most` is written beside `at_least`",
     "at_most"),
    ("scores: {x: {method: sum}}\n", "M108", "`scores` is written beside `score`", "scores"),
    ("grades: {A: {when: '> 1', to: 3}}\n", "M108", "`to` is written beside `when`", "to"),
    ("grades: {A: {when: '> 1', from: 3}}\n", "M108", "`from` is written beside `when`", "from"),
    ("grades: {A: {label: a}}\n", "M102", "none of the keys `when`, `from`, `to` is written", "label"),
    ("title: {}\n", "M102", "none of the keys `zh`, `en` is written", "{}"),
    ("parameters: {p: {label: a}}\n", "M102", "none of the keys `type`, `value` is written", "label"),
    ("parameters: {p: {type: text, values: [a], ordered: [a]}}\n", "M108", "`ordered` is written beside `values`",
     "ordered"),
    ("scoring: {x: {source: {url: u}}}\n", "M102",
     "none of the keys `steps`, `bands`, `curve`, `points` is written", "source"),
    ("scoring: {x: {points: 1, curve: [[1, 2]]}}\n", "M108", "`curve` is written beside `points`", "curve"),
    ("scoring: {x: {steps: {each: 1h, deduct: 10}}}\n", "M102", "missing key `begun` in `scoring.x.steps`", "steps"),
    (
        "relations: {r: {one_row: true}}\n",
        "M102",
        "none of the keys `of_case`, `joins`, `recurring` is written",
        "one_row",
    ),
    ("relations: {r: {joins: j, window: {from: a}}}\n", "M102", "missing key `to` in `relations.r.window`", "window"),
    ("weights: {limits: {a: {}}}\n", "M102", "none of the keys `at_least`, `at_most` is written", "{}"),
    ("weights: {adjustments: {a: {when: n > 1}}}\n", "M102", "none of the keys `multiply`, `set` is written", "when"),
    ("exemptions: {x: {when: n > 1, grants: {a: {}}}}\n", "M102",
     "none of the keys `target`, `pause`, `at_least`, `waive` is written", "{}"),
    ("unscored: {x: {when: n > 1, source: {}}}\n", "M102",
     "none of the keys `title`, `clause`, `url` is written", "{}"),
    # lengths
    ("scoring: {x: {curve: [[1, 2, 3]]}}\n", "M111", "`scoring.x.curve[1]` is too long: 3 of at most 2", "[1, 2, 3]"),
    ("scoring: {x: {curve: [[1]]}}\n", "M111", "`scoring.x.curve[1]` is too short: 1 of at least 2", "[1]"),
    ("scoring: {x: {curve: []}}\n", "M111", "`scoring.x.curve` is too short: 0 of at least 1", "curve"),
    ("scoring: {x: {bands: []}}\n", "M111", "`scoring.x.bands` is too short: 0 of at least 1", "bands"),
    ("tables: {t: {hit: any, inputs: {n: n}, outputs: {}, rows: []}}\n", "M111",
     "`tables.t.outputs` is too short: 0 of at least 1", "outputs"),
    # a list entry that is wrong is not also missing from its list
    ("scoring: {x: {curve: [[1, [2]]]}}\n", "M105", "`scoring.x.curve[1][2]` holds a list where one text is read",
     "[2]"),
    ("scoring: {x: {bands: [3]}}\n", "M103", "`scoring.x.bands[1]` needs a mapping, not a text", "3"),
]  # fmt: skip


class TestWhatIsWrong:
    @pytest.mark.parametrize(("extra", "code", "headline", "place"), CASES, ids=[case[0].strip() for case in CASES])
    def test_each_mistake_is_one_finding_at_its_place(self, extra: str, code: str, headline: str, place: str):
        assert [finding[:3] for finding in found_in(extra)] == [(code, headline, place)]
        assert read(MINIMAL + extra)[0] is None

    def test_exclusive_keys_point_at_each_other(self):
        text = MINIMAL + "gates: {g: {when: n > 1, at_least: 1, at_most: 2}}\n"
        (finding,) = read(text)[1]

        assert [underlined(text, label.span) for label in finding.labels] == ["at_least"]
        assert str(finding.help) == "write one of `at_most`, `at_least`"

    @pytest.mark.parametrize(
        ("indicator", "code", "headline"),
        [
            ("measure: n, clock: {from: a, to: b}", "M108", "`clock` is written beside `measure`"),
            ("measure: n, for_each: r", "M109", "`for_each` without `id`"),
            ("measure: n, id: r", "M109", "`id` without `for_each`"),
            ("measure: n, better: less", "M106", "`indicators.b.better` cannot be `less`"),
            ("measure: n, missing: {points: 3}", "M101", "unknown key `points`"),
            ("measure: n, combine: add", "M106", "`indicators.b.combine` cannot be `add`"),
            ("clock: {from: a}", "M102", "missing key `to` in `indicators.b.clock`"),
            ("measure: n, missing: 0", "M106", "`indicators.b.missing` cannot be `0`"),
        ],
    )
    def test_indicators(self, indicator: str, code: str, headline: str):
        text = MINIMAL.replace("score: {method", f"  b: {{score: met, {indicator}}}\nscore: {{method")

        assert (code, headline) in [(d.code, str(d.headline)) for d in read(text)[1]]

    @pytest.mark.parametrize(
        ("score", "code", "headline"),
        [
            ("{round: 2}", "M102", "none of the keys `method`, `value`, `start` is written"),
            ("{method: sum, value: n}", "M108", "`value` is written beside `method`"),
            ("{method: mean}", "M106", "`score.method` cannot be `mean`"),
            ("{method: weighted mean}", "M106", "`score.method` cannot be `weighted mean`"),
            ("{start: 100, round: two}", "M107", "`two` is not a whole number"),
            ("sum", "M103", "`score` needs a mapping, not a text"),
        ],
    )
    def test_scores(self, score: str, code: str, headline: str):
        text = MINIMAL.replace("{method: weighted_mean}", score)

        assert [(d.code, str(d.headline)) for d in read(text)[1]] == [(code, headline)]

    def test_no_finding_hides_another(self):
        found = found_in(
            "weights: 3\n"
            "grades: [a]\n"
            "gates: {g: {at_most: [1], at_least: 2, zzz: 3}, h: {when: n > 1, at_most: 5, stage: x}}\n"
            "properties: [[a]]\n"
        )

        assert sorted(f[0] for f in found) == ["M101", "M102", "M103", "M103", "M105", "M105", "M107", "M108"]

    def test_a_bare_file_lacks_every_key_at_once(self):
        diagnostics = Diagnostics()

        assert from_source(Map({}, Span("r.yaml", 0, 0, 0, 2)), diagnostics) is None
        assert [str(d.headline) for d in diagnostics.sorted()] == [
            "none of the keys `score`, `scores`, `outputs` is written",
            "missing key `steelyard`",
            "missing key `ruleset`",
            "missing key `version`",
            "missing key `case`",
        ]

    @pytest.mark.parametrize(
        ("node", "code", "headline"),
        [
            (Text("x", Span("r.yaml", 0, 0, 0, 1)), "M103", "a ruleset is a mapping, not a text"),
            (Seq([], Span("r.yaml", 0, 0, 0, 2)), "M103", "a ruleset is a mapping, not a list"),
            (Text("", Span("r.yaml", 0, 0, 0, 0)), "M104", "the file is empty"),
        ],
    )
    def test_a_file_that_is_no_mapping(self, node: Node, code: str, headline: str):
        diagnostics = Diagnostics()

        assert from_source(node, diagnostics) is None
        assert [(d.code, str(d.headline)) for d in diagnostics.sorted()] == [(code, headline)]

    def test_text_with_braces_and_nul_is_shown_as_it_is(self):
        nul = Text("a\0{b}", Span("r.yaml", 0, 0, 0, 1))
        diagnostics = Diagnostics()
        node = read_yaml(MINIMAL, "r.yaml", diagnostics)
        assert isinstance(node, Map)
        node[Text("timezone", node.span)] = Map({nul: nul}, nul.span)
        node[nul] = nul

        from_source(node, diagnostics)

        assert [str(d.headline) for d in diagnostics.sorted()] == [
            "unknown key `a\0{b}`",
            "`timezone` needs one text, not a mapping",
        ]

    @pytest.mark.parametrize("name", ["", "  "])
    def test_a_key_that_is_empty(self, name: str):
        diagnostics = Diagnostics()
        node = read_yaml(MINIMAL + "groups: {a: b}\ndefine: {}\n", "r.yaml", diagnostics)
        assert isinstance(node, Map)
        place = Span("r.yaml", 20, 0, 20, 2)
        node[key("groups")] = Map({Text(name, place, quoted=True): Text("x", place)}, place)
        node[key("define")] = Map({Text("[key]", place): Text("x", place)}, place)

        assert from_source(node, diagnostics) is None
        assert [(d.code, str(d.headline), d.span) for d in diagnostics.sorted()] == [
            ("M104", "a key in `groups` is empty", place)
        ]

    def test_a_scalar_without_a_place_is_no_scalar(self):
        with pytest.raises(PydanticCustomError, match="not one text"):
            Scalar("anything").check("x")

    def test_sections_are_read_by_from_source_only(self):
        with pytest.raises(TypeError, match="from_source only"):
            RulesetFile.model_validate({})

    def test_an_error_that_has_no_diagnostic_is_our_bug(self, monkeypatch: pytest.MonkeyPatch):
        kinds = SimpleNamespace(MARK=MARK, NOT_TEXT="x", EMPTY="x", NOT_LISTED="x", NOT_WHOLE="x")
        monkeypatch.setattr(sys.modules["steelyard.model.from_source"], "scalars", kinds)

        with pytest.raises(InternalError, match="has no diagnostic"):
            read(MINIMAL + "timezone: [a]\n")


class TestFormat:
    @pytest.mark.parametrize("version", ["2", "0", "1.0", "01", "one"])
    def test_another_format_is_refused_and_nothing_else_said(self, version: str):
        text = MINIMAL.replace("steelyard: 1", f"steelyard: {version}\nother: [x]")
        ruleset, (finding,) = read(text)

        assert ruleset is None
        assert (finding.code, str(finding.headline)) == ("M110", f"unsupported format version `{version}`")
        assert str(finding.help) == f"this program reads `steelyard: {FORMAT}`"
        assert finding.span is not None
        assert underlined(text, finding.span) == version

    def test_a_quoted_version_is_the_same_version(self):
        assert read(MINIMAL.replace("steelyard: 1", 'steelyard: "1"'))[1] == ()

    @pytest.mark.parametrize(("written", "code"), [("", "M104"), ("[1]", "M103"), ("''", "M104")])
    def test_no_version(self, written: str, code: str):
        found = read(MINIMAL.replace("steelyard: 1", f"steelyard: {written}"))[1]

        assert [d.code for d in found] == [code]


OWN = [code for code in CODES if re.fullmatch("M1(0.|1[01])", code)]


def merged(base: Node, over: Node) -> Node:
    """`over` laid upon `base`, mapping by mapping; else it replaces."""
    if not (isinstance(base, Map) and isinstance(over, Map)):
        return over
    entries: dict[Text, Node] = dict(base)
    for name, value in over.items():
        entries[name] = merged(entries[name], value) if name in entries else value
    return Map(entries, base.span)


@pytest.mark.parametrize("code", OWN)
def test_a_page_shows_its_code_and_its_cure(code: str):
    text = page(code)
    assert text is not None
    bad, cure = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)

    assert text.startswith(f"# {code} {CODES[code].name}\n")
    for example, expected in ((bad, {code}), (cure, set[str]())):
        diagnostics = Diagnostics()
        base = read_yaml(MINIMAL, "r.yaml", diagnostics)
        over = read_yaml(example, "page.yaml", diagnostics)
        assert base is not None
        assert over is not None
        from_source(merged(base, over), diagnostics)
        assert {d.code for d in diagnostics.sorted()} == expected


# Any tree whatever: shaped like a ruleset at the top, anything below.

_WORDS = [
    "steelyard",
    "1",
    "score",
    "scores",
    "",
    "when",
    "case",
    "inputs",
    "grants",
    "deductions",
    "rows",
    "时效",
    "[key]",
]
_SPAN = Span("r.yaml", 1, 2, 3, 4)


@st.composite
def texts(draw: st.DrawFn) -> Text:
    words = st.sampled_from([*_WORDS, *RulesetFile.known_keys()]) | st.text(max_size=3)
    return Text(draw(words), _SPAN, quoted=draw(st.booleans()))


nodes: st.SearchStrategy[Node] = st.recursive(
    texts(),
    lambda inner: st.one_of(
        st.dictionaries(texts(), inner, max_size=4).map(lambda entries: Map(entries, _SPAN)),
        st.lists(inner, max_size=3).map(lambda items: Seq(items, _SPAN)),
    ),
    max_leaves=25,
)


@given(st.dictionaries(st.sampled_from(sorted({*RulesetFile.known_keys()} - {"steelyard"})), nodes, max_size=6))
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_tree_is_read_or_refused_with_places(entries: dict[str, Node]):
    """No tree raises; a refusal always says why, and each finding has a place."""
    diagnostics = Diagnostics()
    base = read_yaml(MINIMAL, "r.yaml", diagnostics)
    assert isinstance(base, Map)
    root = Map({**base, **{Text(name, _SPAN): node for name, node in entries.items()}}, base.span)

    ruleset = from_source(root, diagnostics)

    assert (ruleset is not None) or diagnostics.errors > 0
    for finding in diagnostics.sorted():
        assert finding.span is not None
        assert isinstance(finding.headline, Message)
        assert str(finding.headline)
    if ruleset is not None and not diagnostics.errors:
        assert {section.span.file for section in sections(ruleset)} == {"r.yaml"}


def sections(value: object) -> list[Section]:
    """Every section below a value, itself included."""
    match value:
        case Section():
            below = [s for name in type(value).model_fields for s in sections(getattr(value, name))]
            return [value, *below]
        case dict():
            return [s for entry in value.values() for s in sections(entry)]
        case tuple():
            return [s for entry in value for s in sections(entry)]
        case _:
            return []
