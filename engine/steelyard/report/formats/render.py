"""One small interface: an explanation, a language, a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from steelyard.explain.records import Explanation
from steelyard.report.formats.json import case_json
from steelyard.report.formats.template import case_html, case_markdown, case_text
from steelyard.report.view import view
from steelyard.report.views import View

Format = Callable[[Explanation, str], str]
"""Writes an explanation in a language."""


def _viewed(write: Callable[[View], str]) -> Format:
    """A format for readers: it writes the view of an explanation."""
    return lambda explanation, lang: write(view(explanation, lang))


_FORMATS: Mapping[str, Format] = MappingProxyType(
    {"text": _viewed(case_text), "md": _viewed(case_markdown), "html": _viewed(case_html), "json": case_json}
)
FORMATS = tuple(_FORMATS)
SUFFIXES: Mapping[str, str] = MappingProxyType({"text": ".txt", "md": ".md", "html": ".html", "json": ".json"})


def render(explanation: Explanation, lang: str, format: str) -> str:  # noqa: A002 - the word of the command line
    """Write a case's report.

    Args:
        explanation: what became of the case.
        lang: en or zh.
        format: one of `FORMATS`; `markdown` is `md`.

    Raises:
        ValueError: no such language or format.
    """
    name = "md" if format == "markdown" else format
    if name not in _FORMATS:
        raise ValueError(f"no format {format!r}, only {', '.join(FORMATS)}")
    return _FORMATS[name](explanation, lang)
