"""Where the facts of a run are read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FactFiles:
    """Files of cases and relations, and how they are read.

    Attributes:
        cases: paths and patterns.
        relations: the files of each relation; None says that it has no rows.
        settings: the parameters that were set, as written.
        delimiter: between CSV columns; None: a comma, a tab in `.tsv`.
        encoding: of CSV and JSON lines.
    """

    cases: tuple[str, ...]
    relations: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict[str, "tuple[str, ...] | None"])
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    delimiter: str | None = None
    encoding: str = "utf-8"
