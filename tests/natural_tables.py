"""Cases as tables of natural types, for a statement that `steelyard compile` writes; and what it gave back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from servers import Server
from steelyard.engines.sql.dialects.natural import natural
from steelyard.engines.sql.readable import Readable
from steelyard.facts.case import Case
from steelyard.ir.canonical import policy_digest
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Regions, Type
from steelyard.report.columns import columns
from steelyard.semantics.outcome import Outcome, Status

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC, as the statement gives it


def fill_tables(server: Server, dialect: str, ruleset: Ruleset, cases: Sequence[Case]) -> None:
    """Create the table of cases and one of each relation that is not derived, as the statement expects them."""
    _table(server, dialect, "cases", ruleset.inputs, [case.values for case in cases])
    for relation in (one for one in ruleset.relations if one.derived is None):
        of = cases[:1] if relation.of_case is None else cases
        rows = [row.values for case in of for row in case.rows.get(relation.id, ())]
        _table(server, dialect, relation.id, relation.fields, rows)


def drop_tables(server: Server, ruleset: Ruleset) -> None:
    """Remove them."""
    for name in ("cases", *(one.id for one in ruleset.relations)):
        server.run(f'DROP TABLE IF EXISTS "{name}"')


def disagreements(
    ruleset: Ruleset, said: Readable, outcomes: Mapping[str, Outcome], rows: Iterable[Sequence[Any]]
) -> list[str]:
    """What a result says otherwise than the reference, in words; by the key of each case as text."""
    names = [column.name for column in said.columns]
    names.insert(names.index("status") + 1, "reject_at")
    found = {str(row[0]): dict(zip(names, row, strict=True)) for row in rows}
    stamp = policy_digest(ruleset)
    differences = [f"cases: {sorted(found)} {sorted(outcomes)}"] if found.keys() != outcomes.keys() else []
    for key in sorted(found.keys() & outcomes.keys()):
        differences += [f"{key}: {one}" for one in _differs(ruleset, said, outcomes[key], found[key], stamp)]
    return differences


def _differs(ruleset: Ruleset, said: Readable, outcome: Outcome, row: Mapping[str, Any], stamp: str) -> Iterator[str]:
    if outcome.status is Status.REJECTED:
        if row["status"] != "rejected" or row["reject_at"] is None:
            yield f"rejected, but {row['status']}"
        return
    if row["reject_at"] is not None:
        yield f"rejected at {row['reject_at']}"
    expected = columns(ruleset, outcome, stamp)
    for column in said.columns:
        if column.fields:
            continue
        wanted = _published(expected[column.name], column.type, many=column.many)
        given = row[column.name]
        given = tuple(given) if isinstance(given, list) else given
        if wanted != given or (isinstance(wanted, Decimal) and wanted.as_tuple() != given.as_tuple()):
            yield f"{column.name}: {wanted!r} {given!r}"


def _published(value: object, type_: Type, *, many: bool) -> object:
    if value is None:
        return None
    if many:
        return tuple(_published(one, type_, many=False) for one in value)  # type: ignore[union-attr]
    match type_, value:
        case Number(scale), int() if scale > 0:
            return Decimal(value).scaleb(-scale)
        case Date(), int():
            return date(1970, 1, 1) + timedelta(days=value)
        case DateTime(), int():
            return _EPOCH + timedelta(microseconds=value)
        case _:
            return value


def _table(
    server: Server, dialect: str, name: str, fields: Sequence[InputField], rows: Sequence[Mapping[str, Stored]]
) -> None:
    mark = "`" if dialect == "spark" else '"'
    declared = ", ".join(f"{mark}{one.id}{mark} {_kind(one.type, dialect)}" for one in fields)
    server.run(f"CREATE TABLE {mark}{name}{mark} ({declared})")
    for start in range(0, len(rows), 500):
        values = ", ".join(
            f"({', '.join(_literal(row.get(one.id), one.type, dialect) for one in fields)})"
            for row in rows[start : start + 500]
        )
        server.run(f"INSERT INTO {mark}{name}{mark} VALUES {values}")


def _kind(type_: Type, dialect: str) -> str:
    words = natural(dialect)
    match type_:
        case Number(scale) if scale > 0:
            return words.decimal(scale)
        case Number() | Duration() | Days():
            return words.integer_type
        case Date():
            return "DATE"
        case DateTime():
            return words.instant_type.split()[0]
        case Boolean():
            return "BOOLEAN"
        case Regions():
            return words.list_type
        case _:
            return words.text_type


def _literal(value: Stored | None, type_: Type, dialect: str) -> str:
    match type_, value:
        case _, None:
            return "NULL"
        case Boolean(), bool():
            return "TRUE" if value else "FALSE"
        case Number(scale), int():
            return str(Decimal(value).scaleb(-scale))
        case (Date(), int()):
            return f"DATE '{date(1970, 1, 1) + timedelta(days=value)}'"
        case DateTime(), int():
            return (
                f"TIMESTAMP '{(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)).isoformat(' ')[:-6]}'"
            )
        case Regions(), tuple():
            items = ", ".join(_text(one) for one in value)
            return {"postgres": f"ARRAY[{items}]", "spark": f"ARRAY({items})"}.get(dialect, f"[{items}]")
        case _, str():
            return _text(value)
        case _:
            return str(value)


def _text(value: str) -> str:
    quoted = value.replace("'", "''")
    return f"'{quoted}'"
