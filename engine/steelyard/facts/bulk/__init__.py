"""Intake at scale: files of any size as typed views in DuckDB, with exactly the meaning of the intake beside it.

SQL finds which rows are good; why a row is not is said by `steelyard.facts` itself, from the raw cells of that row,
so that there is one grammar, one wording, and a disagreement is an error of ours and not a wrong result.
`Loaded` tells the rest. Nothing that grows with the portfolio is held in memory: views are lazy over the files, and
what DuckDB must group by (keys that stand twice) it can spill.

cells, grammar, values, clocks: from a cell to a stored value, as expressions. sources, staging, storing, opening: files
as Parquet. rows, cases, relations, identity: selections over them. raw, judge: a few rows back through the intake.
"""

from steelyard.facts.bulk.load import load
from steelyard.facts.bulk.loaded import Loaded

__all__ = ["Loaded", "load"]
