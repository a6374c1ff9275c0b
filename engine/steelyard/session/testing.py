"""Try rulesets on worked cases: `steelyard.test`, `Policy.test` and `steelyard test`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from steelyard.analysis.sources import CASES_FILE, RULESET_FILE, rulesets_in
from steelyard.diagnostics import Diagnostics, Message, PolicyError, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.session.errors import CasesError, EngineError, OutputError, UsageError
from steelyard.session.files import staging
from steelyard.session.last_failed import last_failed, remember
from steelyard.session.listener import Listener, Silent
from steelyard.source.files import BYTE_ORDER_MARK
from steelyard.trial.coverage.records import Coverage
from steelyard.trial.records import Trial, Untried, Verdict
from steelyard.trial.running import ENGINES
from steelyard.trial.worked import WorkedCase

if TYPE_CHECKING:
    from steelyard.ir.versions import Versions
    from steelyard.trial.mutating.records import Mutation

Layout = Literal["text", "json", "junit", "html"]
LAYOUTS: tuple[Layout, ...] = ("text", "json", "junit", "html")
_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a trial.

    Attributes:
        engines: the names of those that shall run; empty: every one that can.
        names: parts or patterns of names of cases; empty: all.
        failed: whether only the cases that failed last time are run, all where none did.
        remembered: whether it is kept, in the user's folder for caches, which cases fail.
        update: whether values that differ are replaced in the file by what was found.
        lang: of the remarks that `update` writes.
        coverage: whether what the cases try of the ruleset is measured.
        mutate: whether small changes of the policy are tried too, to find those that no case notices.
    """

    engines: Sequence[str] = ()
    names: Sequence[str] = ()
    failed: bool = False
    remembered: bool = False
    update: bool = False
    lang: str = "en"
    coverage: bool = False
    listener: Listener = field(default_factory=Silent)
    mutate: bool = False


def try_ruleset(
    ruleset: str | os.PathLike[str],
    cases: str | os.PathLike[str] | None = None,
    *,
    engines: Sequence[str] = (),
    names: Sequence[str] = (),
    update: bool = False,
    coverage: bool = False,
    lang: str = "en",
    parameters: Mapping[str, str] | None = None,
    listener: Listener | None = None,
    mutate: bool = False,
) -> Trial:
    """Try a ruleset on its worked cases, as `steelyard test` does.

    Args:
        ruleset: a file, a folder of versions, or the name of a shipped ruleset.
        cases: a file of worked cases; None: `cases.yaml` beside the ruleset.
        engines: `reference`, `durable`, `sql`; empty: every one that can run the ruleset.
        names: parts of names of cases, or patterns of them (`storm-*`); empty: all.
        update: values that differ are replaced in the file by what was found, each with a remark to be confirmed.
        coverage: whether what the cases try of the ruleset is measured: `Trial.coverage`.
        lang: `en` or `zh`, of these remarks.
        parameters: the values of parameters that a case does not set.
        listener: is told how far it is and what may surprise; None: nothing is told.
        mutate: whether small changes of the policy are tried too (`mutation`), to find those that no case notices.

    Returns:
        What came of each case.

    Raises:
        PolicyError: the ruleset, or the file of cases (`CasesError`), cannot be read or has errors.
        UsageError: no case has such a name.
        EngineError: no such engine, or it was asked for and cannot run.
        OutputError: the file of cases cannot be updated; it is as it was.
    """
    told = listener or Silent()
    asked = Asked(engines, names, update=update, lang=lang, coverage=coverage, listener=told, mutate=mutate)
    return _tried(_read(os.fspath(ruleset), None if cases is None else Path(cases), asked), asked, parameters)


test = try_ruleset
"""Its public name."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A ruleset and its cases, read.

    Attributes:
        text: the file of cases, as it was read; empty unless it is to be updated.
        wanted: the names of the cases that are asked for.
        failed: those of them that failed last time.
        seconds: how long reading took.
    """

    ruleset: str
    versions: Versions
    cases: Path
    text: bytes
    worked: tuple[WorkedCase, ...]
    wanted: frozenset[str]
    failed: frozenset[str]
    seconds: float


def _read(ruleset: str, cases: Path | None, asked: Asked) -> _Ready:
    from steelyard.analysis.check import load

    began = perf_counter()
    loaded = load(ruleset, lint=False)
    if loaded.versions is None:
        raise PolicyError(loaded.diagnostics)
    return _ready(loaded.versions, ruleset, cases or loaded.parts[0].path.parent / CASES_FILE, asked, began)


