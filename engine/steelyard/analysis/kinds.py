"""Reports texts that rules compare the kind of an event with and that the `kinds` of the feed do not name."""

from __future__ import annotations

from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, msg
from steelyard.diagnostics.suggestions import closest, listed, spelled
from steelyard.facts.compared import compared


def check_kinds(subject: Subject, diagnostics: Diagnostics) -> None:
    """Report each such text. Levels need no check: they are a list of values."""
    named = {one.id: tuple(dict.fromkeys(kind for _, kind in one.kinds)) for one in subject.ruleset.relations}
    for asked in compared(subject.ruleset):
        kinds = named.get(asked.relation or "", ())
        if asked.field.id != "kind" or not kinds:
            continue
        for text, comparison in asked.texts.items():
            near = closest(text, kinds)
            diagnostics.add(
                "L128",
                comparison.span,
                msg("`kinds` of `{relation}` does not name `{text}`", relation=asked.relation, text=text),
                help=msg("did you mean `{near}`?", near=spelled(near, text, comparison.span))
                if near
                else msg("it names {kinds}", kinds=listed(kinds[:5])),
            )
