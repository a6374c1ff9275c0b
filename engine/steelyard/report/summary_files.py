"""Files of a summary: a row a group for spreadsheets and data tools, nested JSON for programs.

CSV, Parquet and workbooks hold the same table: one row a group and one for the whole run, told apart by the column
`level`, with a column for each number. So it opens as it is: sorted, filtered and drawn without reshaping, each column
of one unit. Every grade, indicator and rule has its columns whether anything came of it or not, so that months line up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from steelyard.diagnostics import msg
from steelyard.engines.counting import QUANTILES
from steelyard.explain.terms import show
from steelyard.ir.result_columns import ResultColumn
from steelyard.ir.ruleset import LEDGER_DIGITS, Ruleset
from steelyard.ir.types import Number, Text
from steelyard.ir.versions import Versions
from steelyard.report.book import Book
from steelyard.report.columns import CellValue
from steelyard.report.headings import Shown
from steelyard.report.summary import GroupLine, ScoreLine, Summary
from steelyard.report.summary_formats import keyless
from steelyard.report.summary_shape import Kind, Shape, shape_of
from steelyard.report.writers import write_rows
from steelyard.semantics.outcome import Fixed
from steelyard.source.csv_lines import EXACT, CsvStyle

SUMMARY_SUFFIXES = (".csv", ".parquet", ".json", ".xlsx")
_TEXT, _COUNT = Text(), Number(0)
_LOST = Number(LEDGER_DIGITS)


def write_summary(
    path: Path,
    summary: Summary,
    rules: Ruleset | Versions,
    *,
    style: CsvStyle = EXACT,
    book: Book | None = None,
    heads: Callable[[Sequence[ResultColumn]], Sequence[Shown]] | None = None,
) -> None:
    """Write a summary; the suffix names the format.

    Args:
        path: the file.
        summary: what it holds.
        rules: what the cases were scored under.
        style: of CSV.
        book: of a workbook.
        heads: says what the columns of the table are called; None: by their ids.

    Raises:
        ValueError: an unknown suffix.
        UnfitError: a number does not fit the file's type, or a text; nothing is written.
        OSError: the file cannot be written.
    """
    if path.suffix.lower() == ".json":
        path.write_text(summary_json(summary), "utf-8", newline="")
    elif path.suffix.lower() in SUMMARY_SUFFIXES:
        shape = shape_of(rules)
        rows = [_row(line, summary, shape) for line in (*summary.groups, summary.whole)]
        table = summary_table(summary, shape)
        shown = [Shown(one, one.name) for one in table] if heads is None else heads(table)
        named = [{one.head: row[one.column.name] for one in shown} for row in rows]
        if book is not None and (said := keyless(summary, rules, book.lang)) is not None:
            note = show(msg("empty cell"), book.lang), show(said, book.lang)
            book = replace(book, about=(*book.about, note))
        write_rows(path, [one.renamed for one in shown], named, style=style, book=book)
    else:
        raise ValueError(f"no format for {path.suffix!r}, only {', '.join(SUMMARY_SUFFIXES)}")


def summary_columns_of(summary: Summary, rules: Ruleset | Versions) -> tuple[ResultColumn, ...]:
    """The columns of the table of a summary."""
    return summary_table(summary, shape_of(rules))


def summary_json(summary: Summary) -> str:
    """A summary as JSON: numbers with digits as text that has exactly these, counts as numbers."""
    content = {
        "grouping": list(summary.grouping),
        "minimum_sample": summary.minimum_sample,
        "whole": _content(summary.whole),
        "groups": [
            {"key": dict(zip(summary.grouping, group.key, strict=True)), **_content(group)} for group in summary.groups
        ],
        "rejects": [{"where": where, "count": count} for where, count in summary.rejects],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def summary_table(summary: Summary, shape: Shape) -> tuple[ResultColumn, ...]:
    """The columns of the table. A key that is called like one of them is `case.NAME`."""
    numbers = [ResultColumn("level", _TEXT)]
    numbers += [ResultColumn(name, _COUNT) for name in ("cases", *(status.value for status in shape.statuses))]
    for score in shape.scores:
        of, number = _suffix(shape, score.id), Number(score.digits)
        if of:
            numbers.append(ResultColumn(f"count{of}", _COUNT))
        numbers += [
            ResultColumn(f"mean{of}", number),
            ResultColumn(f"rank{of}", _COUNT),
            ResultColumn(f"minimum{of}", number),
        ]
        numbers += [ResultColumn(f"{name}{of}", number) for name, _ in QUANTILES]
        numbers += [ResultColumn(f"grade{of}.{grade}", _COUNT) for grade in score.grades]
        numbers += [ResultColumn(f"lost{of}.{one}", _LOST) for one in score.indicators]
        numbers += [ResultColumn(f"lost_cases{of}.{one}", _COUNT) for one in score.indicators]
        numbers += [ResultColumn(f"measured{of}.{one}", _COUNT) for one in score.indicators]
    numbers += [ResultColumn(f"{kind.value}.{rule}", _COUNT) for rule, kind in shape.rules]
    numbers += [ResultColumn(f"unscored.{code}", _COUNT) for code in _unscored_codes(summary, shape)]
    numbers += [ResultColumn(f"reason.{code}", _COUNT) for code in _codes(summary, shape)]
    taken = {column.name for column in numbers}
    keys = (ResultColumn(_key_name(name, taken), _TEXT) for name in summary.grouping)
    return (numbers[0], *keys, *numbers[1:])


def _row(line: GroupLine, summary: Summary, shape: Shape) -> dict[str, CellValue]:
    """A group's cells by column, in the order of `summary_table`."""
    key = line.key or ("",) * len(summary.grouping)
    cells: list[CellValue] = ["group" if line is not summary.whole else "all", *key]
    cells += [line.cases, *(count for _, count in line.statuses)]
    for score in line.scores:
        if _suffix(shape, score.id):
            cells.append(score.count)
        cells += [_units(score.mean), score.rank, _units(score.minimum), *map(_units, score.quantiles)]
        cells += [count for _, count in score.grades]
        cells += [_units(one.mean) for one in score.lost]
        cells += [one.cases for one in score.lost]
        cells += [one.measured for one in score.lost]
    cells += [one.cases for one in line.fired]
    unscored, reasons = dict(line.unscored_reasons), dict(line.reasons)
    cells += [unscored.get(code, 0) for code in _unscored_codes(summary, shape)]
    cells += [reasons.get(code, 0) for code in _codes(summary, shape)]
    return dict(zip((column.name for column in summary_table(summary, shape)), cells, strict=True))


