"""Fragments of rulesets, laid upon a minimal one and lowered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from steelyard.diagnostics import Diagnostics
from steelyard.ir.from_model import lower
from steelyard.ir.ruleset import Ruleset
from steelyard.model.from_source import from_source
from steelyard.source import Map, Node, Text, read_yaml

HERE = Path(__file__).parent
MINIMAL = (HERE.parent / "golden" / "minimal.yaml").read_text("utf-8")
RICH = (HERE / "rich.yaml").read_text("utf-8")
FRAGMENT = "fragment.yaml"

_EXCLUSIVE = (("clock", "measure"), ("measure", "clock"), ("scores", "score"))
_CASE = re.compile(r"^## (?P<title>[^\n]+)\n\n(?P<why>.+?)\n\n```yaml\n(?P<yaml>.*?)```", re.MULTILINE | re.DOTALL)
_EXPECTED = re.compile(r"# error: (?P<codes>[A-Z]\d{3}(?: [A-Z]\d{3})*)\s*$")


@dataclass(frozen=True, slots=True)
class Example:
    """A case of a document: what it shows, its fragment, and the codes expected in which lines (from 1)."""

    title: str
    yaml: str
    expected: tuple[tuple[int, str], ...]


def examples(folder: str) -> list[tuple[str, Example]]:
    """The cases of the documents in a folder, with an id each."""
    found: list[tuple[str, Example]] = []
    for path in sorted((HERE / "lower" / folder).glob("*.md")):
        for match in _CASE.finditer(path.read_text("utf-8")):
            lines = match["yaml"].splitlines()
            marks = ((number, _EXPECTED.search(line)) for number, line in enumerate(lines, 1))
            expected = tuple((number, code) for number, mark in marks if mark for code in mark["codes"].split())
            found.append((f"{path.stem}: {match['title']}", Example(match["title"], match["yaml"], expected)))
    return found


def merged(base: Node, over: Node) -> Node:
    """`over` laid upon `base`, mapping by mapping; else it replaces. `clock` and `measure` drive each other out."""
    if not (isinstance(base, Map) and isinstance(over, Map)):
        return over
    entries: dict[Text, Node] = dict(base)
    for one, other in _EXCLUSIVE:
        if one in over and other in entries:
            del entries[Text(other, base.span)]
    for name, value in over.items():
        entries[name] = merged(entries[name], value) if name in entries else value
    return Map(entries, base.span)


def lowered(fragment: str, base: str = MINIMAL) -> tuple[Ruleset | None, Diagnostics]:
    """The ruleset of a fragment, and what was found; places in the fragment are in `fragment.yaml`."""
    diagnostics = Diagnostics()
    under = read_yaml(base, "minimal.yaml", diagnostics)
    over = read_yaml(fragment or "{}", FRAGMENT, diagnostics)
    assert under is not None
    assert over is not None
    file = from_source(merged(under, over), diagnostics)
    ruleset = None if file is None or diagnostics.errors else lower(file, diagnostics)
    return ruleset, diagnostics


def sound(fragment: str = "", base: str = MINIMAL) -> Ruleset:
    """The ruleset of a fragment without errors."""
    ruleset, diagnostics = lowered(fragment, base)
    assert [] == [f"{each.span}: {each.code} {each.headline}" for each in diagnostics.sorted()]
    assert ruleset is not None
    return ruleset


def codes(fragment: str, base: str = MINIMAL) -> list[str]:
    """The codes that a fragment yields, in the order of the text."""
    return [each.code for each in lowered(fragment, base)[1].sorted()]
