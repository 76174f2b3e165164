"""Recurrent layers and their wrappers give the numbers of real Keras: outputs, states, masks, gradients, files."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch

from layerloom.layers.modules.layouts import to_keras
from layerloom.tensors import TensorSpec
from layers import calls
from layers.reference import keras

SEQUENCE, MASKED = TensorSpec((None, 6, 4)), TensorSpec((None, 6, 4), masked=True)
FRAMES = TensorSpec((None, 4, 5, 6, 3))
Layers = Mapping[str, Mapping[str, Any]]


def of(**layers: tuple[str, Mapping[str, Any]]) -> Layers:
    return {name: {"type": kind, "config": config} for name, (kind, config) in layers.items()}


def keras_layer(type_name: str, config: Mapping[str, Any], layers: Layers) -> Any:
    """Keras' layer, with the layers that the config names in their place."""
    fields = {"Bidirectional": ("layer", "backward_layer"), "RNN": ("cell",), "StackedRNNCells": ("cells",)}
    further = {key: value for key, value in config.items() if key not in ("explicit_mask",)}
    for field in fields.get(type_name, ()):
        value = config.get(field)
        if isinstance(value, str):
            further[field] = keras_layer(layers[value]["type"], layers[value]["config"], layers)
        elif value:
            further[field] = [
                keras_layer(layers[name]["type"], layers[name]["config"], layers) for name in value
            ]
    return getattr(keras.layers, type_name)(**further)


