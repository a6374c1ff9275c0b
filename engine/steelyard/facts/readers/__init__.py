"""Readers of file formats: from a file to lines of cells. One module per format, all with the same interface.

Each returns a context manager over a `Table`. A fault of the whole file is raised as `UnreadableError` (intake turns it
into a diagnostic); a fault of one line is a `BadLine` among the good ones.
"""

from steelyard.facts.readers.opening import open_table
from steelyard.facts.readers.table import BadLine, Line, ReadOptions, Table, UnreadableError, Wanted

__all__ = ["BadLine", "Line", "ReadOptions", "Table", "UnreadableError", "Wanted", "open_table"]
