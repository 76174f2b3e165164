"""Documents at random: grown node by node from the catalogue's own schemas, and broken on purpose.

The same seed gives the same document. `grown` keeps only what the check allows; `mutated` breaks a document in a few
places, as a careless client or a hostile one would.
"""

import copy
import random
from collections.abc import Iterator, Sequence
from typing import Any

from layerloom.document import Limits
from layerloom.graph.check import check
from layerloom.layers.catalogue import config_schema, layer_types
from layerloom.versions import load_document

Json = dict[str, Any]

SMALL = Limits(weights=200_000)
_SHAPES: tuple[list[int], ...] = ([4], [5, 3], [6, 6, 2], [3, 6, 6, 2], [8, 8], [], [4, 1])
_NAMES = (
    "relu",
    "same",
    "valid",
    "causal",
    "tanh",
    "softmax",
    "l2",
    "glorot_uniform",
    "orthogonal",
    "identity",
)
_ENDS = frozenset({"Input", "Output"})
_CALLERS = ("Model", "TimeDistributed")
_KEEP_THE_BATCH = frozenset({"Elementwise", "Limiting", "Casting", "Likeness", "Pooling"})
"""Operations that can't mix samples or change how many there are, whatever their config."""
_GROWN = tuple(
    name
    for name, each in layer_types().items()
    if name not in _ENDS and each.is_callable and (each.category != "operations" or name in _KEEP_THE_BATCH)
)
_JUNK: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**53, 2**63 - 1, -(2**63), 0.5, 1e308, -0.0, "", "x", "__proto__",
    "constructor", "\u202e", "a" * 500, [], {}, [[]], [None], {"": 1}, {"__proto__": {}}, "é", "1", "first.output",
    "a.b.c", [1] * 50, {"type": "L2"}, "NaN", "\x00",
)  # fmt: skip
_SCHEMAS = {name: config_schema(layer_type) for name, layer_type in layer_types().items()}


def grown(seed: int) -> Json:
    """A document of one to three models that the check allows, with a few calls of shared layers."""
    rng = random.Random(seed)
    models: dict[str, Json] = {}
    for index in range(rng.randint(0, 2)):
        models[f"part_{index}"] = _grown_model(rng, dict(models), rng.randint(1, 4))
    models["main"] = _grown_model(rng, models, rng.randint(2, 9))
    return {"format": "layerloom/1", "name": "Random", "models": models}


def mutated(seed: int, document: Json) -> Json:
    """A copy that is broken, or merely changed, in one to five places."""
    rng = random.Random(seed)
    broken = copy.deepcopy(document)
    for _ in range(rng.choice([1, 1, 1, 2, 3, 5])):
        places = list(_places(broken))
        if places:
            _break(rng, *rng.choice(places), places)
    return broken


def _break(rng: random.Random, holder: Any, key: Any, places: Sequence[tuple[Any, Any]]) -> None:
    choice = rng.random()
    if choice < 0.5:
        holder[key] = copy.deepcopy(rng.choice(_JUNK))
    elif choice < 0.65:
        del holder[key]
    elif choice < 0.75 and isinstance(holder, dict):
        holder[rng.choice(["__proto__", "constructor", "x", "inputs", "layer", "type", "config"])] = (
            holder.pop(key)
        )
    elif choice < 0.85:
        other, place = rng.choice(places)
        holder[key] = copy.deepcopy(other[place])
    elif isinstance(holder, list):
        holder.append(copy.deepcopy(rng.choice(_JUNK)))
    else:
        holder[rng.choice(["axis", "units", "shape", "a-b", ""])] = copy.deepcopy(rng.choice(_JUNK))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every holder and key below a value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _grown_model(rng: random.Random, models: dict[str, Json], size: int) -> Json:
    layers: Json = {}
    nodes: Json = {}
    model = {"layers": layers, "nodes": nodes}
    for index in range(rng.randint(1, 3)):
        dtype = {"dtype": "int32"} if rng.random() < 0.25 else {}
        layers[f"given_{index}"] = {"type": "Input", "config": {"shape": rng.choice(_SHAPES), **dtype}}
        nodes[f"given_{index}"] = {"layer": f"given_{index}"}
    for attempt in range(80):
        if size == 0:
            break
        size -= _add_call(rng, model, models, attempt)
    sources = [name for name, node in nodes.items() if layers[node["layer"]]["type"] != "Join"]
    for index, name in enumerate(dict.fromkeys([sources[-1], *rng.sample(sources, min(2, len(sources)))])):
        layers[f"end_{index}"] = {"type": "Output"}
        nodes[f"end_{index}"] = {"layer": f"end_{index}", "inputs": {"inputs": [name]}}
    return model


