"""Maps characters of a scalar to their places in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from steelyard.source.events import Mark, Scalar

Run = tuple[int, int, int]
"""(offset in the scalar, line, column): from here on the scalar is verbatim in the file."""

CONTROL = re.compile("[^\\t\\n\\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Characters that YAML forbids or that make places ambiguous: lone surrogates, byte order marks inside the text, and
line breaks that not all programs count (U+0085, U+2028, U+2029).
"""

_BREAK = re.compile(r"\r\n|\r|\n")
_BLANK = " \t"
_FOLD = re.compile(r"[ \t\n]*")
# at the start of a line this is the blank itself, not an escape after it
_BLANK_ESCAPE = re.compile(r"\\(?:[ tn\t]|$|x(?:20|09|0[aA])|u00(?:20|09|0[aA]))")
# pieces are escapes, and the text between two escapes; an escaped line break stands for no text
_PIECES = {
    '"': re.compile(r"(\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)|\\$)"),
    "'": re.compile(r"('')"),
}


def lines_of(text: str) -> list[str]:
    r"""Split a text into lines as YAML counts them: at LF, CR LF or CR only.

    >>> lines_of("a\r\nb\x0cc")
    ['a', 'b\x0cc']
    """
    return _BREAK.split(text)


def origin(scalar: Scalar, text: str) -> tuple[Run, ...]:
    """Return the runs of a scalar, ascending; none where they are unknown.

    Args:
        scalar: the scalar from the parser.
        text: the whole file.
    """
    start = scalar.start
    skip = 1 if scalar.style in ("'", '"') else 0
    source = text[start.index + skip : scalar.end.index - skip]
    if scalar.style in ("|", ">"):
        return tuple(_aligned(scalar, _block_lines(start, source)))
    first = (0, start.line, start.column + skip)
    if source == scalar.value:
        return (first,)
    runs = tuple(_aligned(scalar, _flow_lines(start, source, skip)))
    return (first, *runs) if runs and runs[0][0] > 0 else runs


def _flow_lines(start: Mark, source: str, skip: int) -> Iterator[tuple[str, int, int]]:
    """The lines of a plain or quoted scalar without their indentation, with line and column."""
    for number, line in enumerate(lines_of(source)):
        bare = line.lstrip(_BLANK)
        before = start.column + skip if number == 0 else 0
        yield bare.rstrip(_BLANK), start.line + number, before + len(line) - len(bare)


def _block_lines(start: Mark, source: str) -> Iterator[tuple[str, int, int]]:
    """The lines under a block scalar's header. The least indentation is the block's own."""
    body = lines_of(source)[1:]
    for number, line in enumerate(body, start=1):
        bare = line.lstrip(_BLANK)
        yield bare.rstrip(_BLANK), start.line + number, len(line) - len(bare)


def _aligned(scalar: Scalar, lines: Iterator[tuple[str, int, int]]) -> list[Run]:
    """Match value and source line by line. Between lines the value has only blanks, however lines are folded."""
    value, at = scalar.value, 0
    runs: list[Run] = []
    for bare, number, indent in lines:
        if at == len(value):
            break
        if scalar.style != '"' or not _BLANK_ESCAPE.match(bare):
            at = _FOLD.match(value, at).end()  # pyright: ignore[reportOptionalMemberAccess] - it matches nothing too
        column = indent
        for piece in _split(bare, scalar.style):
            escaped = _is_escape(piece, scalar.style)
            length = (0 if piece == "\\" else 1) if escaped else len(piece)
            if not escaped and not value.startswith(piece, at):
                return []
            if length:
                runs.append((at, number, column))
            at += length
            column += len(piece)
        if runs and runs[-1] != (at, number, column):
            runs.append((at, number, column))  # where the line ends, for an escape at its end
    return runs if _FOLD.fullmatch(value, at) else []


def _split(line: str, style: str) -> list[str]:
    pattern = _PIECES.get(style)
    return [piece for piece in pattern.split(line) if piece] if pattern and line else [line] if line else []


def _is_escape(piece: str, style: str) -> bool:
    return (style == '"' and piece.startswith("\\")) or (style == "'" and piece == "''")
