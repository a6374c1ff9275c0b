"""The meaning: frozen dataclasses, names resolved, expressions typed, numbers in fixed point.

Made from the model by `from_model` (names, types, units, dependencies, strata); read by the reference,
by every engine, by the checks and by the explanation. It is data: printed, hashed, compiled.
"""
