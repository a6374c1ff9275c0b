"""The registry of diagnostic codes, one line per code. Retired codes stay and are never reused.

Y: YAML, M: the file's shape, N: names, T: types and units, H: tables, bands and hit policies, L: lint, B: what an
engine cannot do, E: evaluation and its files. Each code owns a page, `pages/CODE.md`, whose example is run by a test.
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
        severity: whether it prevents the use of the ruleset.
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
    Code("Y112", "full-width-colon", _E),
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
    Code("E123", "unfit-feed-format", _E),
    Code("E124", "column-under-another-name", _E),
    Code("E125", "keys-alike", _W),
    Code("E126", "row-without-counterpart", _W),
    Code("E127", "value-that-never-occurs", _W),
    Code("N102", "ambiguous-name", _E),
    Code("N103", "name-taken-twice", _E),
    Code("N104", "name-without-value", _E),
    Code("N105", "read-too-early", _E),
    Code("N106", "cyclic-definition", _E),
    Code("N107", "row-without-aggregate", _E),
    Code("N108", "unreadable-name", _E),
    Code("N109", "aggregate-without-one-relation", _E),
    Code("N110", "unknown-function", _E),
    Code("N111", "unknown-part", _E),
    Code("N112", "unknown-time-zone", _E),
    Code("N113", "unknown-calendar", _E),
    Code("N114", "unknown-holidays", _E),
    Code("N115", "name-of-result-column", _E),
    Code("T102", "comparison-types", _E),
    Code("T103", "unlisted-value", _E),
    Code("T104", "unrounded-division", _E),
    Code("T105", "argument-count", _E),
    Code("T106", "argument-type", _E),
    Code("T107", "unfit-type", _E),
    Code("T108", "order-without-levels", _E),
    Code("T109", "malformed-literal", _E),
    Code("T110", "unknown-type", _E),
    Code("T112", "target-not-above-zero", _E),
    Code("T113", "unsaid-missing-rule", _E),
    Code("T114", "unsaid-unknown-rule", _E),
    Code("T115", "list-as-value", _E),
    Code("T116", "malformed-hours", _E),
    Code("T117", "calendar-without-hours", _E),
    Code("T118", "contradictory-calendar", _E),
    Code("T119", "working-days-as-value", _E),
    Code("T120", "uncounted-missing-value", _E),
    Code("T121", "unusable-recurrence", _E),
    # H1: tables and bands that contradict themselves or leave gaps; H2: weights
    Code("H101", "overlapping-rows", _E),
    Code("H102", "conflicting-rows", _E),
    Code("H103", "uncovered-values", _W),
    Code("H121", "overlapping-bands", _E),
    Code("H122", "uncovered-measure", _E),
    Code("H123", "unscored-measure", _W),
    Code("H131", "spreadsheet-formula", _E),
    Code("H132", "missing-or-text", _E),
    Code("H133", "possible-overlap", _W),
    Code("H134", "expression-as-text", _E),
    Code("H141", "range-never-met", _E),
    Code("H201", "weights-off-total", _E),
    Code("H202", "weight-not-above-zero", _E),
    Code("H203", "share-out-of-bounds", _E),
    Code("H204", "unresolvable-weights", _E),
    Code("H205", "too-many-situations", _W),
    Code("H206", "minimum-below-zero", _E),
    # L: lint
    Code("L101", "unused-name", _W),
    Code("L111", "unreachable-row", _W),
    Code("L121", "missing-better-than-late", _W),
    Code("L122", "idle-exemption", _W),
    Code("L123", "points-of-zero", _W),
    Code("L124", "needless-unknown", _W),
    Code("L125", "curve-against-direction", _W),
    Code("L126", "too-wide-for-sql", _W),
    Code("L127", "negative-time", _W),
    Code("L128", "kind-not-named", _E),
    Code("L129", "points-cut-off", _W),
    Code("L130", "unreached-grade", _W),
    Code("L131", "target-out-of-range", _W),
    Code("L132", "missing-as-text", _W),
    Code("L133", "name-as-text", _W),
    Code("L134", "overlapping-windows", _W),
    Code("L135", "idle-ignore", _W),
    Code("L136", "unexplained-ignore", _W),
    Code("L139", "text-in-one-language", _W),
    Code("H104", "hit-policy-without-order", _E),
    Code("H105", "unknown-column", _E),
    Code("H106", "missing-output-entry", _E),
    Code("H107", "curve-not-ascending", _E),
    Code("H108", "otherwise-not-last", _E),
    Code("H111", "grade-gap", _E),
    Code("H112", "grade-overlap", _E),
    Code("H113", "empty-grade", _E),
    Code("B101", "not-supported-yet", _E),
    Code("B201", "number-too-wide", _E),
    Code("M112", "weight-not-taken", _E),
    # M13: versions in a folder
    Code("M131", "unlike-versions", _E),
    Code("M132", "overlapping-versions", _E),
    Code("M133", "gap-between-versions", _W),
    Code("M134", "version-named-twice", _E),
    # N13: amendments
    Code("N131", "unknown-base", _E),
    Code("N132", "cyclic-amendment", _E),
    Code("N133", "several-bases", _E),
    Code("N134", "removal-of-nothing", _E),
    Code("E130", "parameter-without-value", _E),
    # E14: tables from files
    Code("E141", "cell-without-value", _E),
    Code("E142", "merged-cells", _E),
    Code("E143", "inexact-cell", _E),
    Code("E144", "unknown-sheet", _E),
    Code("E145", "ragged-row", _E),
    # E15: worked cases
    Code("E151", "unfit-expectation", _E),
    Code("E152", "case-named-twice", _E),
)

CODES = {code.id: code for code in _CODES}


def code(identifier: str) -> Code:
    """Return the registered code. An unregistered one raises InternalError."""
    try:
        return CODES[identifier]
    except KeyError:
        raise InternalError(f"diagnostic code {identifier} is not registered") from None
