"""What a shell is offered when somebody completes a command line. Nothing is imported that takes time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from steelyard.diagnostics import msg
from steelyard.session.errors import UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMPLETE = "_STEELYARD_COMPLETE"
"""The variable by which a shell asks for completions."""

_BASH_FILES = """\
            COMPREPLY=()
            compopt -o default
"""
_BASH_FILES_TOO = """\
            compopt -o filenames
            mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$value")
"""


def complete(cli: click.Command, instruction: str) -> None:
    """Answer a shell that completes a command line, or print the script that makes it ask.

    Args:
        cli: the program.
        instruction: `SHELL_source` for the script, `SHELL_complete` where the script asks; SHELL: bash, zsh, fish.

    Raises:
        UsageError: another instruction.
    """
    from click.shell_completion import BashComplete, add_completion_class, shell_complete

    class Bash(BashComplete):
        """Offers files beside other words, where click's own script offers them alone."""

        source_template = BashComplete.source_template.replace(_BASH_FILES, _BASH_FILES_TOO)

    add_completion_class(Bash)
    if shell_complete(cli, {}, "steelyard", COMPLETE, instruction):
        raise UsageError(
            msg(
                "`{name}` is `bash_source`, `zsh_source` or `fish_source`, not `{text}`",
                name=COMPLETE,
                text=instruction,
            )
        )


def offer_rulesets(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the shipped rulesets, and files."""
    from click.shell_completion import CompletionItem

    from steelyard.resources import rulesets

    names = sorted(path.name for path in rulesets().iterdir() if path.is_dir())
    shipped = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return [*shipped, *offer_files(ctx, parameter, incomplete)]


def offer_files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]
