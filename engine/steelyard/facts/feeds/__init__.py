"""Feeds: warnings and declarations as they are published, turned into the rows of a relation (LANGUAGE.md section 12).

Beside tables in the feed's own columns (CSV, JSONL, Parquet, XLSX) three formats are read:

| format | for | what is read |
|---|---|---|
| cap | warnings | alerts in CAP 1.0, 1.1, 1.2: a file, a folder with all below it, an Atom feed saved to disk |
| fema | declarations | OpenFEMA's DisasterDeclarationsSummaries, a row a county, in any kind of table |
| tdi | declarations | catastrophe bulletins of the Texas Department of Insurance, as JSON |

A format is told by what is there (a folder, `.xml`, `.cap`, `.atom`; OpenFEMA's columns; `.json`) or said:
`--relation weather=cap:alerts/`. Each adapter gives lines in the feed's columns, which then take the road of
every other row: one grammar, one list of rejects.

Invariants: nothing is left out without a word: each thing skipped is counted by its reason, with examples
(`skipped`); the order of files changes nothing; what a feed does not say is not guessed.
"""
