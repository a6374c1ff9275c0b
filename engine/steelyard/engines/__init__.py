"""Engines: each evaluates rulesets with the meaning that semantics defines, bit for bit, or refuses before it runs.

They take the IR and typed cases and return outcomes. All follow one protocol (`protocol`); each adapter has its own
folder, and adapters never import each other. `choice` picks an engine, `verify` compares engines on a sample.
"""
