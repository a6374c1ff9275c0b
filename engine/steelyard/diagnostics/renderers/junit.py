"""Findings as JUnit XML, in the form that Jenkins documents: a test case a ruleset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from steelyard.diagnostics.catalogue import translator
from steelyard.diagnostics.diagnostic import Diagnostic, Severity
from steelyard.diagnostics.plain import in_xml
from steelyard.diagnostics.renderers.text import render_text


def render_junit(
    checked: Mapping[str, Sequence[Diagnostic]],
    lang: str = "en",
    *,
    sources: Callable[[str], str | None],
    strict: bool = False,
) -> str:
    """Render findings.

    Args:
        checked: the findings of each ruleset, by its name.
        lang: the language of sentences.
        sources: gives the text of a file.
        strict: whether a ruleset with warnings fails too; else they are its output.
    """
    translate = translator(lang)
    root = Element("testsuites", name="steelyard check")
    suite = SubElement(root, "testsuite", name="steelyard check")
    failures = 0
    for name, findings in checked.items():
        case = SubElement(suite, "testcase", name=in_xml(name), classname="steelyard.check")
        if not findings:
            continue
        worst = next((one for one in findings if one.severity is Severity.ERROR), findings[0])
        failed = strict or worst.severity is Severity.ERROR
        failures += failed
        shown = SubElement(case, "failure" if failed else "system-out")
        if failed:
            shown.set("type", worst.severity.value)
            shown.set("message", in_xml(translate(worst.headline)))
        shown.text = in_xml(render_text(findings, sources=sources, translate=translate))
    for one in (root, suite):
        counts = {"tests": len(checked), "failures": failures, "errors": 0}
        for key, count in counts.items():
            one.set(key, str(count))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"