def _add_call(rng: random.Random, model: Json, models: dict[str, Json], number: int) -> bool:
    """Whether a call was found that the check allows."""
    layers, nodes = model["layers"], model["nodes"]
    named = [name for name in layers if name.startswith("layer_")]
    if named and rng.random() < 0.2:
        layer_id = rng.choice(named)
    else:
        layer_id = f"layer_{number}"
        layers[layer_id] = _layer(rng, named, list(models))
        _add_named(rng, layers, layer_id, number)
    ports = _ports(layers, layer_id, models)
    for _ in range(6 if ports else 0):
        inputs = {}
        for name, least, most in ports:
            several = rng.choice([least, least, 1, 2, 3]) if most is None else most
            count = max(least, several) if most is None else rng.choice([least, least, least, most])
            if count:
                inputs[name] = [rng.choice(list(nodes)[-6:]) for _ in range(count)]
        nodes[f"node_{number}"] = {"layer": layer_id, "inputs": inputs}
        document = {"format": "layerloom/1", "models": {**models, "main": model}}
        if check(load_document(document), SMALL).ok:
            return True
        del nodes[f"node_{number}"]
    if layer_id not in named:
        del layers[layer_id]
    return False


def _layer(rng: random.Random, layers: Sequence[str], models: Sequence[str]) -> Json:
    weighted = [*_GROWN, *(["Model"] * 6 if models else []), "TimeDistributed", "TimeDistributed"]
    name = rng.choice(weighted)
    if name == "Model":
        return {"type": name, "config": {"model": rng.choice(models or ["none"])}}
    if name == "TimeDistributed":
        return {"type": name, "config": {"layer": rng.choice(layers or ["none"])}}
    schema = _SCHEMAS[name]
    config = dict(rng.choice(layer_types()[name].examples).config)
    for field, field_schema in schema.get("properties", {}).items():
        if field not in ("name", "dtype") and rng.random() < 0.12:
            config[field] = _value(rng, field_schema, schema.get("$defs", {}))
    return {"type": name, "config": config}


def _add_named(rng: random.Random, layers: Json, layer_id: str, number: int) -> None:
    """The layers that an example of a binding layer names, under names of their own."""
    layer = layers[layer_id]
    layer_type = layer_types()[layer["type"]]
    if not layer_type.binds:
        return
    example = rng.choice(layer_type.examples)
    names = {name: f"{name}_of_{number}" for name in example.layers}
    held = [layer, *(copy.deepcopy(dict(each)) for each in example.layers.values())]
    grown = {key: value for key, value in layer["config"].items() if key not in layer_type.binds}
    layer["config"] = grown | dict(example.config)
    for each in held:
        for field in layer_types()[each["type"]].binds:
            value = each["config"].get(field)
            if value:
                each["config"][field] = (
                    names[value] if isinstance(value, str) else [names[name] for name in value]
                )
    layers |= dict(zip(names.values(), held[1:], strict=True))


def _ports(layers: Json, layer_id: str, models: dict[str, Json]) -> list[tuple[str, int, int | None]]:
    """The input ports of a layer, those of what it wraps or calls."""
    seen = {layer_id}
    layer = layers[layer_id]
    while layer["type"] == "TimeDistributed":
        wrapped = layer["config"]["layer"]
        if wrapped in seen or wrapped not in layers:
            return []
        seen.add(wrapped)
        layer = layers[wrapped]
    if layer["type"] == "Model":
        inner = models.get(layer["config"]["model"], {"nodes": {}})
        return [(name, 1, 1) for name, node in inner["nodes"].items() if name.startswith("given_")]
    return [(port.name, port.least, port.most) for port in layer_types()[layer["type"]].input_ports]


def _value(rng: random.Random, schema: Json, definitions: Json) -> Any:
    """Something that a JSON Schema allows, or nearly."""
    if "$ref" in schema:
        return _value(rng, definitions.get(schema["$ref"].rpartition("/")[2], {}), definitions)
    if "enum" in schema:
        return rng.choice(schema["enum"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return _value(rng, rng.choice(schema[key]), definitions)
    kind = schema.get("type")
    if kind == "integer":
        number = rng.choice([0, 1, 2, 3, 4, 5, 8, -1, -2])
        return max(schema.get("minimum", -3), min(schema.get("maximum", 99), number))
    if kind == "array":
        if "prefixItems" in schema:
            return [_value(rng, item, definitions) for item in schema["prefixItems"]]
        least, most = schema.get("minItems", rng.choice([0, 1])), min(schema.get("maxItems", 4), 4)
        return [
            _value(rng, schema.get("items", {"type": "integer"}), definitions)
            for _ in range(rng.randint(least, most))
        ]
    simple = {
        "number": rng.choice([0.0, 0.1, 0.5, 1, -1.5, 2.0]), "boolean": rng.random() < 0.5, "null": None, "object": {},
        "string": rng.choice(_NAMES),
    }  # fmt: skip
    return simple.get(str(kind), 1)
