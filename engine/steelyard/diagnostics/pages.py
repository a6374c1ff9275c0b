"""What `steelyard rule CODE` prints: each diagnostic code's page, shipped with the package."""

from __future__ import annotations

import re
from pathlib import Path

from steelyard.diagnostics.catalogue import translations
from steelyard.diagnostics.diagnostic import InternalError
from steelyard.diagnostics.registry import CODES

PAGES = Path(__file__).resolve().parent / "pages"
CODE = "```"
"""What a block of code begins and ends with."""


def page(code: str, lang: str = "en") -> str | None:
    """The page of a code in Markdown, None for a code that does not exist. Case does not matter.

    Args:
        code: a registered code.
        lang: the language of headings and prose; examples are the same in every language.

    Raises:
        InternalError: a registered code has no page; a test ensures that all have one.
    """
    identifier = code.upper()
    if identifier not in CODES:
        return None
    try:
        text = (PAGES / f"{identifier}.md").read_text("utf-8")
    except FileNotFoundError:
        raise InternalError(f"diagnostic code {identifier} has no page") from None
    if lang == "en":
        return text
    known = translations(lang, "pages")
    translated = [part if part.startswith(CODE) else known.get(part, part) for part in parts(text)]
    return "\n\n".join(translated) + "\n"


def parts(text: str) -> list[str]:
    """Split a page into headings, paragraphs, each a line, and blocks of code, each as it stands."""
    pieces = re.split(r"\n\n+(?=[^\n])", text.strip())
    found: list[str] = []
    for piece in pieces:
        inside = bool(found) and found[-1].startswith(CODE) and not found[-1].endswith(CODE)
        if inside:  # a blank line of an example
            found[-1] += f"\n\n{piece}"
        elif piece.startswith(CODE):
            found.append(piece)
        else:
            found.append(" ".join(piece.split("\n")))
    return found
