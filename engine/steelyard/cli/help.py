"""`--help` in the reader's language: click's layout, with the texts of `help.po`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from inspect import cleandoc

import click

from steelyard.cli.output import Output
from steelyard.diagnostics.catalogue import LANGUAGES, translations

_EXTRA = re.compile(r"(?P<help>.*?)(?P<extra>  \[[^\[\]]*\])?", re.DOTALL)
_VERBATIM = "\b"
"""What a paragraph begins with whose lines are kept as they stand: examples."""
_SAYS = re.compile(r":$|\S  +\S")
"""A line of examples that says something: a heading, or a command with what it does behind it."""


class Formatter(click.HelpFormatter):
    """Lays out help text after translating each paragraph; a text without a translation stays English.

    Chinese is wrapped by the width of its characters on a terminal, which click does not know.
    """

    def __init__(self, lang: str, width: int | None, max_width: int | None) -> None:
        super().__init__(width=width, max_width=max_width)
        self._known = translations(lang, "help")

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        words = " ".join(self._known.get(word, word) for word in args.split(" "))
        super().write_usage(prog, words, self._known.get("Usage:") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """Write a heading."""
        self.write(f"{'':{self.current_indent}}{self._known.get(heading, heading)}：\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs; one that begins with a backspace keeps its lines."""
        shown: list[str] = []
        for paragraph in cleandoc(text).split("\n\n"):
            if paragraph.startswith(_VERBATIM):
                lines = [self._line(line) for line in paragraph.split("\n")[1:]]
            else:
                lines = _wrapped(self._known.get(key(paragraph), key(paragraph)), self.width - self.current_indent)
            shown.append("\n".join(f"{'':{self.current_indent}}{line}" for line in lines))
        self.write("\n\n".join(shown) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of options or commands with what they mean."""
        pairs = list(rows)
        first = min(max((len(term) for term, _ in pairs), default=0), col_max) + col_spacing
        space = max(self.width - first - self.current_indent - 2, 10)
        for term, meaning in pairs:
            lines = _wrapped(self._meaning(meaning), space)
            begun = f"{'':{self.current_indent}}{term}"
            if len(term) > first - col_spacing:
                self.write(f"{begun}\n")
                begun = ""
            for line in lines:
                self.write(f"{begun:<{first + self.current_indent}}{line}\n")
                begun = ""

    def _line(self, line: str) -> str:
        words = line.strip()
        return line[: len(line) - len(line.lstrip())] + self._known.get(words, words)

    def _meaning(self, text: str) -> str:
        parted = _EXTRA.fullmatch(text)
        if parted is None:
            return text
        extra = parted["extra"] or ""
        for word in ("default: ", "required"):
            extra = extra.replace(word, self._known.get(word, word))
        return self._known.get(key(parted["help"]), parted["help"]) + extra


class Context(click.Context):
    """A context whose help is in the reader's language."""

    def make_formatter(self) -> click.HelpFormatter:
        """Return what lays out help: click's own for English."""
        output = self.find_object(Output)
        if output is None or output.lang == "en":
            return super().make_formatter()
        return Formatter(output.lang, self.terminal_width, self.max_content_width)


class Command(click.Command):
    """A command whose help is in the reader's language."""

    context_class = Context


class Group(click.Group):
    """A group of such commands."""

    context_class = Context
    command_class = Command


def key(text: str) -> str:
    """Return what a paragraph or the help of an option is looked up by: its words."""
    return " ".join(text.split())


def texts(command: click.Command) -> list[str]:
    """Give every text that the help of a command shows and `help.po` has to translate."""
    found: list[str] = []
    for paragraph in cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith(_VERBATIM):
            found += [line.strip() for line in paragraph.split("\n")[1:] if _SAYS.search(line)]
        else:
            found.append(key(paragraph))
    return found + [key(one.help) for one in command.params if isinstance(one, click.Option) and one.help]


def named_language(arguments: Sequence[str]) -> str | None:
    """Return what `--lang` says, wherever it stands; None where it is not given, or not understood."""
    found: str | None = None
    for at, word in enumerate(arguments):
        if word == "--lang":
            found = "".join(arguments[at + 1 : at + 2])
        elif word.startswith("--lang="):
            found = word.removeprefix("--lang=")
    return found if found in LANGUAGES else None


def _wrapped(text: str, width: int) -> list[str]:
    from rich.console import Console
    from rich.text import Text

    return [line.plain.rstrip() for line in Text(text).wrap(Console(width=width), width)]