def _ready(versions: Versions, ruleset: str, cases: Path, asked: Asked, began: float) -> _Ready:
    """Read the cases of a ruleset; `began` is when, by the clock of `perf_counter`."""
    from steelyard.trial.worked import read_worked_cases

    _check_engines(asked.engines)
    diagnostics = Diagnostics()
    text = cases.read_bytes() if asked.update and cases.is_file() else b""
    worked = read_worked_cases(cases, diagnostics)
    if worked is None:
        raise CasesError(diagnostics.sorted())
    wanted = _wanted(worked, cases, asked.names)
    failed = wanted & last_failed(cases) if asked.failed else frozenset[str]()
    return _Ready(ruleset, versions, cases, text, worked, wanted, failed, perf_counter() - began)


def try_versions(
    versions: Versions, ruleset: str, cases: Path, asked: Asked, parameters: Mapping[str, str] | None = None
) -> Trial:
    """Try a ruleset that is loaded.

    Args:
        versions: parameters need no value.
        ruleset: what it is called.
        cases: the file of worked cases.
        asked: what is asked.
        parameters: the values of parameters that a case does not set.

    Raises:
        CasesError: the file of cases cannot be read or has errors.
        UsageError, EngineError, OutputError: as for `try_ruleset`.
    """
    return _tried(_ready(versions, ruleset, cases, asked, perf_counter()), asked, parameters)


def _tried(ready: _Ready, asked: Asked, parameters: Mapping[str, str] | None) -> Trial:
    from steelyard.trial.running import run_cases

    began = perf_counter()
    diagnostics = Diagnostics()
    wanted = ready.failed or ready.wanted
    with asked.listener.progress(msg("testing"), len(wanted)) as tick:
        verdicts, engines, unable = run_cases(
            ready.versions,
            ready.worked,
            diagnostics,
            engines=asked.engines or ENGINES,
            chosen=lambda one: one.name in wanted,
            settings=parameters,
            tick=tick,
        )
    if diagnostics.errors:
        raise CasesError(diagnostics.sorted())
    if asked.engines and unable:
        raise EngineError(*(one.why for one in unable))
    failed = [one.name for one in verdicts if not one.passed]
    if asked.remembered:
        remember(ready.cases, [one.name for one in verdicts], failed)
    if asked.update and failed:
        _update(ready.cases, ready.text, verdicts, asked)
    left_out = len(ready.worked) - len(verdicts)
    covered = _coverage(ready.versions, verdicts) if asked.coverage else None
    seconds = ready.seconds + perf_counter() - began
    mutated = _mutated(ready, wanted, asked, parameters) if asked.mutate else None
    return Trial(ready.ruleset, str(ready.cases), engines, unable, verdicts, left_out, seconds, covered, mutated)


def _coverage(versions: Versions, verdicts: Sequence[Verdict]) -> Coverage:
    from steelyard.trial.coverage.measuring import coverage

    return coverage(versions, verdicts)


def _mutated(ready: _Ready, wanted: frozenset[str], asked: Asked, parameters: Mapping[str, str] | None) -> Mutation:
    """Find the small changes of a ruleset that no case notices."""
    from steelyard.trial.mutating.judging import mutation

    with ExitStack() as stack:
        return mutation(
            ready.versions,
            ready.worked,
            chosen=lambda one: one.name in wanted,
            settings=parameters,
            total=lambda count: stack.enter_context(asked.listener.progress(msg("changing the policy"), count)),
        )


class NoSuchCaseError(UsageError):
    """No case has a name that is asked for."""


