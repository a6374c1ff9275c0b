"""`steelyard diff`: compare two rulesets, in words and on the cases of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from steelyard.cli.completion import offer_files, offer_rulesets
from steelyard.cli.help import Command
from steelyard.cli.options import language, optional_facts, parse_facts, quiet
from steelyard.cli.output import Output
from steelyard.cli.status import Status, Stop

if TYPE_CHECKING:
    from steelyard.session.comparing import Layout


@click.command("diff", cls=Command)
@click.argument("old", metavar="OLD", shell_complete=offer_rulesets)
@click.argument("new", metavar="NEW", shell_complete=offer_rulesets)
@optional_facts
@click.option("--by", metavar="NAMES", default="", help="Who wins and loses by these, e.g. branch,month.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "reference", "durable", "sql"]),
    default="auto",
    show_default=True,
    help="As for evaluate.",
)
@click.option("--verify", type=click.IntRange(0), metavar="N", help="Cases checked on other engines; 200 unless said.")
@click.option("--memory-limit", metavar="SIZE", help="What DuckDB may take, e.g. 4GB.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "md"]),
    default="text",
    show_default=True,
    help="For people, programs, or pull requests.",
)
@click.option(
    "-o",
    "--output",
    "target",
    metavar="FILE",
    shell_complete=offer_files,
    help="Write to a file instead of standard output.",
)
@click.option("--exit-code", is_flag=True, help="Exit status 1 where the rulesets, or results of cases, differ.")
@quiet
@language
@click.pass_obj
def command(  # noqa: PLR0917 - one an option
    output: Output,
    old: str,
    new: str,
    cases: tuple[str, ...],
    relation: tuple[str, ...],
    settings: tuple[str, ...],
    as_of: str | None,
    delimiter: str | None,
    encoding: str,
    missing_column: tuple[str, ...],
    intake: str | None,
    by: str,
    engine: str,
    verify: int | None,
    memory_limit: str | None,
    form: Layout,
    target: str | None,
    exit_code: bool,
) -> None:
    """Compare two rulesets: what each change means, and with cases who gets another score by it.

    OLD and NEW are each a file, a folder of versions, the name of a shipped ruleset, one of several versions as
    NAME@VERSION, or git:REVISION:PATH. Labels, sources and remarks are told apart from changes of meaning. A parameter
    or relation that only one of the two declares is given to that one. Exit status 0; with --exit-code 1 where they
    differ; 2 where something cannot be read.

    \u0008
    Examples:
      steelyard diff my-policy@2024 my-policy@2025
      steelyard diff git:HEAD:my-policy my-policy --format md
      steelyard diff old.yaml new.yaml --cases claims.csv --as-of 2024-05-10T00:00 --by branch,month
    """
    from steelyard.diagnostics import PolicyError, msg
    from steelyard.session.comparing import compare_rulesets, render
    from steelyard.session.errors import UsageError
    from steelyard.session.files import check_outputs, write_whole
    from steelyard.session.wanted import Wanted

    facts = parse_facts(cases, relation, settings, as_of, delimiter, encoding, missing_column, intake)
    if not cases and (facts.relations or facts.settings or missing_column or intake):
        raise UsageError(msg("parameters, relations and groups are for a comparison on cases only"))
    for ruleset in (old, new):
        check_outputs((target,), ruleset, facts)
    wanted = Wanted(engine=engine, verify=verify, memory_limit=memory_limit, rejects=False)
    names = [name for name in by.split(",") if name]
    try:
        found = compare_rulesets(old, new, facts if cases else None, wanted, names, output)
    except PolicyError as error:
        output.findings(error.diagnostics)
        raise Stop(Status.USAGE) from None  # 1 says that they differ
    text = render(found, form, output.lang)
    if target is None or target == "-":
        output.result(text)
    else:
        write_whole(Path(target), text)
    if exit_code and found.differs:
        raise Stop(Status.NO)
