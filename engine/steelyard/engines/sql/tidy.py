"""Removes unneeded quotes, parentheses and aliases from a statement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as Grammar

_SAFE = re.compile(r"[a-z_][a-z0-9_]*")
_MORE = frozenset(
    """
    account alter analyse analyze anti any array as asc asymmetric at authorization between binary both by cast check
    coalesce collation column columns concurrently connect connection constraint create cross cube current
    current_catalog current_date current_role current_schema current_time current_timestamp current_user database
    deferrable delete desc do drop each else end except exclude extract false fetch following for foreign freeze from
    full function generated grant greatest group grouping grouping_id groups gscluster hash having if ignore in
    increment initially inner inout insert intersect interval into is isnull issue join lambda language lateral
    leading least left like limit localtime localtimestamp lookup merge minus national natural new no none normalize
    not notnull null nullif nulls of offset on only option or order organization out outer over overlaps overlay
    partition pivot pivot_longer placing position preceding precision primary proto qualify range recursive regexp
    respect revoke right rlike rollup row rows sample schema select semi session_user set setof similar struct
    substring symmetric system_user table tablesample text then time timestamp to trailing treat trigger trim true
    try_cast tuple unbounded union unique unnest unpack unpivot update user using value values variadic verbose view
    when whenever where window with within xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces
    xmlparse xmlpi xmlroot xmlserialize xmltable
    """.split()  # noqa: SIM905 - shorter than a hundred strings
)
"""Reserved words that sqlglot does not list, or that are names only in some positions."""


@cache
def keywords(grammar: str) -> frozenset[str]:
    """Return the words that a name must not be unless it is quoted."""
    known = Grammar.get_or_raise(grammar).tokenizer_class.KEYWORDS
    return _MORE | {word.lower() for word in known}


def tidied(query: exp.Query, renamed: Mapping[str, str], reserved: frozenset[str]) -> exp.Query:
    """Rename common table expressions, and remove unneeded quotes, parentheses and aliases.

    Args:
        query: the query, which is modified.
        renamed: new names of common table expressions.
        reserved: names that need quotes.
    """
    for node in list(query.walk()):
        match node:
            case exp.Table() | exp.TableAlias() if isinstance(node.this, exp.Identifier):
                node.this.set("this", renamed.get(node.this.this, node.this.this))
            case exp.Column(args={"table": exp.Identifier() as table}):
                table.set("this", renamed.get(table.this, table.this))
            case _:  # names no common table expression
                pass
    for node in list(query.find_all(exp.Alias, exp.Paren)):
        match node:
            case exp.Alias(this=exp.Column() as column) if column.name == node.alias:
                node.replace(column)
            case exp.Paren(this=inner) if _needless(node, inner):
                node.replace(inner)
            case _:  # changes the meaning
                pass
    for name in query.find_all(exp.Identifier):
        if _SAFE.fullmatch(name.this) and name.this not in reserved:
            name.set("quoted", False)
    return query


def _needless(outer: exp.Paren, inner: exp.Expr) -> bool:
    """Return whether an expression means the same without its parentheses."""
    parent = outer.parent
    first = parent is not None and parent.this is outer
    match parent, inner:
        case _, exp.Paren():
            return True
        case (exp.And(), exp.And()) | (exp.Or(), exp.Or()):
            return True
        case exp.And() | exp.Or(), exp.Between():
            return False
        case exp.And() | exp.Or(), exp.Predicate() | exp.Not():
            return True
        case exp.Add() | exp.Sub(), exp.Mul():
            return True
        case exp.Add() | exp.Sub(), exp.Add() | exp.Sub():
            return first
        case _:  # better kept
            return False
