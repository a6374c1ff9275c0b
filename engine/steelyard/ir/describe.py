"""Describes types in the terms of ruleset authors."""

from __future__ import annotations

from typing import assert_never

from steelyard.diagnostics import InternalError, Message, msg
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type


def describe(kind: Type) -> Message:
    """Return the description of a type."""
    match kind:
        case Number(scale=0):
            return msg("an integer")
        case Number():
            return msg("a number")
        case Text():
            return msg("text")
        case Boolean():
            return msg("a truth value")
        case Date():
            return msg("a date")
        case DateTime():
            return msg("a datetime")
        case Duration():
            return msg("a duration")
        case Days():
            return msg("days")
        case Region():
            return msg("a region")
        case Regions():
            return msg("a list of regions")
        case _:
            assert_never(kind)


def called(kind: str) -> Message:
    """Return the description of a kind of name (see `names.declared_names`)."""
    match kind:
        case "input":
            return msg("an input")
        case "parameter":
            return msg("a parameter")
        case "define":
            return msg("a define")
        case "formula":
            return msg("a formula")
        case "table":
            return msg("a table")
        case "relation":
            return msg("a relation")
        case "group":
            return msg("a group")
        case "indicator":
            return msg("an indicator")
        case "score":
            return msg("a score")
        case "rule":
            return msg("a rule")
        case _:
            raise InternalError(f"`{kind}` is no kind of name")
