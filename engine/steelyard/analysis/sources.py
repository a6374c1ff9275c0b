"""Finds the rulesets that a user names, reads them, and applies amendments to their bases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from steelyard import resources
from steelyard.diagnostics import Diagnostics, Label, msg
from steelyard.diagnostics.suggestions import alternatives, closest, listed
from steelyard.model.amend import AMENDS, REMOVE, amend
from steelyard.model.table_files import with_rows_of_files
from steelyard.source import Map, Node, Text, load_file, read_yaml
from steelyard.source.grids import KINDS

RULESET_FILE = "ruleset.yaml"
"""The file name of a single ruleset in its folder."""
CASES_FILE = "cases.yaml"
"""The worked cases of a folder; never a ruleset."""
TEXT = "text"
"""The name, in places, of a ruleset given as text."""
MARK = "steelyard"
"""The key by which a ruleset is distinguished from other YAML."""
_MARKED = re.compile(rf"^{MARK}\s*:".encode(), re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that holds a ruleset; `node` is None where it could not be read or resolved."""

    path: Path
    node: Node | None


def sources(path_or_name: str, diagnostics: Diagnostics) -> tuple[SourceFile, ...]:
    """The files of a ruleset, by name, each laid upon what it amends; none where nothing is found.

    A path wins over the name of a shipped ruleset. In a folder every YAML file with the key `steelyard` is a
    version, save amendments of another name: those are rulesets of their own, named by their file.
    """
    path = _found(path_or_name, diagnostics)
    if path is None:
        return ()
    return tuple(_whole(one, diagnostics) for one in _files(path, path_or_name, diagnostics))


def source_of_text(text: str, diagnostics: Diagnostics, file: str = TEXT) -> tuple[SourceFile, ...]:
    """The ruleset of a text, laid upon what it amends.

    Args:
        text: YAML.
        diagnostics: receives findings.
        file: the name in places; files that the ruleset names are relative to its folder.
    """
    return (_whole(SourceFile(Path(file), read_yaml(text, file, diagnostics)), diagnostics),)


def rulesets_in(name: str) -> list[str]:
    """The rulesets that a name stands for: of a folder without one, those of the folders below it."""
    folder = Path(name)
    try:
        if not folder.is_dir() or any(map(_is_ruleset, _yaml_files(folder))):
            return [name]
        below = sorted(
            {one.parent for kind in ("yaml", "yml") for one in folder.rglob(f"*.{kind}") if _is_ruleset(one)}
        )
    except OSError:
        return [name]
    return [str(one) for one in below if not any(part.startswith(".") for part in one.parts)] or [name]


def _is_ruleset(file: Path) -> bool:
    """Whether a line of a file begins with the key by which rulesets are distinguished."""
    return file.is_file() and _MARKED.search(file.read_bytes()) is not None


def _whole(file: SourceFile, diagnostics: Diagnostics) -> SourceFile:
    """A file laid upon what it amends, with the rows of its tables."""
    node = _resolved(file, (file.path,), diagnostics)
    return SourceFile(file.path, with_rows_of_files(node, diagnostics))


def files_of(node: Node) -> set[str]:
    """The rulesets that the values of a resolved ruleset come from; not the files of its tables' rows."""
    if isinstance(node, Text):
        return set() if node.span.file.lower().endswith(KINDS) else {node.span.file}
    return {file for part in (node.values() if isinstance(node, Map) else node) for file in files_of(part)}


def all_files_of(node: Node) -> set[str]:
    """The files that the values of a resolved ruleset come from, its tables' files too."""
    if isinstance(node, Text):
        return {node.span.file}
    parts = node.values() if isinstance(node, Map) else node
    return {node.span.file}.union(*(all_files_of(part) for part in parts))


def _files(path: Path, name: str, diagnostics: Diagnostics) -> tuple[SourceFile, ...]:
    """The file of a path, or the versions in a folder, as they are written."""
    if not path.is_dir():
        return (SourceFile(path, load_file(path, diagnostics)),)
    read = [SourceFile(file, load_file(file, diagnostics)) for file in _yaml_files(path)]
    broken = [one for one in read if one.node is None]
    rulesets = [one for one in read if isinstance(one.node, Map) and MARK in one.node]
    if not rulesets and not broken:
        diagnostics.add(
            "E101",
            None,
            msg("the folder `{folder}` holds no `{file}`", folder=name, file=RULESET_FILE),
            help=msg("name the file itself"),
        )
    meant = _meant(rulesets)
    return (*broken, *(one for one in rulesets if _text(one, AMENDS) is None or _text(one, "ruleset") == meant))


