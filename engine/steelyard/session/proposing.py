"""How files seem to be written, as a proposal of an intake file: `propose_intake`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        PolicyError: the ruleset has errors, or a file cannot be read in any way.
        UsageError: no file is given, or a relation that the ruleset does not have.
    """
    from steelyard.analysis.check import load
    from steelyard.diagnostics.catalogue import translator
    from steelyard.facts.absent import CASES
    from steelyard.facts.patterns import matching_files
    from steelyard.facts.proposals import propose
    from steelyard.facts.readers import UnreadableError

    loaded = load(ruleset, lint=False)
    if loaded.versions is None:
        raise PolicyError(loaded.diagnostics)
    known = [one.id for one in loaded.versions.newest.relations]
    for name in relations:
        if name not in known:
            raise UsageError(msg("the ruleset has no relation `{relation}`", relation=name))
    given = {CASES: cases, **relations}
    files = {role: [path for one in some for path in matching_files(one)] for role, some in given.items()}
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


def _line(line: Proposed, said: Translator) -> str:
    remark = "" if line.remark is None else _printable(said(line.remark))
    text = line.text if line.chosen else f"# {line.text}"
    both = f"{text}  # {remark}" if text and remark else text or f"# {remark}"
    return f"{'  ' * line.depth}{both}"


def _printable(text: str) -> str:
    """Return a text for a comment: on one line, without signs that no file of YAML may have."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in " ".join(text.split()))
