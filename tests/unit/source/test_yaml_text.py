"""Texts that are written as YAML are read as they were, alone, in lists and in mappings; no file has controls."""

# pyright: basic

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import Diagnostics
from steelyard.source import read_yaml
from steelyard.source.places import CONTROL
from steelyard.source.yaml_text import in_yaml, quoted_in_yaml


@pytest.mark.parametrize("text", ["Claim No", "赔付率(%)", "a/b", "2024-05", "x_y", "N.A", "ja"])
def test_what_can_stand_without_quotes(text: str) -> None:
    assert text == in_yaml(text)


@pytest.mark.parametrize(
    "text",
    [
        *("a: b", "#x", "x #y", "- a", "*a", "&a", "!a", "a:", "? a", "%a", "@a", "`a", "[a]", "{a", "a, b", "'a'"),
        *('"a"', "|", ">", "", " a", "a ", "a\nb", "\u3000a", "null", "Yes", "~", "a\u2028b", "\ufeffa", "\x07"),
        *("a\\b", "_a", "a  b", "🙂", "---", "12:30", "0)", "a(b"),
    ],
)
def test_what_needs_quotes(text: str) -> None:
    assert in_yaml(text) == quoted_in_yaml(text) != text


@given(
    st.text(st.characters(codec="utf-8").filter(lambda sign: not CONTROL.match(sign)), max_size=8)
    | st.text("ab0() :#-,'\"[]{}\\\n\t é赔", max_size=8)
)
def test_what_is_written_is_read(text: str) -> None:
    for written in (in_yaml(text), quoted_in_yaml(text)):
        diagnostics = Diagnostics()
        file = f"k: {written}\nl: [{written}, {written}]\nm: {{n: {written}, o: {written}}}\n"
        node = read_yaml(file, "x.yaml", diagnostics)

        assert {"k": text, "l": (text, text), "m": {"n": text, "o": text}} == node, file
        assert () == diagnostics.sorted()
