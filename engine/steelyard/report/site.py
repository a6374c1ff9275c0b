"""A folder of reports: an index and a page a case."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from steelyard.diagnostics import msg
from steelyard.diagnostics.plain import one_line
from steelyard.explain.records import Explanation
from steelyard.explain.terms import Name, show
from steelyard.facts.digest import Digests
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of
from steelyard.report.digest_lines import digest_lines
from steelyard.report.environment import environment
from steelyard.report.formats.render import render
from steelyard.report.summary import Summary
from steelyard.report.summary_formats import Grid, detail_grids, nothing_said, summary_grid

PAGE_LIMIT = 500
"""So many cases get a page; the index counts the others."""
INDEX, MARKER = "index.html", ".steelyard-report"
WRITTEN = re.compile(rf"{re.escape(INDEX)}|{re.escape(MARKER)}|case-\d{{4}}\.html")
"""The names of the files of a report. A folder that holds another file is not ours to replace."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of the index; `outputs` has a cell for each of `IndexView.outputs`."""

    href: str
    key: str
    status: str
    score: str
    grade: str
    reasons: str
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexView:
    """The index of a folder of reports. `outputs` head the columns of decisions; empty where there are scores."""

    lang: str
    title: str
    ruleset: str
    version: str
    digests: tuple[tuple[str, str], ...]
    engine_version: str
    evaluated_on: str
    grids: tuple[Grid, ...]
    note: str
    rejects: tuple[tuple[str, str], ...]
    outputs: tuple[str, ...]
    pages: tuple[PageLine, ...]
    warnings: tuple[str, ...]
    left_out: int


def write_site(
    folder: Path,
    rules: Ruleset | Versions,
    summary: Summary,
    explanations: Iterable[Explanation],
    lang: str,
    *,
    progress: Progress | None = None,
) -> int:
    """Write a page for each explanation and an index; returns how many pages.

    Args:
        folder: the place, where nothing stands.
        rules: what the cases were scored under.
        summary: of the run, all cases.
        explanations: at most `PAGE_LIMIT` are taken; they may be made as they are asked for.
        lang: of the pages.
        progress: is told the number of pages so far.

    Raises:
        OSError: the pages cannot be written.
    """
    folder.mkdir()
    versions = versions_of(rules)
    newest = versions.newest
    (folder / MARKER).write_text("", encoding="utf-8")
    outputs = {} if summary.whole.scores else {one.id: Name(one.id, one.label) for one in newest.outputs}
    pages: list[PageLine] = []
    provenance = None
    digests: dict[Digests, None] = {}
    for number, explanation in enumerate(explanations, 1):
        if number > PAGE_LIMIT:
            break
        provenance = explanation.provenance
        digests.setdefault(provenance.digests)
        name = f"case-{number:04}.html"
        (folder / name).write_text(render(explanation, lang, "html"), encoding="utf-8", newline="\n")
        pages.append(_line(name, explanation, tuple(outputs), lang))
        if progress is not None:
            progress(number)
    said = nothing_said(summary, versions, lang)
    index = IndexView(
        lang=lang,
        title=show(Name(newest.id, newest.title), lang),
        ruleset=newest.id,
        version=", ".join(one.version for one in versions.rulesets),
        digests=digest_lines(digests, lang),
        engine_version="" if provenance is None else provenance.engine_version,
        evaluated_on="" if provenance is None else provenance.evaluated_on,
        grids=(summary_grid(summary, versions, lang), *detail_grids(summary, versions, lang)),
        note="" if said is None else show(said, lang),
        rejects=tuple((where, str(count)) for where, count in summary.rejects),
        outputs=tuple(show(name, lang) for name in outputs.values()),
        pages=tuple(pages),
        warnings=() if provenance is None else tuple(one_line(show(text, lang)) for text in provenance.warnings),
        left_out=max(0, summary.whole.judged - len(pages)),
    )
    text = environment(lang).get_template("index.html.jinja").render(view=index)
    (folder / INDEX).write_text(text, encoding="utf-8", newline="\n")
    return len(pages)


def _line(name: str, explanation: Explanation, outputs: Sequence[str], lang: str) -> PageLine:
    scores = [score for score in explanation.scores if score.final is not None]
    values = {one.name.id: one.value or "" for one in explanation.outputs}
    return PageLine(
        href=name,
        key=explanation.key,
        status=show(explanation.headline, lang),
        score=", ".join(str(score.final) for score in scores),
        grade=", ".join(show(score.grade, lang) for score in scores if score.grade is not None),
        reasons=", ".join(
            dict.fromkeys(
                show(msg("{meaning} ({code})", meaning=one.meaning, code=one.code), lang)
                for score in scores
                for one in score.reasons
            )
        ),
        outputs=tuple(show(values.get(one, ""), lang) for one in outputs),
    )
