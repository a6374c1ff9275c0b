"""A folder of reports: an index and a page a case, written whole or not at all.

Pages are written into a folder beside the place, which is renamed when all of them are there. A folder
that is in the place already is replaced only where it is one of ours (or empty).
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from steelyard.diagnostics import Message, msg
from steelyard.explain import Explanation, Name, show
from steelyard.facts.digest import Digests
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of
from steelyard.report.environment import environment
from steelyard.report.formats import render
from steelyard.report.summary import Summary
from steelyard.report.summary_formats import Grid, summary_grid
from steelyard.report.view import digest_lines

PAGE_LIMIT = 500
"""So many cases get a page; the index counts the others."""
INDEX, MARKER = "index.html", ".steelyard-report"

Progress = Callable[[int], None]


class OccupiedError(OSError):
    """The folder holds something that is no report of ours. `message` says so, for the user."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of the index."""

    href: str
    key: str
    status: str
    score: str
    grade: str
    reasons: str


@dataclass(frozen=True, slots=True)
class IndexView:
    """The index of a folder of reports."""

    lang: str
    title: str
    ruleset: str
    version: str
    digests: tuple[tuple[str, str], ...]
    engine_version: str
    evaluated_on: str
    grid: Grid
    rejects: tuple[tuple[str, str], ...]
    pages: tuple[PageLine, ...]
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
        folder: the place; replaced as a whole.
        rules: what the cases were scored under.
        summary: of the run, all cases.
        explanations: at most `PAGE_LIMIT` are taken; they may be made as they are asked for.
        lang: of the pages.
        progress: is told the number of pages so far.

    Raises:
        OccupiedError: the place holds other files; nothing was changed.
        OSError: the pages cannot be written; nothing is left of them.
    """
    _check_free(folder)
    versions = versions_of(rules)
    newest = versions.newest
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        made.chmod(0o755)
        (made / MARKER).write_text("", encoding="utf-8")
        pages: list[PageLine] = []
        provenance = None
        digests: dict[Digests, None] = {}
        for number, explanation in enumerate(explanations, 1):
            if number > PAGE_LIMIT:
                break
            provenance = explanation.provenance
            digests.setdefault(provenance.digests)
            name = f"case-{number:04}.html"
            (made / name).write_text(render(explanation, lang, "html"), encoding="utf-8", newline="\n")
            pages.append(_line(name, explanation, lang))
            if progress is not None:
                progress(number)
        index = IndexView(
            lang=lang,
            title=show(Name(newest.id, newest.title), lang),
            ruleset=newest.id,
            version=", ".join(one.version for one in versions.rulesets),
            digests=digest_lines(digests, lang),
            engine_version="" if provenance is None else provenance.engine_version,
            evaluated_on="" if provenance is None else provenance.evaluated_on,
            grid=summary_grid(summary, versions, lang),
            rejects=tuple((where, str(count)) for where, count in summary.rejects),
            pages=tuple(pages),
            left_out=max(0, summary.whole.scored + summary.whole.unscored - len(pages)),
        )
        text = environment(lang).get_template("index.html.jinja").render(view=index)
        (made / INDEX).write_text(text, encoding="utf-8", newline="\n")
        _put(made, folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return len(pages)


def _line(name: str, explanation: Explanation, lang: str) -> PageLine:
    scores = [score for score in explanation.scores if score.final is not None]
    return PageLine(
        href=name,
        key=explanation.key,
        status=show(explanation.headline, lang),
        score=", ".join(str(score.final) for score in scores),
        grade=", ".join(show(score.grade, lang) for score in scores if score.grade is not None),
        reasons=", ".join(dict.fromkeys(code for score in scores for code in score.reasons)),
    )


def _check_free(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARKER).is_file()):
        raise OccupiedError(
            msg("`{folder}` holds files that are no report: name another folder, or an empty one", folder=folder.name)
        )


def _put(made: Path, folder: Path) -> None:
    """Rename over the place; an old report steps aside first and comes back if that fails."""
    if not folder.exists():
        made.rename(folder)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".old", dir=folder.parent))
    old = aside / "old"
    folder.rename(old)
    try:
        made.rename(folder)
    except BaseException:
        with suppress(OSError):
            old.rename(folder)
        raise
    finally:
        if folder.exists():
            shutil.rmtree(aside, ignore_errors=True)
