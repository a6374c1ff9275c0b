"""The one namespace: what each name is, and clashes (LANGUAGE.md section 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from steelyard.diagnostics import Diagnostics, Label, Span, msg
from steelyard.ir.scope import SPECIAL_NAMES
from steelyard.model.ruleset import RulesetFile
from steelyard.source import Text

RESERVED = frozenset(["and", "or", "not", "in", "between", "if", "then", "else", "where", "missing", "true", "false"])
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_RULE_ID = re.compile(r"\w[\w-]*")


def declared_names(file: RulesetFile, diagnostics: Diagnostics) -> dict[str, str]:
    """All names with what they are; a name taken twice, or one that no expression could read, is reported."""
    kinds: dict[str, str] = {}
    places: dict[str, Span] = {}
    for kind, key in _declarations(file):
        name, span = str(key), key.span
        if name in places:
            diagnostics.add(
                "N103",
                span,
                msg("the name `{name}` is taken", name=name),
                help=msg(
                    "inputs, parameters, defines, tables, relations, groups, indicators, scores and rules share names"
                ),
                labels=(Label(places[name], msg("it is {kind} here", kind=msg(kind))),),
            )
            continue
        _check_form(kind, name, span, diagnostics)
        places[name] = span
        kinds[name] = kind
    return kinds


def _check_form(kind: str, name: str, span: Span, diagnostics: Diagnostics) -> None:
    if kind == "rule":
        if not _RULE_ID.fullmatch(name):
            diagnostics.add(
                "N108", span, msg("`{name}` is no rule id", name=name), help=msg("letters, digits, `_` and `-`")
            )
        return
    if not _IDENTIFIER.fullmatch(name):
        diagnostics.add(
            "N108",
            span,
            msg("`{name}` cannot be read in an expression", name=name),
            help=msg("a name is letters, digits and `_`, and does not start with a digit"),
        )
    elif name in RESERVED or name in SPECIAL_NAMES:
        diagnostics.add(
            "N108",
            span,
            msg("`{name}` has a meaning of its own", name=name),
            help=msg("choose another name, e.g. `{name}_`", name=name),
        )


def _declarations(file: RulesetFile) -> Iterator[tuple[str, Text]]:
    rules = ("exemptions", "unscored", "deductions", "bonuses", "gates")
    sections: tuple[tuple[str, Iterable[str]], ...] = (
        ("input", file.case.inputs),
        ("parameter", file.parameters),
        ("define", file.define),
        ("table", file.tables),
        ("relation", file.relations),
        ("group", file.groups),
        ("indicator", file.indicators),
        ("score", file.scores or ()),
        *(("rule", getattr(file, section)) for section in rules),
        ("rule", file.weights.adjustments if file.weights else ()),
    )
    for kind, keys in sections:
        for key in keys:
            assert isinstance(key, Text)  # noqa: S101 - the model keeps the key objects
            yield kind, key
