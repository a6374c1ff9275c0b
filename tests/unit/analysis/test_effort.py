"""The effort of `check` grows with the file and not faster, counted in calls of functions: no clock is asked."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from growth import SHAPES, Shape
from steelyard.analysis.check import load_text

HEAD = """\
steelyard: 1
ruleset: large
version: 1
timezone: UTC
case: {key: id, inputs: {id: text, x1: integer}}
score: {value: x1, round: 2}
"""


def many(line: str, before: str = "") -> Shape:
    return lambda n: HEAD + before + "".join(line.format(k=k, next=(k + 1) % n) for k in range(n))


OTHERS: dict[str, Shape] = {
    "defines": many("  z{k}: x1 + {k}\n", "define:\n"),
    "cycle": many("  z{k}: z{next} + 1\n", "define:\n"),
    "unknown names": many("  z{k}: nothing{k}\n", "define:\n"),
    "unknown keys": many("bad{k}: 1\n"),
    "wrong kinds": many("  z{k}: {{value: [1]}}\n", "define:\n"),
    "parameters": many("  p{k}: {{value: {k}}}\n", "parameters:\n"),
    "outputs": many("  o{k}: x1 + {k}\n", "outputs:\n"),
    "one line": lambda n: HEAD + f"title: [{'x, ' * n}x]\n",
    "tables": many(
        "  t{k}: {{hit: first, inputs: {{a: x1}}, outputs: {{out: integer}}, rows: [{{a: '-', out: {k}}}]}}\n",
        "outputs: {one: t1.out}\ntables:\n",
    ),
    "thresholds": lambda n: (
        HEAD
        + "outputs: {one: t}\n"
        + "tables:\n  t:\n    hit: first\n    inputs: {a: x1, b: x1}\n    outputs: {out: integer}\n    rows:\n"
        + "".join(f"      - {{a: '>= {n - k}', b: '<= {2 * n - k % 9}', out: 1}}\n" for k in range(n))
    ),
    "rows": many(
        "      - {{a: '{k}', out: 1}}\n",
        "outputs: {one: t}\n"
        "tables:\n  t:\n    hit: first\n    inputs: {a: x1}\n    outputs: {out: integer}\n    rows:\n",
    ),
}


def effort(work: Callable[[], object]) -> int:
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SHAPES, *OTHERS])
def test_a_file_twice_as_large_takes_about_twice_the_effort(name: str):
    shape, size = SHAPES[name] if name in SHAPES else (OTHERS[name], 150)
    load_text(shape(1))
    once, twice = (effort(lambda n=n: load_text(shape(n))) for n in (size, 2 * size))

    assert twice <= 2.3 * once
