"""Whole portfolios in SQL: a ruleset becomes one statement, run by DuckDB in the process, or by Spark.

Integers only: 64-bit where the declared ranges prove that it fits, else 128-bit. A value is NULL where the reference
says missing, beside the conditions that name the reasons; every case comes out as one row with its status.

`statement` walks the strata, `expressions` compiles what rules say, `frame` turns columns into common table
expressions, `build` is the only module that makes SQL by hand, and `dialects` know what differs between engines.
What it shares with semantics: how weights are resolved, and nothing else.
"""
