"""The Jinja environment of the reports: escaping where it is HTML, no undefined name, texts from our catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from steelyard import resources
from steelyard.diagnostics.catalogue import LANGUAGES, translations
from steelyard.diagnostics.plain import one_line, visible

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


@cache
def environment(lang: str) -> Environment:
    """The environment of a language; only templates named `*.html.jinja` are escaped.

    Raises:
        ValueError: no such language.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no language {lang!r}, only {', '.join(LANGUAGES)}")
    found = Environment(
        loader=FileSystemLoader(resources.templates()),
        autoescape=_is_html,  # noqa: S701 - escaped by the name of the template
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_visible,
    )
    gettext = _gettext(lang)

    def plural(one: str, many: str, count: int) -> str:
        return gettext(one if count == 1 else many)

    install: Callable[..., None] = found.install_gettext_callables  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] - the extension's
    install(gettext, plural, newstyle=True)
    found.filters["md"] = escape_markdown
    found.filters["line"] = one_line
    return found


def _visible(value: object) -> object:
    """Whatever a template writes: a text with nothing hidden in it; markup stays markup."""
    return type(value)(visible(value)) if isinstance(value, str) else value


def escape_markdown(text: str) -> str:
    r"""Make a text safe inside a Markdown paragraph or table cell.

    >>> escape_markdown("a|b *c*\nd")
    'a\\|b \\*c\\* d'
    """
    return _SPECIAL.sub(r"\\\1", one_line(text))


def _is_html(name: str | None) -> bool:
    return name is not None and ".html." in name


def _gettext(lang: str) -> Callable[[str], str]:
    if lang == "en":
        return lambda template: template
    known = translations(lang)
    return lambda template: known.get(template, template)
