"""Rows of derived relations for which no file is given: computed from the accepted cases before any is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from steelyard.diagnostics import msg
from steelyard.diagnostics.suggestions import listed
from steelyard.ir.named_ids import relation_ids
from steelyard.session.derived_rows import DerivedRows
from steelyard.session.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from steelyard.facts import Case, Portfolio
    from steelyard.facts.case import Row
    from steelyard.ir.ruleset import Relation, Ruleset
    from steelyard.ir.versions import Versions
    from steelyard.report.provenance import Json
    from steelyard.session.record import Record
    from steelyard.source.csv_lines import CsvStyle


def notes_of(versions: Versions, derived: Sequence[DerivedRows]) -> tuple[Json, ...]:
    """What the provenance says of derived relations."""
    several = len(versions.rulesets) > 1
    return tuple(
        {
            "relation": one.relation.id,
            **({"version": one.ruleset.version} if several else {}),
            "rows": len(one.rows),
        }
        for one in derived
    )


def without_derived(versions: Versions, given: Mapping[str, object]) -> Versions:
    """Return the versions as intake reads facts for them: without the derived relations for which nothing is given."""
    from steelyard.ir.versions import Versions as Several

    if not any(one for ruleset in versions.rulesets for one in to_derive(ruleset, given)):
        return versions
    return Several(
        tuple(
            replace(one, relations=tuple(each for each in one.relations if each not in to_derive(one, given)))
            for one in versions.rulesets
        )
    )


def to_derive(ruleset: Ruleset, given: Mapping[str, object]) -> list[Relation]:
    """Return the derived relations of a version for which nothing is given."""
    return [one for one in ruleset.relations if one.derived is not None and one.id not in given]


def with_derived(
    versions: Versions, portfolio: Portfolio, given: Mapping[str, object]
) -> tuple[Portfolio, tuple[DerivedRows, ...]]:
    """Give the cases of a portfolio the rows of the derived relations that are not given; returns these too.

    Raises:
        UsageError: a value is beyond what its type holds.
    """
    from steelyard.semantics.derived import derive

    found: list[DerivedRows] = []
    by_version: dict[str, dict[str, tuple[Row, ...]]] = {}
    for ruleset in versions.rulesets:
        for relation in to_derive(ruleset, given):
            rows = derive(ruleset, relation, portfolio.cases)
            check_values(relation, rows)
            found.append(DerivedRows(ruleset, relation, rows))
            by_version.setdefault(ruleset.version, {})[relation.id] = rows
    if not found:
        return portfolio, ()

    def joined(case: Case) -> Case:
        version = versions.of(case.values) or versions.newest
        return replace(case, rows={**case.rows, **by_version.get(version.version, {})})

    return replace(portfolio, cases=tuple(map(joined, portfolio.cases))), tuple(found)


def check_values(relation: Relation, rows: Sequence[Row]) -> None:
    """Check that derived values are in the ranges of their fields, on which engines rely.

    Raises:
        UsageError: one is not.
    """
    for field in relation.fields:
        if field.range is None:
            continue
        for row in rows:
            value = row.values.get(field.id)
            if isinstance(value, int) and not field.range.holds(value):
                raise UsageError(
                    msg(
                        "a derived value of `{relation}.{field}` is too large for its type",
                        relation=relation.id,
                        field=field.id,
                    ),
                    hints=(msg("derive a smaller one, e.g. a mean in place of a sum, or in a larger unit"),),
                )


def derived_files(versions: Versions, given: Mapping[str, object], files: Mapping[str, str]) -> dict[str, str]:
    """Return the files for rows of derived relations by id.

    Args:
        versions: of the ruleset.
        given: the relations that are not derived in this run.
        files: by id or label; a file without a name is for the only derived relation.

    Raises:
        UsageError: a name is not that of a relation that is derived, or a file needs a name.
    """
    ids = relation_ids(versions)
    known = list(dict.fromkeys(one.id for ruleset in versions.rulesets for one in to_derive(ruleset, given)))
    found: dict[str, str] = {}
    for name, file in files.items():
        one = known[0] if not name and len(known) == 1 else ids.get(name, name)
        if one not in known:
            raise UsageError(
                msg("no relation `{name}` is derived from the cases of this run", name=one)
                if one or not known
                else msg("several relations are derived: write `--derived NAME=FILE`"),
                hints=(msg("derived are: {names}", names=listed(known)),) if known else (),
            )
        found[one] = file
    return found


def write_derived(path: Path, record: Record, name: str, style: CsvStyle) -> None:
    """Write the rows of a derived relation as a file that may be given in its place.

    Raises:
        UsageError: the versions derive it in different ways.
        UnfitError: a number does not fit the file.
    """
    from steelyard.ir.result_columns import ResultColumn
    from steelyard.report.writers import write_rows

    first, *others = (one for one in record.derived if one.relation.id == name)
    if any(one.rows != first.rows or one.relation.fields != first.relation.fields for one in others):
        raise UsageError(msg("the versions derive different rows of `{name}`: one file cannot hold them", name=name))
    fields = first.relation.fields
    rows = [{field.column: row.values.get(field.id) for field in fields} for row in first.rows]
    write_rows(path, [ResultColumn(field.column, field.type) for field in fields], rows, style=style)
