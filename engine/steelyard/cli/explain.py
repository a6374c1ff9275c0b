"""`steelyard explain`: one case, line by line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from steelyard.cli.options import facts, language, parse_facts, quiet
from steelyard.cli.output import Output
from steelyard.cli.status import Status, Stop

if TYPE_CHECKING:
    from steelyard.facts import Portfolio, Reject
    from steelyard.semantics import Evaluation

FORMATS = ("text", "md", "html", "json")
MOST_KEYS = 20_000
"""Among so many keys a similar one is looked for."""


ENDINGS = {
    "": "text",
    ".txt": "text",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
}
"""What the ending of a file asks for."""


@click.command("explain")
@click.argument("ruleset")
@facts
@click.option("--case", "key", required=True, metavar="KEY", help="Key of the case.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Layout; by the ending of -o, else text.")
@click.option("-o", "--output", "target", metavar="FILE", help="Write to a file instead of standard output.")
@quiet
@language
@click.pass_obj
def command(  # noqa: PLR0917 - one an option
    output: Output,
    ruleset: str,
    cases: tuple[str, ...],
    relation: tuple[str, ...],
    settings: tuple[str, ...],
    as_of: str | None,
    delimiter: str | None,
    encoding: str,
    key: str,
    form: str | None,
    target: str | None,
) -> None:
    """Explain the score of one case: the ledger, every rule with the values it used, and why other rules did not fire.

    A case that was rejected is explained by its rejection, and the exit status is 3.

    \u0008
    Examples:
      steelyard explain my-policy --cases cases.csv --as-of 2024-05-10T00:00 --case C-002
      steelyard explain my-policy --cases cases.csv --as-of 2024-05-10T00:00 --case C-002 -o C-002.html --lang zh
    """
    from steelyard.session.files import check_outputs
    from steelyard.session.run import read_facts, ready_ruleset

    layout = form or _by_ending(target)
    options = parse_facts(cases, relation, settings, as_of, delimiter, encoding)
    check_outputs((target,), ruleset, options)
    ready = ready_ruleset(ruleset, options.settings)
    portfolio = read_facts(ready, options, output)
    found = next((case for case in portfolio.cases if case.key == key), None)
    if found is None:
        raise _not_found(output, portfolio, key)
    from steelyard.semantics import Status as CaseStatus
    from steelyard.semantics import prepare, run

    evaluation = run(prepare(ready.of(found.values) or ready.newest), found)
    text = _explained(output, portfolio, evaluation, layout)
    if target is None or target == "-":
        output.result(text)
    else:
        from steelyard.session.files import write_whole

        write_whole(Path(target), text)
    if evaluation.outcome.status is CaseStatus.REJECTED:
        raise Stop(Status.REJECTS)


def _explained(output: Output, portfolio: Portfolio, evaluation: Evaluation, layout: str) -> str:
    from steelyard.explain import explain
    from steelyard.report import render
    from steelyard.session.summary import provenance_of

    provenance = provenance_of(evaluation.ruleset, "reference", portfolio)
    return render(explain(evaluation, provenance), output.lang, layout)


def _by_ending(target: str | None) -> str:
    """The layout that a file's name asks for.

    Raises:
        click.UsageError: it asks for one that there is not.
    """
    ending = "" if target is None else Path(target).suffix.lower()
    if ending not in ENDINGS:
        raise click.UsageError(
            f"'{target}': an explanation ends in {', '.join(filter(None, ENDINGS))}, or say --format."
        )
    return ENDINGS[ending]


def _not_found(output: Output, portfolio: Portfolio, key: str) -> Stop:
    """Say why the case cannot be explained: it was rejected, or there is none of that key."""
    from steelyard.cli.telling import tell_reject
    from steelyard.diagnostics import msg
    from steelyard.diagnostics.suggestions import closest

    rejects: list[Reject] = [reject for reject in portfolio.rejects if reject.key == key]
    for reject in rejects:
        tell_reject(output, reject)
    if rejects:
        output.error(msg("the case `{key}` has no score: it was rejected before it was scored", key=key))
        return Stop(Status.REJECTS)
    keys = [case.key for case in portfolio.cases] + [reject.key for reject in portfolio.rejects]
    near = closest(key, keys[:MOST_KEYS])
    output.error(msg("there is no case `{key}` among {count}", key=key, count=len(keys)))
    if near is not None:
        output.say(msg("did you mean `{near}`?", near=near))
    return Stop(Status.USAGE)
