"""The digest changes with the meaning and with nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from bound import bind
from passes.fragments import RICH, sound
from steelyard import resources
from steelyard.analysis.check import load
from steelyard.calendars.working import Settings
from steelyard.diagnostics import Diagnostics
from steelyard.ir import declared, expressions, indicators, notation, ruleset, scoring, types
from steelyard.ir.canonical import canonical, parameters_digest, policy_digest
from steelyard.ir.forms import FORMS
from steelyard.ir.ruleset import PointsRule, Ruleset

DIGEST = policy_digest(sound("", RICH))
DIGESTS = Path(__file__).parents[2] / "golden" / "digests.json"


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\n" + RICH,
        RICH.replace("  hit: unique", "  hit:   unique   # spaced"),
        re.sub(r"\{zh: 质量, en: Quality\}", "Q", RICH),
        RICH.replace("upheld and minutes > 5", "upheld  and  minutes>5"),
        RICH.replace("    score: tenths\n", "    score: {steps: {each: 10% of target, deduct: 10, begun: counts}}\n"),
        RICH.replace("ruleset: rich", "ruleset: rich\ntitle: {zh: 一, en: One}\nnotes: x"),
        RICH.replace("quick: {type: duration, value: 24h", "quick: {type: duration, value: 1440min"),
        RICH.replace("version: 1\n", "version: 1\nsource: {title: Policy}\n"),
        RICH.replace("    branch: text\n", "    branch: {type: text, personal: true}\n"),
        RICH.replace("    visits: {type: integer", '    visits: {type: integer, decimal: "."'),
    ],
)
def test_comments_layout_labels_and_spelling_do_not_change_it(text: str) -> None:
    assert text != RICH
    assert DIGEST == policy_digest(sound("", text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("weight: 40", "weight: 41"),
        ("deduct: 5, reason: D1", "deduct: 5, reason: D2"),
        ("begun: counts", "begun: ignored"),
        ('minutes: "< 10"', 'minutes: "<= 10"'),
        ("hit: first", "hit: unique"),
        ("A: 90", "A: 91"),
        ("version: 1", "version: 2"),
        ("Asia/Shanghai", "UTC"),
        ("payment: {pause: true}", "payment: {waive: true}"),
        ('range: "[1..100]"', 'range: "[1..99]"'),
        ("missing: {score: 50}", "missing: {score: 51}"),
        ("speed: 0.8", "speed: 0.9"),
        ("unknown: fire", "unknown: ignore"),
        ("coalesce(paid_at, as_of)", "coalesce(as_of, paid_at)"),
        ("stage: 2", "stage: 3"),
        ("minimum_present: 2", "minimum_present: 1"),
        ('remark: "01001"', "remark: 1001"),
        ("[2024-01-01..)", "(2024-01-01..)"),
        ("    branch: text\n", '    branch: {type: text, missing: "-"}\n'),
        ("    branch: text\n", "    branch: {type: text, normalise: case}\n"),
        ("    visits: {type: integer", '    visits: {type: integer, grouping: ","'),
        ("    reported_on: date\n", '    reported_on: {type: date, format: "%d/%m/%Y"}\n'),
    ],
)
def test_any_meaning_changes_it(old: str, new: str) -> None:
    assert old in RICH
    assert DIGEST != policy_digest(sound("", RICH.replace(old, new, 1)))


# every field of every kind

NOT_IN_THE_TEXT = {
    "Named": set[str](),  # abstract
    "Node": set[str](),  # abstract
    "Label": {"zh", "en"},
    "Roles": {"branch", "handler"},
    "Source": {"title", "clause", "url"},
    "Property": {"text"},
    "Ruleset": {"properties"},
    "InputField": {"for_run"},
    "ParameterDeclaration": {"value"},
    "WorkingCalendar": {"digest"},
}
"""What takes part in equality and is no part of a policy's meaning, by class."""

TYPED = {"Literal", "Divide", "Aggregate", "TableAggregate"}
"""The expressions whose type their operands do not decide."""

KINDS = {
    kind
    for module in (declared, notation, expressions, indicators, ruleset, scoring, types)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
} | {Settings}


@pytest.mark.parametrize("kind", sorted(KINDS, key=lambda one: one.__name__), ids=lambda one: one.__name__)
def test_a_field_that_is_compared_is_part_of_the_text_or_left_out_by_name(kind: type) -> None:
    compared = {one.name for one in fields(kind) if one.compare}
    left_out = NOT_IN_THE_TEXT.get(kind.__name__, set())
    if issubclass(kind, expressions.Node) and kind.__name__ not in TYPED:
        left_out = left_out | {"type"}
    if kind in {declared.Named, expressions.Node}:
        assert kind not in FORMS
        return

    assert compared - left_out == set(FORMS[kind].fields if kind in FORMS else ())


def test_tags_and_names_are_given_once() -> None:
    assert len(FORMS) == len({form.tag for form in FORMS.values()})
    assert all(len(form.fields) == len(set(form.fields.values()) - {"is"}) for form in FORMS.values())


@pytest.mark.parametrize("kind", FORMS, ids=lambda one: one.__name__)
def test_each_field_of_each_kind_changes_the_text_and_nothing_else_does(kind: type) -> None:
    """Dataclasses do not check their values, so any will do: all that matters is that other values show."""
    whole = kind(**{one.name: f"some {one.name}" for one in fields(kind) if one.init})
    values = ("other", 7, 0, 1, "", True, False, (), ("a",), ("a", "b"), None, types.Boolean(), types.Days())
    for one in fields(kind):
        texts = [canonical(replace(whole, **{one.name: value})) for value in values]  # type: ignore[type-var]
        if one.name in FORMS[kind].fields:
            assert len(values) == len(set(texts)), one.name
            assert canonical(whole) not in texts
        else:
            assert {canonical(whole)} == set(texts), one.name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Renamed(PointsRule):
    """A points rule under another name, with a field that the language did not have before."""

    daily: bool = False


