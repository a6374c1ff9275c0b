"""A compiled expression: its SQL, its interval, the reasons where it is missing, and what rejects the case.

SQL's NULL stands for missing. `Value.why` holds the reasons: for each name a condition, never NULL, that is true only
where the value is NULL and the name is among its reasons. Long reasons are stored as a `MissingSet`, which replaces the
names: readers of the value then repeat one short condition instead of all of them. `resolved` turns sets back into
names, once for all values of a frame.

`Value.rejects` are conditions, never NULL, under which evaluating the expression rejects the case, in the order of the
reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.intervals import Interval, point

WORD = 62
"""The number of names that one BIGINT holds as bits."""


@dataclass(frozen=True, slots=True, eq=False)
class MissingSet:
    """The reasons of one value as sets of bits, so that other values need not repeat them.

    Attributes:
        frame: the frame in which the columns can be read.
        absent: whether the value is missing; all bits are 0 where it is not.
        words: the BIGINT column of each word: bit n of word w is name number w × `WORD` + n.
        names: all names that can be in the set, by their numbers.
    """

    frame: Frame
    absent: E
    words: Mapping[int, E]
    names: Mapping[int, str]


Missed = str | MissingSet
"""The name of what was missing, or a set of such names."""
Why = Mapping[Missed, E]
"""For each name or set, the condition under which it was missing."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A rejection of a case.

    Attributes:
        condition: when it applies; never NULL.
        where: the name of the rule, table or relation at fault, as SQL text; defined where the condition holds.
        names: all possible values of `where`.
    """

    condition: E
    where: E
    names: tuple[str, ...]

    @classmethod
    def at(cls, name: str, condition: E) -> Rejection:
        """A rejection on behalf of one rule, table or relation."""
        return cls(condition, build.text(name), (name,))

    def by_name(self) -> tuple[Rejection, ...]:
        """Split into one rejection for each name."""
        if len(self.names) == 1:
            return (self,)
        return tuple(
            Rejection.at(name, build.conj((self.condition, build.equal(self.where, build.text(name)))))
            for name in self.names
        )


@dataclass(frozen=True, slots=True)
class Value:
    """A compiled expression.

    Attributes:
        sql: the SQL; `wide` and the IR's type give its type: BIGINT or the 128-bit type, VARCHAR, BOOLEAN, a list.
        interval: the interval of an integer; None for types without order.
        wide: whether the SQL has the 128-bit type.
        why: empty where the value is never missing.
    """

    sql: E
    interval: Interval | None = None
    wide: bool = False
    why: Why = field(default_factory=dict[Missed, E])
    rejects: tuple[Rejection, ...] = ()

    @property
    def nullable(self) -> bool:
        """Whether it can be missing."""
        return bool(self.why)

    @property
    def bounds(self) -> Interval:
        """The interval of an integer; raises TypeError for a value without order."""
        if self.interval is None:
            raise TypeError("no integer")
        return self.interval

    @property
    def known(self) -> int | None:
        """The value of an integer constant."""
        return build.number_of(self.sql)


def constant(value: int) -> Value:
    """An integer constant."""
    return Value(build.integer(value), point(value))


def union(whys: Iterable[Why]) -> dict[Missed, E]:
    """Combine the reasons of several values."""
    found: dict[Missed, list[E]] = {}
    for why in whys:
        for name, condition in why.items():
            conditions = found.setdefault(name, [])
            if not any(_same(condition, one) for one in conditions):
                conditions.append(condition)
    return {name: build.disj(conditions) for name, conditions in found.items()}


def under(why: Why, condition: E) -> dict[Missed, E]:
    """The reasons where a condition holds as well."""
    return (
        {name: build.conj((condition, one)) for name, one in why.items()} if not build.is_true(condition) else {**why}
    )


def rejections(values: Iterable[Value]) -> tuple[Rejection, ...]:
    """All rejections, in order."""
    return tuple({id(one): one for value in values for one in value.rejects}.values())


def guarded(rejects: Iterable[Rejection], condition: E) -> tuple[Rejection, ...]:
    """The rejections where a condition holds as well."""
    return tuple(Rejection(build.conj((condition, one.condition)), one.where, one.names) for one in rejects)


# long expressions

REPEATED = 12
"""An expression of more nodes than this becomes a column before it is read several times."""
_MOST_REASONS = 8
_MOST_REJECTIONS = 4
_REPEATED_HERE = 8
_LONG = 64
"""Reasons of more nodes than this in total are stored as a set."""


def longer(e: E, nodes: int) -> bool:
    """Whether an expression has more nodes than this."""
    return sum(1 for _ in islice(e.walk(), nodes + 1)) > nodes


def column_of(e: E, hint: str, frame: Frame, nodes: int = REPEATED) -> E:
    """The expression, as a column of the frame where it has more nodes than may be repeated."""
    return frame.put(hint, e) if longer(e, nodes) else e


def shortened(value: Value, hint: str, frame: Frame, *, repeated: bool = False) -> Value:
    """Store the reasons of a value as one set, and its rejections as one, where they are long.

    Args:
        value: a value of the frame.
        hint: the preferred name of columns.
        frame: the frame to which columns are added.
        repeated: whether readers repeat the reasons, which lowers the limit.
    """
    if not value.why and not value.rejects:
        return value
    why, sql, rejects = value.why, value.sql, value.rejects
    long = _LONG // 2 if repeated else _LONG
    if len(why) > _MOST_REASONS or _nodes(why.values()) > long:
        sql = frame.put(hint, sql)
        absent = build.missing(sql)
        words, names = _words({name: [condition] for name, condition in why.items()}, frame, hint)
        why = dict[Missed, E]({MissingSet(frame, absent, words, names): absent})
    if len(rejects) > _MOST_REJECTIONS or _nodes(one.condition for one in rejects) > _LONG:
        names = tuple(dict.fromkeys(name for one in rejects for name in one.names))
        at = build.case([(one.condition, one.where) for one in rejects], build.null())
        where = frame.put(f"{hint}__rejects", at)
        rejects = (Rejection(build.present(where), where, names),)
    return Value(sql, value.interval, value.wide, why, rejects)


def resolved(why: Mapping[Missed, Iterable[E]], frame: Frame) -> dict[Missed, E]:
    """Replace the sets of a frame in reasons by the names in them.

    Args:
        why: the conditions for names and sets.
        frame: the frame whose sets are replaced, which must be able to read the conditions.
    """
    conditions = {name: [*found] for name, found in why.items()}
    own = [name for name in why if isinstance(name, MissingSet) and name.frame is frame]
    sets: dict[Missed, list[E]] = {name: conditions.pop(name) for name in own}
    words, names = _words(sets, frame, "lacking")
    for number, name in sorted(names.items()):
        bit = build.bits_of(words[number // WORD], build.integer(2 ** (number % WORD)))
        conditions.setdefault(name, []).append(build.unequal(bit, build.integer(0)))
    return {name: build.disj(found) for name, found in conditions.items()}


def _words(why: Mapping[Missed, Iterable[E]], frame: Frame, hint: str) -> tuple[dict[int, E], dict[int, str]]:
    """Store reasons as columns of bits, by the number of the word; returns also their possible names, by number."""
    parts: dict[int, list[E]] = {}
    names: dict[int, str] = {}
    for name, conditions in why.items():
        condition = build.disj(conditions)
        if isinstance(name, str):
            number = frame.names.number(name)
            names[number] = name
            bit = build.case([(condition, build.integer(2 ** (number % WORD)))], build.integer(0))
            parts.setdefault(number // WORD, []).append(bit)
            continue
        names |= name.names
        if not _same(condition, name.absent):
            condition = column_of(condition, "asked", frame, _REPEATED_HERE)
        for word, bits in name.words.items():
            own = bits if _same(condition, name.absent) else build.case([(condition, bits)], build.integer(0))
            parts.setdefault(word, []).append(own)
    return {word: frame.put(f"{hint}__lacks", build.either_bits(found)) for word, found in parts.items()}, names


def _same(one: E, other: E) -> bool:
    """Return whether two conditions are equal; long ones are only compared by identity, which is cheaper."""
    return one is other or (not longer(one, REPEATED) and not longer(other, REPEATED) and one == other)


def _nodes(expressions: Iterable[E]) -> int:
    """Count the nodes of expressions, stopping just above `_LONG`."""
    return sum(1 for _ in islice((node for e in expressions for node in e.walk()), _LONG + 1))
