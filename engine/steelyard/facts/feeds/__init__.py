"""Feeds: warnings and declarations as they are published, turned into the rows of a relation (LANGUAGE.md section 12).

Beside tables in the feed's own columns (CSV, JSONL, Parquet, XLSX) three formats are read:

| format | for | what is read |
|---|---|---|
| cap | warnings | alerts in CAP 1.0, 1.1, 1.2: a file, a folder with all below it, an Atom feed saved to disk |
| fema | declarations | OpenFEMA's DisasterDeclarationsSummaries, a row a county, in any kind of table |
| tdi | declarations | catastrophe bulletins of the Texas Department of Insurance, as JSON |

A format is recognised by the file (a folder, `.xml`, `.cap`, `.atom`; OpenFEMA's columns; `.json`) or stated:
`--relation weather=cap:alerts/`. Each adapter gives lines in the feed's columns, which are then read like all other
rows: by one grammar, into one list of rejects.

Invariants: everything that is left out is counted by its reason, with examples (`skipped`); the order of files does not
change the result; information that a feed does not give is not guessed.
"""