def test_a_renamed_class_with_a_new_field_at_its_default_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sound("", RICH)
    form = FORMS[PointsRule]
    monkeypatch.setitem(FORMS, _Renamed, replace(form, fields={**form.fields, "daily": "daily"}))
    old = before.points[0]
    values: dict[str, Any] = {one.name: getattr(old, one.name) for one in fields(PointsRule)}

    assert DIGEST == policy_digest(replace(before, points=(_Renamed(**values), *before.points[1:])))
    assert DIGEST != policy_digest(replace(before, points=(_Renamed(**values, daily=True), *before.points[1:])))


class _Better(Enum):
    LESS = "lower"
    MORE = "higher"


def test_members_of_enumerations_count_by_their_words() -> None:
    assert canonical(_Better.LESS) == canonical(indicators.Better.LOWER)


# order

UNORDERED = ("inputs", "parameters", "groups", "relations", "defines", "tables", "exemptions", "calendars")
ORDERED = ("indicators", "points", "outputs")


@pytest.mark.parametrize("name", [*UNORDERED, *ORDERED])
def test_order_counts_where_it_has_a_meaning(name: str) -> None:
    whole = sound("", RICH)
    part: tuple[object, ...] = getattr(whole, name)
    if name == "calendars":
        one = declared.WorkingCalendar(id="a", label=declared.Label("a", "a"), settings=Settings("CN"), digest="")
        part = (one, replace(one, id="b"))
    elif len(part) < 2:
        part = (part[0], replace(part[0], id="another"))  # type: ignore[type-var]
    digests = {policy_digest(replace(whole, **{name: order})) for order in (part, part[::-1])}

    assert (1 if name in UNORDERED else 2) == len(digests)


def test_rows_of_a_table_have_an_order_where_the_first_one_wins() -> None:
    table = next(one for one in sound("", RICH).tables if one.hit is declared.HitPolicy.FIRST)
    turned = replace(table, rows=table.rows[::-1])

    assert canonical(table) != canonical(turned)
    assert canonical(replace(table, hit=declared.HitPolicy.UNIQUE)) == canonical(
        replace(turned, hit=declared.HitPolicy.UNIQUE)
    )


def test_values_of_a_text_have_an_order_where_one_is_declared() -> None:
    assert canonical(types.Text(("a", "b"))) == canonical(types.Text(("b", "a")))
    assert canonical(types.Text(("a", "b"), ordered=True)) != canonical(types.Text(("b", "a"), ordered=True))


# parameters


def _bound(text: str, **settings: str) -> Ruleset:
    diagnostics = Diagnostics()
    found = bind(sound("", text), settings, diagnostics)

    assert found is not None, [str(one.headline) for one in diagnostics.sorted()]
    return found


def test_a_policy_is_the_same_whatever_its_parameters_are_given() -> None:
    months = [_bound(RICH, as_of=day) for day in ("2024-05-01T00:00", "2024-06-01T00:00")]

    assert {DIGEST} == {policy_digest(one) for one in months}
    assert 2 == len({parameters_digest(one) for one in months})


def test_a_declared_value_belongs_to_the_policy_and_given_again_changes_nothing() -> None:
    cut = {"as_of": "2024-05-01T00:00"}
    assert "quick: {type: duration, value: 24h" in RICH
    other = RICH.replace("quick: {type: duration, value: 24h", "quick: {type: duration, value: 25h")

    assert DIGEST != policy_digest(sound("", other))
    assert parameters_digest(_bound(RICH, **cut)) == parameters_digest(_bound(RICH, **cut, quick="1440min"))
    assert parameters_digest(_bound(other, **cut)) == parameters_digest(_bound(RICH, **cut, quick="25h"))


# what is published


def test_digests_of_the_shipped_rulesets_stay_what_they_are() -> None:
    """Results were published under these digests: a change needs a reason (rulesets/DIGESTS.md)."""
    found: dict[str, dict[str, str]] = {}
    for folder in sorted(one.name for one in resources.rulesets().iterdir() if one.is_dir()):
        versions = load(folder, lint=False).versions
        assert versions is not None, folder
        found[folder] = {one.version: policy_digest(one) for one in versions.rulesets}

    assert json.loads(DIGESTS.read_text("utf-8")) == found


def test_the_documented_table_of_kinds_is_the_one_in_force() -> None:
    text = (resources.rulesets() / "DIGESTS.md").read_text("utf-8")
    written = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|$", text, re.MULTILINE))

    assert {form.tag: _documented(kind) for kind, form in FORMS.items()} == written


def _documented(kind: type) -> str:
    """The names of a kind, each with the default at which it is left out; without one that is null."""
    found: list[str] = []
    for one in fields(kind):
        name = FORMS[kind].fields.get(one.name)
        if name is not None:
            default = one.default
            left_out = default is not MISSING and default is not None
            found.append(f"`{name}` ({canonical(default)})" if left_out else f"`{name}`")
    return " ".join(sorted(found)) or "–"


def test_text_is_quoted_so_that_nothing_can_be_mistaken() -> None:
    assert r'["a\"b\\","c\nd\re"]' == canonical(('a"b\\', "c\nd\re"))
    assert canonical(("a", "b")) != canonical(('a","b',))


def test_what_has_no_canonical_form_is_a_bug() -> None:
    with pytest.raises(TypeError):
        canonical(1.5)
