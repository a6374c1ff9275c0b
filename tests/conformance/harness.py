"""Cases as data: read a file of cases, evaluate it on an engine, compare columns.

A file holds one ruleset and its cases::

    ruleset:                    # a whole ruleset, nested, or as a block of text
      steelyard: 1
      ...
    cases:
      - case: exactly at the target          # unique in the file
        why: what is shown, in a sentence
        set: {as_of: 2024-05-01T00:00:00Z}   # parameters
        given: {claim_id: A, taken: 24h}     # inputs by id; left out or empty is missing
        rows:                                # relations by id; left out is empty
          weather: [{event_id: W1, ...}]
        expect: {status: scored, score: "90.00"}

In place of `ruleset` there may be `versions`, a list of them, each for its own days.

Rows of a derived relation that no case gives are derived from all cases of the file that have the same parameters.

`expect` names result columns (LANGUAGE.md section 11) with their text in a CSV file, `row` or `where` for the fault of
a rejected case, or `version` for the one in force. What is not named is not compared; engines are compared as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bound import bind
from steelyard.analysis.check import load
from steelyard.analysis.versions import Version, fit_together
from steelyard.calendars.zones import zone
from steelyard.diagnostics import Diagnostics, Span
from steelyard.engines.durable import DurableEngine, available
from steelyard.engines.protocol import Compiled, Engine
from steelyard.engines.reference import ReferenceEngine
from steelyard.engines.versions import compile_versions
from steelyard.facts.case import Case, Reject
from steelyard.facts.format import format_value
from steelyard.facts.texts import case_from_texts
from steelyard.ir.bind import bind_versions
from steelyard.ir.from_model import lower
from steelyard.ir.ruleset import Relation, Ruleset
from steelyard.ir.types import Type
from steelyard.ir.versions import Versions
from steelyard.model.from_source import from_source
from steelyard.resources import rulesets
from steelyard.semantics.derived import derive
from steelyard.semantics.outcome import Fixed, Outcome, Status
from steelyard.source import Map, Node, Seq, Text
from steelyard.source.reader import read_yaml

ENGINES: tuple[Engine, ...] = (ReferenceEngine(), *(() if available() else (DurableEngine(),)))


@dataclass(frozen=True)
class Example:
    """One case of a file, as text."""

    name: str
    settings: Mapping[str, str]
    given: Mapping[str, str]
    rows: Mapping[str, tuple[Mapping[str, str], ...]]
    expect: Mapping[str, str]


@dataclass(frozen=True)
class Suite:
    """A ruleset with its cases."""

    file: str
    rules: Versions
    examples: tuple[Example, ...]

    @property
    def ruleset(self) -> Ruleset:
        """The newest version."""
        return self.rules.newest


class Broken(AssertionError):  # noqa: N818 - what is broken is the file, not the program
    """A file of cases that cannot be used."""


def read_suite(path: Path, ruleset: Path | None = None) -> Suite:
    """Read a file of cases; the ruleset stands in it unless a file, or a folder of versions, is named."""
    diagnostics = Diagnostics()
    root = read_yaml(path.read_text("utf-8"), path.name, diagnostics)
    cases: Node | None = root
    rules: Versions | None = None
    if isinstance(root, Map):
        cases = root.get(_key("cases"))
        node, nodes = root.get(_key("ruleset")), root.get(_key("versions"))
        if isinstance(node, Text):
            node = read_yaml(str(node), path.name, diagnostics)
        if node is not None:
            rules = Versions((lowered(node, diagnostics),))
        elif isinstance(nodes, Seq):
            rules = _together(nodes, diagnostics)
    if ruleset is not None:
        loaded = load(str(ruleset), lint=False)
        rules = loaded.versions
        diagnostics.extend(loaded.diagnostics)
    if rules is None or not isinstance(cases, Seq):
        raise Broken(f"{path.name}: {_say(diagnostics)}")
    suite = Suite(path.name, rules, tuple(_example(case) for case in cases))
    return replace(suite, examples=tuple(_with_derived(suite)))


def _together(nodes: Seq, diagnostics: Diagnostics) -> Versions | None:
    """Versions that stand in one file."""
    files = [from_source(node, diagnostics) for node in nodes]
    found = [(file, None if file is None else lower(file, diagnostics)) for file in files]
    versions = [Version(file, ruleset) for file, ruleset in found if file is not None and ruleset is not None]
    return fit_together(versions, diagnostics) if len(versions) == len(found) else None


def load_ruleset(text: str, file: str = "ruleset.yaml") -> Ruleset:
    """The ruleset of a text; `Broken` with its diagnostics where there are errors."""
    diagnostics = Diagnostics()
    node = read_yaml(text, file, diagnostics)
    if node is None:
        raise Broken(_say(diagnostics))
    return lowered(node, diagnostics)


def lowered(node: Node, diagnostics: Diagnostics) -> Ruleset:
    """From nodes to the meaning."""
    model = from_source(node, diagnostics)
    ruleset = None if model is None else lower(model, diagnostics)
    if ruleset is None or diagnostics.errors:
        raise Broken(_say(diagnostics))
    return ruleset


def settle(ruleset: Ruleset, settings: Mapping[str, str]) -> Ruleset:
    """Give the parameters their values."""
    diagnostics = Diagnostics()
    bound = bind(ruleset, settings, diagnostics)
    if bound is None:
        raise Broken(_say(diagnostics))
    return bound


def settled(suite: Suite, example: Example) -> Versions:
    """The versions of a suite with the parameters of an example."""
    diagnostics = Diagnostics()
    bound = bind_versions(suite.rules, example.settings, diagnostics)
    if bound is None:
        raise Broken(_say(diagnostics))
    return bound


def build(rules: Ruleset | Versions, example: Example) -> Case | Reject:
    """The case of an example."""
    return case_from_texts(rules, example.given, example.rows)


def compiled(engine: Engine, rules: Ruleset | Versions) -> Compiled:
    """The ruleset on an engine that can do it."""
    diagnostics = Diagnostics()
    ready = compile_versions(engine, rules, diagnostics)
    if ready is None:
        raise Broken(_say(diagnostics))
    return ready


def every_suite() -> dict[str, tuple[Path, Path | None]]:
    """The files of cases here, and the worked cases of the shipped rulesets, as `read_suite` takes them."""
    here = {file.stem: (file, None) for file in sorted(Path(__file__).parent.glob("*.yaml"))}
    return {**here, **{file.parent.name: (file, file.parent) for file in sorted(rulesets().glob("*/cases.yaml"))}}


def together(suite: Suite) -> Iterator[tuple[Ruleset, list[Case]]]:
    """Each version with the parameters of some examples, and their cases."""
    for settings in dict.fromkeys(tuple(sorted(example.settings.items())) for example in suite.examples):
        own = [example for example in suite.examples if tuple(sorted(example.settings.items())) == settings]
        rules = settled(suite, own[0])
        built = [case for case in (build(rules, example) for example in own) if not isinstance(case, Reject)]
        for ruleset in rules.rulesets:
            cases = [case for case in built if rules.of(case.values) is ruleset]
            if cases:
                yield ruleset, cases


def outcome_of(suite: Suite, example: Example, engine: Engine) -> Outcome:
    """Evaluate one example; a case that intake rejects is rejected with the same words."""
    rules = settled(suite, example)
    case = build(rules, example)
    if isinstance(case, Reject):
        return Outcome(case.key, Status.REJECTED, rejection=case)
    return compiled(engine, rules).evaluate(case)


def found_columns(suite: Suite, example: Example, engine: Engine) -> dict[str, str]:
    """Evaluate one example; the columns of its result, under the version in force (the newest where none is)."""
    rules = settled(suite, example)
    case = build(rules, example)
    version = None if isinstance(case, Reject) else rules.of(case.values)
    found = columns(version or rules.newest, outcome_of(suite, example, engine))
    return {**found, "version": "" if version is None else version.version}


def columns(ruleset: Ruleset, outcome: Outcome) -> dict[str, str]:
    """The columns of a result, as their text in CSV."""
    return dict(_columns(ruleset, outcome))


def _columns(ruleset: Ruleset, outcome: Outcome) -> Iterator[tuple[str, str]]:
    here = zone(ruleset.timezone)
    types: dict[str, tuple[Type, Type | None]] = {
        i.id: (i.measure_type, None if i.target is None else i.target.type) for i in ruleset.indicators
    }

    def text(value: object, type_: Type | None) -> str:
        return "" if value is None or type_ is None else format_value(value, type_, here)  # type: ignore[arg-type]

    yield "status", outcome.status.value
    yield "reason", outcome.reason or ""
    yield "where", "" if outcome.rejection is None else outcome.rejection.where
    single = len(ruleset.scores) == 1 and ruleset.scores[0].id == "score"
    for score in outcome.scores:
        tail = "" if single else f".{score.id}"
        yield f"score{tail}", "" if score.final is None else str(score.final)
        yield f"base{tail}", "" if score.base is None else str(score.base)
        yield f"grade{tail}", score.grade or ""
        yield f"shares{tail}", "" if score.denominator is None else str(score.denominator)
        yield f"unscored{tail}", score.unscored or ""
        yield f"reasons{tail}", ";".join(score.reasons)
        yield (
            f"ledger{tail}",
            ";".join(
                f"{line.kind.value}{'' if line.rule is None else ' ' + line.rule}"
                f"{'' if line.row is None else '/' + line.row} {line.amount}"
                for line in score.ledger
            ),
        )
        for share in score.shares:
            name = share.id if share.row is None else f"{share.id}/{share.row}"
            yield f"{name}.share{tail}", str(share.share)
            yield f"{name}.lost{tail}", str(share.lost)
    for indicator in outcome.indicators:
        name = indicator.id if indicator.row is None else f"{indicator.id}/{indicator.row}"
        measure, target = types[indicator.id]
        yield f"{name}.measure", text(indicator.measure, measure)
        yield f"{name}.target", text(indicator.target, target)
        yield f"{name}.score", "" if indicator.score is None else str(Fixed(indicator.score, 2))
        yield f"{name}.waived", "" if indicator.waived is None else str(indicator.waived)
    shown = {output.id: output.value.type for output in ruleset.outputs}
    for output in outcome.outputs:
        values = output.value if isinstance(output.value, tuple) else (output.value,)
        yield output.id, ";".join(text(value, shown[output.id]) for value in values)
    yield "fired", ";".join(fired.rule for fired in outcome.fired)
    yield "rows", ";".join(f"{fired.rule}:{','.join(fired.rows)}" for fired in outcome.fired if fired.rows)
    yield "missing", ";".join(outcome.missing)


def _with_derived(suite: Suite) -> Iterator[Example]:
    """The examples, with the rows of derived relations that they do not give."""
    if not any(one.derived for version in suite.rules.rulesets for one in version.relations):
        yield from suite.examples
        return
    for example in suite.examples:
        rules = settled(suite, example)
        derived = [one.id for version in rules.rulesets for one in version.relations if one.derived is not None]
        given = [one for one in suite.examples if one.settings == example.settings]
        built = [build(rules, replace(one, rows={**dict.fromkeys(derived, ()), **one.rows})) for one in given]
        cases = [case for case in built if isinstance(case, Case)]
        own = built[given.index(example)]
        version = (rules.of(own.values) if isinstance(own, Case) else None) or rules.newest
        rows = {one.id: _as_texts(version, one, cases) for one in version.relations if one.derived is not None}
        yield replace(example, rows={**rows, **example.rows})


def _as_texts(ruleset: Ruleset, relation: Relation, cases: Sequence[Case]) -> tuple[Mapping[str, str], ...]:
    """The rows of a derived relation, as a file has them."""
    here, types = zone(ruleset.timezone), {one.id: one.type for one in relation.fields}
    return tuple(
        {name: format_value(value, types[name], here) for name, value in row.values.items()}
        for row in derive(ruleset, relation, cases)
    )


def _example(node: Node) -> Example:
    if not isinstance(node, Map):
        raise Broken("a case is a mapping")
    unknown = {str(key) for key in node} - {"case", "why", "set", "given", "rows", "expect"}
    if unknown:
        raise Broken(f"unknown keys in a case: {sorted(unknown)}")
    rows = node.get(_key("rows"))
    return Example(
        name=str(node[_key("case")]),
        settings=_texts(node.get(_key("set"))),
        given=_texts(node.get(_key("given"))),
        rows={
            str(name): tuple(_texts(row) for row in (found if isinstance(found, Seq) else ()))
            for name, found in (rows.items() if isinstance(rows, Map) else ())
        },
        expect=_texts(node.get(_key("expect"))),
    )


def _texts(node: Node | None) -> dict[str, str]:
    return {str(key): str(value) for key, value in node.items()} if isinstance(node, Map) else {}


def _key(name: str) -> Text:
    return Text(name, Span("", 0, 0, 0, 0))


def _say(diagnostics: Diagnostics) -> str:
    return "\n".join(f"{d.span}: {d.code} {d.headline} {d.help or ''}" for d in diagnostics.sorted())
