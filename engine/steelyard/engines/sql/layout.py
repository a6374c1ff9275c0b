"""Breaks SQL into readable lines: what fits on one line stays on it; comments are beside the columns they explain.

Only white space and comments are added to the text of sqlglot; `flattened` removes them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot.dialects.dialect import Dialect as Grammar
from sqlglot.tokenizer_core import TokenType

from steelyard.diagnostics import InternalError
from steelyard.diagnostics.plain import one_line

WIDTH = 118
"""The maximum length of a line that can be broken."""
_ASIDE = 140
"""A comment that would end beyond this column is written above instead."""
_SHORT = 48
"""Items up to this length share lines."""
_OPEN = {"(": ")", "[": "]", "CASE": "END"}
_CLAUSES = frozenset({"FROM", "WHERE", "GROUP BY", "HAVING", "QUALIFY", "ORDER BY", "LIMIT", "JOIN", "ON"})
_BEFORE_JOIN = frozenset({"LEFT", "RIGHT", "INNER", "FULL", "CROSS", "OUTER"})
_COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">=", "IS", "IN", "BETWEEN", "LIKE", "RLIKE", "~"})
_LOOSEST_FIRST = (
    frozenset({"OR"}),
    frozenset({"AND"}),
    _COMPARISONS,
    frozenset({"+", "-", "||"}),
    frozenset({"*", "//"}),
)


@dataclass(frozen=True, slots=True)
class Notes:
    """Comments.

    Attributes:
        heads: by common table expression, the lines above it.
        columns: by common table expression ("" for the main query) and column, the comment beside the column.
    """

    heads: Mapping[str, Sequence[str]] = field(default_factory=lambda: {})
    columns: Mapping[tuple[str, str], str] = field(default_factory=lambda: {})


@dataclass(slots=True)
class _Leaf:
    """A token. `space`: whether a space precedes it; `name`: its unquoted text where it is a name."""

    text: str
    space: bool
    word: str
    name: str | None = None


@dataclass(slots=True)
class _Group:
    """A part in parentheses or brackets, or a CASE."""

    open: _Leaf
    inner: list[_Node]
    close: _Leaf
    width: int = -1

    @property
    def space(self) -> bool:
        return self.open.space

    @property
    def word(self) -> str:
        return self.open.word


_Node = _Leaf | _Group


def comment(text: str) -> str:
    """A comment on one line: line breaks and invisible characters are replaced by their code points."""
    return f"-- {one_line(text)}".rstrip()


def laid_out(text: str, grammar: str, notes: Notes) -> str:
    """Lay out a statement.

    Args:
        text: the statement on one line, without comments.
        grammar: sqlglot's name of the dialect.
        notes: the comments.

    Raises:
        InternalError: the layout changed more than white space.
    """
    nodes = _parsed(text, grammar)
    lines = _Layout(notes).query(nodes, 0, "", main=True)
    found = "\n".join(line.rstrip() for line in lines) + "\n"
    if flattened(found, grammar) != flattened(text, grammar):
        raise InternalError("the layout of a statement changed it")
    return found


def flattened(text: str, grammar: str) -> list[str]:
    """The tokens of a statement, as written, without white space and comments."""
    return [text[token.start : token.end + 1] for token in Grammar.get_or_raise(grammar).tokenize(text)]


def _parsed(text: str, grammar: str) -> list[_Node]:
    """Parse a text into tokens and nested groups."""
    stack: list[tuple[_Leaf, list[_Node]]] = []
    here: list[_Node] = []
    end = -1
    for token in Grammar.get_or_raise(grammar).tokenize(text):
        written = text[token.start : token.end + 1]
        named = token.token_type in {TokenType.IDENTIFIER, TokenType.VAR}
        word = "" if token.token_type in {TokenType.STRING, TokenType.IDENTIFIER} else " ".join(written.upper().split())
        leaf = _Leaf(written, token.start > end + 1, word, token.text if named else None)
        end = token.end
        if word in _OPEN:
            stack.append((leaf, here))
            here = []
        elif stack and word == _OPEN[stack[-1][0].word]:
            opened, outer = stack.pop()
            outer.append(_Group(opened, here, leaf))
            here = outer
        else:
            here.append(leaf)
    if stack:
        raise InternalError("brackets that do not close")
    return here


def _flat(nodes: Sequence[_Node]) -> str:
    """The text on one line, without the space before it."""
    parts: list[str] = []
    _write(nodes, parts)
    return "".join(parts).strip()


def _write(nodes: Sequence[_Node], parts: list[str]) -> None:
    for node in nodes:
        leaf = node if isinstance(node, _Leaf) else node.open
        parts.append(f" {leaf.text}" if leaf.space else leaf.text)
        if isinstance(node, _Group):
            _write(node.inner, parts)
            parts.append(f" {node.close.text}" if node.close.space else node.close.text)


def _length(nodes: Sequence[_Node]) -> int:
    """The length of the text on one line, including the space before it."""
    total = 0
    for node in nodes:
        if isinstance(node, _Leaf):
            total += len(node.text) + node.space
            continue
        if node.width < 0:
            node.width = len(node.open.text) + len(node.close.text) + node.close.space + _length(node.inner)
        total += node.width + node.space
    return total


def _split(nodes: Sequence[_Node], words: frozenset[str] | set[str]) -> list[list[_Node]]:
    """Split before each of the words, but not before the AND of a BETWEEN."""
    found: list[list[_Node]] = [[]]
    between = 0
    for node in nodes:
        if isinstance(node, _Leaf) and node.word == "BETWEEN":
            between += 1
        if isinstance(node, _Leaf) and node.word in words and found[-1]:
            if node.word == "AND" and between:
                between -= 1
            else:
                found.append([])
        found[-1].append(node)
    return found


def _items(nodes: Sequence[_Node]) -> list[list[_Node]]:
    """Split at commas and omit them."""
    return [part[1:] if place else part for place, part in enumerate(_split(nodes, {","}))]


def _is_query(nodes: Sequence[_Node]) -> bool:
    return bool(nodes) and nodes[0].word in {"SELECT", "WITH"}


class _Layout:
    """Writes lines."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    # queries

    def query(self, nodes: Sequence[_Node], indent: int, name: str, *, main: bool = False) -> list[str]:
        """A query, possibly with WITH, on several lines."""
        if nodes[0].word == "WITH":
            return self._with(nodes, indent)
        lines: list[str] = []
        for part in _split(nodes, {"UNION"}):
            words = 0
            while isinstance(part[words], _Leaf) and part[words].word in {"UNION", "ALL", "DISTINCT"}:
                words += 1
            if words:
                lines.append(_pad(indent) + _flat(part[:words]))
            lines += self._select(part[words:], indent, name, main=main)
        return lines

    def _with(self, nodes: Sequence[_Node], indent: int) -> list[str]:
        place = next(n for n, node in enumerate(nodes) if isinstance(node, _Leaf) and node.word == "SELECT")
        lines = [_pad(indent) + "WITH"]
        ctes = _items(nodes[1:place])
        for number, cte in enumerate(ctes):
            name = next(node.name for node in cte if isinstance(node, _Leaf) and node.name is not None)
            body = cte[-1]
            if not isinstance(body, _Group):
                raise InternalError("a common table expression without a query")
            lines += ["", *(_pad(indent) + comment(line) for line in self._notes.heads.get(name, ()))]
            lines.append(f"{_pad(indent)}{_flat(cte[:-1])} (")
            lines += self.query(body.inner, indent + 2, name)
            lines.append(f"{_pad(indent)})" + ("," if number + 1 < len(ctes) else ""))
        heads = [_pad(indent) + comment(line) for line in self._notes.heads.get("", ())]
        return [*lines, "", *heads, *self.query(nodes[place:], indent, "", main=True)]

    def _select(self, nodes: Sequence[_Node], indent: int, name: str, *, main: bool) -> list[str]:
        flat = _flat(nodes)
        noted = any(cte == name for cte, _ in self._notes.columns)
        if not main and not noted and len(flat) + indent <= WIDTH and flat.count(",") < 6:
            return [_pad(indent) + flat]
        lines: list[str] = []
        for clause in _clauses(nodes):
            lines += self._clause(clause, indent, name)
        return lines

    def _clause(self, nodes: Sequence[_Node], indent: int, name: str) -> list[str]:
        head, rest = _headed(nodes)
        match head.split()[0]:
            case "SELECT":
                items = _items(rest)
                lines = [_pad(indent) + head]
                for place, item in enumerate(items):
                    lines += self._item(item, indent + 2, name, "," if place + 1 < len(items) else "")
                return lines
            case _:  # every other clause
                return self._lines(rest, indent, head + " ", "")

    def _item(self, nodes: Sequence[_Node], indent: int, name: str, suffix: str) -> list[str]:
        """A column, with its comment."""
        lines = self._lines(nodes, indent, "", suffix)
        last = nodes[-1]
        column = last.name if isinstance(last, _Leaf) else None
        note = None if column is None else self._notes.columns.get((name, column))
        if note is None:
            return lines
        said = comment(note)
        if len(lines) == 1 and len(lines[0]) + len(said) + 2 <= _ASIDE:
            return [f"{lines[0]}  {said}"]
        return [_pad(indent) + said, *lines]

    # expressions

    def _lines(self, nodes: Sequence[_Node], indent: int, prefix: str, suffix: str) -> list[str]:
        """An expression on one line, or on several."""
        if _length(nodes) + indent + len(prefix) + len(suffix) <= WIDTH:
            return [_pad(indent) + prefix + _flat(nodes) + suffix]
        return self._broken(nodes, indent, prefix, suffix)

    def _broken(self, nodes: Sequence[_Node], indent: int, prefix: str, suffix: str) -> list[str]:
        if _is_query(nodes):
            lines = [_pad(indent) + prefix] if prefix else []
            lines += self.query(nodes, indent + 2 if prefix else indent, " ")
            lines[-1] += suffix
            return lines
        if len(nodes) > 2 and isinstance(nodes[-1], _Leaf) and nodes[-2].word == "AS":
            return self._lines(nodes[:-2], indent, prefix, f" {_flat(nodes[-2:])}{suffix}")
        if nodes[0].word == "VALUES":
            rows = _items(nodes[1:])
            lines = [f"{_pad(indent)}{prefix}VALUES"]
            lines += [f"{_pad(indent + 2)}{_flat(row)}," for row in rows[:-1]]
            return [*lines, f"{_pad(indent + 2)}{_flat(rows[-1])}{suffix}"]
        for words in ({"ON"}, *_LOOSEST_FIRST):
            parts = _split(nodes, words)
            if len(parts) > 1:
                if self._one_large(parts):
                    break
                return self._chain(parts, indent, prefix, suffix)
        return self._opened(nodes, indent, prefix, suffix)

    def _one_large(self, parts: Sequence[Sequence[_Node]]) -> bool:
        """Whether all parts but one are short, so that only that one is broken into lines."""
        long = [part for part in parts if _length(part) > _SHORT]
        return len(long) <= 1 and len(parts) == 2

    def _chain(self, parts: Sequence[Sequence[_Node]], indent: int, prefix: str, suffix: str) -> list[str]:
        """Operands, each on its own lines and preceded by its operator."""
        lines = self._lines(parts[0], indent, prefix, "")
        for place, part in enumerate(parts[1:], 1):
            inner = indent + 2 if prefix or place else indent
            lines += self._lines(part, inner, "", suffix if place + 1 == len(parts) else "")
        return lines

    def _opened(self, nodes: Sequence[_Node], indent: int, prefix: str, suffix: str) -> list[str]:
        """An expression with its longest group on lines of its own."""
        groups = [place for place, node in enumerate(nodes) if isinstance(node, _Group)]
        if not groups:
            return [_pad(indent) + prefix + _flat(nodes) + suffix]
        place = max(groups, key=lambda n: _length([nodes[n]]))
        group = nodes[place]
        if not isinstance(group, _Group):
            raise InternalError("no group")
        after = nodes[place + 1 :]
        tail = (" " if after and after[0].space else "") + _flat(after) if after else ""
        before = _flat([*nodes[:place], _Leaf(group.open.text, group.open.space, "")])
        lines = [_pad(indent) + prefix + before]
        lines += self._case(group.inner, indent + 2) if group.word == "CASE" else self._inside(group.inner, indent + 2)
        lines.append(_pad(indent) + group.close.text + tail + suffix)
        return lines

    def _case(self, nodes: Sequence[_Node], indent: int) -> list[str]:
        lines: list[str] = []
        for part in _split(nodes, {"WHEN", "ELSE"}):
            lines += self._branch(part, indent)
        return lines

    def _branch(self, part: Sequence[_Node], indent: int) -> list[str]:
        if _length(part) + indent <= WIDTH:
            return [_pad(indent) + _flat(part)]
        if part[0].word == "ELSE":
            return self._broken(part[1:], indent, "ELSE ", "")
        condition, value = _split(part[1:], {"THEN"})
        if _length(condition) + indent + 5 <= WIDTH // 2:
            return self._lines(value[1:], indent, f"WHEN {_flat(condition)} THEN ", "")
        lines = self._lines(condition, indent, "WHEN ", "")
        return lines + self._lines(value[1:], indent, "THEN ", "")

    def _inside(self, nodes: Sequence[_Node], indent: int) -> list[str]:
        """The content of parentheses: a query, items, or one expression."""
        if _is_query(nodes):
            return self.query(nodes, indent, " ")
        if not nodes:
            return []
        items = _items(nodes)
        if len(items) == 1 or nodes[0].word == "VALUES":
            return self._lines(nodes, indent, "", "")
        lines: list[str] = []
        filling = False
        for place, item in enumerate(items):
            end = "," if place + 1 < len(items) else ""
            short = _length(item) <= _SHORT
            if short and lines and filling and len(lines[-1]) + _length(item) + 2 <= WIDTH:
                lines[-1] += f" {_flat(item)}{end}"
            else:
                lines += self._lines(item, indent, "", end)
            filling = short
        return lines


def _clauses(nodes: Sequence[_Node]) -> list[list[_Node]]:
    """Split a SELECT into clauses; a join's condition stays with the join."""
    found: list[list[_Node]] = [[]]
    for node in nodes:
        word = node.word if isinstance(node, _Leaf) else ""
        first = word in _BEFORE_JOIN or (word in _CLAUSES and word != "ON")
        joined = bool(found[-1]) and all(one.word in _BEFORE_JOIN for one in found[-1])
        if first and not joined and found[-1]:
            found.append([])
        found[-1].append(node)
    return found


def _headed(nodes: Sequence[_Node]) -> tuple[str, Sequence[_Node]]:
    """Split a clause into its keywords and the rest."""
    count = 1
    while count < len(nodes) and nodes[count].word in {"DISTINCT", "JOIN", "LATERAL", "OUTER"}:
        count += 1
    return _flat(nodes[:count]), nodes[count:]


def _pad(indent: int) -> str:
    return " " * indent
