"""Small changes of a policy as text for people: those that no worked case notices, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from steelyard.diagnostics import msg
from steelyard.diagnostics.catalogue import translator
from steelyard.diagnostics.plain import one_line
from steelyard.explain.terms import show
from steelyard.trial.mutating.records import Mutation, Survivor


def mutation_lines(ruleset: str, mutation: Mutation, lang: str) -> Iterator[str]:
    """Lay out what worked cases notice of small changes, in a language."""
    told = translator(lang)
    several = len({one.version for one in mutation.survivors}) > 1
    for (version, _), group in groupby(mutation.survivors, key=lambda one: (one.version, one.id)):
        found = list(group)
        name = one_line(show(found[0].rule, lang)) or ruleset
        title = f"{name} ({found[0].id})" if found[0].id and found[0].id != name else name
        yield told(msg("{rule}, version {version}", rule=title, version=version)) if several else title
        yield from (f"  {_survivor(one, lang)}" for one in found)
    yield one_line(
        told(
            msg(
                "{ruleset}: killed {killed} of {counted} small changes ({cases} {cases:case|cases}, {seconds} s)",
                ruleset=ruleset,
                killed=mutation.killed,
                counted=mutation.counted,
                cases=mutation.cases,
                seconds=f"{mutation.seconds:.1f}",
            )
        )
    )


def _survivor(one: Survivor, lang: str) -> str:
    told = translator(lang)
    old, what = show(one.old, lang), show(one.what, lang)
    if one.new is None:
        change = told(msg("{what} dropped", what=old)) if old else told(msg("dropped"))
    else:
        change = f"{old} → {show(one.new, lang)}"
    place = "" if one.span is None else f"{one.span}: "
    if what:
        change = told(msg("{what}: {part}", what=what, part=change))
    return one_line(f"{place}{change}")
