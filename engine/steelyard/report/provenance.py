"""Where results come from, as JSON: what was asked, what was read, what was left out, who computed and who checked.

The same record stands in the metadata of a Parquet file (key `steelyard`) and in the file that `--provenance`
names. It holds no time of day, so the same run gives the same bytes. Texts are English, for it is read by programs;
only the words of warnings are in the language of the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from steelyard import __version__
from steelyard.calendars.zones import zone_digest
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.catalogue import translator
from steelyard.facts.case import Reject
from steelyard.facts.digest import digests
from steelyard.facts.feeds.skipped import EXAMPLES
from steelyard.facts.portfolio import Provenance
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions

KEY = "steelyard"
"""Of the metadata of a Parquet file."""

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]


class Facts(Protocol):
    """What was read, however it is held."""

    @property
    def provenance(self) -> Provenance:
        """The files."""
        ...

    @property
    def feed_rejects(self) -> tuple[Reject, ...]:
        """Bad rows of feeds."""
        ...


class Read(NamedTuple):
    """What was read, its parts."""

    provenance: Provenance
    feed_rejects: tuple[Reject, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a run warned of.

    Attributes:
        code: of the diagnostic; empty where the warning has none.
        words: what was said.
        count: how many rows, cases or values it concerns; None where nothing was counted.
    """

    code: str
    words: Message
    count: int | None


@dataclass(frozen=True, slots=True)
class Scoring:
    """How a run was computed and written.

    Attributes:
        engine: the one that scored.
        verified: how many cases other engines were given too.
        checkers: those engines; empty where there was none.
        settings: the parameters that were set for the run, as written.
        csv_safe: whether its CSV files have an apostrophe before texts that a spreadsheet may take for formulas.
        warned: what was warned of.
        lang: the language of these warnings.
        derived: of each relation whose rows were derived from the cases, what the record says.
    """

    engine: str
    verified: int = 0
    checkers: tuple[str, ...] = ()
    settings: Mapping[str, str] | None = None
    csv_safe: bool = False
    warned: tuple[Warned, ...] = ()
    lang: str = "en"
    derived: tuple[Json, ...] = ()


def checked_on(count: int, checkers: Sequence[str]) -> Message:
    """Say which engines gave some cases the same outcomes; at least one did."""
    engines = ", ".join(checkers)
    if count == 1:
        return msg("1 case checked on {engines}: no difference", engines=engines)
    return msg("{count} {count:case|cases} checked on {engines}: no difference", count=count, engines=engines)


def provenance(versions: Versions, portfolio: Facts, scoring: Scoring) -> dict[str, Json]:
    """Tell where the results of a run come from."""
    read = portfolio.provenance
    return {
        "steelyard": __version__,
        "engine": scoring.engine,
        "verified": {"cases": scoring.verified, "engines": scoring.checkers},
        "rulesets": [_ruleset(one, read) for one in versions.rulesets],
        "parameters": dict(scoring.settings or {}),
        "csv_safe": scoring.csv_safe,
        "files": [{"role": file.role, "name": file.name, "sha256": file.digest} for file in read.files],
        "empty": read.empty,
        **({"derived": scoring.derived} if scoring.derived else {}),
        "skipped": [
            *(_skipped(one.role, str(one.reason), one.count, one.examples) for one in read.skipped),
            *_bad_rows(portfolio),
        ],
        "warnings": [
            {"code": one.code or None, "words": translator(scoring.lang)(one.words), "count": one.count}
            for one in scoring.warned
        ],
    }


def provenance_text(versions: Versions, portfolio: Facts, scoring: Scoring, *, indent: int | None = None) -> str:
    """Give the record as JSON; with `indent` on several lines that end with a newline."""
    text = json.dumps(provenance(versions, portfolio, scoring), ensure_ascii=False, indent=indent)
    return text if indent is None else text + "\n"


def _ruleset(ruleset: Ruleset, read: Provenance) -> dict[str, Json]:
    """A version: its three digests, and those of the data behind its calendars and its time zone."""
    return {
        "ruleset": ruleset.id,
        "version": ruleset.version,
        "digests": dict(digests(ruleset, read).named()),
        "calendars": {calendar.id: calendar.digest for calendar in ruleset.calendars},
        "timezone": {"name": ruleset.timezone, "sha256": zone_digest(ruleset.timezone)},
    }


def _bad_rows(portfolio: Facts) -> Iterable[dict[str, Json]]:
    """The rows of feeds that could not be read, by what was expected of them."""
    roles = {file.name: file.role for file in portfolio.provenance.files}
    found: dict[tuple[str, str], list[Reject]] = {}
    for reject in portfolio.feed_rejects:
        reason = f"{reject.where}: expected {reject.expected}"
        found.setdefault((roles.get(reject.file, ""), reason), []).append(reject)
    for (role, reason), rejects in found.items():
        places = dict.fromkeys(one.file if one.line is None else f"{one.file}:{one.line}" for one in rejects)
        yield _skipped(role, reason, len(rejects), tuple(places)[:EXAMPLES])


def _skipped(role: str, reason: str, count: int, examples: tuple[str, ...]) -> dict[str, Json]:
    return {"role": role, "reason": reason, "count": count, "examples": examples}
