"""Optimizers and schedules against real Keras: the same weights after the same gradients."""

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import Parameter

from layerloom.training.flat import FlatOptimizer
from layerloom.training.optimizers.base import create_optimizer, optimizers
from layerloom.training.schedules.base import create_schedule, schedules
from training.reference import keras

SHAPES = {"kernel": (5, 4), "bias": (4,), "scalar": (), "large": (300, 300)}

CONFIGS = [
    *((kind, {}) for kind in optimizers()),
    ("RMSprop", {"momentum": 0.9}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"momentum": 0.5, "centered": True, "rho": 0.8, "epsilon": 1e-3}),
    ("Adam", {"amsgrad": True}),
    ("Adam", {"weight_decay": 0.1}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("SGD", {"clipnorm": 0.1}),
    ("SGD", {"clipvalue": 0.05}),
    ("Adam", {"global_clipnorm": 0.1}),
    ("SGD", {"momentum": 0.9, "weight_decay": 0.01}),
    ("Ftrl", {"l1_regularization_strength": 0.5, "l2_regularization_strength": 0.2}),
    ("Ftrl", {"learning_rate_power": -0.7, "beta": 0.3, "l2_shrinkage_regularization_strength": 0.1}),
    ("Adafactor", {"learning_rate": 0.5, "clip_threshold": 0.5, "beta_2_decay": -0.6}),
    ("Adafactor", {"relative_step": False, "epsilon_2": 0.1, "epsilon_1": 1e-3}),
    ("Muon", {"nesterov": False, "rms_rate": None, "ns_steps": 3}),
    ("Muon", {"exclude_layers": ["kernel"], "adam_lr_ratio": 0.5, "adam_weight_decay": None}),
    ("Muon", {"weight_decay": None, "momentum": 0.8, "learning_rate": 0.1}),
    ("ScheduleFreeAdamW", {"warmup_steps": 5, "weight_decay": 0.1, "beta_1": 0.5}),
    *((kind, {"use_ema": True, "ema_momentum": 0.7}) for kind in ("SGD", "Lamb")),
    *(
        (kind, {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 3})
        for kind in ("Adam", "Muon")
    ),
    *(
        (kind, {"gradient_accumulation_steps": 4})
        for kind in ("SGD", "Nadam", "Adafactor", "ScheduleFreeAdamW", "Muon")
    ),
    (
        "Adam",
        {
            "gradient_accumulation_steps": 2,
            "use_ema": True,
            "ema_overwrite_frequency": 2,
            "clipnorm": 0.5,
            "weight_decay": 0.1,
        },
    ),
    ("RMSprop", {"loss_scale_factor": 1024.0}),
    *((kind, {"clipnorm": 0.3}) for kind in ("Lamb", "Adafactor", "Ftrl", "ScheduleFreeAdamW")),
    *((kind, {"global_clipnorm": 0.3}) for kind in ("Lamb", "Muon")),
    *((kind, {"clipvalue": 0.3, "weight_decay": 0.05}) for kind in ("Adafactor", "Ftrl", "Lamb")),
]

