"""Warns of keys and joined values that meet nothing, and names what they were probably meant to be.

Both intakes count, each in its way, and give the counted values here, so that they say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Diagnostics, Message, msg
from steelyard.diagnostics.suggestions import edits, listed
from steelyard.facts.case import Case, Row
from steelyard.facts.cells import masked
from steelyard.facts.format import format_value
from steelyard.facts.spelling import difference, folded
from steelyard.ir.expressions import Field, Input, Stored
from steelyard.ir.folding import Folding
from steelyard.ir.join_keys import conjuncts, key_of
from steelyard.ir.ruleset import InputField, Relation

NAMED = 5
"""How many values or pairs are named at most."""
EXAMINED = 1000
"""So many values that meet nothing are looked at, in the order of their code points."""
MOST_KNOWN = 100_000
"""Among more values than this nothing is looked for."""
_MOST_EDITED = 2000
"""Among more values than this nothing is looked for that is one edit away."""
_SHORTEST = 3
"""How many letters of an alphabet a value has at least, for another that is one edit away to be named."""
_KINDS: Mapping[Folding, Message] = {
    Folding.TRIM: msg("blanks at the edge"),
    Folding.NFC: msg("Unicode form"),
    Folding.WIDTH: msg("width"),
    Folding.CASE: msg("letter case"),
}

Quote = Callable[[str], str]
"""How a value stands in a message: as it is, or masked where it tells of a person."""

Values = tuple[Stored, ...]
"""The values by whose equality a row belongs to a case, in the order of the relation's conditions."""


def joined_wholly(relation: Relation) -> bool:
    """Whether a relation has a row for a case exactly where it has one with the values that `joined_by` tells of."""
    return relation.of_case is None and len(joined_by(relation)) == len(conjuncts(relation))


def joined_by(relation: Relation) -> tuple[tuple[str, str], ...]:
    """Return the fields of a relation that its `joins` wants equal to an input, each with that input."""
    pairs: dict[tuple[str, str], None] = {}
    for part in conjuncts(relation):
        key = key_of(part, relation)
        if key is not None and isinstance(key.of_row, Field) and isinstance(key.of_case, Input):
            pairs[key.of_row.name, key.of_case.name] = None
    return tuple(pairs)


class Known:
    """Values that are there, among which the one is looked for that another was probably meant to be."""

    def __init__(self, values: Collection[Values], quote: Quote = str) -> None:
        self.values = values
        self.quote = quote
        self._values = sorted(values, key=str) if len(values) <= MOST_KNOWN else []
        self._folds: dict[Values, Values] = {}
        for one in self._values:
            self._folds.setdefault(_folded(one), one)

    def spelt_otherwise(self, values: Values) -> Message | None:
        """Return what differs only in its spelling, in words."""
        near = self._folds.get(_folded(values))
        return None if near is None else _first(values, near, _difference, self.quote)

    def one_edit_away(self, values: Values) -> Message | None:
        """Return what is a single edit away, in words."""
        if len(self._values) > _MOST_EDITED:
            return None
        for near in self._values:
            apart = [(one, other) for one, other in zip(values, near, strict=True) if one != other]
            if len(apart) == 1 and _one_edit(*apart[0]):
                return _first(values, near, _edit, self.quote)
        return None

    def near(self, values: Values) -> Message | None:
        """Return what is most like the values, in words."""
        return self.spelt_otherwise(values) or self.one_edit_away(values)


def _folded(values: Values) -> Values:
    return tuple(folded(one) if isinstance(one, str) else one for one in values)


def quote_of(*fields: InputField) -> Quote:
    """Return how values of these fields are quoted."""
    return masked if any(field.personal for field in fields) else str


def spelt_otherwise(keys: Iterable[str], known: Mapping[str, str], quote: Quote) -> list[Message]:
    """Return for some keys the known one that differs only in spelling, in words.

    Args:
        keys: of which each is looked for.
        known: by the folded form, the first of the known keys by code point.
        quote: how keys are quoted.
    """
    return [_difference(key, known[folded(key)], quote) for key in keys if folded(key) in known]


def _first(values: Values, near: Values, words: Callable[[str, str, Quote], Message], quote: Quote) -> Message | None:
    """Describe the first difference."""
    pairs = ((one, other) for one, other in zip(values, near, strict=True) if one != other)
    return next(
        (words(one, other, quote) for one, other in pairs if isinstance(one, str) and isinstance(other, str)), None
    )


def _difference(text: str, near: str, quote: Quote) -> Message:
    kinds = tuple(_KINDS[kind] for kind in difference(text, near) or ())
    return msg("`{text}` differs only in {kinds} from `{near}`", text=quote(text), kinds=kinds, near=quote(near))


def _edit(text: str, near: str, quote: Quote) -> Message:
    return msg("`{text}` differs in one character from `{near}`", text=quote(text), near=quote(near))


