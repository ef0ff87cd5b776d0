"""A JSON Schema 2020-12 from a model, so that editors complete and check what admins write."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(model: type[BaseModel], kind: str) -> dict[str, Any]:
    """Return the schema of a kind of file, named by its `schema:` line."""
    found = model.model_json_schema(by_alias=True, mode="validation")
    _free_keys(found)
    return {"$schema": _DIALECT, "$id": f"urn:{kind.replace('/', ':')}", **found}


def _free_keys(part: Any) -> None:
    """Let keys that begin with `x-` be, wherever unknown keys are errors."""
    if isinstance(part, dict):
        if part.get("additionalProperties") is False:
            part["patternProperties"] = {"^x-": {}}
        for value in part.values():
            _free_keys(value)
    elif isinstance(part, list):
        for value in part:
            _free_keys(value)
