"""Compares two rulesets: what each change means in words, and what the cases of a portfolio get under either.

`walk` finds every difference between two forms of meaning (ir/forms.py), `readers` what depends on what has changed,
`words` says each in the reader's words, `record` holds the result; `text`, `data` and `markdown` lay it out.
"""
