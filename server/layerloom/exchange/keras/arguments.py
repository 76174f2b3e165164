"""Arguments of calls in a Keras config: tensors among lists and dicts, as Keras 3 and Keras 2 save them."""

from collections.abc import Mapping
from typing import Any

from layerloom.exchange.keras.graph import Argument, Call, Tensor
from layerloom.problems import Problem, ProblemError


def invalid(message: str, hint: str = "Save the model anew with Keras 3: `model.to_json()`.") -> ProblemError:
    return ProblemError(Problem(code="import.invalid", message=f"Not a Keras model: {message}.", hint=hint))


def argument(value: object) -> Argument:
    """An argument of a call as Keras saves it: lists and dicts as they are, tensors found. Depth was checked."""
    if isinstance(value, list | tuple):
        return [argument(each) for each in value]
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            return _tensor(value)
        return {str(key): argument(each) for key, each in value.items()}
    return value


def _tensor(saved: Mapping[str, Any]) -> Tensor:
    config = saved.get("config")
    history = config.get("keras_history") if isinstance(config, Mapping) else None
    found = leaf_of(history)
    if found is None or not isinstance(config, Mapping):
        raise invalid(f"a call reads {shown(saved)}; expected a tensor with its `keras_history`")
    shape, dtype = config.get("shape"), config.get("dtype")
    sizes = (
        tuple(size if isinstance(size, int) else None for size in shape) if isinstance(shape, list) else None
    )
    return Tensor(*found.key, sizes, dtype if isinstance(dtype, str) else "float32")


def leaf_of(value: object) -> Tensor | None:
    if (
        isinstance(value, list | tuple)
        and len(value) == 3
        and isinstance(value[0], str)
        and all(isinstance(each, int) and not isinstance(each, bool) and each >= 0 for each in value[1:])
    ):
        return Tensor(value[0], value[1], value[2])
    return None


def ends(value: object, where: str) -> Argument:
    """`input_layers` or `output_layers`: a leaf is a list of exactly three whose first is a text."""
    if (leaf := leaf_of(value)) is not None:
        return leaf
    if isinstance(value, list | tuple):
        return [ends(each, where) for each in value]
    if isinstance(value, Mapping):
        return {str(key): ends(each, where) for key, each in value.items()}
    raise invalid(f"`{where}` holds {shown(value)}; expected [layer, call, output]")


def legacy_call(saved: list[Any], name: str) -> Call:
    """Keras 2: `[[layer, call, output, {kwargs}], ...]`, or one such leaf alone."""
    if saved and isinstance(saved[0], str):
        saved = [saved]
    read: list[Argument] = []
    kwargs: dict[str, Argument] = {}
    is_nested = False
    for each in saved:
        if isinstance(each, Mapping):  # a model called on a dict
            is_nested = True
            read.append({str(key): _legacy_tensor(value, name) for key, value in each.items()})
            continue
        if isinstance(each, list) and len(each) == 4 and isinstance(each[3], Mapping):
            kwargs |= {str(key): _legacy_argument(value) for key, value in each[3].items()}
        read.append(_legacy_tensor(each, name))
    return Call([read[0] if len(read) == 1 or is_nested else read], kwargs)


def _legacy_tensor(value: object, name: str) -> Tensor:
    leaf = leaf_of(value[:3]) if isinstance(value, list) else None
    if leaf is None:
        raise invalid(f"a call of `{name[:100]}` reads {shown(value)}; expected [layer, call, output]")
    return leaf


def _legacy_argument(value: object) -> Argument:
    """Keyword arguments hold tensors as leaves, marked or not."""
    if isinstance(value, list):
        if len(value) == 4 and value[0] == "_CONSTANT_VALUE":
            return value[3]
        leaf = leaf_of(value) or (
            leaf_of(value[:3]) if len(value) == 4 and isinstance(value[3], Mapping) else None
        )
        return leaf or [_legacy_argument(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): _legacy_argument(each) for key, each in value.items()}
    return value


def shown(value: object) -> str:
    text = repr(value) if not isinstance(value, Mapping | list) else type(value).__name__
    return text if len(text) <= 80 else text[:77] + "..."
