"""Lines of CSV: the one way in which Python code of this package writes them (DuckDB: engines/sql/lines.py)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPECIAL = re.compile(r'[,"\r\n]')


def csv_line(fields: Iterable[str], end: str = "\n") -> str:
    """One line with its end. A field with a comma, a quote or a line break, a lone carriage return too, is quoted.

    >>> csv_line(["a", "c,d"], end="")
    'a,"c,d"'
    """
    return ",".join(map(_field, fields)) + end


def _field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text
