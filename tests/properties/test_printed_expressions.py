"""Expressions that `show` prints read back: parsed and understood again they are the same expressions."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from conformance.harness import Broken, load_ruleset
from properties.strategies import SCORING, Draw, Scope, condition, number, printed, rulesets
from steelyard.analysis.pretty import expression
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Ruleset

DRAWN = 40
EXAMPLES = max(settings.default.max_examples // 10, 10)
"""Each has many expressions."""


@st.composite
def written(draw: Draw) -> tuple[dict[str, Any], list[str]]:
    """A ruleset that only decides, and expressions for it."""
    ruleset = {name: section for name, section in draw(rulesets()).items() if name not in SCORING}
    texts = [number(draw, Scope()) for _ in range(DRAWN // 2)] + [condition(draw, Scope()) for _ in range(DRAWN // 2)]
    return {**ruleset, "outputs": {"shown": "n1"}}, texts


def lowered(ruleset: dict[str, Any], texts: list[str]) -> tuple[Ruleset, list[Expr]]:
    """The ruleset with a define for each text, and their expressions in the order of the texts."""
    names = [f"x{place}" for place in range(len(texts))]
    whole = {**ruleset, "define": {**ruleset["define"], **dict(zip(names, texts, strict=True))}}
    found = load_ruleset("\n".join(printed(whole, "")) + "\n")
    values = {one.id: one.value for one in found.defines}
    return found, [values[name] for name in names]


@settings(
    derandomize=True,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(written())
def test_printed_expressions_read_back(example: tuple[dict[str, Any], list[str]]) -> None:
    """To the same IR, with types and scales."""
    ruleset, texts = example
    try:
        whole, first = lowered(ruleset, texts)
    except Broken:
        assume(False)
        raise
    shown = [expression(one, whole) for one in first]
    for text, again in zip(texts, shown, strict=True):
        note(f"{text}\n  {again}")

    assert first == lowered(ruleset, shown)[1]


HEAD = """
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case:
  key: k
  inputs:
    k: text
    t: {type: text, optional: true}
    level: {type: text, ordered: [low, mid, high]}
    day: {type: date, optional: true}
    spent: duration
    n: {type: decimal(2), range: "[-10..10]"}
define:
  twice(x): x + x
outputs:
  shown: {value: k}
"""


def test_what_has_signs_of_its_own_reads_back() -> None:
    """Quotes within a text, levels, negative values, brackets that matter."""
    texts = [
        't = "a ""b"" c"',
        'level >= "mid" and level in ("low", "high") and level != "high"',
        'level in ["low".."mid"]',
        "n - (-5) - (n - 1)",
        "-(n - -1) * -n",
        "spent > -1h30min and spent <= 0.5s",
        "day + 2d > @2024-02-29",
        "twice(n + 1) > 3 and not (twice(n) > 1 or n = 0)",
        "(not is_missing(t)) = (n > 1)",
        "(if n > 1 then n else 2) + 1",
        "round(n / 3, 1, half_even) + round(n, 0)",
        "n > 98%",
    ]
    names = [f"x{place}" for place in range(len(texts))]

    def understood(some: list[str]) -> tuple[Ruleset, list[Expr]]:
        lines = "".join(f"  {name}: {text!r}\n" for name, text in zip(names, some, strict=True))
        whole = load_ruleset(HEAD.replace("outputs:", f"{lines}outputs:"))
        values = {one.id: one.value for one in whole.defines}
        return whole, [values[name] for name in names]

    whole, first = understood(texts)

    assert first == understood([expression(one, whole) for one in first])[1]
