"""How many characters a ruleset may have in texts that can be expressions."""

from __future__ import annotations

import pytest

from steelyard.diagnostics import Diagnostics, Span
from steelyard.source import Node, read_yaml


def read(text: str) -> tuple[Node | None, Diagnostics]:
    diagnostics = Diagnostics()
    return read_yaml(text, "f", diagnostics), diagnostics


def test_the_number_of_characters_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steelyard.source.composer.CHARACTERS_LIMIT", 9)
    monkeypatch.setattr("steelyard.source.composer.SHORT", 6)
    node, _ = read("a: [bcd, efgh]\nh: much too long for an expression")
    assert node is not None

    node, diagnostics = read("a: [bcd, efgh]\nh: ij")
    [found] = diagnostics.sorted()
    assert node is None
    assert ("E103", Span("f", 1, 3, 1, 5)) == (found.code, found.span)
