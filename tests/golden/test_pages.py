"""The pages of the codes, run through the whole check: each example yields its code, each alternative is clean.

Examples are laid upon `minimal.yaml`, mapping by mapping. YAML's own codes (Y1…) are run in
tests/unit/diagnostics/test_pages.py, and codes about files (E…) have no ruleset to show.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import steelyard
from steelyard.analysis.check import analyse
from steelyard.diagnostics import Diagnostics
from steelyard.diagnostics.pages import page
from steelyard.diagnostics.registry import CODES
from steelyard.ir.from_model import lower
from steelyard.model.from_source import from_source
from steelyard.source import Map, Node, Text, read_yaml

ROOT = Path(steelyard.__file__).parent
MINIMAL = Path(__file__).with_name("minimal.yaml").read_text("utf-8")
CHECKED = [code for code in CODES if not code.startswith(("Y1", "E"))]
UNUSED = "L101"


def merged(base: Node, over: Node) -> Node:
    """`over` laid upon `base`, mapping by mapping; else it replaces. `clock` and `measure` drive each other out."""
    if not (isinstance(base, Map) and isinstance(over, Map)):
        return over
    entries: dict[Text, Node] = dict(base)
    for one, other in (("clock", "measure"), ("measure", "clock")):
        if one in over and other in entries:
            del entries[Text(other, base.span)]
    for name, value in over.items():
        entries[name] = merged(entries[name], value) if name in entries else value
    return Map(entries, base.span)


def findings(example: str) -> set[str]:
    """The codes that an example yields, laid upon the minimal ruleset."""
    diagnostics = Diagnostics()
    base = read_yaml(MINIMAL, "minimal.yaml", diagnostics)
    over = read_yaml(example, "page.yaml", diagnostics)
    assert base is not None
    assert over is not None
    file = from_source(merged(base, over), diagnostics)
    ruleset = None if file is None or diagnostics.errors else lower(file, diagnostics)
    if file is not None and ruleset is not None:
        analyse(ruleset, file, diagnostics)
    return {each.code for each in diagnostics.sorted()}


def test_what_examples_are_laid_upon_is_clean() -> None:
    assert set() == findings("{}")


@pytest.mark.parametrize("code", CHECKED)
def test_example_yields_its_code_and_the_alternative_nothing(code: str) -> None:
    """Names that an example leaves unused are not its point, save where they are."""
    bad, good = re.findall(r"```yaml\n(.*?)```", page(code) or "", re.DOTALL)
    beside = set[str]() if code == UNUSED else {UNUSED}

    assert {code} == findings(bad) - beside
    assert set() == findings(good) - beside


def test_every_code_that_is_written_in_the_source_is_registered() -> None:
    """A code that is not registered would end a run as a bug of ours."""
    written: dict[str, str] = {}
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch("[YMNTHLBE]\\d{3}", node.value)
            ):
                written[node.value] = path.name

    assert {} == {code: place for code, place in written.items() if code not in CODES}


def test_every_registered_code_is_used() -> None:
    """A code that nothing yields any more is retired by a remark in the registry, and listed here."""
    retired: set[str] = set()
    sources = [path.read_text("utf-8") for path in ROOT.rglob("*.py") if path.name != "registry.py"]

    assert retired == {code for code in CODES if not any(f'"{code}"' in source for source in sources)}
