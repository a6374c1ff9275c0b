"""Intake of files of any size as typed views in DuckDB, with exactly the meaning of the intake in Python.

SQL finds out which rows are good. What is wrong with a bad row is determined by `steelyard.facts` itself, from the raw
cells of that row. So messages have one source, and a disagreement between SQL and Python raises an internal error
instead of giving a wrong result. `Loaded` describes the result. Nothing that grows with the portfolio is held in
memory: views are lazy over the files, and what DuckDB must group by (keys that occur twice) it can spill to disk.

cells, grammar, values, clocks: SQL expressions from a cell to a stored value. sources, staging, storing, opening: files
as Parquet. rows, cases, relations, identity: queries over them. raw, judge: reading single rows with the Python intake.
"""

from steelyard.facts.bulk.load import load
from steelyard.facts.bulk.loaded import Loaded
from steelyard.facts.bulk.sources import broken_text

__all__ = ["Loaded", "broken_text", "load"]
