"""`steelyard new`: a folder with a first ruleset."""

from __future__ import annotations

import re
from pathlib import Path

import click

from steelyard.cli.help import Command
from steelyard.cli.options import language
from steelyard.cli.output import Output
from steelyard.cli.status import Status, Stop

_NAME = re.compile(r"[^\W\d_][\w-]{0,63}")


@click.command("new", cls=Command)
@click.argument("name")
@language
@click.pass_obj
def command(output: Output, name: str) -> None:
    """Write a small ruleset that checks clean, with worked cases, sample cases and a README, into the folder NAME.

    Nothing is ever overwritten. The last part of NAME names the ruleset. It scores; a ruleset that only decides has
    outputs in the place of indicators and score.

    \u0008
    Examples:
      steelyard new my-policy
      steelyard new policies/home-2024
    """
    from steelyard.cli.scaffold import files
    from steelyard.diagnostics import msg

    folder = Path(name)
    if not _NAME.fullmatch(folder.name):
        output.error(msg("`{name}` cannot name a ruleset", name=folder.name))
        output.say(msg("a name begins with a letter and has letters, digits, `-` and `_`"))
        raise Stop(Status.USAGE)
    if folder.exists() or folder.is_symlink():
        output.error(msg("`{name}` is there already, and nothing is overwritten", name=name))
        raise Stop(Status.USAGE)
    written = files(folder.name, output.lang)
    _write(folder, written)
    output.say(
        msg("`{folder}` is written: {files}", folder=name, files=tuple(msg("`{file}`", file=one) for one in written))
    )
    output.say(msg("go on with:"))
    cases = f"--cases {folder / 'cases.csv'} --as-of 2024-05-10T00:00"
    for line in (
        f"steelyard check {name}",
        f"steelyard test {name}",
        f"steelyard evaluate {name} {cases}",
        f"steelyard explain {name} {cases} --case C-002",
    ):
        output.result(f"  {line}\n")


def _write(folder: Path, files: dict[str, str]) -> None:
    """Write the folder so that it appears whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    from steelyard.session.files import staging

    with staging() as stage:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = stage.place(folder)
        aside.mkdir()
        for name, text in files.items():
            (aside / name).write_text(text, "utf-8")
