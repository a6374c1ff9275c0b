"""A loaded policy: evaluates and explains single cases, scores portfolios. Can be shared by threads and pickled."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Never, cast, overload

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Diagnostic, Diagnostics, InternalError, msg
from steelyard.diagnostics.catalogue import LANGUAGES
from steelyard.engines.reference import ReferenceCompiled, ReferenceEngine
from steelyard.facts.case import Case
from steelyard.facts.digest import Digests
from steelyard.facts.python import ArgumentError, Value, value_of
from steelyard.facts.single import CaseReader
from steelyard.ir.canonical import parameters_digest, policy_digest
from steelyard.ir.declared import CUT_OFF
from steelyard.ir.describe import describe
from steelyard.ir.ruleset import InputField
from steelyard.ir.versions import Versions
from steelyard.semantics.outcome import Outcome, Status
from steelyard.session.errors import EngineError, InputError, UsageError
from steelyard.session.explanation import CaseExplanation
from steelyard.session.result import Result

if TYPE_CHECKING:
    from pathlib import Path

    from steelyard.engines.protocol import Compiled
    from steelyard.session.cluster import ClusterRun
    from steelyard.session.cluster_facts import SparkFrame
    from steelyard.session.compiling import DbtTables
    from steelyard.session.frames import Data
    from steelyard.session.listener import Listener
    from steelyard.session.scoring import Run
    from steelyard.trial.records import Trial

ENGINES = ("reference", "durable")
"""The engines of `Policy.evaluate`."""


@dataclass(frozen=True, slots=True)
class Input:
    """An input of the case, or a field of a relation.

    Attributes:
        id: its name in `Policy.evaluate`.
        type: in words, e.g. `a datetime`.
        column: its column in files.
        required: whether a case without it is rejected.
        labels: for people, by language (`zh`, `en`).
    """

    id: str
    type: str
    column: str
    required: bool
    labels: Mapping[str, str]


class Policy:
    """A ruleset with its parameters set, in all its versions. Made by `steelyard.load`.

    Threads can share it: the reference engine keeps nothing of a case, and of the durable engine each thread has its
    own. A pickle holds the ruleset's meaning, not its files; engines are prepared again where it is read.

    Attributes:
        diagnostics: what the check of the ruleset found (warnings), in the order of its text.
        settings: the parameters that were given to `load`, as text.
    """

    def __init__(
        self,
        versions: Versions,
        *,
        diagnostics: tuple[Diagnostic, ...] = (),
        settings: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Prepare.

        Args:
            versions: checked, every parameter with a value.
            diagnostics: warnings of the check.
            settings: the parameters that were given, as text.
            folder: that the ruleset was read from; None where it was given as text.
        """
        self._folder = folder
        self.diagnostics = diagnostics
        self.settings: Mapping[str, str] = MappingProxyType(dict(settings or {}))
        self._versions = versions
        self._prepare()

    def _prepare(self) -> None:
        """Make what is not pickled."""
        self._reader = CaseReader(self._versions)
        reference = ReferenceEngine()
        self._reference: dict[str, ReferenceCompiled] = {
            one.version: reference.compile(one, Diagnostics()) for one in self._versions.rulesets
        }
        self._digests = {
            one.version: Digests(policy_digest(one), parameters_digest(one)) for one in self._versions.rulesets
        }
        self._own = threading.local()

    def __getstate__(self) -> tuple[Versions, tuple[Diagnostic, ...], dict[str, str]]:
        """The meaning only."""
        return self._versions, self.diagnostics, dict(self.settings)

    def __setstate__(self, state: tuple[Versions, tuple[Diagnostic, ...], dict[str, str]]) -> None:
        """Prepare again."""
        self._versions, self.diagnostics, settings = state
        self._folder = None
        self.settings = MappingProxyType(settings)
        self._prepare()

    @property
    def id(self) -> str:
        """The ruleset's id."""
        return self._versions.newest.id

    @property
    def titles(self) -> Mapping[str, str]:
        """The title by language (`zh`, `en`)."""
        title = self._versions.newest.title
        return {"zh": title.zh, "en": title.en}

    @property
    def title(self) -> str:
        """The English title; see `titles`."""
        return self._versions.newest.title.en

    @property
    def version(self) -> str:
        """The newest version."""
        return self._versions.newest.version

    @property
    def versions(self) -> tuple[str, ...]:
        """All versions, by their first day; the reference date of a case decides which judges it."""
        return tuple(one.version for one in self._versions.rulesets)

    @property
    def digest(self) -> str:
        """The digest of the newest version; see `digests`."""
        return self._digests[self.version].policy

    @property
    def digests(self) -> Mapping[str, str]:
        """By version, the SHA-256 of what the policy means whatever its parameters are, in hexadecimal."""
        return MappingProxyType({version: one.policy for version, one in self._digests.items()})

    @cached_property
    def inputs(self) -> Mapping[str, Input]:
        """The inputs of a case by id, of the newest version."""
        return MappingProxyType({one.id: _input(one) for one in self._versions.newest.inputs})

    @cached_property
    def relations(self) -> Mapping[str, Mapping[str, Input]]:
        """The fields of the rows of each relation that is given, by id, of the newest version."""
        return MappingProxyType(
            {
                one.id: MappingProxyType({field.id: _input(field) for field in one.fields})
                for one in self._versions.newest.relations_to_give
            }
        )

    @cached_property
    def parameters(self) -> Mapping[str, Value | None]:
        """The values of the parameters, of the newest version."""
        newest = self._versions.newest
        here = zone(newest.timezone)
        return MappingProxyType(
            {one.id: None if one.value is None else value_of(one.value, one.type, here) for one in newest.parameters}
        )

    def evaluate(
        self,
        inputs: Mapping[str, object],
        relations: Mapping[str, Iterable[Mapping[str, object]]] | None = None,
        *,
        engine: str = "reference",
    ) -> Result:
        """Evaluate one case.

        Args:
            inputs: values by input id. One that is left out, or None, is missing. Text is read as the fields of files
                are; a datetime without a zone is local to the ruleset; a float is taken for a decimal only where it is
                the double nearest to one of the declared digits.
            relations: the rows of every relation, each a mapping of its fields; `[]` says that there are none. A row
                without the field that holds the case's key belongs to the case.
            engine: `reference`, the definition; or `durable`, the rule engine, whose outcome is compared with the
                reference's.

        Returns:
            The result. A case that a file's reader or a rule would reject has the status `rejected`.

        Raises:
            InputError: a name that the ruleset does not declare, a relation that is not given, a value of a type that
                cannot be read.
            EngineError: no such engine, or it is not installed.
        """
        compiled = None if engine == "reference" else self._durable(engine)
        try:
            single = self._reader.read_python(inputs, relations)
        except ArgumentError as error:
            hints = () if error.hint is None else (error.hint,)
            raise InputError(error.name, error.value, error.expected, hints=hints) from None
        version, case = single.ruleset, single.case
        warnings = tuple(map(str, single.warnings)) if single.skipped or single.unmatched else ()
        if isinstance(case, Case):
            outcome = self._reference[version.version].evaluate(case)
            if compiled is not None and (other := compiled[version.version].evaluate(case)) != outcome:
                raise InternalError(f"durable differs from the reference about {case!r}: {other!r}, {outcome!r}")
        else:
            outcome, case = Outcome(case.key, Status.REJECTED, rejection=case), None
        digests = self._digests[version.version]
        return Result(outcome, digests, warnings, case, single.values, engine, version, self)

    @overload
    def score(
        self,
        cases: SparkFrame,
        relations: Mapping[str, SparkFrame | Sequence[Never]] | None = None,
        *,
        engine: Literal["auto", "spark"] = "auto",
        verify: int | None = None,
        groups: Sequence[str] | None = None,
        with_: Sequence[str] = (),
        listener: Listener | None = None,
    ) -> ClusterRun: ...
    @overload
    def score(
        self,
        cases: Data,
        relations: Mapping[str, Data] | None = None,
        *,
        engine: str = "auto",
        verify: int | None = None,
        groups: Sequence[str] | None = None,
        with_: Sequence[str] = (),
        lang: str = "en",
        delimiter: str | None = None,
        encoding: str = "utf-8",
        missing_columns: Collection[str] = (),
        intake: str | os.PathLike[str] | None = None,
        memory_limit: str | None = None,
        master: str | None = None,
        listener: Listener | None = None,
    ) -> Run: ...
    def score(
        self,
        cases: Data | SparkFrame,
        relations: Mapping[str, Any] | None = None,
        *,
        engine: str = "auto",
        verify: int | None = None,
        groups: Sequence[str] | None = None,
        with_: Sequence[str] = (),
        lang: str = "en",
        delimiter: str | None = None,
        encoding: str = "utf-8",
        missing_columns: Collection[str] = (),
        intake: str | os.PathLike[str] | None = None,
        memory_limit: str | None = None,
        master: str | None = None,
        listener: Listener | None = None,
    ) -> Run | ClusterRun:
        """Score a portfolio: frames, files, or mappings in, frames or files out.

        Args:
            cases: a frame that offers `__arrow_c_stream__` (pandas from 2.2 on, polars, pyarrow tables and readers,
                DuckDB relations), a path or pattern or a list of them, or a list with a mapping for each row. Columns
                are named as in files: by each input's `column`, which is its id unless the ruleset says otherwise.
                A float is taken for a decimal only where it is the double nearest to one of the declared digits.
                Frames of Spark stay on their cluster, which does the work; columns need the types of `compile`.
            relations: the rows of every relation in one of these forms; `[]` says that it has none.
            engine: `auto` (the rule engine up to 10,000 cases, sql above), `reference`, `durable`, `sql` or `spark`.
            verify: how many cases other engines evaluate again; 0: none. None: 200, fewer where there is no other.
            groups: the names that summaries of the run may group by, as in `Run.summary`; None: all. Fewer
                names make the record of a large run smaller.
            with_: inputs, by id, column or label, that stand among the results, after the key.
            lang: `en` or `zh`, of the texts of rejects.
            delimiter: between the columns of CSV files; None: a comma.
            encoding: of CSV and JSON Lines.
            missing_columns: optional inputs, and fields as `relation.field`, whose column is known not to be there.
            intake: a file that says how files are written.
            memory_limit: what DuckDB may take, such as `4GB`; None: its own choice.
            master: of Spark; None: `local[*]`.
            listener: is told how far it is and what may surprise; None: warnings become `SteelyardWarning`.

        Returns:
            The run. Rows that cannot be scored are its `rejects`, with the words of a file's rejects. Of frames of
            Spark a `ClusterRun`.

        Raises:
            PolicyError: a file cannot be read, columns are missing, or a relation is not given; with diagnostics.
            InputError: `cases` or a relation is in none of these forms.
            UsageError: cases cannot be grouped by a name, there is no such input to add, or `intake` stands beside
                frames of Spark.
            EngineError: no such engine, or it is not installed, refuses the ruleset, or could not finish.
            DisagreementError: two engines give different outcomes: a fault of this program.
        """
        from steelyard.session.cluster_facts import is_spark_frame
        from steelyard.session.scoring import score_portfolio

        if is_spark_frame(cases) and engine in {"auto", "spark"}:
            from steelyard.session.cluster import score_frames

            if intake is not None:
                raise UsageError(msg("{options}: not with sources of a cluster", options="intake"))
            return score_frames(
                self._versions,
                self.settings,
                cast("SparkFrame", cases),
                relations,
                groups=groups,
                with_=with_,
                verify=verify,
                listener=listener,
            )
        return score_portfolio(
            self._versions,
            self.settings,
            cast("Data", cases),
            relations,
            engine=engine,
            verify=verify,
            groups=groups,
            with_=with_,
            lang=lang,
            delimiter=delimiter,
            encoding=encoding,
            missing_columns=missing_columns,
            intake=intake,
            memory_limit=memory_limit,
            master=master,
            listener=listener,
        )

    def explain(self, result: Result, lang: str = "en") -> CaseExplanation:
        """Explain a result of this policy; `Result.explain` calls it.

        Raises:
            UsageError: no such language, or the result is of another policy.
        """
        from steelyard import __version__
        from steelyard.explain.explain import explain
        from steelyard.explain.records import Provenance
        from steelyard.semantics import rejected, run

        _check_language(lang)
        if self._digests.get(result.version) != result.digests:
            raise UsageError(msg("the result is of another policy"))
        program = self._reference[result.version].program
        reject = result.outcome.rejection
        if result.case is None and reject is not None:
            evaluation = rejected(program, Case(result.key, result.values), reject)
        else:
            evaluation = run(program, result.case or Case(result.key, result.values))
            if evaluation.outcome != result.outcome:
                raise InternalError(f"the reference differs from {result.outcome!r}: {evaluation.outcome!r}")
        provenance = Provenance(
            digests=result.digests, engine=result.engine, engine_version=__version__, evaluated_on=_today()
        )
        return CaseExplanation(explain(evaluation, provenance), lang)

    def explain_case(
        self,
        cases: Data,
        relations: Mapping[str, Data] | None = None,
        *,
        key: str,
        lang: str = "en",
        delimiter: str | None = None,
        encoding: str = "utf-8",
        missing_columns: Collection[str] = (),
        intake: str | os.PathLike[str] | None = None,
        listener: Listener | None = None,
    ) -> CaseExplanation:
        """Explain one case of a portfolio, as `steelyard explain` does.

        Args:
            cases: as for `score`; all of them are read.
            relations: as for `score`.
            key: of the case, as written.
            lang: `en` or `zh`.
            delimiter: between the columns of CSV files; None: a comma.
            encoding: of CSV and JSON Lines.
            missing_columns: optional inputs, and fields as `relation.field`, whose column is known not to be there.
            intake: a file that says how files are written.
            listener: is told how far it is and what may surprise; None: warnings become `SteelyardWarning`.

        Returns:
            The explanation; its `status` is `rejected` where a rule rejects the case.

        Raises:
            PolicyError: a file cannot be read, columns are missing, or a relation is not given; with diagnostics.
            CaseRejectedError: the row was rejected when it was read; with its rejects.
            InputError: `cases` or a relation is in none of the forms of `score`.
            UsageError: there is no such case, or no such language.
            OutputError: rows that are given in memory cannot be kept for the reading.
        """
        from steelyard.session.explaining import explain_case
        from steelyard.session.scoring import Warn, given_files
        from steelyard.session.shortage import writing
        from steelyard.temporary import TemporaryFolder

        _check_language(lang)
        with TemporaryFolder() as folder:
            with writing(folder.path):
                files = given_files(
                    cases, relations, self.settings, folder.path, delimiter, encoding, missing_columns, intake
                )
            return explain_case(self._versions, files, key, lang, Warn() if listener is None else listener)

    def test(
        self,
        cases: str | os.PathLike[str] | None = None,
        *,
        engines: Sequence[str] = (),
        names: Sequence[str] = (),
        update: bool = False,
        coverage: bool = False,
        lang: str = "en",
        listener: Listener | None = None,
        mutate: bool = False,
    ) -> Trial:
        """Try the policy on worked cases, as `steelyard test` does.

        Args:
            cases: a file of worked cases; None: `cases.yaml` in the folder that the ruleset was loaded from. A case
                that sets a parameter has its own value, else that of the policy.
            engines: `reference`, `durable`, `sql`; empty: every one that can run the ruleset.
            names: parts of names of cases, or patterns of them (`storm-*`); empty: all.
            update: values that differ are replaced in the file by what was found, each with a remark to be confirmed.
            coverage: whether what the cases try of the ruleset is measured: `Trial.coverage`.
            lang: `en` or `zh`, of these remarks.
            listener: is told how far it is and what may surprise; None: nothing is told.
            mutate: whether small changes of the policy are tried too (`mutation`), to find those that no case notices.

        Raises:
            CasesError: the file of cases cannot be read or has errors; with diagnostics.
            UsageError: no case has such a name, no such language, or the policy was not loaded from a file.
            EngineError: no such engine, or it was asked for and cannot run.
            OutputError: the file of cases cannot be updated; it is as it was.
        """
        from pathlib import Path

        from steelyard.analysis.sources import CASES_FILE
        from steelyard.session.listener import Silent
        from steelyard.session.testing import Asked, try_versions

        _check_language(lang)
        if cases is None and self._folder is None:
            raise UsageError(msg("the policy was not loaded from a file: name a file of cases"))
        file = Path(cases) if cases is not None else (self._folder or Path()) / CASES_FILE
        asked = Asked(
            engines,
            names,
            update=update,
            lang=lang,
            coverage=coverage,
            listener=listener or Silent(),
            mutate=mutate,
        )
        return try_versions(self._versions, self.id, file, asked, self.settings)

    def compile_sql(self, dialect: str = "duckdb", *, version: str | None = None, lang: str = "en") -> str:
        """Write the policy as one SQL statement, as `steelyard compile` does.

        Args:
            dialect: `duckdb`, `spark`, `postgres`, `snowflake` or `bigquery`.
            version: of several versions this one; None: the newest. Cases of other days are rejected in it.
            lang: `en` or `zh`, of the comments.

        Raises:
            PolicyError: the policy cannot be written as one statement; with diagnostics.
            UsageError: no such dialect, version or language.
        """
        from steelyard.session.compiling import compile_sql
        from steelyard.session.run import choose_version

        _check_language(lang)
        return compile_sql(self._versions, choose_version(self._versions, version), dialect, lang)

    def compile_dbt(
        self,
        dialect: str = "duckdb",
        *,
        version: str | None = None,
        lang: str = "en",
        tables: DbtTables | None = None,
        variable: bool = False,
    ) -> Mapping[str, str]:
        """Write the policy as a dbt model: the text of each file by its name.

        Args:
            dialect: as for `compile_sql`.
            version: as for `compile_sql`.
            lang: as for `compile_sql`.
            tables: where the project has the tables of the facts; None: in a source of the model's name.
            variable: whether the model reads the cut-off from dbt's variable `as_of`, in place of the value given here.

        Raises:
            PolicyError: as for `compile_sql`.
            UsageError: as for `compile_sql`; `tables` contradict each other or name what is not there.
        """
        from steelyard.session.compiling import compile_dbt
        from steelyard.session.run import choose_version

        _check_language(lang)
        one = choose_version(self._versions, version)
        if variable:
            parameters = (replace(each, value=None) if each.id == CUT_OFF else each for each in one.parameters)
            one = replace(one, parameters=tuple(parameters))
        return compile_dbt(self._versions, one, dialect, lang, tables)

    def __repr__(self) -> str:
        """The id and the versions."""
        return f"<Policy {self.id} {', '.join(self.versions)}>"

    def _durable(self, name: str) -> Mapping[str, Compiled]:
        """The durable engine of this thread, by version."""
        from steelyard.engines.durable import DurableEngine, available

        if name not in ENGINES:
            raise EngineError(
                msg("there is no engine `{name}`; there are {known}", name=name, known=", ".join(ENGINES))
            )
        found: dict[str, Compiled] | None = getattr(self._own, "durable", None)
        if found is None:
            if (problem := available()) is not None:
                raise EngineError(problem)
            engine = DurableEngine()
            found = {one.version: engine.compile(one, Diagnostics()) for one in self._versions.rulesets}
            self._own.durable = found
        return found


def _check_language(lang: str) -> None:
    if lang not in LANGUAGES:
        raise UsageError(msg("no language `{lang}`, only {known}", lang=str(lang), known=", ".join(LANGUAGES)))


def _input(field: InputField) -> Input:

    labels = {"zh": field.label.zh, "en": field.label.en}
    return Input(field.id, str(describe(field.type)), field.column, not field.can_be_missing, labels)


def _today() -> str:
    from datetime import date

    return date.today().isoformat()  # noqa: DTZ011 - the reader's day
