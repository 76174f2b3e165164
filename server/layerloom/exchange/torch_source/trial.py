"""Does exported source compute what the model does? Both on one random batch; for a process of its own."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn

from layerloom.graph.build import BuiltModel
from layerloom.graph.plan import Plan, PlannedLayer
from layerloom.tensors import TensorSpec

ROWS = 4
_OPEN_SIZES = (6, 17, 33, 75, 224)
"""Tried one after the other for axes that are known only at run time, until the model can take them."""
_IDS = ("input_dim", "num_tokens")
"""Config fields that say how many ids there are."""


@dataclass(frozen=True)
class Batch:
    """Tensors by input, and an expression for a tensor like each."""

    tensors: Mapping[str, Tensor]
    expressions: Mapping[str, str]


def batch_for(model: BuiltModel, seed: int = 0) -> Batch | None:
    """A random batch that the model takes, ids in range, with steps that masks leave out; None if none was found."""
    model.eval()
    for size in _OPEN_SIZES:
        for ids, draw in ((_ids(model.plan), "randn"), (2, "randn"), (2, "rand")):
            batch = _batch(model.plan, size, ids, seed, draw)
            model.reset_state()
            try:
                with torch.no_grad():
                    model(*batch.tensors.values())
            except Exception:
                continue
            return batch
    return None


def differences(text: str, class_name: str, model: BuiltModel, batch: Batch) -> dict[str, float]:
    """The largest absolute difference by output, the source having loaded the model's weights from a file."""
    outputs = run(text, class_name, model.get_weights(), batch)
    model.eval()
    model.reset_state()
    with torch.no_grad():
        expected = dict(zip(model.output_names, model(*batch.tensors.values()), strict=True))
    if outputs.keys() != expected.keys():
        raise ValueError(f"outputs {', '.join(outputs)} instead of {', '.join(expected)}")
    return {name: _difference(outputs[name], tensor) for name, tensor in expected.items()}


def run(text: str, class_name: str, weights: Mapping[str, np.ndarray], batch: Batch) -> dict[str, Tensor]:
    """What the source gives for the batch, with these weights."""
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, "<exported source>", "exec"), names)  # noqa: S102  our own text, in a process of its own
    made = loaded(names, class_name, weights).eval()
    with torch.no_grad():
        found: dict[str, Tensor] = made(*batch.tensors.values())
    return found


def loaded(names: Mapping[str, Any], class_name: str, weights: Mapping[str, np.ndarray]) -> nn.Module:
    """An instance of the class, having read the weights from a file by the source's own `load_weights`."""
    made: nn.Module = names[class_name]()
    if weights:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "weights.safetensors"
            save_file(dict(weights), path)
            names["load_weights"](made, str(path))
    return made


def stir(model: BuiltModel, seed: int = 0) -> None:
    """Move every weight a little, so that none is a plain zero or one whose place could not be told."""
    generator = np.random.default_rng(seed)
    model.set_weights(
        {
            name: (array + 0.1 * generator.random(array.shape)).astype(array.dtype)
            if array.dtype.kind == "f"
            else array
            for name, array in model.get_weights().items()
        }
    )


def _difference(one: Tensor, other: Tensor) -> float:
    if one.shape != other.shape or one.dtype != other.dtype:
        raise ValueError(f"{one.dtype} {tuple(one.shape)} instead of {other.dtype} {tuple(other.shape)}")
    if one.numel() == 0:
        return 0.0
    gap = (one.double() - other.double()).abs()
    same = (one == other) | (one.isnan() & other.isnan())  # infinities have no difference
    return float(torch.where(same, torch.zeros_like(gap), gap).max())


def _batch(plan: Plan, open_size: int, ids: int, seed: int, draw: str = "randn") -> Batch:
    """`draw`: torch's function for numbers with a point; `rand` gives none below zero, for ids that come as such."""
    generator = torch.Generator().manual_seed(seed)
    tensors, expressions = {}, {}
    masked = [
        value for layer in layers(plan) if (value := getattr(layer.config, "mask_value", None)) is not None
    ]
    for name, spec in plan.inputs.items():
        shape = (ROWS, *(open_size if size is None else size for size in spec.shape[1:]))
        tensors[name], expressions[name] = _tensor(spec, shape, ids, draw, generator)
        if len(shape) > 1 and (masked or not spec.dtype.startswith("float")):
            tensors[name][ROWS // 2 :, -(-shape[1] // 2) :] = masked[0] if masked else 0
    return Batch(tensors, expressions)


def _tensor(
    spec: TensorSpec, shape: tuple[int, ...], ids: int, draw: str, generator: torch.Generator
) -> tuple[Tensor, str]:
    sizes = ", ".join(map(str, shape))
    if spec.dtype.startswith(("float", "bfloat")):
        kind = "" if spec.dtype == "float32" else f", dtype=torch.{spec.dtype}"
        dtype = getattr(torch, spec.dtype)
        drawn = torch.rand if draw == "rand" else torch.randn
        return drawn(shape, generator=generator).to(dtype), f"torch.{draw}({sizes}{kind})"
    highest = 2 if spec.dtype == "bool" else ids
    numbers = torch.randint(0, highest, shape, generator=generator).to(getattr(torch, spec.dtype))
    kind = "" if spec.dtype == "int64" else f", dtype=torch.{spec.dtype}"
    return numbers, f"torch.randint({highest}, ({sizes},){kind})"


def expressions(plan: Plan) -> Mapping[str, str]:
    """As for a batch, where none was found."""
    return _batch(plan, _OPEN_SIZES[0], 2, 0).expressions


def _ids(plan: Plan) -> int:
    found = [getattr(layer.config, name, None) for layer in layers(plan) for name in _IDS]
    return min([number for number in found if isinstance(number, int)] or [10])


def layers(plan: Plan) -> Iterator[PlannedLayer]:
    for layer in plan.layers:
        yield layer
        if layer.model is not None:
            yield from layers(layer.model)
