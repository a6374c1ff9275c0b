"""Engines: each gives the meaning that semantics defines, bit for bit, or refuses before it runs.

Takes the IR and typed cases, returns outcomes. One protocol (`protocol`), an adapter a folder, and adapters
never import each other. `choice` picks one, `verify` compares two of them on a sample.
"""
