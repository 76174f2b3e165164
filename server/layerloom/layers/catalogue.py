"""The catalogue: every layer type, found by a scan of the category packages; torch is never imported.

A type is the class that its file is named after: `convolution/conv_2d.py` holds `Conv2D`. Adding a file
adds a type.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Any, get_args

import layerloom.layers as package
from layerloom.layers.base import Category, LayerType

_NO_CATEGORY = frozenset({"fields", "modules"})


@cache
def layer_types() -> Mapping[str, type[LayerType]]:
    """All layer types by name, in the order of categories, then of names."""
    found: list[type[LayerType]] = []
    for folder in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if folder.ispkg and folder.name.rpartition(".")[2] not in _NO_CATEGORY:
            category = importlib.import_module(folder.name)
            for file in pkgutil.iter_modules(category.__path__, f"{folder.name}."):
                found += _types_of(importlib.import_module(file.name))
    order = get_args(Category)
    found.sort(key=lambda each: (order.index(each.category), each.__name__))
    return MappingProxyType({each.__name__: each for each in found})


@cache
def describe() -> list[dict[str, Any]]:  # Any: JSON
    """The catalogue as `GET /api/layers` gives it."""
    return [describe_type(each) for each in layer_types().values()]


def describe_type(layer_type: type[LayerType]) -> dict[str, Any]:
    """One layer type: what a palette, an inspector and a help page need."""
    documentation = inspect.cleandoc(layer_type.__doc__ or "")
    layer = layer_type.model_validate(dict(layer_type.examples[0].config))
    return {
        "type": layer_type.__name__,
        "category": layer_type.category,
        "summary": documentation.partition("\n")[0],
        "documentation": documentation,
        "schema": config_schema(layer_type),
        "inputs": [
            {"name": port.name, "description": port.description, "least": port.least, "most": port.most}
            for port in layer_type.input_ports
        ],
        "outputs": [{"name": port.name, "description": port.description} for port in layer.outputs()],
        "search_words": list(layer_type.search_words),
        "is_callable": layer_type.is_callable,
        "examples": [
            {"title": each.title, "config": dict(each.config), "layers": dict(each.layers)}
            for each in layer_type.examples
        ],
    }


def config_schema(layer_type: type[LayerType]) -> dict[str, Any]:
    """JSON Schema of a layer type's config: its own fields first, those of its bases after them."""
    schema = layer_type.model_json_schema()
    schema.pop("description", None)
    properties: dict[str, Any] = schema.get("properties", {})
    by_class = (vars(each).get("__annotations__", {}) for each in layer_type.__mro__)
    order = dict.fromkeys(name for names in by_class for name in names if name in properties)
    schema["properties"] = {name: properties[name] for name in order}
    return schema


def _types_of(module: ModuleType) -> list[type[LayerType]]:
    stem = module.__name__.rpartition(".")[2].replace("_", "")
    return [
        value
        for name, value in vars(module).items()
        if name.lower() == stem and isinstance(value, type) and issubclass(value, LayerType)
    ]