def _meant(rulesets: Sequence[SourceFile]) -> str | None:
    """The ruleset that a folder is for: that of `ruleset.yaml`, else of the first file that amends nothing."""
    by_rank = sorted(rulesets, key=lambda one: (one.path.name != RULESET_FILE, _text(one, AMENDS) is not None))
    return _text(by_rank[0], "ruleset") if by_rank else None


def _text(file: SourceFile, name: str) -> Text | None:
    node = file.node
    value = node.get(Text(name, node.span)) if isinstance(node, Map) else None
    return value if isinstance(value, Text) else None


def _yaml_files(folder: Path) -> list[Path]:
    found = (path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and not path.name.startswith("."))
    return sorted(path for path in found if path.name != CASES_FILE and path.is_file())


def _resolved(file: SourceFile, trail: tuple[Path, ...], diagnostics: Diagnostics) -> Node | None:
    """The ruleset of a file, laid upon what it amends, and that upon what it amends in turn."""
    node = file.node
    if not isinstance(node, Map):
        return node
    remove = next((key for key in node if key == REMOVE), None)
    key = next((key for key in node if key == AMENDS), None)
    if key is None:
        if remove is not None:
            headline = msg("`{key}` without `{companion}`", key=REMOVE, companion=AMENDS)
            diagnostics.add("M109", remove.span, headline, help=msg("write both keys, or neither"))
            return None
        return node
    named = node[key]
    if not isinstance(named, Text) or not named:
        headline = msg("`amends` needs the name of a shipped ruleset, or the path of a file or folder")
        diagnostics.add("M103", key.span, headline)
        return None
    base = _base(named, file.path.parent, diagnostics)
    if base is None:
        return None
    if any(_same(base.path, passed) for passed in trail):
        way = " → ".join(path.name for path in (*trail, base.path))
        diagnostics.add("N132", named.span, msg("the amendment comes back to itself: {way}", way=way))
        return None
    under = _resolved(base, (*trail, base.path), diagnostics)
    if under is None:
        return None
    if not isinstance(under, Map):
        diagnostics.add("N131", named.span, msg("`{name}` holds no ruleset", name=named))
        return None
    return amend(under, node, diagnostics)


def _base(named: Text, folder: Path, diagnostics: Diagnostics) -> SourceFile | None:
    """The file that is amended: a path from the amendment's folder wins over the name of a shipped ruleset."""
    shipped = _shipped()
    path = folder / str(named)
    if not _exists(path):
        if str(named) not in shipped:
            near = closest(named, [*shipped, *_beside(folder)])
            diagnostics.add(
                "N131",
                named.span,
                msg("`{name}` is neither a file beside this one nor the name of a shipped ruleset", name=named),
                help=msg("did you mean `{near}`?", near=near)
                if near
                else msg("among the shipped are {names}", names=listed(alternatives(named, shipped))),
            )
            return None
        path = shipped[str(named)]
    before = diagnostics.errors
    files = _files(path, str(named), diagnostics)
    if len(files) > 1:
        diagnostics.add(
            "N133",
            named.span,
            msg(
                "`{name}` holds {count} {count:version|versions}, and an amendment has one base",
                name=named,
                count=len(files),
            ),
            help=msg("name the file of a version, and write an amendment for each"),
            labels=tuple(Label(key.span, msg("a version")) for one in files for key in _first_key(one.node)),
        )
        return None
    return files[0] if files and diagnostics.errors == before else None


def _first_key(node: Node | None) -> tuple[Text, ...]:
    return tuple(node)[:1] if isinstance(node, Map) else ()


def _beside(folder: Path) -> list[str]:
    try:
        return [path.name for path in _yaml_files(folder)]
    except OSError:
        return []


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _found(path_or_name: str, diagnostics: Diagnostics) -> Path | None:
    """The file or folder that is meant. A folder without a ruleset gives way to a shipped ruleset of that name."""
    path = Path(path_or_name)
    try:
        if path.is_file() or (path.is_dir() and _yaml_files(path)):
            return path
    except (OSError, ValueError):
        return path
    shipped = _shipped()
    if path_or_name in shipped:
        return shipped[path_or_name]
    if path.exists():
        return path
    near = closest(path_or_name, shipped)
    diagnostics.add(
        "E101",
        None,
        msg("`{name}` is neither a file nor the name of a shipped ruleset", name=path_or_name),
        help=msg("did you mean `{near}`?", near=near)
        if near
        else msg("among the shipped are {names}", names=listed(alternatives(path_or_name, shipped))),
    )
    return None


def _shipped() -> dict[str, Path]:
    """The folders of the shipped rulesets, by name."""
    return {path.name: path for path in sorted(resources.rulesets().iterdir()) if path.is_dir() and _yaml_files(path)}
