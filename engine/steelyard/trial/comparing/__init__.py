"""Compares two rulesets: what each change means in words, and what the cases of a portfolio get under either.

`walk` finds every difference between two forms of meaning (ir/forms.py), `readers` what depends on what has changed,
`words` says each in the reader's words (`values`, `properties`), `alone` makes one change without the others. `changes`
and `comparison` hold the result, with the lines in which `ledgers` differ; `text` and `data` lay it out.
"""
