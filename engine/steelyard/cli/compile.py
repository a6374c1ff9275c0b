"""`steelyard compile`: a ruleset as SQL for people to read and databases to run, or as a dbt model."""

from __future__ import annotations

from pathlib import Path

import click

from steelyard.cli.completion import offer_files, offer_rulesets
from steelyard.cli.help import Command
from steelyard.cli.options import language, pair, quiet
from steelyard.cli.output import Output
from steelyard.diagnostics import msg
from steelyard.session.compiling import DIALECTS, DbtTables
from steelyard.session.errors import UsageError


@click.command("compile", cls=Command)
@click.argument("ruleset", shell_complete=offer_rulesets)
@click.option("--to", type=click.Choice(["sql", "dbt"]), default="sql", show_default=True, help="What to write.")
@click.option("--dialect", type=click.Choice(DIALECTS), default="duckdb", show_default=True, help="Whose SQL.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Value of a parameter.")
@click.option("--as-of", metavar="TIME", help="Cut-off for open cases: sets the parameter as_of.")
@click.option("--version", "version", metavar="V", help="Which version of several; the newest where not given.")
@click.option(
    "-o",
    "--output",
    "target",
    metavar="PLACE",
    shell_complete=offer_files,
    help="A file for SQL, a folder for dbt; else standard output.",
)
@click.option("--source", metavar="NAME", help="dbt: the source of the tables, else one named as the model.")
@click.option("--declared", is_flag=True, help="dbt: the project declares that source itself; schema.yml does not.")
@click.option("--ref", is_flag=True, help="dbt: the tables are models or seeds of the project.")
@click.option("--table", "renamed", multiple=True, metavar="TABLE=NAME", help="dbt: what a table is called there.")
@quiet
@language
@click.pass_obj
def command(  # noqa: PLR0917 - one an option
    output: Output,
    ruleset: str,
    to: str,
    dialect: str,
    settings: tuple[str, ...],
    as_of: str | None,
    version: str | None,
    target: str | None,
    source: str | None,
    declared: bool,
    ref: bool,
    renamed: tuple[str, ...],
) -> None:
    """Write a ruleset as one SQL statement: what every column is, which rule it comes from, and how it is computed.

    The statement reads a table `cases` and one of each relation that is not derived, with a column for each input and
    field by its id, of the types that its first lines name. It gives the columns of `evaluate`, with `reject_at` beside
    `status`. Inside there are integers only, so that every database gives the same result to the digit.

    With --to dbt (1.10.5 or later): a folder with a model, its schema.yml with descriptions and tests, and a README.
    Without --as-of the model takes the cut-off from dbt's variable as_of.

    Of several versions one is written: cases of other days are rejected there. Exit status: 0; 1 where the ruleset
    cannot be written as one statement; 2 wrong usage, or a parameter without a value.

    \u0008
    Examples:
      steelyard compile motor-small-claims --as-of 2024-05-10T00:00 -o motor.sql
      steelyard compile claims-efficiency --dialect postgres | psql claims
      steelyard compile my-policy --to dbt --dialect snowflake -o models/my_policy
      steelyard compile my-policy --to dbt --ref --table cases=stg_claims -o models/my_policy
    """
    from steelyard.cli.options import parse_settings
    from steelyard.session.compiling import compile_dbt, compile_sql, write_dbt
    from steelyard.session.files import check_outputs, write_whole
    from steelyard.session.loading import AS_OF
    from steelyard.session.run import choose_version, ready_ruleset

    place = _place(target, folder=to == "dbt")
    check_outputs((target,), ruleset)
    tables = _tables(source, renamed, declared=declared, ref=ref)
    if to != "dbt" and tables != DbtTables():
        raise UsageError(msg("--source, --declared, --ref and --table are options of dbt models"))
    versions = ready_ruleset(ruleset, parse_settings(settings, as_of), (AS_OF,) if to == "dbt" else ())
    one = choose_version(versions, version)
    if version is None and len(versions.rulesets) > 1:
        output.say(msg("version {version}, the newest: another one with `--version`", version=one.version))
    if place is None:
        output.result(compile_sql(versions, one, dialect, output.lang))
    elif to == "dbt":
        write_dbt(place, compile_dbt(versions, one, dialect, output.lang, tables))
    else:
        write_whole(place, compile_sql(versions, one, dialect, output.lang))


def _place(target: str | None, *, folder: bool) -> Path | None:
    """Where to write, refused before any work where that could not be; None: standard output.

    Raises:
        UsageError: a folder needs a name, there is no such folder, or something else stands there.
    """
    from steelyard.session.files import check_place

    if target is None:
        if folder:
            raise UsageError(msg("`--to dbt` writes a folder: name it with `-o`"))
        return None
    path = Path(target)
    check_place(path, folder=folder)
    return path


def _tables(source: str | None, renamed: tuple[str, ...], **flags: bool) -> DbtTables:
    """Where the dbt project has the tables.

    Raises:
        UsageError: a pair without `=`, or a table that is named twice.
    """
    names: dict[str, str] = {}
    for table, name in (pair(text, "--table", "TABLE=NAME") for text in renamed):
        if table in names:
            raise UsageError(msg("the table `{name}` is given twice", name=table))
        names[table] = name
    return DbtTables(source=source, names=names, **flags)
