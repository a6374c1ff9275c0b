"""Warns of keys that are probably none: of rows of totals below a table, and numbers that a spreadsheet shortened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.near_misses import NAMED, Quote

TOTALS = frozenset(
    ("total", "totals", "grand total", "total general", "subtotal", "sum", "合计", "总计", "小计", "总和", "共计")
)
"""What stands in the first cell of a row of totals, in lower case."""
SHORTENED = r"[0-9](\.[0-9]+)?E\+[0-9]+"
"""A number of many digits as a spreadsheet shows, and writes to CSV, what is too long for its cell."""


def odd_keys(totals: Iterable[str], shortened: Iterable[str], quote: Quote) -> Iterator[Message]:
    """Give the warnings about keys of cases.

    Args:
        totals: those of which `TOTALS` holds the text, without blanks at the edges and in lower case.
        shortened: those that `SHORTENED` matches.
        quote: how keys are quoted.
    """
    if some := _some(totals, quote):
        yield msg("cases: {keys} may be rows of totals, but count as cases", keys=some)
    if some := _some(shortened, quote):
        yield msg("cases: {keys} may be numbers whose last digits a spreadsheet left out", keys=some)


def _some(keys: Iterable[str], quote: Quote) -> str:
    found = sorted(set(keys))
    return listed(map(quote, found[:NAMED])) + " …" * (len(found) > NAMED)
