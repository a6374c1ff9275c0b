"""Lowers the model to its meaning: one module per section of the file; `Context` holds what they share.

Each function reports what is wrong and returns None, so that one run reports as much as possible. Invariants of the
result: names resolve, types and units fit, defines are in an order without cycles, every expression reads only what is
settled before it, conditions are in negation normal form.
"""
