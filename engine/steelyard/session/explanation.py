"""The explanation of a case in one language, in the formats of reports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from steelyard.explain.records import Explanation

Layout = Literal["text", "md", "html", "json"]


@dataclass(frozen=True, slots=True, repr=False)
class CaseExplanation:
    """Why a case has its score. In a notebook it shows itself as a page.

    Attributes:
        content: the explanation as data without a language.
        lang: `en` or `zh`.
    """

    content: Explanation
    lang: str

    @property
    def status(self) -> str:
        """The status of the case: `scored`, `unscored`, `decided` or `rejected`."""
        return self.content.outcome.status.value

    def html(self) -> str:
        """A whole page that refers to nothing outside itself."""
        return self.render("html")

    def text(self) -> str:
        """Plain text for a terminal."""
        return self.render("text")

    def markdown(self) -> str:
        """Markdown."""
        return self.render("md")

    def data(self) -> dict[str, object]:
        """What `steelyard explain --format json` prints: text, integers, booleans, lists, mappings and None."""
        return cast("dict[str, object]", json.loads(self.render("json")))

    def __str__(self) -> str:
        """Plain text."""
        return self.text()

    def __repr__(self) -> str:
        """The key and the language."""
        return f"<CaseExplanation {self.content.key}: {self.lang}>"

    def _repr_html_(self) -> str:
        return self.frame()

    def frame(self) -> str:
        """The page in an HTML frame, so that its styles do not reach the document around it: a notebook, say."""
        return f'<iframe srcdoc="{escape(self.html())}" style="width:100%;height:40em;border:0"></iframe>'

    def render(self, layout: Layout) -> str:
        """The text in one of the layouts of `steelyard explain --format`."""
        from steelyard.report.formats.render import render

        return render(self.content, self.lang, layout)
