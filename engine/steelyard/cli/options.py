"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from steelyard.cli.completion import offer_files
from steelyard.cli.output import Output
from steelyard.diagnostics import msg
from steelyard.session.errors import UsageError
from steelyard.session.sources import FactFiles

F = TypeVar("F", bound=Callable[..., Any])

NONE = "none"
"""What `--relation NAME=none` says: the relation has no rows."""


ACCEPT = "accept"
"""What `--missing-column NAME=accept` says: the optional column is known not to be there."""


def language(function: F) -> F:
    """Add `--lang` to a command, so that it may stand behind the command's name too."""
    return click.option(
        "--lang",
        type=click.Choice(["zh", "en"]),
        expose_value=False,
        callback=_set_language,
        is_eager=True,
        help="Language of messages and reports.",
    )(function)


def quiet(function: F) -> F:
    """Add `--quiet`."""
    return click.option(
        "--quiet",
        "-q",
        is_flag=True,
        expose_value=False,
        callback=_set_quiet,
        help="Results, warnings and errors only.",
    )(function)


def csv_safe(function: F) -> F:
    """Add `--csv-safe`."""
    return click.option(
        "--csv-safe",
        "csv_safe",
        is_flag=True,
        help="In CSV an apostrophe before texts that spreadsheets take for formulas (=, +, -, @); else exact.",
    )(function)


def csv_bom(function: F) -> F:
    """Add `--csv-bom`."""
    return click.option(
        "--csv-bom/--no-csv-bom",
        "csv_bom",
        default=None,
        help="CSV files begin with a byte order mark, so that spreadsheets read UTF-8; with --lang zh where not given.",
    )(function)


def facts(function: F) -> F:
    """Add the options that say where cases and relations are, and what parameters are worth."""
    for option in reversed((_cases(required=True), *_FACTS)):
        function = option(function)
    return function


def optional_facts(function: F) -> F:
    """Add the same options to a command that can do without cases."""
    for option in reversed((_cases(required=False), *_FACTS)):
        function = option(function)
    return function


def parse_facts(  # noqa: PLR0917 - one an option
    cases: tuple[str, ...],
    relation: tuple[str, ...],
    settings: tuple[str, ...],
    as_of: str | None,
    delimiter: str | None,
    encoding: str,
    missing_column: tuple[str, ...] = (),
    intake: str | None = None,
) -> FactFiles:
    """Take the options apart.

    Raises:
        UsageError: a pair without `=`, or one that contradicts another.
    """
    relations: dict[str, tuple[str, ...] | None] = {}
    for name, value in (pair(text, "--relation", "NAME=FILE or NAME=none") for text in relation):
        if value == NONE:
            if name in relations:
                raise _contradicted(name)
            relations[name] = None
            continue
        before = relations.get(name, ())
        if before is None:
            raise _contradicted(name)
        relations[name] = (*before, value)
    known = tuple(name for name, _ in (_accepted(text) for text in missing_column))
    return FactFiles(cases, relations, parse_settings(settings, as_of), delimiter, encoding, known, intake)


def parse_settings(settings: tuple[str, ...], as_of: str | None) -> dict[str, str]:
    """Take `--set` and `--as-of` apart.

    Raises:
        UsageError: a pair without `=`, or a parameter given twice.
    """
    values: dict[str, str] = {}
    for name, value in (pair(text, "--set", "NAME=VALUE") for text in settings):
        if name in values:
            raise UsageError(msg("the parameter `{name}` is given twice", name=name))
        values[name] = value
    if as_of is not None:
        if "as_of" in values:
            raise UsageError(msg("give either `--as-of` or `--set as_of`, not both"))
        values["as_of"] = as_of
    return values


def parse_derived(derived: tuple[str, ...]) -> dict[str, str]:
    """Take `--derived` apart; the only derived relation needs no name.

    Raises:
        UsageError: a relation is named twice.
    """
    files: dict[str, str] = {}
    for text in derived:
        name, sign, file = text.partition("=")
        name, file = (name, file) if sign else ("", text)
        if name in files or not file:
            raise _misformed("--derived", "NAME=FILE", text)
        files[name] = file
    return files


def pair(text: str, option: str, form: str) -> tuple[str, str]:
    """Take `NAME=VALUE` apart.

    Raises:
        UsageError: it has another form.
    """
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise _misformed(option, form, text)
    return name, value


def _misformed(option: str, form: str, text: str) -> UsageError:
    return UsageError(msg("`{option}` takes `{form}`, not `{text}`", option=option, form=form, text=text))


def _contradicted(name: str) -> UsageError:
    return UsageError(msg("the relation `{name}` is given as none and as a file", name=name))


def _accepted(text: str) -> tuple[str, str]:
    form = f"NAME={ACCEPT}"
    name, value = pair(text, "--missing-column", form)
    if value != ACCEPT:
        raise _misformed("--missing-column", form, text)
    return name, value


def _delimiter(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    sign = {"tab": "\t", "\\t": "\t"}.get(value, value)
    if len(sign) != 1:
        raise UsageError(msg("`--delimiter` takes one character, or `tab`"))
    return sign


def _set_language(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    output = ctx.find_object(Output)
    if value is not None and output is not None:
        output.lang = value


def _set_quiet(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    output = ctx.find_object(Output)
    if value and output is not None:
        output.quiet = True


def _cases(*, required: bool) -> Callable[[F], F]:
    return click.option(
        "--cases",
        multiple=True,
        required=required,
        metavar="FILE",
        shell_complete=offer_files,
        help="File of cases: .csv, .tsv, .jsonl, .parquet, .xlsx, .xes, .xes.gz; patterns and several allowed. "
        "With the spark engine also spark:PATH (Parquet under a Hadoop path) or table:NAME.",
    )


_FACTS = (
    click.option(
        "--relation",
        multiple=True,
        metavar="NAME=FILE",
        help="File of a relation's rows; of a feed also a folder of CAP alerts, or cap:FILE, fema:FILE, tdi:FILE; "
        "NAME=none where it has none. Every relation must be given.",
    ),
    click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Value of a parameter."),
    click.option("--as-of", metavar="TIME", help="Cut-off for open cases: sets the parameter as_of."),
    click.option(
        "--delimiter", callback=_delimiter, metavar="SIGN", help="What separates CSV columns; a comma unless said."
    ),
    click.option(
        "--encoding",
        default="utf-8",
        show_default=True,
        metavar="NAME",
        help="Encoding of CSV and JSONL, e.g. gb18030.",
    ),
    click.option(
        "--missing-column",
        multiple=True,
        metavar="NAME=accept",
        help="An optional input, or RELATION.FIELD, whose column is really not in the files.",
    ),
    click.option(
        "--intake",
        metavar="FILE",
        shell_complete=offer_files,
        help="YAML file that says how files are written: encodings, sheets, headers, forms of dates, marks of missing.",
    ),
)
