"""Tries a policy on worked cases: what shall come out, what comes out on every engine, and where the two differ.

After explain and report in the pipeline. `worked` reads a file of cases, `names` knows what can be expected of a
ruleset, `resolved` finds what the names in a file mean, `built` makes cases of what is given, `running` evaluates
them on the engines, `why` explains failures, `updating` writes what was found into the file. `text`, `data` and
`junit` are peers: they lay a trial out.
"""
