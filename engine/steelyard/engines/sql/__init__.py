"""Scores whole portfolios in SQL: compiles a ruleset to one statement, run by DuckDB in the process, or by Spark.

Integers only: 64-bit where the declared ranges prove that it fits, else 128-bit. A value is NULL where it is missing in
the reference; separate conditions give the reasons. Every case gives one row with its status.

`statement` walks the strata, `expressions` compiles what rules say, `frame` turns columns into common table
expressions, `build` is the only module that makes SQL by hand, and `dialects` know what differs between engines. Only
the resolution of weights is shared with semantics.
"""
