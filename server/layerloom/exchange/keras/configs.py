"""Configs of layers, from Keras' form to ours and back: what is at its default is left out of a document, and written
out in full for Keras."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson
from pydantic import ValidationError

from layerloom.layers.base import LayerType
from layerloom.layers.catalogue import layer_types
from layerloom.problems import ProblemError

Config = dict[str, Any]
"""JSON."""

_OF_THE_GRAPH = frozenset({"Input", "Output", "Model", "Join", "SetMask"})

_PASSED_OVER: Mapping[str, object] = {
    "quantization_config": None,
    "synchronized": False,
    "renorm": False,
    "renorm_clipping": None,
    "renorm_momentum": 0.99,
    "fused": None,
    "use_gate": False,
    "sliding_window": None,
    "time_major": False,
    "sparse": False,
    "ragged": False,
    "lora_rank": None,
    "gptq_unpacked_column_size": None,
}
"""Fields of Keras' that some of our types lack, with the value at which they change nothing."""

_UNSAID: Mapping[str, tuple[tuple[object, ...], tuple[object, ...]]] = {
    "data_format": (("channels_last",), (None, "channels_last")),
    "axis": (([-1], -1), ([-1], -1)),
}
"""What Keras writes out where nothing was said, and the defaults of ours that mean the same."""

_ALWAYS_PASSED_OVER = frozenset(
    {"input_length", "batch_input_shape", "implementation", "input_shape", "input_dtype"}
)
"""Fields of Keras 1 and 2 that say nothing of what is computed."""

_OLD_NAMES = {
    "Conv": "Conv", "Convolution1D": "Conv1D", "Convolution2D": "Conv2D", "Convolution3D": "Conv3D",
    "CuDNNLSTM": "LSTM", "CuDNNGRU": "GRU", "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization", "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D", "SyncBatchNormalization": "BatchNormalization",
    "MaxPool1D": "MaxPooling1D", "MaxPool2D": "MaxPooling2D", "MaxPool3D": "MaxPooling3D",
    "GroupedQueryAttention": "GroupQueryAttention",
    "AvgPool1D": "AveragePooling1D", "AvgPool2D": "AveragePooling2D", "AvgPool3D": "AveragePooling3D",
}  # fmt: skip

_MODULES = (
    ("initializer", "keras.initializers"),
    ("regularizer", "keras.regularizers"),
    ("constraint", "keras.constraints"),
)


@cache
def types_by_class() -> Mapping[str, type[LayerType]]:
    """Our layer types by the class name that Keras has for them."""
    found = {
        each.keras_name or each.__name__: each
        for each in layer_types().values()
        if each.keras_name != "" and each.__name__ not in _OF_THE_GRAPH
    }
    return found | {old: found[new] for old, new in _OLD_NAMES.items() if new in found}


def document_config(layer_type: type[LayerType] | None, saved: Mapping[str, Any], layer_id: str) -> Config:
    """A layer's config as a document holds it: normalized, without what is at its default.

    What the type does not know stays, so that the check tells of it.
    """
    fields = layer_type.model_fields if layer_type is not None else {}
    config: Config = {}
    for key, value in saved.items():
        if key in _ALWAYS_PASSED_OVER and key not in fields:
            continue
        if key not in fields and key in _PASSED_OVER and value == _PASSED_OVER[key]:
            continue
        if layer_type is not None and key not in fields and value is None:
            continue
        config[key] = _plain(value)
    if config.get("name") == layer_id:
        del config["name"]
    if config.get("trainable") is True:
        del config["trainable"]
    if "dtype" in config:
        config["dtype"] = _dtype(config["dtype"])
        if config["dtype"] in (None, "float32") and "dtype" not in _own_fields(layer_type):
            del config["dtype"]
    return config if layer_type is None else without_defaults(layer_type, config)


