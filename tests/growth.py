"""Generated rulesets of any size, to see how what is made of them grows.

Each shape is a kind of ruleset that authors write, or that a generator of theirs does; `n` counts what it repeats.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

Shape = Callable[[int], str]
"""Gives the text of a ruleset of size n."""

INPUTS: Final = 8


def _ruleset(
    *,
    inputs: int = 2,
    defines: str = "",
    rest: str = "",
    value: str = "x1",
    score: str | None = None,
    wide: str = "[0..9]",
) -> str:
    names = "\n".join(f'    x{k}: {{type: integer, range: "{wide}", optional: true}}' for k in range(1, inputs + 1))
    define = f"define:\n{defines}\n" if defines else ""
    opening = (
        f"score: {{value: {value}, round: 2}}\nunscored: {{none: {{when: is_missing({value}), reason: U1}}}}\n"
        if score is None
        else score
    )
    return f"""\
steelyard: 1
ruleset: growing
version: 1
timezone: UTC
case:
  key: id
  inputs:
    id: text
{names}
{rest}{define}{opening}"""


def _chained(first: str, following: Callable[[int], str], n: int) -> str:
    return "\n".join([f"  z0: {first}", *(f"  z{k}: {following(k)}" for k in range(1, n + 1))])


def choices(n: int) -> str:
    """A chain of defines that read their predecessor several times, in a choice."""

    def step(k: int) -> str:
        return f"if z{k - 1} > x1 and z{k - 1} >= x2 then x1 else z{k - 1}"

    return _ruleset(defines=_chained("if x1 > x2 then x1 else x2", step, n), value=f"z{n}")


def truths(n: int) -> str:
    """A chain of conditions."""
    step = _chained("x1 > 1", lambda k: f"(z{k - 1} or x1 > {k}) and (not z{k - 1} or x2 > {k})", n)
    return _ruleset(defines=f"{step}\n  last: if z{n} then 1 else 0", value="last")


def totals(n: int) -> str:
    """A running total of n inputs."""
    return _ruleset(inputs=n + 1, defines=_chained("x1", lambda k: f"z{k - 1} + x{k + 1}", n), value=f"z{n}")


def fallbacks(n: int) -> str:
    """A chain of defines, each with its predecessor for what is missing."""
    return _ruleset(inputs=n + 1, defines=_chained("x1", lambda k: f"coalesce(x{k + 1}, z{k - 1})", n), value=f"z{n}")


def replaced(n: int) -> str:
    """A chain of defines that ask whether their predecessor is missing."""
    step = _chained("x1", lambda k: f"if is_missing(z{k - 1}) then x2 + {k} else min(z{k - 1} + x1, 9)", n)
    return _ruleset(defines=step, value=f"z{n}")


def quotients(n: int) -> str:
    """A chain of divisions."""
    step = _chained("x1", lambda k: f"clamp(round((z{k - 1} + x2) / (x1 - {k % 9}), 0), 0, 9)", n)
    return _ruleset(defines=step, value=f"z{n}")


def branches(n: int) -> str:
    """One choice of n branches."""
    text = "".join(f"if x1 + x2 > {k} then {k} else " for k in range(n))
    return _ruleset(defines=f"  z: {text}0", value="z")


def one_sum(n: int) -> str:
    """One sum of n terms."""
    return _ruleset(inputs=n, defines="  z: " + " + ".join(f"x{k}" for k in range(1, n + 1)), value="z")


def one_fallback(n: int) -> str:
    """One coalesce of n items."""
    return _ruleset(inputs=n, defines=f"  z: coalesce({', '.join(f'x{k}' for k in range(1, n + 1))})", value="z")


def one_condition(n: int) -> str:
    """One condition of n parts."""
    text = " and ".join(f"(x{k} > 1 or x{k + 1} > 2)" for k in range(1, n))
    return _ruleset(inputs=n, defines=f"  z: if {text} then 1 else 0", value="z")


def neighbours(n: int) -> str:
    """Defines that read the three before them, twice each."""
    first = "\n".join(f"  z{k}: x{k + 1}" for k in range(3))
    following = "\n".join(
        f"  z{k}: if z{k - 1} > z{k - 2} then min(z{k - 3}, z{k - 1}) else max(z{k - 2}, z{k - 3})" for k in range(3, n)
    )
    return _ruleset(inputs=3, defines=f"{first}\n{following}", value=f"z{n - 1}")


def layers(n: int) -> str:
    """Defines in layers of ten, each of which reads four of the layer before, one of them twice."""

    def step(k: int) -> str:
        a, b, c, d = (f"z{k - back}" if k >= back else f"x{back % 3 + 1}" for back in (10, 11, 12, 13))
        return f"if {a} > {b} then min({a}, {c}) else max({b}, coalesce({d}, x1))"

    steps = "\n".join(f"  z{k}: {step(k)}" for k in range(n))
    return _ruleset(inputs=3, defines=steps, value=" + ".join(f"z{k}" for k in range(max(0, n - 10), n)))


def nested_tables(n: int) -> str:
    """Tables that are asked with what another one says."""

    def table(k: int) -> str:
        rows = "".join(f"      - {{a: {a}, b: '>= {a}', out: {(a + k) % 10}}}\n" for a in range(5))
        asked = "x1" if k == 0 else f"t{k - 1}.out"
        inputs = f"{{a: {asked}, b: x2}}"
        return f"  t{k}:\n    hit: first\n    inputs: {inputs}\n    outputs: {{out: integer}}\n    rows:\n{rows}"

    return _ruleset(rest="tables:\n" + "".join(map(table, range(n))), defines=f"  z: t{n - 1}.out", value="z")


def _pairs(n: int, first: tuple[str, str]) -> str:
    """Tables each of which is asked twice with what the one before says."""

    def table(k: int) -> str:
        rows = "".join(f"      - {{a: {a}, b: '>= {a}', out: {(a + k) % 10}}}\n" for a in range(5))
        a, b = (f"t{k - 1}.out", f"t{k - 1}.out + 1") if k else first
        return (
            f"  t{k}:\n    hit: first\n    inputs: {{a: {a}, b: {b}}}\n    outputs: {{out: integer}}\n    rows:\n{rows}"
        )

    return "tables:\n" + "".join(map(table, range(n)))


def paired_tables(n: int) -> str:
    """Tables that read the one before through two inputs."""
    return _ruleset(rest=_pairs(n, ("x1", "x2")), defines=f"  z: t{n - 1}.out", value="z")


def paired_tables_of_rows(n: int) -> str:
    """The same, asked for the rows of a relation."""
    rest = _pairs(n, ("parts.y1", "x2")) + _RELATION.format(defines="")
    return _ruleset(rest=rest, defines=f"  z: sum(parts.used where t{n - 1}.out > 4)", value="z")


_RELATION = """\
relations:
  parts:
    of_case: id
    id: code
    fields:
      id: text
      code: text
      used: {{type: integer, range: "[0..9]"}}
      y1: {{type: integer, range: "[0..9]", optional: true}}
      y2: {{type: integer, range: "[0..9]", optional: true}}
      y3: {{type: integer, range: "[0..9]", optional: true}}
      y4: {{type: integer, range: "[0..9]", optional: true}}
{defines}"""


def _row_defines(n: int) -> str:
    steps = "".join(f"      r{k}: if r{k - 1} > y1 and r{k - 1} >= y2 then x1 else r{k - 1}\n" for k in range(1, n + 1))
    return _RELATION.format(defines=f"    define:\n      r0: y1\n{steps}")


def row_chains(n: int) -> str:
    """A chain of defines of a row, summed up."""
    return _ruleset(rest=_row_defines(n), defines=f"  z: sum(parts.r{n})", value="z")


def families(n: int) -> str:
    """A family of indicators over a chain of defines."""
    rest = _row_defines(n) + (
        f"indicators:\n  each: {{for_each: parts, id: code, measure: r{n}, score: measure, baseline: 9, clamp: none,"
        " weight: 1, missing: waive}\n"
    )
    return _ruleset(rest=rest, score="score: {method: weighted_mean, round: 2}\n")


def aggregates(n: int) -> str:
    """Aggregates over a relation with optional fields, each with a condition of its own."""
    asked = "\n".join(f"  z{k}: sum(parts.used where y1 > {k} and (y2 > x1 or y3 > {k}))" for k in range(n))
    return _ruleset(rest=_RELATION.format(defines=""), defines=asked, value=" + ".join(f"z{k}" for k in range(n)))


def chained_aggregates(n: int) -> str:
    """Aggregates whose conditions read the one before."""
    step = _chained("count(parts where y1 > 1)", lambda k: f"count(parts where y1 > z{k - 1} or y2 > x1)", n)
    return _ruleset(rest=_RELATION.format(defines=""), defines=step, value=f"z{n}")


def deductions(n: int) -> str:
    """Many rules that take points off."""
    rules = "".join(
        f"  d{k}: {{when: 'x{k % INPUTS + 1} > {k % 9} and x{k % 7 + 1} < 5', deduct: 1, unknown: ignore}}\n"
        for k in range(n)
    )
    return _ruleset(
        inputs=INPUTS, score=f"score: {{method: start, start: 100, round: 2}}\ndeductions:\n{rules}"
    ).replace("method: start, ", "")


def indicators(n: int) -> str:
    """Many indicators."""
    each = "".join(
        f"  i{k}: {{measure: x{k + 1}, target: 5, better: higher, score: proportion, weight: 1, missing: waive}}\n"
        for k in range(n)
    )
    return _ruleset(inputs=n, rest=f"indicators:\n{each}", score="score: {method: weighted_mean, round: 2}\n")


_INDICATORS = """\
indicators:
  i1: {measure: x1, target: 5, better: higher, score: proportion, weight: 1, missing: waive}
  i2: {measure: x2, target: 5, better: higher, score: proportion, weight: 2, missing: {score: 0}}
