"""Finding the model that stands behind a place in a file, to say which keys it knows."""

from __future__ import annotations

import typing
from typing import Any

from pydantic import BaseModel

from migrate_mail.files.yaml_document import DataPath


def model_at(model: type[BaseModel], loc: DataPath) -> type[BaseModel] | None:
    """Return the model whose keys are read at a place below `model`; None when there is none."""
    here: Any = model
    for part in loc:
        here = _step(here, part)
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def keys_of(model: type[BaseModel] | None) -> list[str]:
    """Return the keys that a model reads from a file, in its order."""
    return [f.alias or name for name, f in model.model_fields.items()] if model else []


def description_of(model: type[BaseModel] | None, key: str) -> str | None:
    """Return what the model says about one of its keys."""
    fields = model.model_fields.items() if model else ()
    return next((f.description for name, f in fields if key == (f.alias or name)), None)


def _step(here: Any, part: str | int) -> Any:
    if isinstance(here, type) and issubclass(here, BaseModel):
        fields = here.model_fields.items()
        return next((_bare(f.annotation) for n, f in fields if part == (f.alias or n)), None)
    arguments = typing.get_args(here)
    return _bare(arguments[-1]) if arguments else None


def _bare(annotation: Any) -> Any:
    """Return the annotation without Optional and Annotated."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _bare(typing.get_args(annotation)[0])
    if origin in {list, dict, tuple, set, frozenset}:
        return annotation
    inner = [a for a in typing.get_args(annotation) if a is not type(None)]
    return _bare(inner[0]) if len(inner) == 1 else annotation
