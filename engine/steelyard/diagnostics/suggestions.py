"""Suggests the most similar of some words, within a limit of edit distance."""

from __future__ import annotations

from collections.abc import Iterable

from steelyard.diagnostics.span import Span

_AT_MOST = 5
MOST_ERRORS = 100
"""A file with more errors than this gets no further suggestions for unknown names: each takes a long search."""


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most similar to `word`; None where none is similar enough.

    Allowed is one edit per three letters, rounded up. Letter case and the choice between `-`, `_` and a blank are
    ignored, and so is everything after 64 letters.

    >>> closest("surveyd_at", ["survey", "surveyed_at"])
    'surveyed_at'
    >>> closest("xyz", ["survey"]) is None
    True
    """
    length = len(_plain(word))
    most = (length + 2) // 3
    ranked = _ranked(word, (one for one in candidates if abs(len(_plain(one)) - length) <= most))
    if not ranked:
        return None
    distance, _, best = ranked[0]
    return best if distance <= most and distance < max(length, len(best)) else None


def alternatives(word: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """Return at most five candidates, nearest first; equally near ones in the order given."""
    return tuple(candidate for _, _, candidate in _ranked(word, candidates)[:_AT_MOST])


def listed(words: Iterable[str]) -> str:
    """Show words one after the other, each marked as the user's text, in any language.

    >>> listed(["lower", "higher"])
    '`lower`, `higher`'
    """
    return ", ".join(f"`{word}`" for word in words)


def spelled(near: str, text: str, span: Span | None) -> str:
    """Write a suggestion as what it replaces is written: in double quotes where `text` stands in quotes at `span`."""
    in_quotes = span is not None and span.end_column - span.column > len(text)
    return '"' + near.replace('"', '""') + '"' if in_quotes else near


def _ranked(word: str, candidates: Iterable[str]) -> list[tuple[int, int, str]]:
    return sorted((edits(_plain(word), _plain(c)), place, c) for place, c in enumerate(candidates))


def _plain(word: str) -> str:
    return word[:64].casefold().replace("-", "_").replace(" ", "_")


def edits(a: str, b: str) -> int:
    """Count insertions, deletions, replacements and swaps of neighbours between two words."""
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
