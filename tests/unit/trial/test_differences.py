"""No difference between two rulesets is forgotten, and none is made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, cast

import pytest

from steelyard.analysis.check import load
from steelyard.ir.canonical import policy_digest
from steelyard.ir.expressions import Argument
from steelyard.ir.forms import FORMS
from steelyard.ir.ruleset import Label, Ruleset
from steelyard.ir.walk import nodes
from steelyard.trial.comparing.walk import DERIVED, OTHERS, differences

RICH = str(Path(__file__).parents[2] / "passes" / "rich.yaml")


@pytest.fixture(scope="module")
def rich() -> Ruleset:
    found = load(RICH, lint=False).ruleset
    assert found is not None
    return found


def changed(value: object) -> Iterator[object]:  # noqa: C901 - a case a kind of value
    """The value with each of its leaves changed in turn."""
    match value:
        case bool():
            yield not value
        case Enum():
            members = list(type(value))
            yield members[(members.index(value) + 1) % len(members)]
        case int():
            yield value + 1
        case str():
            yield f"{value}x"
        case tuple():
            items = cast("tuple[object, ...]", value)
            for place, item in enumerate(items):
                for other in changed(item):
                    yield (*items[:place], other, *items[place + 1 :])
            if items:
                yield items[:-1]
            if len(items) > 1:
                yield (*items[1:], items[0])
        case Mapping():
            entries = cast("Mapping[str, object]", value)
            for key, item in entries.items():
                for other in changed(item):
                    yield {**entries, key: other}
                yield {name: each for name, each in entries.items() if name != key}
        case _ if type(value) in FORMS:
            for attribute in FORMS[type(value)].fields:
                for other in changed(getattr(value, attribute)):
                    yield replace(cast("Any", value), **{attribute: other})
        case _:  # nothing to change
            pass


def is_possible(ruleset: Ruleset) -> bool:
    """Whether the rows of tables fit their columns."""
    for table in ruleset.tables:
        columns = len(table.inputs) + len(table.carried)
        arguments = [one for row in table.rows for cell in row.cells if cell is not None for one in nodes(cell)]
        said = [one for row in table.rows for one in row.outputs]
        positions = [one.position for one in (*arguments, *said) if isinstance(one, Argument)]
        if any(position >= columns for position in positions):
            return False
        if any(len(row.outputs) != len(table.outputs) for row in table.rows):
            return False
    return True


def test_whatever_changes_a_digest_is_a_difference_and_nothing_else_is(rich: Ruleset) -> None:
    digest, count = policy_digest(rich), 0
    for place, other in enumerate(changed(rich)):
        if place % 19 or not is_possible(cast("Ruleset", other)):  # leaves of every part
            continue
        count += 1
        found = differences(rich, cast("Ruleset", other))

        assert (policy_digest(cast("Ruleset", other)) != digest) == any(not one.sort.cosmetic for one in found)
    assert count > 30


def test_what_no_digest_has_is_cosmetic_or_derived() -> None:
    unknown = {
        f"{kind.__name__}.{one.name}"
        for kind, form in FORMS.items()
        if is_dataclass(kind)
        for one in fields(kind)
        if one.name not in form.fields and one.name not in OTHERS and one.name not in DERIVED
    }

    assert unknown <= {f"{kind.__name__}.{name}" for kind in FORMS for name in ("type", "formula", "percent", "proved")}


def test_labels_are_cosmetic(rich: Ruleset) -> None:
    first, *others = rich.indicators
    other = replace(rich, indicators=(replace(first, label=Label("甲", "Alpha")), *others))
    (found,) = differences(rich, other)

    assert found.path == ("indicators", first.id, "label")
    assert found.sort.cosmetic
    assert policy_digest(other) == policy_digest(rich)


def test_equal_rulesets_have_no_difference(rich: Ruleset) -> None:
    again = load(RICH, lint=False).ruleset

    assert again is not None
    assert () == differences(rich, again)
