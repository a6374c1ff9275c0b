"""What the layouts of a comparison have in common: its sentences, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.catalogue import translator
from steelyard.diagnostics.plain import one_line
from steelyard.explain.terms import Name, Text, share_text, show
from steelyard.facts.format import format_units
from steelyard.semantics.outcome import Fixed
from steelyard.semantics.values import divide
from steelyard.trial.comparing.changes import Change, Pair, Turn, moved_targets
from steelyard.trial.comparing.comparison import Comparison, Example, OnCases, ScoreShift
from steelyard.trial.comparing.walk import Kind, Sort

ARROW = " → "
NOTHING = "–"
_RULES = frozenset({"exemptions", "weights", "unscored", "points"})
_CONDITIONS = frozenset({"when", "only_if", "joins"})
QUANTILES = ("p10", "p25", "median", "p75", "p90")


def said(text: Text, lang: str) -> str:
    """A text in a language, on one line."""
    return one_line(show(text, lang))


def signed(value: Fraction | None, digits: int) -> str:
    """A difference, rounded half away from zero, with its sign."""
    if value is None:
        return NOTHING
    units = divide(value.numerator * 10**digits, value.denominator)
    sign = "+" if units > 0 else "−" if units < 0 else "±"
    return f"{sign}{format_units(abs(units), digits)}"


def number(value: Fixed | None) -> str:
    """A number as readers see it."""
    return NOTHING if value is None else str(value).replace("-", "−")


def title(pair: Pair) -> Message:
    """Which versions are compared."""
    if pair.old is None and pair.new is not None:
        return msg("version {version} is new", version=pair.new.version)
    if pair.new is None and pair.old is not None:
        return msg("version {version} is gone", version=pair.old.version)
    names = [f"{one.id} {one.version}" for one in (pair.old, pair.new) if one is not None]
    return msg("{old} → {new}", old=names[0], new=names[-1])


def verdict(pair: Pair) -> Message:
    """Whether two versions mean the same."""
    if pair.digests[0] == pair.digests[1]:
        return msg("same meaning: the digests of both policies are {digest}", digest=str(pair.digests[0]))
    if pair.same:
        return msg("same meaning, apart from which version it is and when it is in force")
    return msg("{count} {count:change|changes} of meaning", count=len(pair.meaning))


def headline(change: Change, lang: str) -> str:
    """What has changed, in one line."""
    subject: Text = change.what
    if change.name != "":
        name = msg("{name} ({kind})", name=change.name, kind=_section(change))
        subject = msg("{what}: {part}", what=name, part=change.what) if change.what != "" else name
    old, new = change.old, change.new
    match change.kind:
        case Kind.ADDED if change.what != "" and new is not None:
            return said(msg("{subject} is new: {value}", subject=subject, value=new), lang)
        case Kind.ADDED:
            return said(msg("{subject} is new", subject=subject), lang)
        case Kind.REMOVED if change.what != "" and old is not None:
            return said(msg("{subject} is gone; it was {value}", subject=subject, value=old), lang)
        case Kind.REMOVED:
            return said(msg("{subject} is gone", subject=subject), lang)
        case Kind.CHANGED | Kind.MOVED:
            shown = [
                _both_languages(one, lang) if said(old or "", lang) == said(new or "", lang) else one
                for one in (old, new)
            ]
            return said(msg("{subject}: {old} → {new}", subject=subject, old=shown[0] or "", new=shown[1] or ""), lang)


def _both_languages(text: Text | None, lang: str) -> Text | None:
    """A label that differs in the other language only, in both."""
    if not isinstance(text, Name):
        return text
    other = "zh" if lang == "en" else "en"
    return msg("{text} / {other}", text=show(text, lang), other=show(text, other))


def notes(change: Change, lang: str, version: str, cases: OnCases | None) -> Iterator[str]:
    """What follows from a change: targets, shares, readers, and a case in which it differs."""
    for name, turn in change.targets:
        match turn:
            case Turn.LOOSER:
                yield said(msg("target of {indicator}: looser", indicator=name), lang)
            case Turn.STRICTER:
                yield said(msg("target of {indicator}: stricter", indicator=name), lang)
    match change.turn:
        case None:
            pass
        case Turn.LOOSER:
            yield said(msg("looser"), lang)
        case Turn.STRICTER:
            yield said(msg("stricter"), lang)
    yield from (said(note, lang) for note in change.notes)
    if cases is not None and (version, change.path) in cases.examples:
        yield said(_example(cases.examples[version, change.path]), lang)


def _example(one: Example | None) -> Message:
    if one is None:
        return msg("no case differs")
    if one.key is None:
        return msg(
            "no case differs by this change alone, of the {count} that it concerns most", count=one.looked_at or 0
        )
    if not one.alone:
        return msg("for example case {key}, which other changes may concern too", key=one.key)
    if one.old is None or one.new is None or one.old == one.new:
        return msg("for example case {key}, by this change alone", key=one.key)
    return msg(
        "for example case {key}: {old} → {new} by this change alone",
        key=one.key,
        old=number(one.old),
        new=number(one.new),
    )


def cosmetic(changes: Sequence[Change]) -> Message:
    """How many changes of each cosmetic sort there are."""
    return msg("{items}", items=tuple(_cosmetic(changes)))


def shares(pair: Pair, lang: str) -> list[tuple[str, str, str]]:
    """The shares that differ in the base situation."""
    texts = [[NOTHING if one is None else share_text(one) for one in (each.old, each.new)] for each in pair.shares]
    several = len({each.score.id for each in pair.shares}) > 1
    return [
        (
            said(
                msg("{score}: {indicator}", score=one.score, indicator=one.indicator) if several else one.indicator,
                lang,
            ),
            old,
            new,
        )
        for one, (old, new) in zip(pair.shares, texts, strict=True)
    ]


def summary(found: Comparison) -> Message:
    """The last line: it says it all."""
    changes = [one for one in found.changes if not one.sort.cosmetic]
    counted = (*_meaning(found, changes), *_cosmetic(found.changes))
    if found.same:
        counted = (msg("same meaning"), *counted)
    parts = msg("{items}", items=tuple(counted))
    if found.cases is None:
        return parts
    return msg("{changes}; {cases}", changes=parts, cases=_on_cases(found.cases))


def _on_cases(cases: OnCases) -> Message:
    if not cases.differs:
        return msg("no case differs")
    said_: list[Message] = []
    for one in cases.scores:
        text = msg(
            "{count} of {all} {all:grade|grades} {count:changes|change}, mean {shift}",
            count=one.all.grades,
            all=one.all.graded,
            shift=signed(one.all.mean, one.digits),
        )
        said_.append(text if len(cases.scores) == 1 else msg("{score}: {text}", score=one.name, text=text))
    restated = sum(count for old, new, count in cases.statuses if old != new)
    if restated:
        said_.append(msg("{count} {count:case has|cases have} another status", count=restated))
    if not said_ or not any(one.all.grades or one.all.total for one in cases.scores):
        said_.append(
            msg(
                "{count} of {all} {all:case|cases} {count:has|have} other results",
                count=cases.different,
                all=cases.count,
            )
        )
    return msg("{items}", items=tuple(said_))


def _meaning(found: Comparison, changes: Sequence[Change]) -> Iterator[Message]:
    """Counts of changes of meaning, each counted once."""
    fresh = sum(pair.old is None for pair in found.pairs)
    gone = sum(pair.new is None for pair in found.pairs)
    if fresh:
        yield msg("{count} {count:version|versions} added", count=fresh)
    if gone:
        yield msg("{count} {count:version|versions} removed", count=gone)
    left = [one for one in changes if one.sort is Sort.MEANING]
    turns = moved_targets(left)
    if count := turns[Turn.LOOSER]:
        yield msg("{count} {count:target|targets} looser", count=count)
    if count := turns[Turn.STRICTER]:
        yield msg("{count} {count:target|targets} stricter", count=count)
    left = [one for one in left if not one.targets]
    counts: dict[str, int] = {}
    for one in left:
        counts[_counted(one)] = counts.get(_counted(one), 0) + 1
    for name, count in counts.items():
        yield _count(name, count)


def _counted(change: Change) -> str:
    """Under what a change is counted."""
    attributes = change.path.split(".")
    last = attributes[-1]
    whole = len(attributes) == 2 or (change.section == "weights" and len(attributes) == 3)
    if change.section == "tables" and "rows" in attributes:
        return "row"
    if whole and change.kind in (Kind.ADDED, Kind.REMOVED):
        kind = "rule" if change.section in _RULES else "indicator" if change.section == "indicators" else "part"
        return f"{kind} {change.kind.value}"
    if change.section == "indicators" and last == "weight":
        return "weight"
    if last in _CONDITIONS:
        return "condition"
    if "grades" in attributes:
        return "grade"
    if change.section == "parameters" and last == "default":
        return "parameter"
    return "calendar" if change.section == "calendars" else "other"


def _count(name: str, count: int) -> Message:
    match name:
        case "row":
            return msg("{count} {count:row|rows} of tables changed", count=count)
        case "rule added":
            return msg("{count} {count:rule|rules} added", count=count)
        case "rule removed":
            return msg("{count} {count:rule|rules} removed", count=count)
        case "indicator added":
            return msg("{count} {count:indicator|indicators} added", count=count)
        case "indicator removed":
            return msg("{count} {count:indicator|indicators} removed", count=count)
        case "part added":
            return msg("{count} {count:declaration|declarations} added", count=count)
        case "part removed":
            return msg("{count} {count:declaration|declarations} removed", count=count)
        case "weight":
            return msg("{count} {count:weight|weights} changed", count=count)
        case "condition":
            return msg("{count} {count:condition|conditions} changed", count=count)
        case "grade":
            return msg("{count} {count:change|changes} of grades", count=count)
        case "parameter":
            return msg("{count} {count:parameter|parameters} changed", count=count)
        case "calendar":
            return msg("{count} {count:change|changes} of calendars", count=count)
        case _:  # whatever else there is
            return msg("{count} other {count:change|changes} of meaning", count=count)


def _cosmetic(changes: Sequence[Change]) -> Iterator[Message]:
    counts = {sort: sum(one.sort is sort for one in changes) for sort in Sort}
    if count := counts[Sort.LABEL]:
        yield msg("{count} {count:label|labels}", count=count)
    if count := counts[Sort.SOURCE]:
        yield msg("{count} {count:source|sources}", count=count)
    if count := counts[Sort.NOTE]:
        yield msg("{count} {count:remark|remarks}", count=count)
    if count := counts[Sort.READER]:
        yield msg("{count} {count:thing|things} for readers alone", count=count)
    if count := counts[Sort.CLAIM]:
        yield msg("{count} {count:change|changes} of claims to be proved", count=count)


def _section(change: Change) -> Text:
    match change.section:
        case "inputs":
            return msg("input")
        case "parameters":
            return msg("parameter")
        case "groups":
            return msg("group")
        case "relations":
            return msg("relation")
        case "defines":
            return msg("define")
        case "tables":
            return msg("decision table")
        case "indicators":
            return msg("indicator")
        case "exemptions":
            return msg("exemption")
        case "weights":
            return msg("weights")
        case "scores":
            return msg("score")
        case "unscored":
            return msg("rule for cases without a score")
        case "points":
            return msg("points rule")
        case "outputs":
            return msg("output")
        case "calendars":
            return msg("calendar")
        case _:  # the ruleset itself
            return ""


def migration(one: ScoreShift, lang: str) -> list[list[str]]:
    """The matrix of grades: a row for each old grade, a column for each new one, as far as cases have them."""
    told = translator(lang)
    occurring = {grade for old, new, _ in one.migration for grade in (old, new)}
    names = [grade for grade in one.grades if grade in occurring]
    without = any(None in (old, new) for old, new, _ in one.migration)
    keys: list[str | None] = [*names, *([None] if without else [])]
    counts = {(old, new): count for old, new, count in one.migration}
    shown = [told(msg("no grade")) if key is None else key for key in keys]
    rows = [[told(msg("old grade / new grade")), *shown]]
    for key, name in zip(keys, shown, strict=True):
        rows.append([name, *(str(counts.get((key, other), 0)) for other in keys)])
    return rows


def status(name: str) -> Message:
    """A status in words."""
    match name:
        case "scored":
            return msg("scored")
        case "unscored":
            return msg("unscored")
        case "decided":
            return msg("decided")
        case _:  # no result
            return msg("rejected")
