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
    # M: the file's shape
    Code("M101", "unknown-key", _E),
    Code("M102", "missing-key", _E),
    Code("M103", "wrong-kind", _E),
    Code("M104", "empty-value", _E),
    Code("M105", "expression-eaten", _E),
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
)

CODES = {code.id: code for code in _CODES}


def code(identifier: str) -> Code:
    """The registered code; an unregistered one is a bug of ours."""
    try:
        return CODES[identifier]
    except KeyError:
        raise InternalError(f"diagnostic code {identifier} is not registered") from None
