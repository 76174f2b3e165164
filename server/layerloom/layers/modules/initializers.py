"""Fill a weight as Keras' initializers do: same fans, same truncation, same orthogonal matrices.

Formulae: keras/src/initializers/random_initializers.py of Keras 3.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from layerloom.layers.modules.layouts import Layout, to_torch

_SCALING = {
    "GlorotUniform": (1.0, "fan_avg", "uniform"),
    "GlorotNormal": (1.0, "fan_avg", "truncated_normal"),
    "HeUniform": (2.0, "fan_in", "uniform"),
    "HeNormal": (2.0, "fan_in", "truncated_normal"),
    "LecunUniform": (1.0, "fan_in", "uniform"),
    "LecunNormal": (1.0, "fan_in", "truncated_normal"),
}
_TRUNCATED_STDDEV = 0.87962566103423978
"""Standard deviation of a unit normal that is cut at ±2."""


@torch.no_grad()
def fill(
    tensor: Tensor,
    initializer: Mapping[str, Any],  # Any: settings of many kinds
    keras_shape: tuple[int, ...],
    layout: Layout = None,
    generator: torch.Generator | None = None,
) -> None:
    """Draw the weight in Keras' shape and store it in torch's layout.

    An initializer with a `seed` of its own draws from that seed, whatever the generator.
    """
    config = initializer.get("config", {})
    if config.get("seed") is not None:
        generator = torch.Generator().manual_seed(config["seed"])
    tensor.copy_(to_torch(draw(initializer["type"], config, keras_shape, generator), layout))


def draw(
    name: str, config: Mapping[str, Any], shape: tuple[int, ...], generator: torch.Generator | None
) -> Tensor:
    """Numbers of one initializer in Keras' shape."""
    if name == "Zeros":
        return torch.zeros(shape)
    if name == "Ones":
        return torch.ones(shape)
    if name == "Constant":
        return torch.full(shape, float(config["value"]))
    if name == "Identity":
        return torch.eye(*shape).mul_(config["gain"])
    if name == "UnitForgetBias":  # an LSTM's bias: gates i, f, c, o, and f starts at one
        units = shape[0] // 4
        kind, settings = config["bias"]["type"], config["bias"]["config"]
        first = draw(kind, settings, (units,), generator)
        return torch.cat([first, torch.ones(units), draw(kind, settings, (2 * units,), generator)])
    if name == "SquareRoot":  # a deviation that starts where its variance does
        return draw(config["of"]["type"], config["of"]["config"], shape, generator).sqrt()
    if name == "RandomUniform":
        return torch.empty(shape).uniform_(config["minval"], config["maxval"], generator=generator)
    if name == "RandomNormal":
        return torch.empty(shape).normal_(config["mean"], config["stddev"], generator=generator)
    if name == "TruncatedNormal":
        return _truncated(shape, config["stddev"], generator).add_(config["mean"])
    if name == "Orthogonal":
        return _orthogonal(shape, config["gain"], generator)
    if name == "VarianceScaling":
        return _scaled(shape, config["scale"], config["mode"], config["distribution"], config, generator)
    return _scaled(shape, *_SCALING[name], config, generator)


def _scaled(
    shape: tuple[int, ...],
    scale: float,
    mode: str,
    distribution: str,
    config: Mapping[str, Any],
    generator: torch.Generator | None,
) -> Tensor:
    fan_in, fan_out = _fans(shape, config.get("input_axes"), config.get("output_axes"))
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    variance = scale / max(1.0, fan)
    if distribution == "uniform":
        limit = math.sqrt(3.0 * variance)
        return torch.empty(shape).uniform_(-limit, limit, generator=generator)
    if distribution == "untruncated_normal":
        return torch.empty(shape).normal_(0.0, math.sqrt(variance), generator=generator)
    return _truncated(shape, math.sqrt(variance) / _TRUNCATED_STDDEV, generator)


def _fans(
    shape: tuple[int, ...], inputs: Sequence[int] | None = None, outputs: Sequence[int] | None = None
) -> tuple[float, float]:
    """Inputs and outputs of a unit; the axes that make them are the last two unless both are named."""
    if inputs is not None and outputs is not None:
        return float(math.prod(shape[axis] for axis in inputs)), float(
            math.prod(shape[axis] for axis in outputs)
        )
    if not shape:
        return 1.0, 1.0
    if len(shape) == 1:
        return float(shape[0]), float(shape[0])
    receptive = math.prod(shape[:-2])
    return float(receptive * shape[-2]), float(receptive * shape[-1])


def _truncated(shape: tuple[int, ...], stddev: float, generator: torch.Generator | None) -> Tensor:
    """A normal cut at two standard deviations, by the inverse of its distribution function."""
    edge = math.erf(2.0 / math.sqrt(2.0))
    uniform = torch.empty(shape).uniform_(-edge, edge, generator=generator)
    return torch.erfinv(uniform).mul_(math.sqrt(2.0) * stddev).clamp_(-2 * stddev, 2 * stddev)


def _orthogonal(shape: tuple[int, ...], gain: float, generator: torch.Generator | None) -> Tensor:
    rows, columns = math.prod(shape[:-1]), shape[-1]
    normal = torch.empty(max(rows, columns), min(rows, columns)).normal_(generator=generator)
    q, r = torch.linalg.qr(normal)
    matrix: Tensor = q * torch.sign(torch.diagonal(r)) * gain
    return (matrix if rows >= columns else matrix.T).reshape(shape)
