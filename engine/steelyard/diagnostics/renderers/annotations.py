"""Findings for programs that show one text a finding: annotations of GitHub, code quality of GitLab."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from steelyard.diagnostics.catalogue import Translator, translator
from steelyard.diagnostics.diagnostic import Diagnostic, Severity
from steelyard.diagnostics.message import msg

_GITLAB = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def sentences(diagnostic: Diagnostic, translate: Translator) -> str:
    """The headline, then help and notes, each a line."""
    lines = [translate(diagnostic.headline)]
    if diagnostic.help is not None:
        lines.append(f"{translate(msg('help'))}: {translate(diagnostic.help)}")
    lines += [f"{translate(msg('note'))}: {translate(note)}" for note in diagnostic.notes]
    return "\n".join(lines)


def render_github(diagnostics: Sequence[Diagnostic], lang: str = "en") -> str:
    """Render findings as workflow commands, which GitHub Actions shows as annotations beside the changed lines."""
    translate = translator(lang)
    return "".join(_command(one, translate) for one in diagnostics)


def _command(diagnostic: Diagnostic, translate: Translator) -> str:
    properties = {"title": diagnostic.code}
    span = diagnostic.span
    if span is not None:
        properties = {"file": PurePath(span.file).as_posix(), **properties}
        if not span.cell:
            properties |= {"line": str(span.line + 1), "endLine": str(span.end_line + 1)}
        if not span.cell and span.end_line == span.line:  # columns count within one line only
            properties |= {"col": str(span.column + 1), "endColumn": str(span.end_column + 1)}
    listed = ",".join(f"{name}={_escaped(value, ',:')}" for name, value in properties.items())
    return f"::{diagnostic.severity.value} {listed}::{_escaped(sentences(diagnostic, translate))}\n"


def _escaped(text: str, more: str = "") -> str:
    """Percent-encode what would end a property or a command."""
    for sign in f"%\r\n{more}":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def render_gitlab(diagnostics: Sequence[Diagnostic], lang: str = "en") -> str:
    """Render findings as a code quality report of GitLab; one without a place is of line 1 of a file without a name."""
    translate = translator(lang)
    seen: Counter[str] = Counter()
    report: list[dict[str, object]] = []
    for one in diagnostics:
        path = "" if one.span is None else PurePath(one.span.file).as_posix()
        said = f"{path}\n{one.code}\n{one.headline}"
        seen[said] += 1
        report.append(
            {
                "description": f"{one.code}: {sentences(one, translate)}",
                "check_name": one.code,
                "fingerprint": hashlib.sha256(f"{said}\n{seen[said]}".encode()).hexdigest(),
                "severity": _GITLAB[one.severity],
                "location": {"path": path, "lines": {"begin": 1 if one.span is None else one.span.line + 1}},
            }
        )
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"
