"""Renders diagnostics: as text for people, as JSON for programs, behind one interface.

A renderer only lays out and translates findings; it computes no content.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from steelyard.diagnostics.catalogue import Translator
from steelyard.diagnostics.diagnostic import Diagnostic
from steelyard.diagnostics.renderers.json import render_json
from steelyard.diagnostics.renderers.text import render_text

Sources = Callable[[str], str | None]
"""Returns the text of a file by name; None where it is not available."""


class Renderer(Protocol):
    """The interface of a renderer."""

    def __call__(
        self,
        diagnostics: Sequence[Diagnostic],
        *,
        sources: Sources,
        translate: Translator = str,
        colour: bool = False,
    ) -> str:
        """Render findings in the order given; ends with a line break unless it is empty."""
        ...


RENDERERS: Mapping[str, Renderer] = MappingProxyType({"text": render_text, "json": render_json})


def read_source(file: str) -> str | None:
    """Read a file on disk, for `sources`; undecodable bytes become replacement characters."""
    try:
        return Path(file).read_bytes().decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return None


__all__ = ["RENDERERS", "Renderer", "Sources", "read_source", "render_json", "render_text"]
