"""Weights: `semantics.weights` resolves every situation once; SQL looks the result up (LANGUAGE.md section 9).

The key of a situation is an integer of bits: which adjustments fired, which members are waived. Where there are too
many to list, or rows of a family have their own weights, the key is a text, and only the situations that occur are
resolved: the run first queries which ones occur.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build
from steelyard.engines.sql.arithmetic import TooWideError
from steelyard.engines.sql.build import E
from steelyard.engines.sql.intervals import point
from steelyard.engines.sql.scope import Program, SmallTable
from steelyard.ir.ruleset import Score
from steelyard.semantics.scope import RulesetScope as Constants
from steelyard.semantics.situations import Circumstances, MemberKey, Situation
from steelyard.semantics.weights import Weighing

LISTED = 4096
"""Up to this many situations are listed in advance (LANGUAGE.md section 9)."""
MOST = 2**48
"""The largest share, n or D, of a situation that is not listed; a situation that needs more is refused."""
KEY, DENOMINATOR = "key_", "d_"
MEMBER, ROW, SHARE = "member_", "row_", "n_"
"""The columns of the table of row shares, besides the key."""
UNIT, RECORD, GROUP = "\x1f", "\x1e", "\x1d"
"""Separators between the parts of a row, the rows, and the families, in the key of a situation."""


FamilyWeights = tuple[tuple[str, tuple[tuple[str, Fraction], ...]], ...]
"""By family, the weight of each row."""


def share_column(position: int) -> str:
    """The column of a member's n."""
    return f"n{position}_"


