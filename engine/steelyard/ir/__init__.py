"""The meaning of a ruleset: frozen dataclasses, names resolved, expressions typed, numbers in fixed point.

Made from the model by `from_model.lower` (lowering/: a module per section of the file; typing/: a module per family
of expressions); parameters get their values in `bind`. Read by the reference, by every engine, by the checks and by
the explanation. It is data: printed, hashed, compiled.

Differences from the model: all text is parsed, grants to groups are replaced by grants to their indicators, names under
`scoring` are replaced by the ways they stand for, conditions are in negation normal form, and numbers that are compared
or added have the same scale.

`knowledge` computes the ranges of values and which can be missing; `coverage` computes which values the cells of a
table cover. `invariants` lists what holds of every ruleset that was lowered.
"""
