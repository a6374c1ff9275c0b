"""Reads YAML text into nodes with places; the entry point of the package."""

from __future__ import annotations

from pathlib import Path

from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.source.composer import Composer
from steelyard.source.events import events
from steelyard.source.files import read_text
from steelyard.source.nodes import Node
from steelyard.source.places import CONTROL, lines_of


def load_file(path: Path, diagnostics: Diagnostics) -> Node | None:
    """Read a YAML file; None where it cannot be used, with the reason among the diagnostics."""
    text = read_text(path, diagnostics)
    return None if text is None else read_yaml(text, str(path), diagnostics)


def read_yaml(text: str, file: str, diagnostics: Diagnostics, *, cases: bool = False) -> Node | None:
    """Read one YAML document.

    Args:
        text: the whole file.
        file: the file's name in places.
        diagnostics: receives findings.
        cases: whether it holds worked cases, which may be many.

    Returns:
        The root; None where nothing could be read, or where the nodes are certainly not what was meant.
    """
    bad = CONTROL.search(text)
    if bad is not None:
        before = lines_of(text[: bad.start()])
        line, column = len(before) - 1, len(before[-1])
        headline = msg("the invisible character U+{number}", number=f"{ord(bad.group()):04X}")
        diagnostics.add("Y111", Span(file, line, column, line, column + 1), headline, help=msg("remove it"))
        return None
    composer = Composer(text, file, diagnostics, cases=cases)
    for event in events(text):
        if not composer.take(event):
            break
    return composer.result()