def trials(
    rulesets: Iterable[str],
    cases: str | None = None,
    asked: Asked | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Iterator[Trial | Untried]:
    """Try several rulesets, one after the other; what is wrong with one does not keep the others from being tried.

    Args:
        rulesets: as for `try_ruleset`; of a folder of folders with cases each of them.
        cases: a file of cases, for a single ruleset.
        asked: what is asked of each.
        parameters: the values of parameters that a case does not set.

    Raises:
        UsageError: no case of any ruleset has a name that is asked for, or `cases` is given for several.
        EngineError, OutputError: as for `try_ruleset`.
    """
    asked = asked or Asked()
    names = tuple(dict.fromkeys(found for name in rulesets for found in _below(name)))
    if cases is not None and len(names) > 1:
        raise UsageError(msg("a file of cases is given for one ruleset only"))
    found: list[_Ready | Untried] = []
    unknown: list[NoSuchCaseError] = []
    for name in names:
        try:
            found.append(_read(name, None if cases is None else Path(cases), asked))
        except PolicyError as error:
            found.append(_untried(name, error))
        except NoSuchCaseError as error:
            unknown.append(error)
    if unknown and not found:
        raise unknown[0]
    failed = any(one.failed for one in found if isinstance(one, _Ready))
    if asked.failed and not failed:
        asked.listener.say(msg("no case failed last time, so all are run"))
    for one in found:
        if isinstance(one, Untried):
            yield one
        elif one.failed or not failed:
            try:
                yield _tried(one, asked, parameters)
            except PolicyError as error:
                yield _untried(one.ruleset, error)


def _untried(name: str, error: PolicyError) -> Untried:
    return Untried(name, error.diagnostics, isinstance(error, CasesError))


def render(found: Sequence[Trial], layout: Layout, lang: str, untried: Sequence[Untried] = ()) -> str:
    """Lay trials out: as text (without those that could not be tried), JSON, JUnit XML; their coverage as a page."""
    match layout:
        case "text":
            from steelyard.trial.text import text

            return text(found, lang)
        case "json":
            from steelyard.trial.data import as_json

            return as_json(found, untried, lang)
        case "junit":
            from steelyard.trial.junit import junit

            return junit(found, untried, lang)
        case "html":
            from steelyard.trial.coverage.page import page

            return page([(one.ruleset, one.coverage) for one in found if one.coverage is not None], lang)


def total(found: Sequence[Trial], untried: Sequence[Untried] = ()) -> Message:
    """The last line of a command: how many cases passed and failed, and what could not be tried."""
    from steelyard.trial.text import summary

    return summary(found, untried)


def _below(name: str) -> list[str]:
    """The rulesets that a name means: those of a folder of folders that have cases; that beside a file of cases."""
    path = Path(name)
    if path.name == CASES_FILE:
        beside = path.with_name(RULESET_FILE)
        return [str(beside if beside.is_file() else path.parent)]
    found = rulesets_in(name)
    return [one for one in found if (Path(one) / CASES_FILE).is_file()] or found[:1] if len(found) > 1 else found


def _check_engines(engines: Sequence[str]) -> None:
    for name in engines:
        if name not in ENGINES:
            known = ", ".join(ENGINES)
            raise EngineError(msg("there is no engine `{name}`; there are {known}", name=name, known=known))


def _wanted(worked: Sequence[WorkedCase], cases: Path, names: Sequence[str]) -> frozenset[str]:
    """The names of the cases that are asked for.

    Raises:
        NoSuchCaseError: none has such a name.
    """
    found = frozenset(str(one.name) for one in worked if not names or _matches(one.name, names))
    if not found:
        near = closest(names[0], (str(one.name) for one in worked))
        hints = () if near is None else (msg("did you mean `{near}`?", near=near),)
        said = msg("no case of `{file}` is named {names}", file=str(cases), names=listed(names))
        raise NoSuchCaseError(said, hints=hints)
    return found


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, one) if _MAGIC & {*one} else one in name for one in patterns)


def _update(cases: Path, before: bytes, verdicts: Sequence[Verdict], asked: Asked) -> None:
    """Write what was found into the file, whole or not at all.

    Raises:
        OutputError: the file cannot be changed by a program, was changed by somebody else, or cannot be written.
    """
    from steelyard.trial.updating import UpdateError, updated

    mark = BYTE_ORDER_MARK.encode()
    text = before.removeprefix(mark).decode()
    try:
        new, count = updated(text, verdicts, asked.lang)
    except UpdateError:
        raise OutputError(msg("`{file}` is not written as a program can change it", file=str(cases))) from None
    if not count:
        return
    target = cases.resolve()
    with staging() as stage:
        aside = stage.place(target)
        aside.write_bytes((mark if before.startswith(mark) else b"") + new.encode())
        shutil.copymode(target, aside)
        if _bytes(target) != before:
            raise OutputError(msg("`{file}` was changed meanwhile: nothing was written", file=str(cases)))
    asked.listener.say(_updated(cases, count))


def _updated(cases: Path, count: int) -> Message:
    return msg(
        "`{file}`: {count} {count:value|values} replaced by what was found: confirm each, and delete its remark",
        file=str(cases),
        count=count,
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OutputError(msg("cannot use `{file}`: {reason}", file=str(path), reason=error.strerror or "")) from None
