"""`steelyard compile`: a ruleset as SQL for people to read and databases to run, or as a dbt model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from steelyard.cli.options import language, quiet
from steelyard.cli.output import Output
from steelyard.cli.status import Status, Stop
from steelyard.diagnostics import Diagnostics, Span, msg

if TYPE_CHECKING:
    from steelyard.ir.ruleset import Ruleset
    from steelyard.ir.versions import Versions

DIALECTS = ("duckdb", "spark", "postgres", "snowflake", "bigquery")
"""`engines.sql.dialects.NAMES`, which must not be loaded for `--help`."""


@click.command("compile")
@click.argument("ruleset")
@click.option("--to", type=click.Choice(["sql", "dbt"]), default="sql", show_default=True, help="What to write.")
@click.option("--dialect", type=click.Choice(DIALECTS), default="duckdb", show_default=True, help="Whose SQL.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Value of a parameter.")
@click.option("--as-of", metavar="TIME", help="Cut-off for open cases: sets the parameter as_of.")
@click.option("--version", "version", metavar="V", help="Which version of several; the newest where not given.")
@click.option(
    "-o", "--output", "target", metavar="PLACE", help="A file for SQL, a folder for dbt; else standard output."
)
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
) -> None:
    """Write a ruleset as one SQL statement: what every column is, which rule it comes from, and how it is computed.

    The statement reads a table `cases` and one of each relation, with a column for each input and field by its id, of
    the types that its first lines name. It gives the columns of `evaluate`, with `reject_at` beside `status`. Inside
    there are integers only, so that every database gives the same result to the digit.

    With --to dbt: a folder with a model, its schema.yml with descriptions and tests, and a README.

    Of several versions one is written: cases of other days are rejected there. Exit status: 0; 1 where the ruleset
    cannot be written as one statement; 2 wrong usage, or a parameter without a value.

    \u0008
    Examples:
      steelyard compile motor-small-claims --as-of 2024-05-10T00:00 -o motor.sql
      steelyard compile claims-efficiency --dialect postgres | psql claims
      steelyard compile my-policy --to dbt --dialect snowflake -o models/my_policy
    """
    from steelyard.cli.options import parse_settings
    from steelyard.session.files import check_outputs
    from steelyard.session.run import ready_ruleset

    if to == "dbt" and target is None:
        raise click.UsageError("--to dbt writes a folder: name it with -o.")
    place = None if target is None else _place(target, folder=to == "dbt")
    check_outputs((target,), ruleset)
    one = _chosen(output, ready_ruleset(ruleset, parse_settings(settings, as_of)), version)
    files = _files(output, one, to, dialect)
    if place is None:
        output.result(files[""])
    else:
        _write(place, files)


def _place(target: str, *, folder: bool) -> Path:
    """Where to write, refused before any work where that could not be.

    Raises:
        click.UsageError: there is no such folder, or something else stands there.
    """
    path = Path(target)
    if not path.absolute().parent.is_dir():
        raise click.UsageError(f"'{target}': there is no such folder.")
    if not folder and path.is_dir():
        raise click.UsageError(f"'{target}' is a folder.")
    if folder and path.exists() and not path.is_dir():
        raise click.UsageError(f"'{target}' is a file.")
    return path


def _chosen(output: Output, versions: Versions, wanted: str | None) -> Ruleset:
    """The version to write.

    Raises:
        Stop: there is no such version, which has been said.
    """
    if wanted is None:
        if len(versions.rulesets) > 1:
            said = msg("version {version}, the newest: another one with `--version`", version=versions.newest.version)
            output.say(said)
        return versions.newest
    for one in versions.rulesets:
        if one.version == wanted:
            return one
    known = ", ".join(one.version for one in versions.rulesets)
    output.error(msg("there is no version {version}; there are: {known}", version=wanted, known=known))
    raise Stop(Status.USAGE)


def _files(output: Output, ruleset: Ruleset, to: str, dialect: str) -> Mapping[str, str]:
    """The texts to write by their names; of a single one the name is empty.

    Raises:
        Stop: the ruleset cannot be written, which has been said.
    """
    from steelyard.cli.status import status_of
    from steelyard.engines.sql.arithmetic import TooWideError
    from steelyard.engines.sql.dbt import model
    from steelyard.engines.sql.engine import report_too_wide
    from steelyard.engines.sql.readable import UnfitError, readable

    here = Span(ruleset.file, 0, 0, 0, 0)
    diagnostics = Diagnostics()
    try:
        if to == "dbt":
            return model(ruleset, dialect, output.lang)
        return {"": f"{readable(ruleset, dialect, lang=output.lang).text};\n"}
    except UnfitError as error:
        help_ = msg("`steelyard evaluate --engine sql` scores it")
        diagnostics.add("B101", error.span or here, error.message, help=help_)
    except TooWideError as error:
        report_too_wide(error, ruleset, diagnostics)
    output.findings(diagnostics.sorted())
    raise Stop(status_of(diagnostics.sorted()))


def _is_ours(folder: Path, files: Mapping[str, str]) -> bool:
    """Whether a folder is empty, or was written by this command and holds nothing else."""
    from steelyard.engines.sql.dbt import WRITTEN_BY

    names = {one.name for one in folder.iterdir()}
    if not names <= set(files):
        return False
    readme = folder / "README.md"
    return not names or (readme.is_file() and WRITTEN_BY in readme.read_text("utf-8", errors="replace"))


def _write(place: Path, files: Mapping[str, str]) -> None:
    """Write a file, or a folder of files, whole or not at all.

    Raises:
        click.UsageError: the folder holds something else, that would be lost.
        OutputError: it cannot be written.
    """
    from steelyard.session.files import staging

    if "" not in files and place.is_dir() and not _is_ours(place, files):
        raise click.UsageError(f"'{place}' holds other files: name another folder.")
    with staging() as stage:
        aside = stage.place(place)
        if "" in files:
            aside.write_text(files[""], "utf-8", newline="\n")
            return
        aside.mkdir()
        for name, text in files.items():
            (aside / name).write_text(text, "utf-8", newline="\n")
