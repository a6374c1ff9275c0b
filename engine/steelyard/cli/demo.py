"""`steelyard demo`: the shipped sample, scored, with what to look at next."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from steelyard.cli.help import Command
from steelyard.cli.options import language, quiet
from steelyard.cli.output import Output
from steelyard.cli.status import Status, Stop
from steelyard.session.sources import FactFiles

if TYPE_CHECKING:
    from steelyard.session.run import Scored

RULESET = "motor-small-claims"
AS_OF = "2013-10-16T00:00"
RELATIONS = ("weather", "declarations", "complaints")
WORTH_READING = "SH2013-00032"
"""A case that met the storm, a complaint surge and the cap on deductions."""
PAGES = 40
"""Pages of the report: enough to look around, few enough to be written in seconds."""
MARK = ".steelyard-demo"
"""A file that says that a folder is ours to replace."""


@click.command("demo", cls=Command)
@click.option(
    "-o", "--output", "target", default="steelyard-demo", show_default=True, metavar="DIR", help="Where to write."
)
@quiet
@language
@click.pass_obj
def command(output: Output, target: str) -> None:
    """Score the shipped sample: 603 small motor claims around typhoon Fitow, Shanghai, October 2013.

    Writes the scores, the rejected rows, a report and the sample itself into a folder, and says what to look at next.
    A folder that an earlier demo wrote is replaced; any other is left alone.

    \u0008
    Example:
      steelyard demo
    """
    from steelyard import resources
    from steelyard.cli.telling import show_summary
    from steelyard.diagnostics import msg
    from steelyard.session.files import check_outputs, staging
    from steelyard.session.run import ready_ruleset, score_files
    from steelyard.session.wanted import Wanted
    from steelyard.temporary import TemporaryFolder

    folder = Path(target)
    _check(output, folder)
    sample = resources.rulesets() / RULESET / "sample"
    ruleset = ready_ruleset(RULESET, {"as_of": AS_OF})
    output.say(msg("scoring the sample of {ruleset}", ruleset=RULESET))
    relations = {name: (str(sample / f"{name}.csv"),) for name in RELATIONS}
    options = FactFiles((str(sample / "claims.csv"),), relations, {"as_of": AS_OF}, None, "utf-8")
    check_outputs((target,), RULESET, options)
    with staging() as stage, TemporaryFolder() as work:
        scored = score_files(ruleset, options, Wanted(lang=output.lang), work.path, output)
        aside = stage.place(folder)
        aside.mkdir()
        _fill(output, scored, aside, sample)
        summary = scored.record.summary()
    show_summary(output, summary, ruleset)
    _say_next(output, target)


def _check(output: Output, folder: Path) -> None:
    from steelyard.diagnostics import msg
    from steelyard.session.files import is_occupied
    from steelyard.session.summary import names_of_pages

    samples = "|".join(("claims", *RELATIONS))
    top = rf"scores\.csv|rejects\.csv|provenance\.json|{re.escape(MARK)}"
    ours = re.compile(rf"{top}|sample(/({samples})\.csv)?|report(/({names_of_pages()}))?")
    if is_occupied(folder, MARK, ours):
        output.error(
            msg("`{folder}` is there already and is no earlier demo: name another with `--output`", folder=str(folder))
        )
        raise Stop(Status.USAGE)
    if not folder.absolute().parent.is_dir():
        output.error(msg("there is no folder `{folder}`", folder=str(folder.parent)))
        raise Stop(Status.USAGE)


def _fill(output: Output, scored: Scored, folder: Path, sample: Path) -> None:
    from steelyard.session.summary import write_report

    scored.record.write_results(folder / "scores.csv")
    scored.record.write_rejects(folder / "rejects.csv")
    (folder / "provenance.json").write_text(scored.record.provenance(indent=2), "utf-8", newline="\n")
    write_report(scored, folder / "report", output.lang, most=PAGES, first=WORTH_READING, listener=output)
    (folder / "sample").mkdir()
    for name in ("claims", *RELATIONS):
        shutil.copyfile(sample / f"{name}.csv", folder / "sample" / f"{name}.csv")
    (folder / MARK).write_text("steelyard demo replaces this folder\n", "utf-8")


def _say_next(output: Output, target: str) -> None:
    from steelyard.diagnostics import msg

    files = f"{target}/sample"
    given = " ".join(f"--relation {name}={files}/{name}.csv" for name in RELATIONS)
    facts = f"--cases {files}/claims.csv --as-of {AS_OF} {given}"
    output.line(msg("Written to `{folder}`: scores.csv, rejects.csv, provenance.json, report/, sample/", folder=target))
    output.line(msg("Look at next:"))
    steps = (
        (msg("the report, in a browser"), f"{target}/report/index.html"),
        (
            msg("one claim, line by line: storm, complaint surge, capped deductions"),
            f"steelyard explain {RULESET} {facts} --case {WORTH_READING}",
        ),
        (msg("how the weights move"), f"steelyard show {RULESET} --weights"),
        (msg("score it yourself"), f"steelyard evaluate {RULESET} {facts} --allow-rejects 3 -o scores.parquet"),
        (msg("begin a policy of your own"), "steelyard new my-policy"),
    )
    for what, words in steps:
        output.line(msg("  {what}:", what=what))
        output.result(f"    {words}\n")
