"""Slips on command lines whose hints name an option or a word."""

from __future__ import annotations

from golden.hints.slips import Slip

COMMANDS = (
    (Slip("", "schema «check --amendment→ruleset •»"), "`--amendment` is for the schema of a ruleset"),
    (Slip("", "rule «--lan→•» zh", omit=("--lan",)), "{what}: did you mean {near}?"),
    (Slip("", "«schem→•»"), "did you mean `{near}`?"),
    (Slip("", "rule «T1O1→•»"), "did you mean `{near}`?"),
)
"""The words of commands, with a slot for what the hint suggests, and the hint as its template."""
