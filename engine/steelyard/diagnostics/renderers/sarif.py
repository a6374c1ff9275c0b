"""Findings as SARIF 2.1.0 (OASIS standard), for code scanning of GitHub, GitLab, Azure and editors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from steelyard.diagnostics.catalogue import Translator, translator
from steelyard.diagnostics.diagnostic import Diagnostic, Label
from steelyard.diagnostics.pages import page, parts
from steelyard.diagnostics.registry import code
from steelyard.diagnostics.renderers.annotations import sentences
from steelyard.diagnostics.span import Span

VERSION = "2.1.0"


def render_sarif(diagnostics: Sequence[Diagnostic], lang: str = "en", *, program: str = "") -> str:
    """Render findings as one SARIF log with one run.

    Lines and columns are counted from 1 in code points, the end is exclusive. Relative paths are relative to
    `%SRCROOT%`, the working directory of the command.

    Args:
        diagnostics: findings.
        lang: the language of sentences and of the pages of codes.
        program: the version of this program; empty: not said.
    """
    translate = translator(lang)
    codes = sorted({one.code for one in diagnostics})
    rules = [_rule(one, lang) for one in codes]
    driver: dict[str, object] = {"name": "Steelyard", **({"version": program} if program else {}), "rules": rules}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": VERSION,
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(one, codes.index(one.code), translate) for one in diagnostics],
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(identifier: str, lang: str) -> dict[str, object]:
    text = page(identifier, lang) or ""
    pieces = parts(text)
    return {
        "id": identifier,
        "name": code(identifier).name,
        "shortDescription": {"text": pieces[1]},
        "fullDescription": {"text": pieces[3]},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": code(identifier).severity.value},
    }


def _result(diagnostic: Diagnostic, rule: int, translate: Translator) -> dict[str, object]:
    said = str(diagnostic.headline)  # in English, so that the language does not change the fingerprint
    file = "" if diagnostic.span is None else diagnostic.span.file
    found: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity.value,
        "message": {"text": sentences(diagnostic, translate)},
        "partialFingerprints": {
            "steelyard/v1": hashlib.sha256(f"{file}\n{diagnostic.code}\n{said}".encode()).hexdigest()
        },
    }
    if diagnostic.span is not None:
        found["locations"] = [_location(diagnostic.span)]
    related = [_related(label, translate) for label in diagnostic.labels]
    return found | ({"relatedLocations": related} if related else {})


def _related(label: Label, translate: Translator) -> dict[str, object]:
    said: dict[str, object] = {} if label.text is None else {"message": {"text": translate(label.text)}}
    return _location(label.span) | said


def _location(span: Span) -> dict[str, object]:
    path = Path(span.file)
    if path.is_absolute():
        artifact = {"uri": path.as_uri()}
    else:
        artifact = {"uri": quote(path.as_posix()), "uriBaseId": "%SRCROOT%"}
    place: dict[str, object] = {"artifactLocation": artifact}
    if span.cell:  # a workbook has no lines
        return {"physicalLocation": place, "logicalLocations": [{"name": span.cell}]}
    place["region"] = {
        "startLine": span.line + 1,
        "startColumn": span.column + 1,
        "endLine": span.end_line + 1,
        "endColumn": span.end_column + 1,
    }
    return {"physicalLocation": place}
