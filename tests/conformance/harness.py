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

`cases` is what a file of worked cases holds (rulesets/GUIDE.md) and is read by what reads those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bound import bind
from steelyard.analysis.check import load
from steelyard.analysis.versions import Version, fit_together
from steelyard.diagnostics import Diagnostics, Span
from steelyard.engines.durable import DurableEngine, available
from steelyard.engines.protocol import Compiled, Engine
from steelyard.engines.reference import ReferenceEngine
from steelyard.engines.versions import compile_versions
from steelyard.facts.case import Case, Reject
from steelyard.facts.problem import Problem
from steelyard.ir.from_model import lower
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions
from steelyard.model.from_source import from_source
from steelyard.resources import rulesets
from steelyard.semantics.outcome import Outcome, Status
from steelyard.source import Map, Node, Seq, Text
from steelyard.source.reader import read_yaml
from steelyard.trial import built
from steelyard.trial.names import names_of
from steelyard.trial.resolved import resolve
from steelyard.trial.results import result_texts
from steelyard.trial.worked import worked_cases

ENGINES: tuple[Engine, ...] = (ReferenceEngine(), *(() if available() else (DurableEngine(),)))


@dataclass(frozen=True)
class Example:
    """One case of a file, ready."""

    name: str
    settings: Mapping[str, str]
    ready: built.Built

    @property
    def given(self) -> Mapping[str, str]:
        """The inputs by id, the key among them."""
        return self.ready.given

    @property
    def rows(self) -> built.Rows:
        """The rows by relation, derived ones too."""
        return self.ready.rows

    @property
    def expect(self) -> Mapping[str, str]:
        """What shall come out, by name, as files of results write it."""
        names = names_of(self.ready.version)
        found = {str(one.name): names.canonical(one) for one in self.ready.worked.expect}
        return {name: one for name, one in found.items() if not isinstance(one, Problem)}


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
    worked = worked_cases(cases, diagnostics)
    found: dict[str, built.Built] = {}
    if worked is not None:
        worked = resolve(rules, worked, diagnostics)
        for group in built.together(rules, worked, diagnostics):
            found.update({str(one.worked.name): one for one in group.cases})
    if worked is None or diagnostics.errors:
        raise Broken(f"{path.name}: {_say(diagnostics)}")
    return Suite(path.name, rules, tuple(Example(str(one.name), one.settings, found[one.name]) for one in worked))


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


def settled(example: Example) -> Versions:
    """The versions of a suite with the parameters of an example."""
    return example.ready.rules


def build(example: Example) -> Case | Reject:
    """The case of an example."""
    return example.ready.case


def compiled(engine: Engine, rules: Ruleset | Versions) -> Compiled:
    """The ruleset on an engine that can do it."""
    diagnostics = Diagnostics()
    ready = compile_versions(engine, rules, diagnostics)
    if ready is None:
        raise Broken(_say(diagnostics))
    return ready


def own_suites() -> dict[str, tuple[Path, Path | None]]:
    """The files of cases here, as `read_suite` takes them."""
    return {file.stem: (file, None) for file in sorted(Path(__file__).parent.glob("*.yaml"))}


def every_suite() -> dict[str, tuple[Path, Path | None]]:
    """The files of cases here, and the worked cases of the shipped rulesets, as `read_suite` takes them."""
    return {
        **own_suites(),
        **{file.parent.name: (file, file.parent) for file in sorted(rulesets().glob("*/cases.yaml"))},
    }


def together(suite: Suite) -> Iterator[tuple[Ruleset, list[Case]]]:
    """Each version with the parameters of some examples, and their cases."""
    found: dict[int, tuple[Ruleset, list[Case]]] = {}
    for example in suite.examples:
        if isinstance(example.ready.case, Case):
            version = example.ready.version
            found.setdefault(id(version), (version, []))[1].append(example.ready.case)
    yield from found.values()


def outcome_of(example: Example, engine: Engine) -> Outcome:
    """Evaluate one example; a case that intake rejects is rejected with the same words."""
    case = example.ready.case
    if isinstance(case, Reject):
        return Outcome(case.key, Status.REJECTED, rejection=case)
    return compiled(engine, example.ready.rules).evaluate(case)


def found_columns(example: Example, engine: Engine) -> dict[str, str]:
    """Evaluate one example; the columns of its result, under the version in force (the newest where none is)."""
    version = example.ready.version
    found = columns(version, outcome_of(example, engine))
    return {**found, "version": version.version if isinstance(example.ready.case, Case) else ""}


columns = result_texts
"""The columns of a result, as their text in CSV."""


def _key(name: str) -> Text:
    return Text(name, Span("", 0, 0, 0, 0))


def _say(diagnostics: Diagnostics) -> str:
    return "\n".join(f"{d.span}: {d.code} {d.headline} {d.help or ''}" for d in diagnostics.sorted())
