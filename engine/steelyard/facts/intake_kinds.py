"""Finds what an intake file says of files of whose kind it has no meaning, such as the sheet of a CSV file."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from steelyard.diagnostics import Diagnostics, Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.model.intake import FileSection
from steelyard.source import Text

_ENDINGS = {
    "encoding": (".csv", ".tsv", ".jsonl"),
    "delimiter": (".csv", ".tsv"),
    "sheet": (".xlsx",),
    "merged": (".xlsx",),
    "header": (".csv", ".tsv", ".xlsx"),
    "missing": (".csv", ".tsv", ".jsonl", ".parquet", ".xlsx", ".xes", ".xes.gz"),
}
"""How the files end of which a key has a meaning; the keys of sections that have one for every file are not named."""


_NAMED = 5
"""How many files are named at most."""


def report_kinds(name: Text, section: FileSection, diagnostics: Diagnostics) -> None:
    """Report what is said of one file without a meaning."""
    for key, written, _ in _unfit(section, [name]):
        headline = msg("`{key}` has no meaning for `{file}`", key=key, file=name)
        diagnostics.add("E113", written.span, headline, help=_kinds(key))


def kinds_warnings(entry: str, section: FileSection, files: Collection[str]) -> Iterator[Message]:
    """Give a warning for each key of an entry that stands for several files and has no meaning for some of them.

    Args:
        entry: the role or the pattern.
        section: what is said.
        files: the names of the files for which it is said.
    """
    for key, _, unfit in _unfit(section, files):
        yield msg(
            "intake file: `{key}` of `{entry}` has no meaning for {files}: {kinds}",
            key=key,
            entry=entry,
            files=listed(unfit[:_NAMED]) + " …" * (len(unfit) > _NAMED),
            kinds=_kinds(key),
        )


def _unfit(section: FileSection, files: Collection[str]) -> Iterator[tuple[str, Text, list[str]]]:
    for key, endings in _ENDINGS.items():
        value: Text | None = next(iter(section.missing), None) if key == "missing" else getattr(section, key)
        unfit = [name for name in files if not name.lower().endswith(endings)]
        if value is not None and unfit:
            yield key, value, unfit


def _kinds(key: str) -> Message:
    return msg("it is said of files that end in {endings}", endings=listed(_ENDINGS[key]))
