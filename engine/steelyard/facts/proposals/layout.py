"""Finds how a file is laid out: its encoding, delimiter, sheet, the row of the names, and the headings of fields."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from steelyard.diagnostics import Message, msg
from steelyard.facts.cells import shown
from steelyard.facts.column_names import plain_name
from steelyard.facts.readers import ReadOptions, UnreadableError, Wanted, open_table
from steelyard.facts.readers.opening import check_content
from steelyard.facts.readers.xlsx import CELLS_LIMIT
from steelyard.ir.ruleset import InputField
from steelyard.source.csv_rows import BadQuote, csv_rows, customary_delimiter
from steelyard.source.files import BYTE_ORDER_MARK
from steelyard.source.xlsx_rows import CellFault, Limits, UnusableWorkbookError, open_sheet

_LOOKED_AT = 1 << 20
"""How many bytes of a file of text are looked at."""
_SEARCHED = 30
"""How many rows are searched for the names of the columns."""
_LATIN = "windows-1252"
_ENCODINGS = ("utf-8", "gb18030", "big5", _LATIN)
"""Encodings that are tried, likeliest first."""
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = {",": ",", ";": ";", "\t": "tab", "|": "|"}
_WORDS = re.compile(r"\w*[^\x00-\x7f]\w*")
_NAMED = 3
"""How many words are shown of each encoding."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file seems to be laid out; None and nothing where that is as usual.

    Attributes:
        settings: what an intake file would say of it, by key.
        columns: the heading of each field that has another one than its column, by the field's id.
        absent: the ids of fields that have no column.
        options: how the file is read so.
        remarks: what a person should know to decide, by key.
    """

    settings: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    absent: frozenset[str]
    options: ReadOptions
    remarks: tuple[tuple[str, Message], ...]


def layout_of(path: Path, fields: Sequence[InputField]) -> Layout:
    """Look at a file.

    Raises:
        UnreadableError: it cannot be read in any way.
    """
    check_content(path)
    settings: dict[str, str] = {}
    remarks: dict[str, Message] = {}
    name = path.name.lower()
    if name.endswith((".csv", ".tsv", ".jsonl")):
        text = _decoded(path, settings, remarks)
        if not name.endswith(".jsonl"):
            _lines(path, text, fields, settings)
    elif name.endswith(".xlsx"):
        _sheet(path, fields, settings)
    options = ReadOptions(
        encoding=settings.get("encoding", "utf-8"),
        delimiter="\t" if settings.get("delimiter") == "tab" else settings.get("delimiter"),
        sheet=settings.get("sheet"),
        header=int(settings["header"]) if "header" in settings else None,
    )
    columns, absent = _headings(path, options, fields)
    return Layout(tuple(settings.items()), columns, absent, options, tuple(remarks.items()))


def _decoded(path: Path, settings: dict[str, str], remarks: dict[str, Message]) -> str:
    with path.open("rb") as file:
        data = file.read(_LOOKED_AT)
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    readings: dict[str, str] = {}
    for encoding in (marked,) if marked else _ENCODINGS:
        try:
            readings[encoding] = codecs.getincrementaldecoder(encoding)().decode(data)
        except UnicodeDecodeError:
            continue
    if not readings:
        raise UnreadableError("E112", msg("the file is in none of the encodings that are tried"))
    latin = readings.get(_LATIN)
    encoding = _LATIN if latin is not None and _is_latin(latin) and "utf-8" not in readings else next(iter(readings))
    text = readings[encoding]
    if not data.isascii():
        if encoding != "utf-8":
            settings["encoding"] = encoding
        words = {name: "、".join(dict.fromkeys(_WORDS.findall(one)[:_NAMED])) for name, one in readings.items()}
        shown_ = "; ".join(f"{name}: {some}" for name, some in words.items() if some)
        remarks["encoding"] = msg("the first words in each encoding that fits: {words}", words=shown_)
    return text.removeprefix(BYTE_ORDER_MARK)


def _is_latin(text: str) -> bool:
    """Return whether words with letters beyond ASCII are mostly of ASCII, as those of European languages are."""
    words = "".join(_WORDS.findall(text))
    return sum(sign.isascii() for sign in words) * 2 > len(words)


def _lines(path: Path, text: str, fields: Sequence[InputField], settings: dict[str, str]) -> None:
    usual = customary_delimiter(path)
    best = (-1, -1, "", 0)
    for delimiter in dict.fromkeys((usual, *_DELIMITERS)):
        rows = [(number, row) for number, row, _ in islice(_rows(text, delimiter), _SEARCHED) if isinstance(row, list)]
        score, number = _best_row(rows, fields)
        width = max((len(row) for _, row in rows), default=0)
        if (score, width) > best[:2]:
            best = score, width, delimiter, number
    _, _, delimiter, number = best
    if delimiter and delimiter != usual:
        settings["delimiter"] = _DELIMITERS[delimiter]
    if number:
        settings["header"] = str(number + 1)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | BadQuote, object]]:
    yield from csv_rows(iter(text.splitlines(keepends=True)), delimiter)


def _sheet(path: Path, fields: Sequence[InputField], settings: dict[str, str]) -> None:
    limits = Limits(ReadOptions().max_bytes, CELLS_LIMIT)
    best = (-1, "", 0)
    try:
        with path.open("rb") as file:
            first = open_sheet(file, path.name, None, limits)
        for name in (first.name, *first.others):
            with path.open("rb") as file:
                sheet = open_sheet(file, path.name, name, limits)
            rows = (
                (number, ["" if isinstance(cell, CellFault) else shown(cell) for cell in row])
                for number, row in islice(sheet.rows(), _SEARCHED)
            )
            score, number = _best_row(rows, fields)
            if score > best[0]:
                best = score, name, number
    except UnusableWorkbookError as error:
        raise UnreadableError(error.code, error.headline, help=error.advice) from None
    _, name, number = best
    if name != first.name:
        settings["sheet"] = name
    if number:
        settings["header"] = str(number + 1)


def _best_row(rows: Iterable[tuple[int, Sequence[str]]], fields: Sequence[InputField]) -> tuple[int, int]:
    """Return how many fields are named by the row that names most, and its number."""
    known = [_names(field) for field in fields]
    best = (0, 0)
    for number, row in rows:
        named = {plain_name(cell) for cell in row if cell.strip()}
        score = sum(not named.isdisjoint(names) for names in known)
        if score > best[0]:
            best = score, number
    return best


def _names(field: InputField) -> frozenset[str]:
    return frozenset(map(plain_name, (field.column, field.id, field.label.zh, field.label.en)))


def _headings(
    path: Path, options: ReadOptions, fields: Sequence[InputField]
) -> tuple[tuple[tuple[str, str], ...], frozenset[str]]:
    """Return the headings of fields that the file names otherwise than the ruleset, and the fields without a column."""
    with open_table(path, options, Wanted()) as table:
        if table.growing:
            for _ in islice(table.rows, _SEARCHED):
                pass
        columns = list(table.columns)
    spare = [name for name in columns if name not in {field.column for field in fields}]
    found: dict[str, str] = {}
    for field in fields:
        if field.column not in columns and field.id not in found:
            near = next((name for name in spare if name and plain_name(name) in _names(field)), None)
            if near is not None:
                found[field.id] = near
    absent = (field.id for field in fields if field.column not in columns and field.id not in found)
    return tuple(found.items()), frozenset(absent)
