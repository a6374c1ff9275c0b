"""Steelyard: scoring policies that people are judged by, computed exactly and explained line by line.

A ruleset travels one way: source (text with places) -> model (as written) -> ir (the meaning,
typed, fixed point) -> semantics (the reference) and engines -> explain -> report.
A package imports only from those before it; a test holds that law.
"""

__version__ = "0.1.0"
