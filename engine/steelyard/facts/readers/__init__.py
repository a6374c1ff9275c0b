"""Readers: a file of a known kind to lines of cells. One module a kind, all of one shape.

Each gives a context manager over a `Table`; what concerns the whole file is raised as `UnreadableError`
(intake makes a diagnostic of it), what concerns one line is a `BadLine` among the good ones.
"""

from steelyard.facts.readers.opening import open_table
from steelyard.facts.readers.table import BadLine, Line, ReadOptions, Table, UnreadableError

__all__ = ["BadLine", "Line", "ReadOptions", "Table", "UnreadableError", "open_table"]
