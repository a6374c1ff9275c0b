"""What stands without facts: the findings about a ruleset, and the JSON Schemas of what is read and written."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, assert_never

from steelyard.diagnostics import msg
from steelyard.session.errors import UsageError

if TYPE_CHECKING:
    from steelyard.analysis.check import Loaded
    from steelyard.diagnostics import Diagnostic

Layout = Literal["text", "json", "sarif", "junit", "github", "gitlab"]
LAYOUTS: tuple[Layout, ...] = ("text", "json", "sarif", "junit", "github", "gitlab")

SchemaKind = Literal["ruleset", "intake", "amendment", "explain", "check", "cases", "test", "diff"]


def check(ruleset: str | os.PathLike[str]) -> tuple[Diagnostic, ...]:
    """Check a ruleset, as `steelyard check` does.

    Args:
        ruleset: a file, a folder of versions, the name of a shipped ruleset, or a ruleset as text of several lines.

    Returns:
        What was found, errors and warnings, in the order of the text; empty where there is nothing to say. A file
        that cannot be read is a finding too. A warning is not among them where its line ignores it
        (`# steelyard: ignore CODE REASON`).
    """
    from steelyard.analysis.check import load
    from steelyard.diagnostics.renderers import read_source

    if isinstance(ruleset, str) and "\n" in ruleset:
        return check_text(ruleset)
    return _without_ignored(load(os.fspath(ruleset)), {}, read_source)


def check_text(text: str, file: str | None = None) -> tuple[Diagnostic, ...]:
    """Check a ruleset that is given as text.

    Args:
        text: YAML.
        file: its name in places; files that it names are relative to the folder of this one. None: `text`, and the
            working directory.
    """
    from steelyard.analysis.check import load_text
    from steelyard.analysis.sources import TEXT
    from steelyard.diagnostics.renderers import read_source

    return _without_ignored(load_text(text, file=file or TEXT), {file or TEXT: text}, read_source)


def _without_ignored(
    loaded: Loaded, texts: Mapping[str, str], read: Callable[[str], str | None]
) -> tuple[Diagnostic, ...]:
    from steelyard.analysis.ignores import without_ignored

    files = [str(part.path) for part in loaded.parts]
    return without_ignored(loaded.diagnostics, files, lambda file: texts[file] if file in texts else read(file))


def rulesets_below(name: str) -> list[str]:
    """The rulesets that a name stands for: of a folder without one, those in the folders below it.

    Args:
        name: a file, a folder, or the name of a shipped ruleset.
    """
    from steelyard.analysis.sources import rulesets_in

    return rulesets_in(name)


def chosen(
    findings: Sequence[Diagnostic], select: Collection[str] = (), ignore: Collection[str] = ()
) -> tuple[Diagnostic, ...]:
    """The errors, and the warnings that are selected and not ignored.

    Args:
        findings: of a ruleset.
        select: codes or their beginnings (`L1`); empty: all.
        ignore: likewise.

    Raises:
        UsageError: no code begins so, or a code to ignore is an error.
    """
    from steelyard.diagnostics import Severity
    from steelyard.diagnostics.registry import CODES

    for prefix in (*select, *ignore):
        if not any(code.startswith(prefix.upper()) for code in CODES):
            raise UsageError(msg("no code begins with `{code}`", code=prefix))
    for prefix in ignore:
        if prefix.upper() in CODES and CODES[prefix.upper()].severity is Severity.ERROR:
            raise UsageError(msg("`{code}` is an error, which cannot be ignored", code=prefix))
    wanted, unwanted = tuple(map(str.upper, select)) or ("",), tuple(map(str.upper, ignore))
    return tuple(
        one
        for one in findings
        if one.severity is Severity.ERROR or (one.code.startswith(wanted) and not one.code.startswith(unwanted))
    )


def render(
    checked: Mapping[str, Sequence[Diagnostic]],
    layout: Layout,
    lang: str = "en",
    *,
    texts: Mapping[str, str] | None = None,
    strict: bool = False,
    colour: bool = False,
) -> str:
    """Lay findings out.

    Args:
        checked: the findings of each ruleset, by its name; what two rulesets have in common is given once.
        layout: `text` for people; `json` (schema: `schema("check")`), `sarif` (2.1.0), `junit` for programs;
            `github` for annotations in GitHub Actions, `gitlab` for GitLab's report of code quality.
        lang: the language of sentences.
        texts: of files that are not on disk, by name.
        strict: whether warnings fail too, in JUnit XML.
        colour: whether text has colours of a terminal.
    """
    from steelyard import __version__
    from steelyard.diagnostics.catalogue import translator
    from steelyard.diagnostics.renderers import read_source, render_json, render_text
    from steelyard.diagnostics.renderers.annotations import render_github, render_gitlab
    from steelyard.diagnostics.renderers.junit import render_junit
    from steelyard.diagnostics.renderers.sarif import render_sarif

    given = texts or {}

    def sources(file: str) -> str | None:
        return given[file] if file in given else read_source(file)

    findings = list(dict.fromkeys(one for each in checked.values() for one in each))
    match layout:
        case "text":
            return render_text(findings, sources=sources, translate=translator(lang), colour=colour)
        case "json":
            return render_json(findings, sources=sources, translate=translator(lang))
        case "sarif":
            return render_sarif(findings, lang, program=__version__)
        case "junit":
            return render_junit(checked, lang, sources=sources, strict=strict)
        case "github":
            return render_github(findings, lang)
        case "gitlab":
            return render_gitlab(findings, lang)
        case _:
            assert_never(layout)


def schema(kind: SchemaKind = "ruleset") -> dict[str, Any]:
    """Give a JSON Schema.

    Args:
        kind: `ruleset` or `amendment` of a ruleset's file, the latter of one that amends another; `intake` of a file
            that says how files are written; `cases` of a file of worked cases; `explain`, `check`, `test` and `diff` of
            what these commands write with `--format json`.
    """
    match kind:
        case "ruleset":
            from steelyard.model.schema import json_schema

            return json_schema()
        case "intake":
            from steelyard.model.schema import intake_schema

            return intake_schema()
        case "amendment":
            from steelyard.model.schema import amendment_schema

            return amendment_schema()
        case "explain":
            from steelyard.explain.data import explanation_schema

            return explanation_schema()
        case "check":
            from steelyard.diagnostics.renderers.json import check_schema

            return check_schema()
        case "cases":
            from steelyard.model.schema import cases_schema

            return cases_schema()
        case "test":
            from steelyard.trial.data import test_schema

            return test_schema()
        case "diff":
            from steelyard.trial.comparing.data import diff_schema

            return diff_schema()
        case _:
            assert_never(kind)
