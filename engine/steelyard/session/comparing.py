"""Compare two rulesets, in words and on a portfolio: `steelyard.diff` and `steelyard diff`."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, assert_never

from steelyard.diagnostics import PolicyError, Severity, msg
from steelyard.session.errors import UsageError
from steelyard.session.listener import Listener, Silent
from steelyard.session.revisions import GIT, split_version, taken_out
from steelyard.session.wanted import Wanted
from steelyard.temporary import TemporaryFolder
from steelyard.trial.comparing.changes import Pair
from steelyard.trial.comparing.comparison import Comparison
from steelyard.trial.comparing.words import compare

if TYPE_CHECKING:
    from steelyard.ir.ruleset import Ruleset
    from steelyard.ir.versions import Versions
    from steelyard.session.frames import Data
    from steelyard.session.loading import Parameter
    from steelyard.session.sources import FactFiles

Layout = Literal["text", "json", "md"]
LAYOUTS: tuple[Layout, ...] = ("text", "json", "md")


def diff(
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    cases: Data | None = None,
    relations: Mapping[str, Data] | None = None,
    *,
    by: Sequence[str] = (),
    as_of: datetime | date | str | None = None,
    parameters: Mapping[str, Parameter] | None = None,
    engine: str = "auto",
    verify: int | None = None,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    missing_columns: Collection[str] = (),
    intake: str | os.PathLike[str] | None = None,
    memory_limit: str | None = None,
    listener: Listener | None = None,
) -> Comparison:
    """Compare two rulesets: what each change means, and what the cases of a portfolio get under either.

    Args:
        old: a file, a folder of versions, the name of a shipped ruleset; each with `@VERSION` for one of its versions;
            or `git:REVISION:PATH`.
        new: likewise.
        cases: as for `Policy.score`; None: the rulesets are compared in words alone.
        relations: as for `Policy.score`; a relation that one of the rulesets does not have is given to the other.
        by: inputs of the case by id, column or label, `month` or `version`: who wins and who loses, by group.
        as_of: the cut-off for open cases: the value of the parameter `as_of` of both.
        parameters: values of parameters of both, by name; what one of them does not declare is given to the other.
        engine: as for `Policy.score`.
        verify: as for `Policy.score`, of each ruleset.
        delimiter: between the columns of CSV files; None: a comma.
        encoding: of CSV and JSON Lines.
        missing_columns: optional inputs, and fields as `relation.field`, whose column is known not to be there.
        intake: a file that says how files are written.
        memory_limit: what DuckDB may take, such as `4GB`; None: its own choice.
        listener: is told how far it is and what may surprise; None: nothing is told.

    Returns:
        The comparison.

    Raises:
        PolicyError: a ruleset or a file cannot be read or has errors.
        UsageError: there is no such version, revision or group; or parameters or groups are given without cases.
        InputError: `cases`, a relation or a parameter is in no form that can be read.
        EngineError, DisagreementError: as for `Policy.score`.
    """
    from steelyard.session.loading import parameters_as_text
    from steelyard.session.scoring import given_files
    from steelyard.session.shortage import writing

    settings = parameters_as_text(as_of, parameters or {})
    wanted = Wanted(engine=engine, verify=verify, memory_limit=memory_limit, rejects=False)
    with TemporaryFolder() as folder:
        files: FactFiles | None = None
        if cases is not None:
            with writing(folder.path):
                given = folder.path / "given"
                given.mkdir()
                files = given_files(cases, relations, settings, given, delimiter, encoding, missing_columns, intake)
        elif settings or relations:
            raise _without_cases()
        return compare_rulesets(os.fspath(old), os.fspath(new), files, wanted, by, listener)


def compare_rulesets(  # noqa: PLR0917 - both rulesets, and what is asked of them
    old: str,
    new: str,
    files: FactFiles | None = None,
    wanted: Wanted | None = None,
    by: Sequence[str] = (),
    listener: Listener | None = None,
) -> Comparison:
    """Compare two rulesets.

    Args:
        old: see `diff`.
        new: see `diff`.
        files: the facts; None: in words alone.
        wanted: by which engine.
        by: names of groups.
        listener: is told how far it is and what may surprise.

    Raises:
        SteelyardError: see `diff`.
    """
    if by and files is None:
        raise _without_cases()
    told = listener or Silent()
    with TemporaryFolder() as folder:
        sides = [_read(name, folder.path / place, files) for name, place in ((old, "old"), (new, "new"))]
        before, after = sides
        pairs = tuple(_pairs(before.versions, after.versions))
        if files is None:
            return Comparison(old, new, pairs)
        from steelyard.session.comparing_cases import on_cases

        _all_declared(files, before.versions, after.versions)
        lifted = _lifted(before, after)
        judges = [_judging_all(one) if lifted else one.versions for one in sides]
        said = msg("each case is judged by both, whatever the days on which a version is in force")
        found = Comparison(old, new, pairs, notes=(said,) if lifted else ())
        cases = on_cases(judges[0], judges[1], files, wanted or Wanted(), by, found, folder.path, told)
        return replace(found, cases=cases)


def render(found: Comparison, layout: Layout, lang: str = "en") -> str:
    """Lay a comparison out.

    Args:
        found: the comparison.
        layout: `text`, `md` for a pull request, `json` (schema: `schema("diff")`).
        lang: `en` or `zh`.
    """
    match layout:
        case "text":
            from steelyard.trial.comparing.text import text

            return text(found, lang)
        case "json":
            from steelyard.trial.comparing.data import as_json

            return as_json(found, lang)
        case "md":
            from steelyard.trial.comparing.text import markdown

            return markdown(found, lang)
        case _:
            assert_never(layout)


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two; `versions` is one ruleset where a single one was named."""

    name: str
    versions: Versions

    @property
    def single(self) -> bool:
        return len(self.versions.rulesets) == 1


