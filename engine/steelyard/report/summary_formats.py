"""A summary as rows of text: for a terminal's table, CSV or JSON. Peers over the same grid."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass

from steelyard.diagnostics import msg
from steelyard.explain import Name, Text, show
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of
from steelyard.report.portfolio import MONTH, VERSION, GroupLine, Summary


@dataclass(frozen=True, slots=True)
class Grid:
    """Finished cells: heads in the reader's language with names for files; a row per group, the whole last."""

    names: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def summary_grid(summary: Summary, rules: Ruleset | Versions, lang: str) -> Grid:
    """Lay a summary out; what several versions have is called as in the newest."""
    rulesets = versions_of(rules).rulesets
    labels = {one.id: Name(one.id, one.label) for ruleset in rulesets for one in ruleset.inputs}
    names = {one.id: Name(one.id, one.label) for ruleset in rulesets for one in ruleset.scores}
    heads: list[tuple[str, Text]] = [(name, labels.get(name, _derived(name))) for name in summary.grouping]
    heads += [
        ("cases", msg("cases")),
        ("scored", msg("scored")),
        ("unscored", msg("unscored")),
        ("rejected", msg("rejected")),
    ]
    for score in summary.whole.scores:
        single = len(summary.whole.scores) == 1
        suffix = "" if single else f".{score.id}"
        mean: Text = msg("mean score") if single else msg("mean of {score}", score=names[score.id])
        heads.append((f"mean{suffix}", mean))
        heads += [(f"grade{suffix}.{grade}", grade) for grade, _ in score.grades]
    heads.append(("reasons", msg("most frequent reasons")))
    rows = [_row(group, summary, show(msg("all"), lang)) for group in (*summary.groups, summary.whole)]
    return Grid(
        tuple(name for name, _ in heads),
        tuple(show(head, lang) for _, head in heads),
        tuple(rows),
    )


def summary_csv(grid: Grid) -> str:
    """A grid as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(grid.names)
    writer.writerows(grid.rows)
    return text.getvalue()


def summary_json(grid: Grid, summary: Summary) -> str:
    """A grid as JSON, with what was rejected and where."""
    content = {
        "rows": [dict(zip(grid.names, row, strict=True)) for row in grid.rows],
        "rejects": [{"where": where, "count": count} for where, count in summary.rejects],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _derived(name: str) -> Text:
    """What a key is called that is no input."""
    return {MONTH: msg("month"), VERSION: msg("version")}.get(name, name)


def _row(line: GroupLine, summary: Summary, everything: str) -> tuple[str, ...]:
    """A group's cells; the whole run has `all` in the first key and nothing in the others."""
    whole = (everything, *("" for _ in summary.grouping[1:])) if summary.grouping else ()
    cells = [*(line.key or whole)]
    cells += [str(count) for count in (line.cases, line.scored, line.unscored, line.rejected)]
    for score in line.scores:
        cells.append("" if score.mean is None else str(score.mean))
        cells += [str(count) for _, count in score.grades]
    cells.append("; ".join(f"{code} {count}" for code, count in line.reasons))
    return tuple(cells)