def without_defaults(layer_type: type[LayerType], config: Config) -> Config:
    """The config without what is at its default, each value as the type reads it."""
    known = {key: value for key, value in config.items() if key in layer_type.model_fields}
    read = _read(layer_type, known)
    if read is None:
        return config
    required = _required(layer_type)
    defaults = _defaults(layer_type, {key: known[key] for key in required})
    found: Config = {}
    for key, value in config.items():
        said, unsaid = _UNSAID.get(key, ((), ()))
        if value in said and defaults.get(key, ...) in unsaid:
            continue
        if key not in read:
            found[key] = value
        elif key in required or key not in defaults or read[key] != defaults[key]:
            found[key] = _shortened(read[key])
    return found


def full_config(layer_type: type[LayerType], config: Mapping[str, Any]) -> Config | None:
    """Every field of the type, as it reads them; None where the config is wrong."""
    return _read(layer_type, config)


def saved_config(layer_type: type[LayerType], config: Mapping[str, Any]) -> Config:
    """Keras' config of a layer: every field but those of the call, choices in Keras' form."""
    read = _read(layer_type, config) or dict(config)
    if "data_format" in read:
        read["data_format"] = read["data_format"] or "channels_last"
    return {
        key: saved_choice(key, value)
        for key, value in read.items()
        if key not in layer_type.call_fields and key != "dtype"
    }


def saved_choice(key: str, value: Any) -> Any:
    """`{"type": "HeNormal", "config": …}` → Keras' `{"class_name": "HeNormal", …}`."""
    if isinstance(value, Mapping) and isinstance(value.get("type"), str) and set(value) <= {"type", "config"}:
        module = next((module for ending, module in _MODULES if key.endswith(ending)), "keras.layers")
        inner = {name: saved_choice(name, each) for name, each in (value.get("config") or {}).items()}
        return saved_object(module, value["type"], inner)
    return value


def saved_object(module: str, class_name: str, config: Mapping[str, Any]) -> Config:
    """As Keras saves an object of its own."""
    return {"module": module, "class_name": class_name, "config": dict(config), "registered_name": None}


def _own_fields(layer_type: type[LayerType] | None) -> frozenset[str]:
    """Types whose `dtype` is a setting of what they do, not the policy of a layer."""
    if layer_type is None or issubclass(layer_type, _policy_holders()):
        return frozenset()
    return frozenset(layer_type.model_fields)


@cache
def _policy_holders() -> tuple[type, ...]:
    from layerloom.layers.base import KerasLayer

    return (KerasLayer,)


def _dtype(value: Any) -> Any:
    if isinstance(value, Mapping):
        config = value.get("config")
        if value.get("type") == "DTypePolicy" and isinstance(config, Mapping):
            return config.get("name")
    return value


def _plain(value: Any) -> Any:
    """Keras' saved objects as `{"type", "config"}`; functions by their names. The depth was checked before."""
    if isinstance(value, Mapping):
        name = value.get("class_name")
        if isinstance(name, str) and "config" in value:
            if name == "function":
                return _plain(value["config"])
            if name in ("__numpy__", "__tensor__") and isinstance(value["config"], Mapping):
                return _plain(value["config"].get("value"))
            if name == "__lambda__":
                return "lambda"  # the marshalled code is not taken over
            config = _plain(value["config"])
            return {"type": name, "config": config} if config else {"type": name}
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def _shortened(value: Any) -> Any:
    """A choice without an empty config."""
    if isinstance(value, Mapping) and set(value) == {"type", "config"}:
        config = {key: each for key, each in value["config"].items() if each is not None}
        return {"type": value["type"], "config": config} if config else {"type": value["type"]}
    return value


def _required(layer_type: type[LayerType]) -> list[str]:
    return [name for name, field in layer_type.model_fields.items() if field.is_required()]


def _defaults(layer_type: type[LayerType], required: Config) -> Config:
    return _read(layer_type, required) or {
        name: field.get_default(call_default_factory=True)
        for name, field in layer_type.model_fields.items()
        if not field.is_required()
    }


def _read(layer_type: type[LayerType], config: Mapping[str, Any]) -> Config | None:
    try:
        read = layer_type.model_validate_json(orjson.dumps(config))
        return read.model_dump(mode="json", round_trip=True)
    except (ValidationError, ProblemError, TypeError, ValueError):
        return None
