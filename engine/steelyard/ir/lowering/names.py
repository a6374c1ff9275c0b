"""Builds the ruleset's single namespace and reports clashes (LANGUAGE.md section 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from steelyard.diagnostics import Diagnostics, Label, Span, msg
from steelyard.ir.describe import called
from steelyard.ir.lowering.formulas import Formula, head_name, is_head
from steelyard.ir.scope import SPECIAL_NAMES
from steelyard.ir.typing.calls import FUNCTION_NAMES
from steelyard.model.ruleset import RulesetFile
from steelyard.source import Text

RESERVED = frozenset({"and", "or", "not", "in", "between", "if", "then", "else", "where", "missing", "true", "false"})
WAYS = frozenset({"met", "proportion", "measure"})
"""The built-in ways to score; names under `scoring` must differ from them."""
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_RULE_ID = re.compile(r"\w[\w-]*")
_LONGEST = 100
_IDENTITY = re.compile(rf"[^\W_][\w.-]{{0,{_LONGEST - 1}}}")
"""A ruleset's id or version."""
_CALLED = frozenset({"table", "formula"})
_ROW_KEYS = frozenset({"note", "source"})
"""Keys that a table's row may have besides its columns."""


def declared_names(file: RulesetFile, formulas: Mapping[str, Formula], diagnostics: Diagnostics) -> dict[str, str]:
    """Return all names with their kinds; report duplicate names and names that expressions cannot contain."""
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
                labels=(Label(places[name], msg("it is {kind} here", kind=called(kinds[name]))),),
            )
            continue
        if kind == "rule":
            _check_rule(key, diagnostics)
        else:
            _check_name(key, diagnostics, SPECIAL_NAMES | FUNCTION_NAMES if kind in _CALLED else SPECIAL_NAMES)
        places[name] = span
        kinds[name] = kind
    _check_parameters(formulas, places, kinds, diagnostics)
    _check_parts(file, diagnostics)
    _check_identity(file.ruleset, diagnostics)
    _check_identity(file.version, diagnostics)
    return kinds


def _check_parameters(
    formulas: Mapping[str, Formula], places: Mapping[str, Span], kinds: Mapping[str, str], diagnostics: Diagnostics
) -> None:
    """Check the parameters of formulas, which share no name with what the formula can read besides them."""
    for formula in formulas.values():
        own: dict[str, Span] = {}
        for name, _ in formula.parameters:
            _check_name(name, diagnostics, SPECIAL_NAMES)
            taken = own.get(name) or (places.get(name) if kinds.get(name) not in {"rule", "group"} else None)
            if taken is not None:
                diagnostics.add(
                    "N103",
                    name.span,
                    msg("the name `{name}` is taken", name=name),
                    help=msg(
                        "call the parameter otherwise: a formula reads its parameters and the names of the ruleset"
                    ),
                    labels=(Label(taken, msg("it is {kind} here", kind=called(kinds.get(name, "parameter")))),),
                )
            own[name] = name.span


def _check_identity(key: Text, diagnostics: Diagnostics) -> None:
    """Check the ruleset's id or version, which is used in file names, SQL comments and every result."""
    if not _IDENTITY.fullmatch(key):
        diagnostics.add(
            "N108",
            key.span,
            msg("`{name}` is no id or version of a ruleset", name=key),
            help=msg(
                "at most {most} letters, digits, `_`, `-` and `.`, beginning with a letter or digit", most=_LONGEST
            ),
        )


def _check_parts(file: RulesetFile, diagnostics: Diagnostics) -> None:
    """Check names that are outside the namespace: of fields, table columns, ways to score and calendars."""
    for relation in file.relations.values():
        for key in (*relation.fields, *relation.define):
            _check_name(key, diagnostics, frozenset())
    for table in file.tables.values():
        for key in (*table.inputs, *table.outputs):
            _check_name(key, diagnostics, _ROW_KEYS)
        for key in table.outputs:
            if key in table.inputs:
                diagnostics.add(
                    "N103",
                    key.span,
                    msg("the name `{name}` is taken", name=key),
                    help=msg("a table's inputs and outputs share names: its rows tell them apart by name only"),
                )
    for key in file.scoring:
        _check_name(key, diagnostics, WAYS)
    for key in file.calendars:
        _check_name(key, diagnostics, frozenset())


def _check_rule(key: Text, diagnostics: Diagnostics) -> None:
    if not _RULE_ID.fullmatch(key):
        diagnostics.add(
            "N108", key.span, msg("`{name}` is no rule id", name=key), help=msg("letters, digits, `_` and `-`")
        )


def _check_name(key: Text, diagnostics: Diagnostics, special: frozenset[str]) -> None:
    if not _IDENTIFIER.fullmatch(key):
        diagnostics.add(
            "N108",
            key.span,
            msg("`{name}` cannot be read in an expression", name=key),
            help=msg("a name is letters, digits and `_`, and does not start with a digit"),
        )
    elif key in RESERVED or key in special:
        diagnostics.add(
            "N108",
            key.span,
            msg("`{name}` has a meaning of its own", name=key),
            help=msg("choose another name, e.g. `{name}_`", name=key),
        )


def _declarations(file: RulesetFile) -> Iterator[tuple[str, Text]]:
    sections: tuple[tuple[str, Iterable[Text]], ...] = (
        ("input", file.case.inputs),
        ("parameter", file.parameters),
        ("define", (key for key in file.define if not is_head(key))),
        ("formula", (name for key in file.define if is_head(key) and (name := head_name(key)) is not None)),
        ("table", file.tables),
        ("relation", file.relations),
        ("group", file.groups),
        ("indicator", file.indicators),
        ("score", file.scores or {}),
        ("rule", file.exemptions),
        ("rule", file.unscored),
        ("rule", file.deductions),
        ("rule", file.bonuses),
        ("rule", file.corrections),
        ("rule", file.gates),
        ("rule", file.weights.adjustments if file.weights else {}),
    )
    for kind, keys in sections:
        for key in keys:
            yield kind, key
