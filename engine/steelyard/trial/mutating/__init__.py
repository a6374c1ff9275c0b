"""Which small changes of a policy would no worked case notice.

`units` knows by how much a value is changed, `expressions` changes conditions and values, `bounds` what several tests
share, `edits` walks over a ruleset and changes it at one place at a time, `judging` runs the worked cases on each
changed ruleset, `words` says what was changed. `records` is what is found, `text` and `data` lay it out.
"""
