"""Arguments of a Keras call → what is wired to which port of ours, masks, and settings that Keras takes in the call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from layerloom.exchange.keras.graph import Argument, Call, Tensor, leaves, tensors

_RECURRENT = ("sequence", "initial_state", "mask", "training")

SIGNATURES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), _RECURRENT),
    "Bidirectional": _RECURRENT,
    "Attention": ("inputs", "mask", "training", "return_attention_scores", "use_causal_mask"),
    "AdditiveAttention": ("inputs", "mask", "training", "return_attention_scores", "use_causal_mask"),
    "MultiHeadAttention": (
        "query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask", "return_attention_scores",
        "training", "use_causal_mask",
    ),
    "GroupQueryAttention": (
        "query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask", "return_attention_scores",
        "training", "use_causal_mask",
    ),
    "BatchNormalization": ("inputs", "training", "mask"),
}  # fmt: skip
"""Names of the arguments of Keras' `call` by place, where they are not our ports in order; ports bear Keras' names."""

_OTHER_NAMES = {"sequences": "sequence"}


@dataclass(slots=True)
class ReadCall:
    """What one call says: tensors and masks by port, settings, and arguments that have no counterpart."""

    ports: dict[str, list[Tensor]] = field(default_factory=dict)
    masks: dict[tuple[str, int], Tensor] = field(default_factory=dict)
    """By port and place."""
    config: dict[str, Any] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def read_call(
    call: Call, class_name: str, ports: Sequence[str], variadic: frozenset[str], call_fields: Sequence[str]
) -> ReadCall:
    """A call of a layer. With no `ports`, of an unknown type, every tensor goes to `inputs`."""
    found = ReadCall()
    names = SIGNATURES.get(class_name) or ((*ports, "mask", "training") if ports else ("inputs",))
    given: dict[str, Argument] = {
        names[place] if place < len(names) else f"argument {place + 1}": value
        for place, value in enumerate(call.args)
    }
    given |= {_OTHER_NAMES.get(key, key): value for key, value in call.kwargs.items()}
    for name, value in given.items():
        if name in ("training", "training_mode"):
            continue  # it does not bind: fit and predict replace it
        if name.endswith("mask") and name not in ports and name not in call_fields:
            _masks(found, name, value, ports)
        elif name in call_fields:
            found.config[name] = value
        elif any(True for _ in tensors(value)):
            _wire(found, name, value, ports, variadic)
        elif not (value is None or value is False or value == [] or value == {}):
            found.unknown.append(name)
    return found


def read_model_call(call: Call, inputs: Sequence[tuple[str, str]], structure: Argument) -> ReadCall:
    """A call of a model, whose inputs are (id, Keras' name) in Keras' order."""
    found = ReadCall()
    value = call.args[0] if call.args else call.kwargs.get("inputs")
    for name in [*(f"argument {place + 1}" for place in range(1, len(call.args))), *call.kwargs]:
        if name not in ("inputs", "training", "mask"):
            found.unknown.append(name)
    for where, argument in (("", value), ("mask", call.kwargs.get("mask"))):
        for (port, _), tensor in zip(inputs, _in_order(argument, inputs, structure), strict=False):
            if not isinstance(tensor, Tensor):
                continue
            if where:
                found.masks[port, 0] = tensor
            else:
                found.ports[port] = [tensor]
    return found


def _in_order(value: Argument, inputs: Sequence[tuple[str, str]], structure: Argument) -> list[Argument]:
    if isinstance(value, dict) and not isinstance(structure, dict):
        return [value.get(name) for _, name in inputs]
    return [leaf for _, leaf in leaves(value)]


def _wire(
    found: ReadCall, name: str, value: Argument, ports: Sequence[str], variadic: frozenset[str]
) -> None:
    wired = list(tensors(value))
    if not ports:
        found.ports.setdefault("inputs", []).extend(wired)
    elif name in ports and (name in variadic or len(wired) == 1):
        found.ports.setdefault(name, []).extend(wired)
    elif name == "inputs" or name == ports[0]:
        if len(ports) >= len(wired) > 1:  # `Attention()([query, value])`
            for port, tensor in zip(ports, wired, strict=False):
                found.ports.setdefault(port, []).append(tensor)
        else:
            found.ports.setdefault(ports[0], []).extend(wired)
    elif name.startswith("argument") and ports[-1] in variadic:  # states one by one
        found.ports.setdefault(ports[-1], []).extend(wired)
    else:
        found.unknown.append(name)


def _masks(found: ReadCall, name: str, value: Argument, ports: Sequence[str]) -> None:
    port = name.removesuffix("_mask")
    if name == "mask" or port not in ports:
        port = ports[0] if ports else "inputs"
    if isinstance(value, Tensor):
        found.masks[port, 0] = value
        return
    for place, (_, leaf) in enumerate(leaves(value)):
        if isinstance(leaf, Tensor):
            is_spread = name == "mask" and len(ports) > 1 and "inputs" not in ports
            key = (ports[min(place, len(ports) - 1)], 0) if is_spread else (port, place)
            found.masks[key] = leaf
