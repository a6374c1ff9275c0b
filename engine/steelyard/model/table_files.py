"""Reads tables whose rows are in a file into the nodes that `rows` would have; later passes see no difference.

The place of each cell is its place in the file. This pass works on nodes, after amendments are applied. A file is
searched beside the ruleset that names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from steelyard.diagnostics import Diagnostics, Label, Span, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.source import Map, Node, Seq, Text
from steelyard.source.grid import CellKind, Grid, GridCell, GridOptions, Row
from steelyard.source.grids import read_grid

FILE = "file"
OF_WORKBOOK, OF_CSV = ("sheet",), ("delimiter", "encoding")
NOTES = {"note": ("note", None), "note.zh": ("note", "zh"), "note.en": ("note", "en")}
"""The columns beside the table's own: remarks on a row, in one language or for all."""

_NAMING = ("parameters", "define", "relations", "indicators", "tables")
"""Sections whose keys are names that expressions read; inputs of the case and fields of relations are others."""
_TEXTUAL = ("text", "region", "list")


def with_rows_of_files(node: Node | None, diagnostics: Diagnostics) -> Node | None:
    """Put the rows of every table's file in its place.

    Args:
        node: the root of a ruleset; what has not the shape of one is left for the next pass to refuse.
        diagnostics: takes what is wrong with the files, each finding at its cell.

    Returns:
        The root with `rows` for every `file`; None where a file cannot be used.
    """
    tables = _under(node, "tables")
    if node is None or not isinstance(node, Map) or not isinstance(tables, Map):
        return node
    before = diagnostics.errors
    names = _names(node)
    entries = {name: _with_rows(str(name), table, names, diagnostics) for name, table in tables.items()}
    if diagnostics.errors > before:
        return None
    return Map({k: Map(entries, tables.span) if k == "tables" else v for k, v in node.items()}, node.span)


def _names(ruleset: Map) -> frozenset[str]:
    """The names that expressions of a ruleset may begin with."""
    sections = [_under(ruleset, section) for section in _NAMING]
    sections.append(_under(_under(ruleset, "case"), "inputs"))
    relations = _under(ruleset, "relations")
    if isinstance(relations, Map):
        sections += [_under(relation, "fields") for relation in relations.values()]
    return frozenset(str(key) for section in sections if isinstance(section, Map) for key in section)