SCHEDULED = {"type": "ExponentialDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 3}}


def gradients(step: int) -> dict[str, np.ndarray[Any, Any]]:
    random = np.random.default_rng(step)
    return {name: random.normal(size=shape).astype(np.float32) for name, shape in SHAPES.items()}


@pytest.mark.parametrize(("kind", "config"), CONFIGS, ids=lambda item: str(item))
def test_twelve_steps_equal_keras(kind: str, config: dict[str, Any]) -> None:
    start = gradients(100)
    parameters = {name: Parameter(torch.from_numpy(value.copy())) for name, value in start.items()}
    optimizer = create_optimizer(kind, config, "")
    flat = FlatOptimizer(optimizer, parameters)
    theirs = getattr(keras.optimizers, kind)(**config)
    variables = [keras.Variable(value, name=name) for name, value in start.items()]
    rate, scale = optimizer.learning_rate, config.get("loss_scale_factor", 1.0)
    assert isinstance(rate, float)

    for step in range(12):
        flat.clear()
        for name, gradient in gradients(step).items():
            add_gradient(parameters[name], torch.from_numpy(gradient) * scale)
        with torch.no_grad():
            flat.step(rate)
        theirs.apply([gradient * scale for gradient in gradients(step).values()], variables)

    assert_equal(parameters, variables)
    with torch.no_grad():
        flat.finish()
    theirs.finalize_variable_values(variables)
    assert_equal(parameters, variables)


def assert_equal(parameters: dict[str, Parameter], variables: list[Any]) -> None:
    for name, variable in zip(parameters, variables, strict=True):
        np.testing.assert_allclose(
            parameters[name].detach().numpy(), np.asarray(variable), rtol=1e-5, atol=1e-6, err_msg=name
        )


def add_gradient(parameter: Parameter, gradient: torch.Tensor) -> None:
    """As autograd does: into the gradient that is there, or as the first."""
    if parameter.grad is None:
        parameter.grad = gradient.clone()
    else:
        parameter.grad += gradient


def test_a_learning_rate_that_changes_acts_as_in_keras() -> None:
    start = gradients(100)["kernel"]
    parameter = Parameter(torch.from_numpy(start.copy()))
    config = {"learning_rate": SCHEDULED, "momentum": 0.9}
    optimizer = create_optimizer("SGD", config, "")
    schedule = optimizer.schedule()
    assert schedule is not None
    flat = FlatOptimizer(optimizer, {"kernel": parameter})
    theirs = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.9), momentum=0.9)
    variable = keras.Variable(start)

    for step in range(12):
        flat.clear()
        add_gradient(parameter, torch.from_numpy(gradients(step)["kernel"]))
        flat.step(schedule.at(flat.steps))
        theirs.apply([gradients(step)["kernel"]], [variable])

    np.testing.assert_allclose(parameter.detach().numpy(), np.asarray(variable), rtol=1e-5, atol=1e-6)


def test_a_parameter_without_a_gradient_is_left_alone() -> None:
    used, unused = Parameter(torch.ones(3)), Parameter(torch.ones(3))
    flat = FlatOptimizer(create_optimizer("AdamW", {}, ""), {"used": used, "unused": unused})

    for _ in range(3):
        flat.clear()
        (used * 2).sum().backward()
        flat.step(0.1)

    assert torch.equal(unused.detach(), torch.ones(3))
    assert not torch.equal(used.detach(), torch.ones(3))


def test_memory_formats_survive_the_flat_buffer() -> None:
    kernel = Parameter(torch.randn(4, 3, 2, 2).to(memory_format=torch.channels_last))
    before = kernel.detach().clone()
    flat = FlatOptimizer(create_optimizer("SGD", {}, ""), {"kernel": kernel})

    kernel.grad = torch.zeros_like(kernel)
    flat.step(0.1)

    assert kernel.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(kernel.detach(), before)


SCHEDULES = [
    *((kind, {}) for kind in schedules()),
    ("ExponentialDecay", {"decay_steps": 7, "staircase": True}),
    ("InverseTimeDecay", {"decay_steps": 7, "staircase": True}),
    ("PolynomialDecay", {"decay_steps": 7, "cycle": True, "power": 2.0}),
    ("CosineDecay", {"decay_steps": 9, "alpha": 0.1}),
    (
        "CosineDecay",
        {"decay_steps": 9, "warmup_steps": 5, "warmup_target": 0.01, "initial_learning_rate": 0.0},
    ),
    ("PiecewiseConstantDecay", {"boundaries": [3, 8], "values": [1.0, 0.5, 0.1]}),
    ("CosineDecayRestarts", {"first_decay_steps": 6, "t_mul": 1.0, "m_mul": 0.5}),
    ("CosineDecayRestarts", {"first_decay_steps": 5, "t_mul": 1.5, "m_mul": 0.9, "alpha": 0.1}),
]


@pytest.mark.parametrize(("kind", "config"), SCHEDULES, ids=lambda item: str(item))
def test_a_schedule_equals_keras(kind: str, config: dict[str, Any]) -> None:
    schedule = create_schedule(kind, config, "")
    theirs = getattr(keras.optimizers.schedules, kind)(**{**schedule.model_dump(), "name": kind})

    for step in (0, 1, 3, 4, 7, 8, 9, 13, 14, 15, 500, 2000):
        assert schedule.at(step) == pytest.approx(float(theirs(step)), rel=1e-5), step