def _one_edit(one: Stored, other: Stored) -> bool:
    """Whether two texts are a single edit apart that changes no digit; short ones of an alphabet never are."""
    if not isinstance(one, str) or not isinstance(other, str) or abs(len(one) - len(other)) > 1:
        return False
    if min(len(one), len(other)) < _SHORTEST and (one.isascii() or other.isascii()):
        return False
    if [sign for sign in one if sign.isdigit()] != [sign for sign in other if sign.isdigit()]:
        return False
    return min(len(one), len(other)) > 1 and edits(one, other) == 1


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Cases whose values no row of a relation has.

    Attributes:
        cases: how many.
        met: whether any other case has the values of a row.
        values: the first `EXAMINED` of their distinct values, by code point.
        distinct: how many distinct values they have.
        known: the values of the rows.
    """

    cases: int
    met: bool
    values: Sequence[Values]
    distinct: int
    known: Known


def unmatched(relation: Relation, rows: Iterable[Row], cases: Iterable[Case]) -> Unmatched:
    """Find the cases whose values no row has. Rows and cases without one of the values are passed over."""
    pairs = joined_by(relation)
    known = known_of(relation, rows)
    counted = Counter(one for case in cases if (one := _values(case.values, (name for _, name in pairs))) is not None)
    idle: list[Values] = sorted(one for one in counted if one not in known.values)  # type: ignore[type-var]
    total = sum(counted[one] for one in idle)
    return Unmatched(total, len(counted) > len(idle), idle[:EXAMINED], len(idle), known)


def _values(given: Mapping[str, Stored], names: Iterable[str]) -> Values | None:
    found = tuple(given.get(name) for name in names)
    return None if None in found else cast("Values", found)


def report_cases(relation: Relation, found: Unmatched, here: Zone, diagnostics: Diagnostics) -> None:
    """Report E126 for cases that find no row.

    For a relation with many rows a case this is usual: then it is reported only where a value of the case is almost
    that of a row, or where no case finds a row at all. So it is for a relation with further conditions, whose cases
    without a row are counted once they are scored.
    """
    if not found.cases:
        return
    near = near_values(found.values, found.known)
    if near or not found.met or (relation.one_row and joined_wholly(relation)):
        notes = near or (_such_as(found, relation, here),)
        words = {"count": found.cases, "relation": relation.id}
        headline = (
            msg("{count} {count:case finds|cases find} no row of `{relation}`", **words)
            if joined_wholly(relation)
            else msg("{count} {count:case has|cases have} values that no row of `{relation}` has", **words)
        )
        diagnostics.add("E126", None, headline, notes=notes)


def report_scored(counts: Mapping[str, int], diagnostics: Diagnostics) -> None:
    """Report E126 for relations without a row for some scored cases. `counts`: the number of cases by relation."""
    for relation, count in counts.items():
        diagnostics.add(
            "E126",
            None,
            msg("{count} {count:case finds|cases find} no row of `{relation}`", count=count, relation=relation),
        )


def near_row(relation: Relation, known: Known, case: Case) -> Message | None:
    """Return what a row would need to have to be that of a case without a row, in words; None where nothing is near."""
    values = _values(case.values, (name for _, name in joined_by(relation)))
    return None if values is None else known.near(values)


def known_of(relation: Relation, rows: Iterable[Row]) -> Known:
    """Return the values of rows by which they are joined."""
    fields = [field for field, _ in joined_by(relation)]
    values = {one for row in rows if (one := _values(row.values, fields)) is not None}
    return Known(values, quote_of(*(field for field in relation.fields if field.id in fields)))


def report_rows(relation: str, count: int, near: Sequence[Message], diagnostics: Diagnostics) -> None:
    """Report E126 for rows that carry the key of no case. `near`: for some of their keys that of a case, in words."""
    if count:
        headline = msg(
            "{count} {count:row|rows} of `{relation}` {count:matches|match} no case", count=count, relation=relation
        )
        diagnostics.add("E126", None, headline, notes=_some(near))


def near_values(values: Sequence[Values], known: Known) -> tuple[Message, ...]:
    """Return for values that meet nothing what they were probably meant to be, in words."""
    near = [one for value in values if (one := known.spelt_otherwise(value)) is not None]
    return _some(near or [one for value in values[:NAMED] if (one := known.one_edit_away(value)) is not None])


def _some(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The first messages, and how many more there are."""
    more = len(messages) - NAMED
    return (*messages[:NAMED], *((msg("… and {more} more", more=more),) if more > 0 else ()))


def _such_as(found: Unmatched, relation: Relation, here: Zone) -> Message:
    declared = {field.id: field.type for field in relation.fields}
    types = [declared[field] for field, _ in joined_by(relation)]
    texts = listed(
        " / ".join(found.known.quote(format_value(value, kind, here)) for value, kind in zip(one, types, strict=True))
        for one in found.values[:NAMED]
    )
    more = found.distinct - NAMED
    return (
        msg("no row has {values} and {more} more", values=texts, more=more)
        if more > 0
        else msg("no row has {values}", values=texts)
    )


class Standing(NamedTuple):
    """A key of a case, and the first row in which it stands."""

    key: str
    file: str
    line: int


def alike(keys: Iterable[Standing]) -> list[tuple[Standing, Standing]]:
    """Return the keys that are spellings of one text: the first, and each other one; texts in the order of the rows."""
    groups: dict[str, list[Standing]] = {}
    for one in keys:
        groups.setdefault(folded(one.key), []).append(one)
    return [(group[0], other) for group in groups.values() for other in group[1:]]


def report_keys(count: int, pairs: Iterable[tuple[Standing, Standing]], quote: Quote, diagnostics: Diagnostics) -> None:
    """Report E125 for keys of cases that are spellings of one text.

    Args:
        count: how many there are beside the first of each text.
        pairs: the first and each other spelling of some texts, in the order of the texts.
        quote: how keys are quoted.
        diagnostics: receives the warning.
    """
    if not count:
        return
    notes = tuple(
        msg(
            "{difference} ({place}, {other})",
            difference=_difference(other.key, first.key, quote),
            place=_place(other),
            other=_place(first),
        )
        for first, other in pairs
    )[:NAMED]
    rest = (msg("… and {more} more", more=count - NAMED),) if count > NAMED else ()
    headline = msg(
        "{count} {count:key|keys} of cases {count:differs|differ} from another only in spelling", count=count
    )
    diagnostics.add("E125", None, headline, notes=(*notes, *rest))


def _place(standing: Standing) -> Message:
    return msg("{file}:{line}", file=standing.file, line=standing.line)
