"""Small rulesets to check, written as changes of one that is clean."""

from __future__ import annotations

from steelyard.analysis.check import analyse
from steelyard.diagnostics import Diagnostic, Diagnostics
from steelyard.ir.from_model import lower
from steelyard.ir.ruleset import Ruleset
from steelyard.model.from_source import from_source
from steelyard.source import read_yaml

CASE = """
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case:
  key: k
  inputs:
    k: text
    a: {type: integer, range: "[0..10]"}
    b: boolean
    c: {type: text, values: [red, green]}
    d: text
    m: {type: integer, range: "[0..10]", optional: true}
    start: datetime
    stop: {type: datetime, optional: true}
"""
PLAIN = """
indicators:
  x: {measure: a, target: 5, better: higher, score: met, weight: 1}
score: {method: weighted_mean}
"""


def lowered(text: str) -> tuple[Ruleset, tuple[Diagnostic, ...]]:
    """A ruleset and what its checks find; unused names are left out unless they are asked for."""
    diagnostics = Diagnostics()
    node = read_yaml(text, "r.yaml", diagnostics)
    assert node is not None
    file = from_source(node, diagnostics)
    ruleset = None if file is None else lower(file, diagnostics)
    assert ruleset is not None, diagnostics.sorted()
    assert file is not None
    analyse(ruleset, file, diagnostics)
    return ruleset, diagnostics.sorted()


def findings(sections: str, *, plain: bool = True, unused: bool = False) -> list[Diagnostic]:
    """What the checks find in the sections given, beside a plain score unless they bring one."""
    text = CASE + sections + (PLAIN if plain else "")
    return [one for one in lowered(text)[1] if unused or one.code != "L101"]