def _content(line: GroupLine) -> dict[str, object]:
    return {
        "cases": line.cases,
        **{status.value: count for status, count in line.statuses},
        "scores": {score.id: dict(_score(score)) for score in line.scores},
        "fired": {kind.value: {one.rule: one.cases for one in line.fired if one.kind is kind} for kind in Kind},
        "unscored_reasons": dict(line.unscored_reasons),
        "reasons": dict(line.reasons),
    }


def _score(score: ScoreLine) -> Iterator[tuple[str, object]]:
    yield "count", score.count
    yield "mean", _text(score.mean)
    yield "rank", score.rank
    yield "minimum", _text(score.minimum)
    yield from ((name, _text(value)) for (name, _), value in zip(QUANTILES, score.quantiles, strict=True))
    yield "grades", dict(score.grades)
    yield (
        "lost",
        {one.indicator: {"mean": _text(one.mean), "cases": one.cases, "measured": one.measured} for one in score.lost},
    )


def _suffix(shape: Shape, score: str) -> str:
    """What tells the columns of several scores apart."""
    return f".{score}" if len(shape.scores) > 1 else ""


def _codes(summary: Summary, shape: Shape) -> Sequence[str]:
    return sorted({*shape.reasons, *dict(summary.whole.reasons)})


def _unscored_codes(summary: Summary, shape: Shape) -> Sequence[str]:
    return sorted({*shape.unscored_reasons, *dict(summary.whole.unscored_reasons)})


def _key_name(name: str, taken: set[str]) -> str:
    return f"case.{name}" if name in taken else name


def _units(value: Fixed | None) -> int | None:
    return None if value is None else value.value


def _text(value: Fixed | None) -> str | None:
    return None if value is None else str(value)
