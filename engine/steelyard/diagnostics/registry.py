"""The registry of diagnostic codes: one line a code. Retired codes stay and are never used again.

Y: YAML, M: the file's shape, N: names, T: types and units, H: tables, bands and hit policies,
L: lint, B: what an engine cannot do, E: evaluation and its files.
Each code owns a page, `pages/CODE.md`, whose example is run by a test.
"""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.diagnostics.diagnostic import InternalError, Severity

_E = Severity.ERROR
_W = Severity.WARNING


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding.

    Attributes:
        id: letter and three digits.
        name: the bad pattern in kebab case.
        severity: what it does to the ruleset.
    """

    id: str
    name: str
    severity: Severity


_CODES = (
    # Y: the text is not the YAML that we read
    Code("Y101", "yaml-syntax", _E),
    Code("Y102", "duplicate-key", _E),
    Code("Y103", "anchor-or-alias", _E),
    Code("Y104", "yaml-tag", _E),
    Code("Y105", "second-document", _E),
    Code("Y106", "key-not-text", _E),
    Code("Y107", "tab-as-space", _E),
    Code("Y108", "nested-too-deep", _E),
    Code("Y109", "eaten-expression", _E),
    Code("Y110", "empty-file", _E),
    Code("Y111", "invisible-character", _E),
    # Y2: the text of an expression
    Code("Y201", "expression-syntax", _E),
    Code("Y202", "expression-too-large", _E),
    Code("Y203", "number-too-long", _E),
    Code("Y204", "inexact-duration", _E),
    # M: the file's shape
    Code("M101", "unknown-key", _E),
    Code("M102", "missing-key", _E),
    Code("M103", "wrong-kind", _E),
    Code("M104", "empty-value", _E),
    Code("M105", "broken-up-expression", _E),
    Code("M106", "unlisted-word", _E),
    Code("M107", "malformed-number", _E),
    Code("M108", "exclusive-keys", _E),
    Code("M109", "key-without-companion", _E),
    Code("M110", "unsupported-format", _E),
    Code("M111", "wrong-length", _E),
    # N: names
    Code("N101", "unknown-name", _E),
    # T: types and units
    Code("T101", "operand-types", _E),
    # E: evaluation and its files
    Code("E101", "unreadable-file", _E),
    Code("E102", "file-not-utf8", _E),
    Code("E103", "file-too-large", _E),
    Code("E110", "missing-fact-file", _E),
    Code("E111", "unread-kind-of-file", _E),
    Code("E112", "wrong-encoding", _E),
    Code("E113", "unusable-dialect", _E),
    Code("E114", "empty-fact-file", _E),
    Code("E115", "duplicate-column", _E),
    Code("E116", "missing-column", _E),
    Code("E117", "unclosed-quote", _E),
    Code("E118", "damaged-file", _E),
    Code("E119", "inexact-column-type", _E),
    Code("E120", "relation-not-given", _E),
    Code("E121", "unknown-relation", _E),
    Code("E122", "bad-row-of-any-case", _E),
)

CODES = {code.id: code for code in _CODES}


def code(identifier: str) -> Code:
    """The registered code; an unregistered one is a bug of ours."""
    try:
        return CODES[identifier]
    except KeyError:
        raise InternalError(f"diagnostic code {identifier} is not registered") from None