def _read(name: str, folder: Path, files: FactFiles | None) -> _Side:
    """Read a ruleset, with the parameters that are given and that it declares.

    Raises:
        PolicyError: it has errors.
        UsageError: there is no such version or revision.
    """
    from steelyard.analysis.check import load
    from steelyard.ir.versions import Versions
    from steelyard.session.run import choose_version

    path, version = split_version(name)
    if path.startswith(GIT):
        folder.mkdir()
        path = taken_out(path, folder)
    loaded = load(path, lint=False)
    if loaded.versions is not None and files is not None:
        declared = {one.id for each in loaded.versions.rulesets for one in each.parameters}
        own = files.by_id(loaded.versions).settings
        loaded = load(path, {key: value for key, value in own.items() if key in declared}, lint=False)
    if loaded.versions is None:
        raise PolicyError(tuple(one for one in loaded.diagnostics if one.severity is Severity.ERROR))
    found = loaded.versions
    if version is not None:
        found = Versions((choose_version(found, version),))
    return _Side(name, found)


def _all_declared(files: FactFiles, old: Versions, new: Versions) -> None:
    """Refuse parameters and relations that neither ruleset declares.

    Raises:
        UsageError: there is one.
    """
    rulesets = (*old.rulesets, *new.rulesets)
    parameters = {one.id for each in rulesets for one in each.parameters}
    relations = {one.id for each in rulesets for one in each.relations}
    for side in (old, new):
        known = files.by_id(side)
        parameters |= {name for name, own in zip(files.settings, known.settings, strict=True) if name != own}
        relations |= {name for name, own in zip(files.relations, known.relations, strict=True) if name != own}
    for name in files.settings:
        if name not in parameters:
            raise UsageError(msg("neither ruleset declares the parameter `{name}`", name=name))
    for name in files.relations:
        if name not in relations:
            raise UsageError(msg("neither ruleset declares the relation `{name}`", name=name))


def _pairs(old: Versions, new: Versions) -> list[Pair]:
    """The versions to compare: those of the same name, where any has; else the newest of each."""
    from steelyard.ir.canonical import policy_digest

    before, after = ({one.version: one for one in side.rulesets} for side in (old, new))
    if len(before) == len(after) == 1 or not before.keys() & after.keys():
        return [compare(old.newest, new.newest)]
    found: list[tuple[Ruleset, Pair]] = []
    for version, one in after.items():
        if version in before:
            found.append((one, compare(before[version], one)))
        else:
            found.append((one, Pair(None, one, (None, policy_digest(one)))))
    for version, one in before.items():
        if version not in after:
            found.append((one, Pair(one, None, (policy_digest(one), None))))
    return [pair for _, pair in sorted(found, key=lambda each: each[0].effective.low or 0)]


def _lifted(old: _Side, new: _Side) -> bool:
    """Whether both are single versions, in force on different days, so that each shall judge the cases of all days."""
    return old.single and new.single and old.versions.newest.effective != new.versions.newest.effective


def _judging_all(side: _Side) -> Versions:
    """A version that judges the cases of all days."""
    from steelyard.ir.types import Range
    from steelyard.ir.versions import Versions

    return Versions((replace(side.versions.newest, effective=Range(None, None)),))


def _without_cases() -> UsageError:
    return UsageError(msg("parameters, relations and groups are for a comparison on cases only"))
