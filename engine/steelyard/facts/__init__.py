"""Intake: cases and relation rows from files, as text, through one grammar (LANGUAGE.md section 12).

Readers (CSV, JSONL, Parquet, XLSX, XES) give rows of text; `parse` decides; `read_cases` and
`read_relation` put cases together and part what is good from what is rejected. Nothing is guessed.
"""
