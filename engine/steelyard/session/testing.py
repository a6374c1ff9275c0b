"""Try rulesets on worked cases: `steelyard.test`, `Policy.test` and `steelyard test`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from steelyard.diagnostics import Diagnostics, Message, PolicyError, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.session.errors import CasesError, EngineError, OutputError, UsageError
from steelyard.session.files import staging
from steelyard.session.last_failed import last_failed, remember
from steelyard.session.listener import Listener, Silent
from steelyard.source.files import BYTE_ORDER_MARK
from steelyard.trial.records import Trial, Untried, Verdict
from steelyard.trial.running import ENGINES
from steelyard.trial.worked import WorkedCase

if TYPE_CHECKING:
    from steelyard.ir.versions import Versions

Layout = Literal["text", "json", "junit"]
LAYOUTS: tuple[Layout, ...] = ("text", "json", "junit")
CASES = "cases.yaml"
"""The worked cases of a ruleset, in its folder."""
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
    """

    engines: Sequence[str] = ()
    names: Sequence[str] = ()
    failed: bool = False
    remembered: bool = False
    update: bool = False
    lang: str = "en"
    listener: Listener = field(default_factory=Silent)


def try_ruleset(
    ruleset: str | os.PathLike[str],
    cases: str | os.PathLike[str] | None = None,
    *,
    engines: Sequence[str] = (),
    names: Sequence[str] = (),
    update: bool = False,
    lang: str = "en",
    parameters: Mapping[str, str] | None = None,
    listener: Listener | None = None,
) -> Trial:
    """Try a ruleset on its worked cases, as `steelyard test` does.

    Args:
        ruleset: a file, a folder of versions, or the name of a shipped ruleset.
        cases: a file of worked cases; None: `cases.yaml` beside the ruleset.
        engines: `reference`, `durable`, `sql`; empty: every one that can run the ruleset.
        names: parts of names of cases, or patterns of them (`storm-*`); empty: all.
        update: values that differ are replaced in the file by what was found, each with a remark to be confirmed.
        lang: `en` or `zh`, of these remarks.
        parameters: the values of parameters that a case does not set.
        listener: is told how far it is and what may surprise; None: nothing is told.

    Returns:
        What came of each case.

    Raises:
        PolicyError: the ruleset, or the file of cases (`CasesError`), cannot be read or has errors.
        UsageError: no case has such a name.
        EngineError: no such engine, or it was asked for and cannot run.
        OutputError: the file of cases cannot be updated; it is as it was.
    """
    asked = Asked(engines, names, update=update, lang=lang, listener=listener or Silent())
    return _try(os.fspath(ruleset), None if cases is None else Path(cases), asked, parameters)


test = try_ruleset
"""Its public name."""


def _try(ruleset: str, cases: Path | None, asked: Asked, parameters: Mapping[str, str] | None) -> Trial:
    from steelyard.analysis.check import load

    began = perf_counter()
    loaded = load(ruleset, lint=False)
    if loaded.versions is None:
        raise PolicyError(loaded.diagnostics)
    beside = loaded.parts[0].path.parent / CASES
    return try_versions(loaded.versions, ruleset, cases or beside, asked, parameters, began=began)


def try_versions(
    versions: Versions,
    ruleset: str,
    cases: Path,
    asked: Asked,
    parameters: Mapping[str, str] | None = None,
    *,
    began: float | None = None,
) -> Trial:
    """Try a ruleset that is loaded.

    Args:
        versions: parameters need no value.
        ruleset: what it is called.
        cases: the file of worked cases.
        asked: what is asked.
        parameters: the values of parameters that a case does not set.
        began: when the trial began, by the clock of `perf_counter`; None: now.

    Raises:
        CasesError: the file of cases cannot be read or has errors.
        UsageError, EngineError, OutputError: as for `try_ruleset`.
    """
    from steelyard.trial.running import run_cases
    from steelyard.trial.worked import read_worked_cases

    began = perf_counter() if began is None else began
    _check_engines(asked.engines)
    diagnostics = Diagnostics()
    worked = read_worked_cases(cases, diagnostics)
    if worked is None:
        raise CasesError(diagnostics.sorted())
    before = _bytes(cases) if asked.update else b""
    chosen = _chosen(worked, cases, asked)
    with asked.listener.progress(msg("testing"), len(worked)) as tick:
        verdicts, engines, unable = run_cases(
            versions,
            worked,
            diagnostics,
            engines=asked.engines or ENGINES,
            chosen=chosen,
            settings=parameters,
            tick=tick,
        )
    if diagnostics.errors:
        raise CasesError(diagnostics.sorted())
    if asked.engines and unable:
        raise EngineError(*(one.why for one in unable))
    if asked.remembered:
        remember(cases, [one.name for one in verdicts], [one.name for one in verdicts if not one.passed])
    if asked.update and not all(one.passed for one in verdicts):
        _update(cases, before, verdicts, asked)
    left_out = len(worked) - len(verdicts)
    return Trial(ruleset, str(cases), engines, unable, verdicts, left_out, perf_counter() - began)


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
    unknown: list[NoSuchCaseError] = []
    for name in names:
        try:
            yield _try(name, None if cases is None else Path(cases), asked, parameters)
        except PolicyError as error:
            yield Untried(name, error.diagnostics, isinstance(error, CasesError))
        except NoSuchCaseError as error:
            unknown.append(error)
    if len(unknown) == len(names):
        raise unknown[0]


def render(found: Sequence[Trial], layout: Layout, lang: str, untried: Sequence[Untried] = ()) -> str:
    """Lay trials out, as text (without those that could not be tried), JSON or JUnit XML."""
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


def total(found: Sequence[Trial], untried: Sequence[Untried] = ()) -> Message:
    """The last line of a command: how many cases passed and failed, and what could not be tried."""
    from steelyard.trial.text import summary

    return summary(found, untried)


def _below(name: str) -> list[str]:
    folder = Path(name)
    if not folder.is_dir() or any(one.suffix in (".yaml", ".yml") for one in folder.iterdir()):
        return [name]
    return [str(one.parent) for one in sorted(folder.glob(f"*/{CASES}"))] or [name]


def _check_engines(engines: Sequence[str]) -> None:
    for name in engines:
        if name not in ENGINES:
            known = ", ".join(ENGINES)
            raise EngineError(msg("there is no engine `{name}`; there are {known}", name=name, known=known))


def _chosen(worked: Sequence[WorkedCase], cases: Path, asked: Asked) -> Callable[[WorkedCase], bool]:
    """Which cases are run.

    Raises:
        UsageError: none has such a name.
    """
    wanted = {str(one.name) for one in worked if not asked.names or _matches(one.name, asked.names)}
    if not wanted:
        near = closest(asked.names[0], (str(one.name) for one in worked)) if asked.names else None
        hint = msg("did you mean `{near}`?", near=near) if near else None
        said = msg("no case of `{file}` is named {names}", file=str(cases), names=listed(asked.names))
        raise NoSuchCaseError(said, hints=() if hint is None else (hint,))
    if asked.failed:
        known = wanted & last_failed(cases)
        if known:
            wanted = known
        else:
            asked.listener.say(msg("`{file}`: no case failed last time, so all are run", file=str(cases)))
    return lambda one: one.name in wanted


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
