"""Warns of keys that are probably none: of rows of totals below a table, and numbers that a spreadsheet shortened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.near_misses import NAMED, Quote
from steelyard.ir.folding import BLANKS


def _either_case(text: str) -> str:
    """Return a regular expression for a text whose letters may be capitals."""
    return "".join(f"[{sign}{sign.upper()}]" if sign.upper() != sign else sign for sign in text)


_TOTALS = ("total", "totals", "grand total", "total general", "subtotal", "sum", "合计", "总计", "小计", "总和", "共计")
"""What stands in the first cell of a row of totals, in any letter case."""
_BLANK = "[" + "".join(f"\\x{{{ord(sign):x}}}" for sign in BLANKS) + "]*"
SHORTENED = r"[0-9](?:\.[0-9]+)?E\+[0-9]+"
"""A number of many digits as a spreadsheet shows, and writes to CSV, what is too long for its cell."""
ODD = f"{_BLANK}(?:{'|'.join(map(_either_case, _TOTALS))}){_BLANK}|{SHORTENED}"
"""What the keys match of which `odd_keys` warns, for RE2: one expression, since every key is compared with it."""


def odd_keys(keys: Iterable[str], quote: Quote) -> Iterator[Message]:
    """Give the warnings about keys of cases.

    Args:
        keys: any keys; those that `ODD` does not match change nothing.
        quote: how keys are quoted.
    """
    totals, shortened = set[str](), set[str]()
    for key in keys:
        if key.strip().lower() in _TOTALS:
            totals.add(key)
        elif re.fullmatch(SHORTENED, key):
            shortened.add(key)
    if totals:
        yield msg("cases: {keys} may be rows of totals, but count as cases", keys=_some(totals, quote))
    if shortened:
        yield msg("cases: {keys} may be numbers whose last digits a spreadsheet left out", keys=_some(shortened, quote))


def _some(keys: set[str], quote: Quote) -> str:
    found = sorted(keys)
    return listed(map(quote, found[:NAMED])) + " …" * (len(found) > NAMED)
