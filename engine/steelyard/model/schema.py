"""The JSON Schema of the file, for editors."""

from __future__ import annotations

from typing import Any, cast

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from steelyard.model.amend import AMENDS, REMOVE
from steelyard.model.cases import MAY_BE_EMPTY, CasesFile
from steelyard.model.intake import IntakeFile
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


def intake_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file that says how files are written."""
    schema = IntakeFile.model_json_schema(schema_generator=_FileSchema)
    schema["properties"]["intake"] |= {"const": 1}
    return {"$schema": _FileSchema.schema_dialect, **schema, "title": "Steelyard intake"}


def cases_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of worked cases."""
    schema = CasesFile.model_json_schema(schema_generator=_FileSchema)
    cases = schema.pop("properties")["cases"]
    properties = schema["$defs"]["CaseSection"]["properties"]
    for key in MAY_BE_EMPTY:
        properties[key]["type"] = [properties[key]["type"], "null"]
    kept = {key: value for key, value in schema.items() if key not in ("required", "additionalProperties")}
    return {"$schema": _FileSchema.schema_dialect, **kept, **cases, "title": "Steelyard worked cases"}


def amendment_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file that amends another: every key may be left out save its own name."""
    schema = _loosened(json_schema())
    schema["properties"][AMENDS] = {
        "description": "What is amended: a shipped ruleset, or the path of a file or folder.",
        "type": "string",
    }
    schema["properties"][REMOVE] = {
        "description": "Paths that are taken out of it first, e.g. `indicators.survey`.",
        "type": "array",
        "items": {"type": "string"},
    }
    return {**schema, "required": ["steelyard", "ruleset", "version", AMENDS], "title": "Steelyard amendment"}


def _loosened(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """A schema that asks for no key and no choice between keys: the base may have them."""
    match schema:
        case dict():
            entries = cast("dict[str, Any]", schema)
            return {
                key: _loosened(value)
                for key, value in entries.items()
                if not (key == "required" and isinstance(value, list)) and key != "allOf"
            }
        case list():
            return [_loosened(one) for one in cast("list[Any]", schema)]
        case _:  # any other JSON value
            return schema
