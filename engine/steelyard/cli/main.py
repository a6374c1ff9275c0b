"""The entry point: finds the command, and turns every way to end into an exit status."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from steelyard.cli.completion import COMPLETE, complete
from steelyard.cli.help import Group, named_language
from steelyard.cli.interruption import ignore_signals, install
from steelyard.cli.output import Output, default_language, steady
from steelyard.cli.status import Status, Stop
from steelyard.diagnostics import SteelyardError, msg
from steelyard.session.errors import UsageError
from steelyard.session.signals import Interruption

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "demo": "Score the shipped sample and say what to look at next.",
    "check": "Check rulesets.",
    "test": "Try rulesets on their worked cases.",
    "diff": "Compare two rulesets.",
    "evaluate": "Score the cases of a file.",
    "explain": "Explain the score of one case.",
    "export": "Take a case of a portfolio into the worked cases.",
    "compile": "Write a ruleset as SQL, or as a dbt model.",
    "schema": "Print the JSON Schema of a ruleset file.",
    "show": "Print a ruleset as it is understood.",
    "table": "Write a decision table as a workbook or CSV.",
    "intake": "Propose how files are read.",
    "rule": "Explain a diagnostic code.",
    "new": "Begin a ruleset in a folder of its own.",
}
"""Commands in the order of the help, with what the list of commands says; each lives in its own module."""

_INTERRUPTED = msg("interrupted: nothing was written")


class Commands(Group):
    """Loads a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - inherited
        """Give the names in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - inherited
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"steelyard.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; an unknown one is answered with the nearest."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from steelyard.diagnostics.suggestions import closest, listed

            near = closest(name, COMMANDS)
            hint = (
                msg("did you mean `{near}`?", near=near) if near else msg("there are {names}", names=listed(COMMANDS))
            )
            raise UsageError(msg("there is no command `{name}`", name=name), hints=(hint,))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - inherited
        """List the commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from steelyard import __version__

        click.echo(f"steelyard {__version__}")
        ctx.exit()


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of messages and reports.")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
@click.pass_obj
def cli(output: Output, lang: str | None) -> None:
    """Score insurance claims service under declarative rulesets: exact, and explained line by line.

    \u0008
    Begin with:
      steelyard demo                      score the shipped sample
      steelyard check motor-small-claims  check a ruleset: a file, a folder, or a shipped name
      steelyard new my-policy             write your own

    Exit status: 0 yes; 1 no (errors found, under the threshold); 2 wrong usage or unreadable file; 3 rows
    rejected; 70 a bug of ours. The language is --lang, else STEELYARD_LANG, else that of the environment.
    """
    output.lang = lang or output.lang


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit. Ctrl-C and SIGTERM end it within two seconds, with nothing left half done."""
    output = Output(default_language())
    interruption = install(partial(output.text, _INTERRUPTED), partial(_tell_interruption, output))
    try:
        _open_streams()
        status = run(sys.argv[1:] if arguments is None else arguments, output, interruption)
    except KeyboardInterrupt:  # while `run` was telling of something else
        status = Status.INTERRUPTED
        with suppress(OSError):
            _tell_interruption(output, interruption)
    except OSError:  # not even standard error can be written: nobody can be told
        status = Status.USAGE
    interruption.asked = True  # from here on the process ends by itself
    ignore_signals()  # the interpreter, as it ends, would let the next one kill the process
    sys.exit(status)


def _tell_interruption(output: Output, interruption: Interruption) -> None:
    if interruption.told:
        return
    interruption.told = True
    written = msg("interrupted, after the outputs were written")
    output.say(written if interruption.written else _INTERRUPTED)


def _open_streams() -> None:
    """Let a stream that the caller has closed swallow what is written to it; Python leaves None there."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115 - for good


def run(arguments: Sequence[str], output: Output | None = None, interruption: Interruption | None = None) -> int:
    """Run a command; its exit status. No exception leaves this function, but for a late KeyboardInterrupt.

    Args:
        arguments: the words behind the program's name.
        output: where it speaks, in the language that the command line names; None: one of its own.
        interruption: the handler of Ctrl-C; None: Python's.
    """
    steady(sys.stdout)
    steady(sys.stderr)
    output = output or Output(default_language())
    output.lang = named_language(arguments) or output.lang
    try:
        if os.environ.get(COMPLETE):
            complete(cli, os.environ[COMPLETE])
            return _ended(Status.YES)
        with cli.make_context("steelyard", list(arguments), obj=output) as context:
            cli.invoke(context)
        sys.stdout.flush()
    except SteelyardError as error:
        from steelyard.cli.telling import tell_error

        return _ended(tell_error(output, error))
    except Stop as stop:
        return _ended(stop.status)
    except click.exceptions.Exit as done:
        return _ended(done.exit_code)
    except click.ClickException as error:
        from steelyard.cli.usage import tell_misuse

        tell_misuse(output, error)
        return Status.USAGE
    except (KeyboardInterrupt, click.Abort):
        _tell_interruption(output, interruption or Interruption())
        return Status.INTERRUPTED
    except BrokenPipeError:
        return _quiet_pipe()
    except Exception as error:  # noqa: BLE001 - the last resort: no traceback reaches a user
        return _ended_by(output, error)
    return Status.YES


def _ended(status: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _quiet_pipe()
    return status


def _quiet_pipe() -> Status:
    """The reader went away: nothing more can be said, not even at the interpreter's end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Status.PIPE


def _ended_by(output: Output, error: Exception) -> Status:
    """Say what ended a command: the machine, the system, or a fault of ours."""
    from steelyard.session.shortage import shortage

    _debug()
    error.__traceback__ = None  # gives back what its frames hold: memory may have run out
    short = shortage(error)
    if short is not None:
        for message in short.messages:
            output.error(message)
        for hint in short.hints:
            output.say(hint)
        return Status.USAGE
    return _refused(output, error) if isinstance(error, OSError) else _bug(output, error)


def _refused(output: Output, error: OSError) -> Status:
    """The system would not: a name that is too long, a full disk, a folder that is closed."""
    reason = error.strerror or type(error).__name__
    if error.filename is None:
        output.error(msg("the system refuses: {reason}", reason=reason))
    else:
        output.error(msg("cannot use `{file}`: {reason}", file=str(error.filename)[:200], reason=reason))
    return Status.USAGE


def _debug() -> None:
    if os.environ.get("STEELYARD_DEBUG"):
        import traceback

        traceback.print_exc()


def _bug(output: Output, error: Exception) -> Status:
    output.error(
        msg(
            "a fault of this program, not of your files: {kind}: {text}",
            kind=type(error).__name__,
            text=str(error)[:500],
        )
    )
    output.error(msg("please report it with the command that you ran; STEELYARD_DEBUG=1 shows where it happened"))
    return Status.BUG
