"""Syntax trees -> typed expressions: names, types, units, scales; one file per family of nodes.

`expression(tree, scope, expected)` is the entry point. Each function returns None after reporting an error; callers
continue, so that one run reports as many errors as possible.
"""