def _with_rows(name: str, table: Node, names: frozenset[str], diagnostics: Diagnostics) -> Node:
    file = _under(table, FILE)
    columns = _columns(table)
    if not isinstance(table, Map) or not isinstance(file, Text) or not file.strip() or columns is None:
        return table
    if _under(table, "rows") is not None:
        return table  # the next pass refuses the two together
    options = _options(table, file, names, diagnostics)
    path = None if options is None else _path(file, diagnostics)
    grid = None if options is None or path is None else read_grid(path, options, diagnostics)
    rows = None if grid is None else _rows(name, grid, columns, file.span, diagnostics)
    if rows is None:
        return table
    key = next(key for key in table if key == FILE)
    own = {k: v for k, v in table.items() if k not in (FILE, *OF_WORKBOOK, *OF_CSV)}
    return Map({**own, Text("rows", key.span): rows}, table.span)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table: the names that its heading may have, and its type where it is declared."""

    id: str
    headings: tuple[str, ...]
    type: str


def _columns(table: Node) -> tuple[_Column, ...] | None:
    """The columns of a table, conditions first; None where they are not written as columns are."""
    found: list[_Column] = []
    for part, short in (("inputs", False), ("outputs", True)):
        section = _under(table, part)
        if not isinstance(section, Map):
            return None
        for key, value in section.items():
            label = _under(value, "label")
            written = [label, _under(label, "zh"), _under(label, "en"), _under(value, "column")]
            kind = value if short and isinstance(value, Text) else _under(value, "type")
            headings = tuple(str(text) for text in written if isinstance(text, Text))
            found.append(_Column(str(key), headings, str(kind).strip() if isinstance(kind, Text) else ""))
    return tuple(found)


def _options(table: Map, file: Text, names: frozenset[str], diagnostics: Diagnostics) -> GridOptions | None:
    """How the file is read; None where what the ruleset says of it cannot be used."""
    workbook = file.lower().endswith(".xlsx")
    said = {str(key): value for key, value in table.items() if key in (*OF_WORKBOOK, *OF_CSV)}
    good = True
    for key in table:
        if key in (OF_CSV if workbook else OF_WORKBOOK):
            good = False
            headline = msg("`{key}` says nothing about `{file}`", key=key, file=file)
            advice = msg("`sheet` is for workbooks, `delimiter` and `encoding` are for CSV")
            diagnostics.add("E113", key.span, headline, help=advice)
    texts = {key: value for key, value in said.items() if isinstance(value, Text) and value}
    # anything that is no text is refused by the next pass
    return GridOptions(file.span, **texts, names=names) if good and len(texts) == len(said) else None


def _path(file: Text, diagnostics: Diagnostics) -> Path | None:
    if Path(file).is_absolute() or PureWindowsPath(file).drive:
        headline = msg("`{file}` is the path of one machine", file=file)
        diagnostics.add("E101", file.span, headline, help=msg("write it from the folder of the ruleset"))
        return None
    return Path(file.span.file).parent / str(file)


def _rows(name: str, grid: Grid, columns: tuple[_Column, ...], place: Span, diagnostics: Diagnostics) -> Seq | None:
    keys = _keys(name, grid, columns, place, diagnostics)
    if keys is None:
        return None
    kinds = {column.id: column.type for column in columns}
    rows = [_row(row, keys, kinds, diagnostics) for row in grid.rows[1:]]
    return Seq(rows, place)


def _keys(
    name: str, grid: Grid, columns: tuple[_Column, ...], place: Span, diagnostics: Diagnostics
) -> Mapping[int, Text] | None:
    """The key of each column of the file, by its position; None where headings are wrong."""
    before = diagnostics.errors
    keys: dict[int, Text] = {}
    for position, cell in enumerate(grid.rows[0]):
        if cell is None:
            _check_unheaded(grid, position, diagnostics)
            continue
        key = _key(name, cell.text, columns, diagnostics)
        if key is None:
            continue
        twin = next((other for other in keys.values() if other == key), None)
        if twin is not None:
            headline = msg("the column `{column}` stands twice", column=key)
            labels = (Label(twin.span, msg("the other one")),)
            diagnostics.add("E115", cell.text.span, headline, help=msg("remove one of them"), labels=labels)
        keys[position] = key
    lacking = [column.id for column in columns if column.id not in keys.values()]
    if lacking and diagnostics.errors == before:
        diagnostics.add(
            "E116",
            _span(grid.rows[0]),
            msg("the file lacks columns of `{table}`: {names}", table=name, names=listed(lacking)),
            help=msg("a heading is the name or the label of a column; a condition that never matters is `-`"),
            labels=(Label(place, msg("the file is named here")),),
        )
    return None if diagnostics.errors > before else keys


def _key(name: str, heading: Text, columns: tuple[_Column, ...], diagnostics: Diagnostics) -> Text | None:
    """The key that a heading stands for: a name, else a label."""
    bare = heading.strip()
    ids = [column.id for column in columns]
    meant = [bare] if bare in (*ids, *NOTES) else [one.id for one in columns if bare in one.headings]
    if len(meant) == 1:
        return Text(meant[0], heading.span)
    known = [*ids, *(label for one in columns for label in one.headings), "note"]
    if meant:
        headline = msg("`{heading}` is the label of several columns: {names}", heading=bare, names=listed(meant))
        advice = msg("write the name of the column")
    else:
        headline = msg("the table `{table}` has no column `{column}`", table=name, column=bare)
        near = closest(bare, known)
        advice = (
            msg("did you mean `{near}`?", near=near)
            if near
            else msg("its columns are {names}; remarks go into `note`", names=listed(ids[:5]))
        )
    diagnostics.add("H105", heading.span, headline, help=advice)
    return None


def _check_unheaded(grid: Grid, position: int, diagnostics: Diagnostics) -> None:
    """Report something in a column that has no heading."""
    below = (row[position] for row in grid.rows[1:] if position < len(row))
    first = next((cell for cell in below if cell is not None), None)
    if first is not None:
        advice = msg("name the column, or call it `note` if it holds remarks")
        diagnostics.add("H105", first.text.span, msg("a cell stands in a column without a heading"), help=advice)


def _row(row: Row, keys: Mapping[int, Text], kinds: Mapping[str, str], diagnostics: Diagnostics) -> Map:
    entries: dict[Text, Node] = {}
    for position, key in keys.items():
        cell = row[position] if position < len(row) else None
        if cell is None:
            continue
        section, language = NOTES.get(key, (None, None))
        if section is not None and language is not None:
            label = entries.setdefault(Text(section, key.span), Map({}, cell.text.span))
            if isinstance(label, Map):
                label[Text(language, key.span)] = cell.text
        else:
            entries[key] = cell.text if section else _fitted(cell, kinds[str(key)], diagnostics)
    return Map(entries, _span(row))


def _fitted(cell: GridCell, kind: str, diagnostics: Diagnostics) -> Text:
    """The text of a cell for a column of a declared type."""
    text = cell.text
    if cell.kind is CellKind.DAY and kind == "datetime":
        return Text(f"{text}T00:00:00", text.span)
    if cell.kind is CellKind.TEXT or not kind.startswith(_TEXTUAL):
        return text
    if cell.kind is not CellKind.NUMBER or not text.isdigit():
        headline = msg("a text belongs here, but the cell holds a number or a date: `{text}`", text=text)
        diagnostics.add("E143", text.span, headline, help=msg("give the cell the format of text and write it again"))
    return text


def _span(row: Row) -> Span:
    """The place of a row: its first cell, reaching to its last."""
    spans = [cell.text.span for cell in row if cell is not None]
    first, last = spans[0], spans[-1]
    return Span(first.file, first.line, first.column, last.end_line, last.end_column, first.cell)


def _under(node: Node | None, key: str) -> Node | None:
    return node.get(Text(key, node.span)) if isinstance(node, Map) else None
