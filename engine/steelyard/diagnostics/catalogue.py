"""Messages in the reader's language. English is the template itself; the others come from .po files.

To add a language: extract the templates (`pybabel extract -F engine/steelyard/diagnostics/locale/babel.cfg
-k msg -k translate:1 -o steelyard.pot engine templates`), translate them into
`locale/LANGUAGE/LC_MESSAGES/steelyard.po`, and name the language in `LANGUAGES`. Two more files there hold what a
message does not: `pages.po` the prose of the codes' pages, `help.po` what `--help` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from steelyard.diagnostics.message import Message

LANGUAGES = ("en", "zh")
LOCALE = Path(__file__).resolve().parent / "locale"

Translator = Callable[[Message], str]


def translator(lang: str) -> Translator:
    """Return the function that writes a message in a language; templates without a translation stay English.

    Args:
        lang: one of `LANGUAGES`.

    Raises:
        ValueError: no such language.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no language {lang!r}, only {', '.join(LANGUAGES)}")
    if lang == "en":
        return str
    templates = translations(lang)
    return lambda message: message.text(lambda template: templates.get(template, template))


@cache
def translations(lang: str, domain: str = "steelyard") -> Mapping[str, str]:
    """Return the translation of each text in one of a language's files. Unfinished entries are omitted.

    Args:
        lang: a language of `LANGUAGES` other than English.
        domain: the file: `steelyard` (messages and reports), `pages` or `help`.
    """
    from babel.messages.pofile import read_po

    path = LOCALE / lang / "LC_MESSAGES" / f"{domain}.po"
    entries = read_po(BytesIO(path.read_bytes()), locale=lang)
    return MappingProxyType(
        {
            str(entry.id): str(entry.string)
            for entry in entries
            if isinstance(entry.id, str) and entry.id and entry.string and not entry.fuzzy
        }
    )