"""


def exemptions(n: int) -> str:
    """Many exemptions, of the case and of rows."""
    each = "".join(
        f"  e{k}: {{when: x{k % INPUTS + 1} > {k % 9}, grants: {{i2: {{target: target - {k % 3 + 1}}}}}}}\n"
        if k % 2
        else f"  e{k}: {{for_each: parts, when: 'y{k % 4 + 1} > {k % 9}', grants: {{i2: {{at_least: {k % 90}}}}}}}\n"
        for k in range(n)
    )
    rest = _RELATION.format(defines="") + _INDICATORS + f"exemptions:\n{each}"
    return _ruleset(inputs=INPUTS, rest=rest, score="score: {method: weighted_mean, round: 2}\n")


def adjustments(n: int) -> str:
    """Many adjustments of weights."""
    each = "".join(f"    a{k}: {{when: x{k % INPUTS + 1} > {k % 9}, multiply: {{i1: 1.{k + 1}}}}}\n" for k in range(n))
    rest = _INDICATORS + f"weights:\n  adjustments:\n{each}"
    return _ruleset(inputs=INPUTS, rest=rest, score="score: {method: weighted_mean, round: 2}\n")


SHAPES: Final[dict[str, tuple[Shape, int]]] = {
    shape.__name__: (shape, size)
    for shape, size in (
        (choices, 25),
        (truths, 25),
        (totals, 25),
        (fallbacks, 25),
        (replaced, 25),
        (quotients, 15),
        (branches, 15),
        (one_sum, 50),
        (one_fallback, 40),
        (one_condition, 25),
        (neighbours, 50),
        (layers, 50),
        (nested_tables, 10),
        (paired_tables, 10),
        (paired_tables_of_rows, 10),
        (row_chains, 25),
        (families, 25),
        (aggregates, 15),
        (chained_aggregates, 5),
        (deductions, 125),
        (indicators, 15),
        (exemptions, 15),
        (adjustments, 15),
    )
}
"""By name: a shape, and the size to begin with."""
