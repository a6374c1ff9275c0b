"""The ruleset file as written: strict pydantic classes that mirror the file and know nothing of meaning.

Second form of a ruleset, after nodes and before the IR. Unlike the nodes it has names for its parts; unlike
the IR each scalar is still the `Text` that was written, with its place. `from_source` is the only way in.

Invariants: every scalar and every key is a `Text`; every mapping with known keys is a `Section` with a `span`;
a key that is left out is None, an empty mapping or an empty tuple; nothing is parsed, resolved or defaulted.
"""

from steelyard.model.from_source import from_source
from steelyard.model.ruleset import RulesetFile
from steelyard.model.schema import json_schema

__all__ = ["RulesetFile", "from_source", "json_schema"]