@dataclass(eq=False)
class Situations:
    """The situations of one score.

    Attributes:
        members: ids of the members that are not families, in order.
        fired: for each adjustment that concerns the score, whether it fired; never NULL.
        waived: for each member that can be waived, whether it is; never NULL. A family that is named does not count.
        families: the families among the members: id, scale of the weights, and the rows with their weights as text.
    """

    score: Score
    program: Program
    members: Sequence[str]
    fired: Sequence[tuple[str, E]]
    waived: Sequence[tuple[str, E]]
    families: Sequence[tuple[str, int, E]] = ()
    table: str = ""
    rows_table: str = ""
    weighing: Weighing = field(init=False)

    def __post_init__(self) -> None:
        """Evaluate the constants once."""
        ruleset = self.program.ruleset
        self.weighing = Weighing(ruleset, self.score, Constants(ruleset))
        self.fired = [(name, e) for name, e in self.fired if self._matters(name)]
        names, suffix = self.program.names, self.program.suffix
        self.table = names.take(f"situations_{self.score.id}{suffix}")
        self.rows_table = names.take(f"situations_{self.score.id}_rows{suffix}")

    @property
    def listed(self) -> bool:
        """Whether all of them can be listed."""
        return not self.families and 2 ** (len(self.fired) + len(self.waived)) <= LISTED

    def only(self) -> Situation | None:
        """The situation, where only one is possible; else None."""
        if self.families or self.fired or self.waived:
            return None
        found = self.weighing.resolve(Circumstances())
        return found if isinstance(found, Situation) else None

    def key(self) -> E:
        """The key of a case's situation: the sum of bits, or the bits as text."""
        flags = [condition for _, condition in (*self.fired, *self.waived)]
        if self.listed:
            bits = [
                build.case([(condition, build.integer(2**place))], build.integer(0))
                for place, condition in enumerate(flags)
            ]
            return self.program.dialect.cast_narrow(build.total(bits))
        digits = [build.case([(flag, build.text("1"))], build.text("0")) for flag in flags]
        parts = [*digits, *(part for _, _, text in self.families for part in (build.text(GROUP), text))]
        return exp.Concat(expressions=parts or [build.text("")], safe=False, coalesce=False)

    def list_all(self) -> SmallTable:
        """Return the table of all situations; the denominator is NULL where one cannot be resolved."""
        rows: list[tuple[int | str | None, ...]] = []
        flags = len(self.fired) + len(self.waived)
        for bits in product((False, True), repeat=flags):
            key = sum(2**place for place, bit in enumerate(bits) if bit)
            rows.append((key, *self._row(bits)))
        rows.sort(key=lambda row: row[0] if isinstance(row[0], int) else 0)
        columns = (KEY, DENOMINATOR, *(share_column(place) for place in range(len(self.members))))
        said = ", ".join(name for name, _ in self.fired), ", ".join(name for name, _ in self.waived)
        comment = f"bits: fired {said[0] or 'nothing'}; waived {said[1] or 'nothing'}"
        return SmallTable(columns, tuple(rows), comment)

    def resolve_texts(self, keys: Iterable[str]) -> dict[str, SmallTable]:
        """Return the tables of the situations that occur, by their text keys.

        Raises:
            TooWideError: the denominator of one exceeds `MOST`.
        """
        found: list[tuple[int | str | None, ...]] = []
        rows: list[tuple[int | str | None, ...]] = []
        for key in keys:
            digits, *texts = key.split(GROUP)
            families, gone = self._families(texts)
            situation = self.resolved([digit == "1" for digit in digits], families, gone)
            if situation is not None and situation.denominator > MOST:
                raise TooWideError(point(situation.denominator))
            found.append((key, *self._shares(situation)))
            if situation is not None:
                rows += [(key, unit, row, n) for (unit, row), n in situation.by_member.items() if row is not None]
        columns = (KEY, DENOMINATOR, *(share_column(place) for place in range(len(self.members))))
        tables = {self.table: SmallTable(columns, tuple(found))}
        if self.families:
            tables[self.rows_table] = SmallTable((KEY, MEMBER, ROW, SHARE), tuple(rows))
        return tables

    def resolved(
        self, bits: Sequence[bool], families: FamilyWeights = (), gone: frozenset[MemberKey] = frozenset()
    ) -> Situation | None:
        """Resolve one situation; None where that fails. `gone`: waived rows of families."""
        fired = tuple(name for (name, _), bit in zip(self.fired, bits, strict=False) if bit)
        waiving = bits[len(self.fired) :]
        out = {name for (name, _), bit in zip(self.waived, waiving, strict=True) if bit}
        rows = {(name, row) for name, weights in families if name in out for row, _ in weights}
        waived = frozenset((name, None) for name in out) | rows
        found = self.weighing.resolve(Circumstances(fired, waived | gone, families))
        return found if isinstance(found, Situation) else None

    def _families(self, texts: Sequence[str]) -> tuple[FamilyWeights, frozenset[MemberKey]]:
        """Parse the rows of families with their weights, and the rows that are waived."""
        families: list[tuple[str, tuple[tuple[str, Fraction], ...]]] = []
        gone: set[MemberKey] = set()
        for (name, scale, _), text in zip(self.families, texts, strict=True):
            weights: list[tuple[str, Fraction]] = []
            for record in text.split(RECORD) if text else ():
                row, weight, flag = record.split(UNIT)
                if weight:
                    weights.append((row, Fraction(int(weight), 10**scale)))
                if flag:
                    gone.add((name, row))
            families.append((name, tuple(sorted(weights))))
        return tuple(families), frozenset(gone)

    def _row(self, bits: Sequence[bool]) -> tuple[int | None, ...]:
        return self._shares(self.resolved(bits))

    def _shares(self, found: Situation | None) -> tuple[int | None, ...]:
        if found is None:
            return (None, *(None for _ in self.members))
        return (found.denominator, *(found.by_member.get((name, None), 0) for name in self.members))

    def _matters(self, adjustment: str) -> bool:
        shift = self.weighing.shifts.get(adjustment)
        if shift is None:
            raise InternalError(f"there is no adjustment `{adjustment}`")
        return bool(shift.multiply or shift.set or shift.exclusive)
