"""What `steelyard rule CODE` prints: each diagnostic code's page, shipped with the package."""

from __future__ import annotations

from pathlib import Path

from steelyard.diagnostics.diagnostic import InternalError
from steelyard.diagnostics.registry import CODES

PAGES = Path(__file__).resolve().parent / "pages"


def page(code: str) -> str | None:
    """The page of a code in Markdown, None for a code that does not exist. Case does not matter.

    Raises:
        InternalError: a registered code has no page; a test ensures that all have one.
    """
    identifier = code.upper()
    if identifier not in CODES:
        return None
    try:
        return (PAGES / f"{identifier}.md").read_text("utf-8")
    except FileNotFoundError:
        raise InternalError(f"diagnostic code {identifier} has no page") from None
