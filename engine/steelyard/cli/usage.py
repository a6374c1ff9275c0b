"""Tells of a command line that cannot be understood, in the reader's language."""

from __future__ import annotations

import re

import click

from steelyard.cli.output import Output
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed

_CHOICE = re.compile(r"(?P<value>'.*') is not one of (?P<known>.*)\.", re.DOTALL)
_NUMBER = re.compile(r"(?P<value>'.*') is not a valid .*\.", re.DOTALL)
_RANGE = re.compile(r"(?P<value>.*) is not in the range x>=(?P<low>.*)\.", re.DOTALL)
_EXTRA = re.compile(r"Got unexpected extra arguments? \((?P<words>.*)\)", re.DOTALL)
_NO_VALUE = re.compile(r"Option '(?P<name>.*)' does not take a value\.", re.DOTALL)
_NEEDS_VALUE = re.compile(r"Option '(?P<name>.*)' requires an argument\.", re.DOTALL)


def tell_misuse(output: Output, error: click.ClickException) -> None:
    """Show the command's usage, where help is, and what is wrong."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        context.color = False
        output.tell(context.get_usage())
        output.tell(output.text(msg("`{command} --help` says more", command=context.command_path)))
    output.error(_message(error))


def _message(error: click.ClickException) -> Message:
    """Return what click found as a message of ours; what has no message stays as click says it."""
    text = error.format_message()
    match error:
        case click.NoSuchOption(option_name=name, possibilities=near):
            unknown = msg("there is no option `{name}`", name=name)
            return msg("{what}: did you mean {near}?", what=unknown, near=listed(near)) if near else unknown
        case click.MissingParameter(param=click.Option(opts=names)):
            return msg("the option `{name}` is missing", name=names[-1] if len(names) == 1 else " / ".join(names))
        case click.MissingParameter(param=click.Argument(human_readable_name=name)):
            return msg("the argument `{name}` is missing", name=name)
        case click.BadParameter(param=click.Option(opts=names), message=message):
            return msg("`{name}`: {what}", name=names[-1], what=_value(message))
        case click.BadParameter(param=click.Argument(human_readable_name=name), message=message):
            return msg("`{name}`: {what}", name=name, what=_value(message))
        case _:  # told apart by its words alone
            return _worded(text)


def _value(text: str) -> Message:
    if found := _CHOICE.fullmatch(text):
        known = listed(name.strip(" '") for name in found["known"].split(","))
        return msg("{value} is none of {known}", value=found["value"], known=known)
    if found := _NUMBER.fullmatch(text):
        return msg("{value} is no whole number", value=found["value"])
    if found := _RANGE.fullmatch(text):
        return msg("{value} is less than {low}", value=found["value"], low=found["low"])
    return msg("{text}", text=text)


def _worded(text: str) -> Message:
    if found := _EXTRA.fullmatch(text):
        return msg("too many arguments: `{words}`", words=found["words"])
    if found := _NO_VALUE.fullmatch(text):
        return msg("the option `{name}` takes no value", name=found["name"])
    if found := _NEEDS_VALUE.fullmatch(text):
        return msg("the option `{name}` needs a value", name=found["name"])
    return msg("{text}", text=text)
