"""`steelyard rule`: the page of a diagnostic code."""

from __future__ import annotations

import sys

import click

from steelyard.cli.help import Command
from steelyard.cli.options import language
from steelyard.cli.output import Output, coloured, is_terminal
from steelyard.cli.status import Status, Stop


@click.command("rule", cls=Command)
@click.argument("code", required=False)
@language
@click.pass_obj
def command(output: Output, code: str | None) -> None:
    """Explain a diagnostic code with an example; without CODE list all of them.

    \u0008
    Examples:
      steelyard rule
      steelyard rule H101
    """
    from steelyard.diagnostics import Severity, msg
    from steelyard.diagnostics.pages import page
    from steelyard.diagnostics.registry import CODES
    from steelyard.diagnostics.suggestions import closest

    if code is None:
        severities = {Severity.ERROR: msg("error"), Severity.WARNING: msg("warning")}
        for one in sorted(CODES.values(), key=lambda each: each.id):
            output.result(f"{one.id}  {output.text(severities[one.severity]):<8} {one.name}\n")
        return
    named = {one.name: one.id for one in CODES.values()}
    text = page(named.get(code.lower(), code), output.lang)
    if text is None:
        near = closest(code, (*CODES, *named))
        output.error(msg("there is no code `{code}`", code=code))
        output.say(msg("did you mean `{near}`?", near=near) if near else msg("`steelyard rule` lists them all"))
        raise Stop(Status.USAGE)
    if not is_terminal(sys.stdout):
        output.result(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(no_color=not coloured(sys.stdout)).print(Markdown(text))
