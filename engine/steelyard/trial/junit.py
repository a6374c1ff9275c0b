"""Trials as JUnit XML, in the form that Jenkins documents: a suite a ruleset, a test case a case."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.catalogue import translator
from steelyard.diagnostics.plain import in_xml
from steelyard.trial.records import Trial, Untried, Verdict
from steelyard.trial.text import EXPLAINED, failure


def junit(trials: Sequence[Trial], untried: Sequence[Untried], lang: str) -> str:
    """One XML document; sentences are in a language. A ruleset that could not be tried is a failed test case."""
    root = Element(
        "testsuites",
        name="steelyard",
        tests=str(sum(len(one.verdicts) for one in trials) + len(untried)),
        failures=str(sum(len(one.failures) for one in trials) + len(untried)),
        errors="0",
        time=_time(sum(one.seconds for one in trials)),
    )
    for trial in trials:
        _suite(root, trial, lang)
    for one in untried:
        _untried(root, one, lang)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, trial: Trial, lang: str) -> None:
    suite = SubElement(
        root,
        "testsuite",
        name=in_xml(trial.ruleset),
        tests=str(len(trial.verdicts)),
        failures=str(len(trial.failures)),
        errors="0",
        skipped="0",
        time=_time(trial.seconds),
        file=in_xml(trial.file),
    )
    properties = SubElement(suite, "properties")
    SubElement(properties, "property", name="engines", value=", ".join(trial.engines))
    for one in trial.unable:
        SubElement(properties, "property", name=f"not run on {one.engine}", value=in_xml(translator(lang)(one.why)))
    failed = 0
    for verdict in trial.verdicts:
        found = SubElement(suite, "testcase", name=in_xml(verdict.name), classname=in_xml(trial.ruleset))
        if not verdict.passed:
            failed += 1
            _failure(found, verdict, lang, explained=failed <= EXPLAINED)


def _untried(root: Element, one: Untried, lang: str) -> None:
    told = translator(lang)
    name = in_xml(one.ruleset)
    suite = SubElement(root, "testsuite", name=name, tests="1", failures="1", errors="0", skipped="0", time=_time(0))
    case = SubElement(suite, "testcase", name=told(msg("the ruleset or its cases")), classname=name)
    lines = [f"{each.span or name}: {each.code} {told(each.headline)}" for each in one.diagnostics]
    shown = SubElement(case, "failure", type="error", message=in_xml(lines[0]))
    shown.text = "\n".join(map(in_xml, lines))


def _failure(case: Element, verdict: Verdict, lang: str, *, explained: bool) -> None:
    kind = "difference" if verdict.differences else "disagreement"
    shown = SubElement(case, "failure", type=kind, message=in_xml(translator(lang)(headline(verdict))))
    lines = (str(verdict.worked.name.span), *failure(verdict, lang, explained=explained))
    shown.text = "\n".join(map(in_xml, lines))


def headline(verdict: Verdict) -> Message:
    """A failure in one sentence."""
    if verdict.differences:
        one, more = verdict.differences[0], len(verdict.differences) - 1
        first = msg(
            "`{name}` is “{found}”, expected “{expected}”", name=one.name, found=one.found, expected=one.expected
        )
        return first if not more else msg("{first}, and {count} more {count:result|results}", first=first, count=more)
    return msg("the engines disagree about `{name}`", name=verdict.contradictions[0].name)


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"