def states_of(made: calls.Made) -> Sequence[torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    named = made.layer.state_names() if hasattr(made.layer, "state_names") else made.layer._state_names()
    shapes: list[tuple[int, ...]] = []
    spec = made.inputs["sequence"][0]
    parts = made.layer.directions() if hasattr(made.layer, "directions") else (made.layer,)
    for part in parts:
        shapes += [calls.sized((None, *shape)) for shape in part.state_shapes(spec)]
    assert len(shapes) == len(named)
    return [torch.randn(shape, generator=generator) * 0.5 for shape in shapes]


def compare(
    type_name: str,
    config: Mapping[str, Any],
    layers: Layers | None = None,
    spec: TensorSpec = SEQUENCE,
    has_state: bool = False,
    has_gradients: bool = False,
) -> None:
    """Outputs and masks of one call, and gradients of input, states and weights."""
    layers = layers or {}
    made = calls.make(type_name, config, {"sequence": (spec,)}, layers=layers)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for weight in made.weights:
            parameter = made.parameter(weight)
            parameter += torch.rand(parameter.shape, generator=generator) * 0.3
    x = calls.tensors(made.inputs)["sequence"][0]
    mask = calls.masks(made.inputs)["sequence"][0]
    given = list(states_of(made)) if has_state else []
    theirs = keras_layer(type_name, config, layers)
    further: dict[str, Any] = {}
    if config.get("explicit_mask"):
        further["mask"] = mask.numpy()

    def call(x: Any, states: Any) -> list[Any]:
        tensor = keras.ops.convert_to_tensor(x)
        if mask is not None and not config.get("explicit_mask"):
            keras.src.backend.set_keras_mask(tensor, keras.ops.convert_to_tensor(mask.numpy()))
        result = theirs(tensor, **further, **({"initial_state": nested(theirs, states)} if states else {}))
        return keras.tree.flatten(result)

    theirs.build(x.shape)
    theirs.set_weights([to_keras(made.parameter(each).detach().numpy().copy(), each.layout)
                        for each in made.weights])  # fmt: skip

    expected = call(x.numpy(), [each.numpy() for each in given])
    x.requires_grad_(True)
    given = [each.requires_grad_(True) for each in given]
    received, masks = made.call({"sequence": [x], "initial_state": given}, {"sequence": [mask]})

    assert len(received) == len(expected) == len(made.specs)
    for have, want, inferred in zip(received, expected, made.specs.values(), strict=True):
        assert tuple(have.shape) == np.shape(want)
        assert all(size in (None, actual) for size, actual in zip(inferred.shape, have.shape, strict=True))
        np.testing.assert_allclose(have.detach().numpy(), np.asarray(want), atol=1e-5)
    for have, want, inferred in zip(masks, expected, made.specs.values(), strict=True):
        theirs_mask = keras.src.backend.get_keras_mask(want)
        assert (have is None) == (theirs_mask is None) == (not inferred.masked)
        if have is not None:
            np.testing.assert_array_equal(have.numpy(), np.asarray(theirs_mask))
    if has_gradients:
        compare_gradients(made, theirs, call, x, given, received)


def nested(theirs: Any, states: list[Any]) -> Any:
    """Keras wants the states of stacked cells cell by cell."""
    cell = getattr(theirs, "cell", None)
    if not isinstance(cell, keras.layers.StackedRNNCells):
        return states
    left = list(states)
    return [[left.pop(0) for _ in keras.tree.flatten(size)] for size in cell.state_size]


def compare_gradients(made: Any, theirs: Any, call: Any, x: Any, given: Any, received: Any) -> None:
    import jax

    generator = torch.Generator().manual_seed(8)
    factors = [torch.randn(each.shape, generator=generator) for each in received]
    sum((each * factor).sum() for each, factor in zip(received, factors, strict=True)).backward()

    def total(weights: Any, x: Any, states: Any) -> Any:
        variables = [each.value for each in theirs.non_trainable_variables]
        scope = keras.src.backend.StatelessScope(
            [*zip(theirs.trainable_variables, weights, strict=True),
             *zip(theirs.non_trainable_variables, variables, strict=True)]
        )  # fmt: skip
        with scope:
            return sum(
                (each * factor.numpy()).sum() for each, factor in zip(call(x, states), factors, strict=True)
            )

    values = [each.value for each in theirs.trainable_variables]
    ours = [to_keras(made.parameter(each).grad.numpy(), each.layout) for each in made.weights]
    gradients = jax.grad(total, argnums=(0, 1, 2))(
        values, x.detach().numpy(), [each.detach().numpy() for each in given]
    )
    for have, want in zip(ours, gradients[0], strict=True):
        np.testing.assert_allclose(have, np.asarray(want), atol=1e-4)
    for have, want in zip([x, *given], [gradients[1], *gradients[2]], strict=True):
        np.testing.assert_allclose(have.grad.numpy(), np.asarray(want), atol=1e-4)


@pytest.fixture(autouse=True)
def _without_compiling() -> Iterator[None]:
    """JAX would compile every loop anew, for each call here is another one."""
    import jax

    with jax.disable_jit():
        yield


MERGES = ("concat", "sum", "mul", "ave", None)
KINDS = {"LSTM": {}, "GRU": {}, "SimpleRNN": {}, "GRU before": {"reset_after": False}}


@pytest.mark.parametrize("merge_mode", MERGES)
@pytest.mark.parametrize("kind", KINDS)
def test_bidirectional_in_every_merge_mode(kind: str, merge_mode: str | None) -> None:
    settings = {"units": 5, **KINDS[kind]}
    is_lstm = kind == "LSTM"

    for index, (spec, has_state) in enumerate(product((SEQUENCE, MASKED), (False, True))):
        is_whole = (index + MERGES.index(merge_mode) + is_lstm) % 2 == 0
        layers = of(
            inner=(kind.split()[0], {**settings, "return_sequences": is_whole, "return_state": is_lstm})
        )
        config = {"layer": "inner", "merge_mode": merge_mode}
        compare("Bidirectional", config, layers, spec, has_state, has_gradients=index == 3 - is_lstm)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_backwards", [False, True])
def test_every_way_out_of_a_layer(kind: str, is_backwards: bool) -> None:
    for index, (is_whole, spec, is_given) in enumerate(
        product((False, True), (SEQUENCE, MASKED), (False, True))
    ):
        config = {
            "units": 5, "go_backwards": is_backwards, "return_state": (index // 2 + index) % 2 == 0,
            "return_sequences": is_whole, **KINDS[kind],
        }  # fmt: skip
        compare(kind.split()[0], config, spec=spec, has_state=is_given, has_gradients=index in (2, 5))


@pytest.mark.parametrize("type_name", ["LSTM", "Bidirectional"])
def test_a_mask_that_the_call_names_counts_beside_a_state(type_name: str) -> None:
    layers = of(inner=("LSTM", {"units": 5, "return_state": True}))
    config = {"layer": "inner"} if type_name == "Bidirectional" else {"units": 5, "return_sequences": True}

    compare(type_name, {**config, "explicit_mask": True}, layers, MASKED, has_state=True)


def test_a_backward_layer_of_its_own() -> None:
    layers = of(
        first=("LSTM", {"units": 5, "return_state": True}),
        second=("GRU", {"units": 5, "return_state": True, "go_backwards": True, "use_bias": False}),
    )
    for spec in (SEQUENCE, MASKED):
        config = {"layer": "first", "backward_layer": "second", "merge_mode": "sum"}
        compare("Bidirectional", config, layers, spec)


def test_a_forward_layer_that_reads_backwards() -> None:
    layers = of(
        first=("GRU", {"units": 5, "return_sequences": True, "go_backwards": True}),
        second=("GRU", {"units": 5, "return_sequences": True}),
    )

    compare("Bidirectional", {"layer": "first", "backward_layer": "second"}, layers, MASKED)


STACK = of(
    stack=("StackedRNNCells", {"cells": ["first", "second", "third"]}),
    first=("LSTMCell", {"units": 5}),
    second=("GRUCell", {"units": 4, "reset_after": False}),
    third=("LSTMCell", {"units": 3, "use_bias": False}),
    gru=("GRUCell", {"units": 5}),
    simple=("SimpleRNNCell", {"units": 5, "activation": "relu"}),
    whole=("RNN", {"cell": "stack", "return_sequences": True, "return_state": True}),
    last=("RNN", {"cell": "gru"}),
)


@pytest.mark.parametrize("cell", ["first", "gru", "simple", "stack"])
@pytest.mark.parametrize("options", [
    {}, {"return_sequences": True, "return_state": True}, {"go_backwards": True, "return_state": True},
    {"zero_output_for_mask": True, "return_sequences": True},
])  # fmt: skip
def test_cells_and_stacks_of_cells(cell: str, options: Mapping[str, Any]) -> None:
    compare("RNN", {"cell": cell, **options}, STACK)
    compare("RNN", {"cell": cell, **options}, STACK, MASKED, has_gradients=cell == "stack")
    compare("RNN", {"cell": cell, **options}, STACK, has_state=True)


@pytest.mark.parametrize("layer", ["whole", "last"])
def test_bidirectional_of_cells(layer: str) -> None:
    compare("Bidirectional", {"layer": layer}, STACK)
    compare("Bidirectional", {"layer": layer, "merge_mode": None}, STACK, MASKED)


@pytest.mark.parametrize(("type_name", "config"), [
    ("Bidirectional", {"layer": "whole"}), ("RNN", {"cell": "stack"}), ("RNN", {"cell": "gru"}),
])  # fmt: skip
def test_weights_stand_in_keras_file_where_their_group_says(
    type_name: str, config: Mapping[str, Any], tmp_path: Path
) -> None:
    made = calls.make(type_name, config, {"sequence": (SEQUENCE,)}, layers=STACK)
    inputs = keras.Input((6, 4))
    model = keras.Model(inputs, keras.tree.flatten(keras_layer(type_name, config, STACK)(inputs)))
    values = [np.random.default_rng(index).normal(size=each.shape) for index, each in enumerate(made.weights)]
    model.set_weights(values)
    model.save_weights(tmp_path / "model.weights.h5")

    with h5py.File(tmp_path / "model.weights.h5") as file:
        (layer,) = (group for name, group in file["layers"].items() if name != "input_layer")
        seen: dict[str, int] = {}
        for weight, value in zip(made.weights, values, strict=True):
            number = seen[weight.group] = seen.get(weight.group, -1) + 1
            np.testing.assert_allclose(layer[f"{weight.group}/vars/{number}"], value, rtol=1e-6)


CONV = {"filters": 3, "kernel_size": 3}
ROWS, PICTURES, VOLUMES = (TensorSpec((None, 4, *sizes, 2)) for sizes in ((7,), (6, 5), (4, 5, 3)))


@pytest.mark.parametrize(("count", "spec"), [(1, ROWS), (2, PICTURES), (3, VOLUMES)])
@pytest.mark.parametrize("options", [
    {}, {"padding": "same", "strides": 2, "return_sequences": True, "return_state": True},
    {"kernel_size": 2, "dilation_rate": 2, "go_backwards": True, "use_bias": False, "return_sequences": True},
    {"padding": "same", "activation": "softmax", "recurrent_activation": "hard_sigmoid", "return_state": True},
    {"padding": "same", "data_format": "channels_first", "activation": "softmax"},
])  # fmt: skip
def test_convolutional_lstms(count: int, spec: TensorSpec, options: Mapping[str, Any]) -> None:
    if "data_format" in options:
        spec = TensorSpec((*spec.shape[:2], 2, *spec.shape[2:-1]))
    config = {**CONV, **options}
    has_gradients = count < 3 and "activation" not in options
    compare(f"ConvLSTM{count}D", config, spec=spec, has_gradients=has_gradients)
    compare(f"ConvLSTM{count}D", config, spec=spec, has_state=True)


@pytest.mark.parametrize("options", [
    {}, {"return_sequences": True}, {"return_state": True, "go_backwards": True},
])  # fmt: skip
def test_convolutional_lstms_skip_masked_frames(options: Mapping[str, Any]) -> None:
    """Keras' loop on JAX compares masks with pictures; unrolled it does what the others do."""
    spec = TensorSpec(PICTURES.shape, masked=True)
    compare("ConvLSTM2D", {**CONV, **options, "unroll": True}, spec=spec, has_gradients=True)


@pytest.mark.parametrize("merge_mode", ["concat", "ave", None])
def test_bidirectional_of_a_convolutional_lstm(merge_mode: str | None) -> None:
    layers = of(inner=("ConvLSTM2D", {**CONV, "return_sequences": True, "return_state": True}))

    compare("Bidirectional", {"layer": "inner", "merge_mode": merge_mode}, layers, PICTURES)
    compare("Bidirectional", {"layer": "inner", "merge_mode": merge_mode}, layers, PICTURES, has_state=True)


@pytest.mark.parametrize("type_name", ["LSTM", "GRU", "ConvLSTM1D"])
@pytest.mark.parametrize("rates", [(0.5, 0.0), (0.0, 0.5), (0.4, 0.4)])
def test_dropout_acts_in_training_only_and_the_same_at_every_step(
    type_name: str, rates: tuple[float, float]
) -> None:
    """With kernels of ones for the input and none for the state, equal inputs give equal gates at each step."""
    size = (
        {"filters": 3, "kernel_size": 1} if type_name == "ConvLSTM1D" else {"units": 3, "implementation": 1}
    )
    spec = TensorSpec((None, 5, 7, 4)) if type_name == "ConvLSTM1D" else SEQUENCE
    config = {**size, "dropout": rates[0], "recurrent_dropout": rates[1], "return_sequences": True}
    made = calls.make(type_name, config, {"sequence": (spec,)})
    plain = calls.make(type_name, {**size, "return_sequences": True}, {"sequence": (spec,)})
    x = torch.randn(calls.sized(spec.shape))
    torch.manual_seed(0)

    outputs = made.module.eval()(x)
    first, second = made.module.train()(x), made.module(x)

    torch.testing.assert_close(outputs, plain.module.eval()(x))
    assert not torch.allclose(first, second)
    assert not torch.allclose(first, outputs)


def test_implementation_one_drops_for_each_gate_by_itself() -> None:
    config = {"units": 50, "dropout": 0.5, "activation": "linear", "recurrent_activation": "linear"}
    for implementation, is_alike in ((2, True), (1, False)):
        made = calls.make(
            "LSTM",
            {**config, "implementation": implementation, "kernel_initializer": "ones"},
            {"sequence": (TensorSpec((None, 1, 1)),)},
        )
        module: Any = made.module.train()
        torch.manual_seed(1)
        gates = module._projected(torch.ones(200, 1, 1), None)[:, 0].reshape(200, 4, 50)

        assert bool((gates == gates[:, :1]).all()) == is_alike
        assert gates.mean().item() == pytest.approx(1.0, abs=0.15)
