"""Reports labels without a text in a language in which the ruleset has other texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, Message, msg
from steelyard.diagnostics import Label as Place
from steelyard.ir.lowering.value_labels import labelled_fields
from steelyard.ir.text_labels import CHINESE, text_labels
from steelyard.model.section import Label, Section
from steelyard.source import Text

SHOWN = 5
"""How many names a message lists at most."""
Named = tuple[Text, Label]


def check_languages(subject: Subject, diagnostics: Diagnostics) -> None:
    """Report for each language what would be shown in the other one. A text for all languages counts in both."""
    texts = list(_labels(subject.file, None))
    apart = [label for _, label in texts if not _for_all(label)]
    for language, name in (("zh", msg("Chinese")), ("en", msg("English"))):
        if all(getattr(label, language) is None for label in apart):
            continue
        lacking = [key for key, label in texts if getattr(label, language) is None]
        if language == "zh":
            lacking += [*_events(subject), *_values(subject)]
        if lacking:
            _report(lacking, name, diagnostics)


def _report(lacking: list[Text], language: Message, diagnostics: Diagnostics) -> None:
    first, *others = lacking
    names = tuple(msg("`{name}`", name=one) for one in lacking[:SHOWN])
    more = len(lacking) - SHOWN
    listed = msg("{names} and {count} more", names=names, count=more) if more > 0 else msg("{items}", items=names)
    diagnostics.add(
        "L139",
        first.span,
        msg("no text in {language} for {names}", language=language, names=listed),
        labels=tuple(Place(one.span, msg("nor here")) for one in others[: SHOWN - 1]),
        help=msg("give each a label with a text in {language}, as other names of the ruleset have", language=language),
    )


def _for_all(label: Label) -> bool:
    """Whether one text was written for all languages."""
    return label.zh is not None and label.en is not None and label.zh.span == label.en.span


def _labels(node: object, key: Text | None) -> Iterator[Named]:
    """Every label that is written, with the name that it belongs to."""
    match node:
        case Label():
            place = node.zh or node.en
            if place is not None:
                yield key or place, node
        case Section():
            for name in type(node).model_fields:
                yield from _labels(getattr(node, name), key)
        case Mapping():
            for name, one in node.items():  # pyright: ignore[reportUnknownVariableType] - of anything
                yield from _labels(one, name if isinstance(name, Text) else key)  # pyright: ignore[reportUnknownArgumentType]
        case tuple():
            for one in node:  # pyright: ignore[reportUnknownVariableType] - of anything
                yield from _labels(one, key)  # pyright: ignore[reportUnknownArgumentType]
        case _:  # a text, or nothing
            pass


def _events(subject: Subject) -> list[Text]:
    """The levels and kinds of feeds that have no Chinese word and no label."""
    known = text_labels(subject.ruleset)
    return [
        one
        for relation in subject.file.relations.values()
        for one in (*(relation.levels or ()), *relation.kinds.values())
        if one not in relation.labels and CHINESE.search(known[one].zh if one in known else one) is None
    ]


def _values(subject: Subject) -> list[Text]:
    """The listed texts without a label where others of the same list have one, and without a Chinese name."""
    return [
        one
        for field in labelled_fields(subject.file)
        if field.labels
        for one in field.ordered or field.values or ()
        if one not in field.labels and CHINESE.search(one) is None
    ]
