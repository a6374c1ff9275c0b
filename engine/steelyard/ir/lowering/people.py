"""Labels and sources."""

from __future__ import annotations

from steelyard.ir.ruleset import Label, Source
from steelyard.model import section
from steelyard.model.scalars import is_computed


def label(written: section.Label | None, fallback: str) -> Label:
    """Return the label in both languages; one language is used for both, and the id where none is written.

    A computed label names cases and rows only (see `told`), so the rule itself is called by its id.
    """
    if written is None:
        return Label(fallback, fallback)
    zh, en = (None if one is None or is_computed(one) else one for one in (written.zh, written.en))
    return Label(str(zh if zh is not None else en or fallback), str(en if en is not None else zh or fallback))


def maybe_label(written: section.Label | None) -> Label | None:
    """The label, or None where nothing is written."""
    return None if written is None else label(written, "")


def source(*written: section.Source | None) -> Source | None:
    """Return the first source that is written."""
    for one in written:
        if one is not None:
            url = None if one.url is None else str(one.url)
            return Source(maybe_label(one.title), maybe_label(one.clause), url)
    return None
