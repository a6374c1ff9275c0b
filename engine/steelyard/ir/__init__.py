"""The meaning: frozen dataclasses, names resolved, expressions typed, numbers in fixed point.

Made from the model by `from_model.lower` (lowering/: a module per section of the file; typing/: a module per family
of expressions); parameters get their values in `bind`. Read by the reference, by every engine, by the checks and by
the explanation. It is data: printed, hashed, compiled.

What differs from the model: no text is left to be parsed, names of groups are spread over indicators, `scoring` is
followed, conditions are in negation normal form, numbers stand at one scale where they meet.

`knowledge` says where values can lie and which can be missing; `coverage` which values the cells of a table cover.
`invariants` lists what holds of every ruleset that was lowered.
"""
