"""Writes what was found into the text of a file of cases: only the values that differ, each with a remark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.diagnostics.catalogue import translator
from steelyard.source import Map, Node, Seq, Text, read_yaml
from steelyard.trial.records import Difference, Verdict
from steelyard.trial.worked import SEPARATOR, text_of

_PLAIN = re.compile(r"[\w./+%-][\w./+%:;,-]*(?<![:])")
"""Texts that need no quotes, in a mapping between braces too but for the comma."""
_BREAKS = re.compile(r"(\r\n|\r|\n)")
_CASE, _EXPECT = "case", "expect"


class UpdateError(Exception):
    """Raised where the text cannot be changed with nothing else changing: a person must do it."""


def updated(text: str, verdicts: Iterable[Verdict], lang: str) -> tuple[str, int]:
    """Write what was found in the place of what was expected.

    Args:
        text: of the file of cases, without a byte order mark.
        verdicts: of its cases. Those about which engines disagree are left as they are.
        lang: of the remarks.

    Returns:
        The text, and how many values were changed.

    Raises:
        UpdateError: a value cannot be replaced without changing something else.
    """
    wanted = [(verdict, one) for verdict in verdicts if not verdict.contradictions for one in verdict.differences]
    parts = _BREAKS.split(text)
    lines, ends = parts[::2], [*parts[1::2], ""]
    remarks: dict[int, tuple[Message, ...]] = {}
    for _, one in sorted(wanted, key=lambda pair: pair[1].expectation.name.span, reverse=True):
        span = _place(one, lines)
        before, after = lines[span.line][: span.column], lines[span.end_line][span.end_column :]
        replaced = "\n".join(lines[span.line : span.end_line + 1])[span.column :].removesuffix(after)
        if span.line != span.end_line and "#" in replaced:
            raise UpdateError(f"{span}")
        blank = "" if before.endswith((" ", "\t")) else " "
        lines[span.line : span.end_line + 1] = [f"{before}{blank}{_written(one)}{after}"]
        ends[span.line : span.end_line + 1] = [ends[span.end_line]]
        shift = span.end_line - span.line
        remarks = {(line - shift if line > span.line else line): own for line, own in remarks.items()}
        was = msg("{name} was {value}", name=one.name, value=" ".join(text_of(one.expectation.value).split()) or '""')
        remarks[span.line] = (was, *remarks.get(span.line, ()))
    for line, own in remarks.items():
        remark = translator(lang)(
            msg("{changes}, by `steelyard test --update`: confirm it, then delete this remark", changes=own)
        )
        sign = ";" if _ends_in_comment(lines[line]) else "  #"
        lines[line] = f"{lines[line].rstrip()}{sign} {remark}"
    new_text = "".join(line + end for line, end in zip(lines, ends, strict=True))
    _check(text, new_text, wanted)
    return new_text, len(wanted)


def _place(one: Difference, lines: Sequence[str]) -> Span:
    """What is replaced: the value; of one that begins below its name all that follows the name's colon."""
    name, value = one.expectation.name.span, one.expectation.value.span
    if value.line == name.end_line:
        return value
    colon = lines[name.end_line].index(":", name.end_column)
    return replace(value, line=name.end_line, column=colon + 1)


def _written(one: Difference) -> str:
    """What was found, in the form in which the expected value is written."""
    value = one.expectation.value
    if isinstance(value, Seq):
        return "[" + ", ".join(map(_quoted, filter(None, one.found.split(SEPARATOR)))) + "]"
    quoted = isinstance(value, Text) and value.quoted
    return _quoted(one.found, always=quoted)


def _quoted(text: str, *, always: bool = False) -> str:
    if not always and _PLAIN.fullmatch(text) and "," not in text:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _ends_in_comment(line: str) -> bool:
    """Whether a remark stands at the end of a line; a `#` between quotes begins none."""
    quote = ""
    for place, sign in enumerate(line):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and (not place or line[place - 1] in " \t[{,:"):
            quote = sign
        elif sign == "#" and (not place or line[place - 1] in " \t"):
            return True
    return False


def _check(old: str, new: str, wanted: Sequence[tuple[Verdict, Difference]]) -> None:
    """Read both texts and hold them against each other: nothing may differ but what was to be changed.

    Raises:
        UpdateError: something else does.
    """
    before, after = (read_yaml(text, "", Diagnostics(), cases=True) for text in (old, new))
    if not isinstance(before, Seq) or not isinstance(after, Seq):
        raise UpdateError("the text")
    changed = {(verdict.name, one.name): one.found for verdict, one in wanted}
    if [_changed(case, changed) for case in before] != [_plain(case) for case in after]:
        raise UpdateError("the text")


def _changed(case: Node, changed: Mapping[tuple[str, str], str]) -> object:
    """A case as data, with the values that were to be changed."""
    if not isinstance(case, Map):
        return _plain(case)
    name = next(str(value) for key, value in case.items() if key == _CASE)
    return {
        str(key): {str(one): _new(old, changed.get((name, one))) for one, old in value.items()}
        if key == _EXPECT and isinstance(value, Map)
        else _plain(value)
        for key, value in case.items()
    }


def _new(old: Node, found: str | None) -> object:
    if found is None:
        return _plain(old)
    return list(filter(None, found.split(SEPARATOR))) if isinstance(old, Seq) else found


def _plain(node: Node) -> object:
    match node:
        case Map():
            return {str(key): _plain(value) for key, value in node.items()}
        case Seq():
            return [_plain(item) for item in node]
        case Text():
            return str(node)
