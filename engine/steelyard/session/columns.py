"""Which columns an output has: inputs that stand among the results, columns that are picked, what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.ir.result_columns import ResultColumn, folded, result_columns
from steelyard.ir.versions import Versions
from steelyard.report.grouping import known_inputs
from steelyard.report.headings import Headers, Shown, matching, shown
from steelyard.session.errors import UsageError


@dataclass(frozen=True, slots=True)
class Choice:
    """What the reader of outputs wants to see.

    Attributes:
        columns: of the results, by id or label; empty: all.
        headers: what columns are called, in results, rejects and the table of a summary.
        lang: of labels.
    """

    columns: tuple[str, ...] = ()
    headers: str = Headers.ID.value
    lang: str = "en"

    def all_of(self, columns: Sequence[ResultColumn], versions: Versions) -> tuple[Shown, ...]:
        """Name all columns of a table.

        Raises:
            UsageError: `headers` is neither `id` nor `label`.
        """
        if self.headers not in set(Headers):
            raise UsageError(msg("headers are `id` or `label`, not `{text}`", text=self.headers))
        return shown(columns, versions, Headers(self.headers), self.lang)

    def of_results(
        self, columns: Sequence[ResultColumn], versions: Versions, parts: Sequence[str] = ()
    ) -> tuple[Shown, ...]:
        """Pick and name the columns of results, in the order in which they are asked for.

        Args:
            columns: of the results.
            versions: the ruleset.
            parts: names of the columns by which results are partitioned.

        Raises:
            UsageError: results have no such column, one is picked twice, or another is called like a partition.
        """
        found = {one.column.name: one for one in self.all_of(columns, versions)}
        names: dict[str, ResultColumn] = {}
        for name, column in matching(columns, versions):
            names.setdefault(name, column)
        for name, column in tuple(names.items()):
            names.setdefault(folded(name), column)
        asked = [name if name in names else folded(name) for name in self.columns]
        unknown = [name for name, same in zip(self.columns, asked, strict=True) if same not in names]
        if unknown:
            near = (closest(name, names) for name in unknown)
            raise UsageError(
                *(msg("the results have no column `{name}`", name=name) for name in unknown),
                hints=tuple(msg("did you mean `{near}`?", near=one) for one in near if one is not None),
            )
        picked = [found[names[name].name] for name in asked] or list(found.values())
        for one in picked:
            if picked.count(one) > 1:
                raise UsageError(msg("the column `{name}` is picked twice", name=one.column.name))
            if one.column.name not in parts and folded(one.head) in map(folded, parts):
                raise UsageError(_taken(one.head))
        return tuple(picked)


EVERYTHING = Choice()
"""All columns, by their ids."""


def input_ids(versions: Versions, names: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of inputs that shall stand among the results, each once; the key does in any case.

    Args:
        versions: the ruleset.
        names: ids, columns or labels of inputs.

    Raises:
        UsageError: there is no such input, or its id is the name of another result column.
    """
    known = known_inputs(versions)
    unknown = [name for name in names if name not in known]
    if unknown:
        near = (closest(name, known) for name in unknown)
        raise UsageError(
            *(msg("there is no input `{name}`", name=name) for name in unknown),
            hints=tuple(msg("did you mean `{near}`?", near=one) for one in near if one is not None),
        )
    ids = [one for one in dict.fromkeys(known[name] for name in names) if one != versions.newest.key]
    taken = {folded(column.name) for one in versions.rulesets for column in result_columns(one)}
    for one in ids:
        if folded(one) in taken:
            raise UsageError(_taken(one))
        taken.add(folded(one))
    return tuple(ids)


def _taken(name: str) -> Message:
    return msg("`{name}` is a column of the results already", name=name)
