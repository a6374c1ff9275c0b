"""Syntax trees -> typed expressions: names, types, units, scales; one file per family of nodes.

`expression(tree, scope, expected)` is the door. Each function returns None after it has reported what is wrong;
callers go on, so that one run reports as much as possible.
"""
