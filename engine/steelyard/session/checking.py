"""What stands without facts: the findings about a ruleset, and the JSON Schemas of what is read and written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, assert_never

if TYPE_CHECKING:
    from steelyard.diagnostics import Diagnostic

SchemaKind = Literal["ruleset", "intake", "amendment", "explain", "check", "cases", "test"]


def check(ruleset: str | os.PathLike[str]) -> tuple[Diagnostic, ...]:
    """Check a ruleset, as `steelyard check` does.

    Args:
        ruleset: a file, a folder of versions, the name of a shipped ruleset, or a ruleset as text of several lines.

    Returns:
        What was found, errors and warnings, in the order of the text; empty where there is nothing to say. A file
        that cannot be read is a finding too.
    """
    from steelyard.analysis.check import load, load_text

    if isinstance(ruleset, str) and "\n" in ruleset:
        return load_text(ruleset).diagnostics
    return load(os.fspath(ruleset)).diagnostics


def schema(kind: SchemaKind = "ruleset") -> dict[str, Any]:
    """Give a JSON Schema.

    Args:
        kind: `ruleset` or `amendment` of a ruleset's file, the latter of one that amends another; `intake` of a file
            that says how files are written; `cases` of a file of worked cases; `explain`, `check` and `test` of what
            these commands write with `--format json`.
    """
    match kind:
        case "ruleset":
            from steelyard.model.schema import json_schema

            return json_schema()
        case "intake":
            from steelyard.model.schema import intake_schema

            return intake_schema()
        case "amendment":
            from steelyard.model.schema import amendment_schema

            return amendment_schema()
        case "explain":
            from steelyard.explain.data import explanation_schema

            return explanation_schema()
        case "check":
            from steelyard.diagnostics.renderers.json import check_schema

            return check_schema()
        case "cases":
            from steelyard.model.schema import cases_schema

            return cases_schema()
        case "test":
            from steelyard.trial.data import test_schema

            return test_schema()
        case _:
            assert_never(kind)
