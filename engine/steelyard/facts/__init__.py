"""Intake: cases and relation rows from files, as text, through one grammar (LANGUAGE.md section 12).

Between the ruleset and the engines. Readers (CSV, JSONL, Parquet, XLSX, XES) and feeds (CAP alerts, OpenFEMA,
Texas bulletins) give lines of cells; `parse` converts each cell to a value; `read_portfolio` assembles cases and
separates them from rejects. Nothing is guessed, nothing is lost.

Invariants: every row of the case files becomes a case or a reject; values are stored as ir/types.py
says; `parse` reads back what `format_value` writes for files; doubles occur only in workbooks and Parquet, and cells.py
converts them to exact text.
"""

from steelyard.facts.case import Case, Reject, Row
from steelyard.facts.feeds.skipped import Skipped
from steelyard.facts.format import Style, format_value
from steelyard.facts.parse import parse
from steelyard.facts.portfolio import Portfolio, Provenance, read_portfolio
from steelyard.facts.problem import Problem
from steelyard.facts.readers import ReadOptions
from steelyard.facts.reading import Files, Progress, SourceFile
from steelyard.facts.texts import case_from_texts

__all__ = [
    "Case",
    "Files",
    "Portfolio",
    "Problem",
    "Progress",
    "Provenance",
    "ReadOptions",
    "Reject",
    "Row",
    "Skipped",
    "SourceFile",
    "Style",
    "case_from_texts",
    "format_value",
    "parse",
    "read_portfolio",
]
