"""How files seem to be written, as a proposal of an intake file: `propose_intake`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostics, PolicyError, Span, msg
from steelyard.session.errors import UsageError

if TYPE_CHECKING:
    from steelyard.diagnostics.catalogue import Translator
    from steelyard.facts.proposals import Proposed


def propose_intake(ruleset: str, cases: Sequence[str], relations: Mapping[str, Sequence[str]], lang: str = "en") -> str:
    """Look at files, and propose an intake file for a person to judge; in comments stands what it is based on.

    Args:
        ruleset: a file, a folder of versions, or the name of a shipped ruleset.
        cases: paths and patterns of files of cases.
        relations: paths and patterns of files of relations, by relation.
        lang: `en` or `zh`, of the comments.

    Raises:
        PolicyError: the ruleset has errors, or a file is not there or cannot be read in any way.
        UsageError: no file is given, or a relation that the ruleset does not have.
    """
    from steelyard.analysis.check import load
    from steelyard.diagnostics.catalogue import translator
    from steelyard.diagnostics.suggestions import closest
    from steelyard.facts.absent import CASES
    from steelyard.facts.proposals import propose
    from steelyard.facts.readers import UnreadableError

    loaded = load(ruleset, lint=False)
    if loaded.versions is None:
        raise PolicyError(loaded.diagnostics)
    known = [one.id for one in loaded.versions.newest.relations_to_give]
    for name in relations:
        if name not in known:
            near = closest(name, known)
            hints = () if near is None else (msg("did you mean `{near}`?", near=near),)
            raise UsageError(msg("the ruleset has no relation `{relation}`", relation=name), hints=hints)
    files = {role: _files(some) for role, some in {CASES: cases, **relations}.items()}
    found = {role: paths for role, paths in files.items() if paths}
    if not found:
        raise UsageError(msg("no file is there to look at"))
    try:
        lines = propose(loaded.versions, found)
    except UnreadableError as error:
        diagnostics = Diagnostics()
        named = ", ".join(path.name for paths in found.values() for path in paths)
        diagnostics.add(error.code, Span(named, 0, 0, 0, 0), error.headline, help=error.help, notes=error.notes)
        raise PolicyError(diagnostics.sorted()) from None
    said = translator(lang)
    return "".join(f"{_line(one, said)}\n" for one in lines)


def _files(names: Sequence[str]) -> list[Path]:
    """Return the files that paths and patterns stand for.

    Raises:
        PolicyError: one stands for no file.
    """
    from steelyard.facts.patterns import matching_files

    diagnostics = Diagnostics()
    found: list[Path] = []
    for name in names:
        paths = matching_files(name)
        found += paths
        if not any(path.exists() for path in paths):
            headline = msg("no file matches `{pattern}`", pattern=name)
            diagnostics.add("E110", Span(name, 0, 0, 0, 0), headline, help=msg("check the path and its spelling"))
    if diagnostics.sorted():
        raise PolicyError(diagnostics.sorted())
    return found


def _line(line: Proposed, said: Translator) -> str:
    remark = "" if line.remark is None else _printable(said(line.remark))
    text = line.text if line.chosen else f"# {line.text}"
    both = f"{text}  # {remark}" if text and remark else text or f"# {remark}"
    return f"{'  ' * line.depth}{both}"


def _printable(text: str) -> str:
    """Return a text for a comment: on one line, without signs that no file of YAML may have."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in " ".join(text.split()))
