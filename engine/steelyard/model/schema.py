"""The JSON Schema of the file, for editors."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from steelyard.model.ruleset import RulesetFile


class _FileSchema(GenerateJsonSchema):
    """A file leaves a key out rather than writing null, and its keys need no second name."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - inherited
        return False


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a ruleset file, with a sentence for each key.

    Scalars are typed as an editor's YAML reads them (`90` is a number there), so that a place that
    takes an expression takes text, numbers and booleans.
    """
    schema = RulesetFile.model_json_schema(schema_generator=_FileSchema)
    schema["properties"]["steelyard"] |= {"const": 1}
    return {"$schema": _FileSchema.schema_dialect, **schema, "title": "Steelyard ruleset"}
