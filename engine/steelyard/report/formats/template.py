"""The reports that are templates: text, Markdown, HTML."""

from __future__ import annotations

import re

from steelyard.report.environment import environment
from steelyard.report.views import View

_BLANK_LINES = re.compile(r"\n{3,}")


def case_text(view: View) -> str:
    """Write a view as plain text."""
    text = environment(view.lang).get_template("case.txt.jinja").render(view=view)
    return _tidy(text)


def case_markdown(view: View) -> str:
    """Write a view as Markdown."""
    return _tidy(environment(view.lang).get_template("case.md.jinja").render(view=view))


def case_html(view: View) -> str:
    """Write a view as one self-contained page."""
    return environment(view.lang).get_template("case.html.jinja").render(view=view)


def _tidy(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n") + "\n"
