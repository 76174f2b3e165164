"""Operations as Keras saves them: read, computed and written back, against real Keras."""

import importlib
import inspect
import json
from typing import Any

import numpy as np
import pytest
import torch

from exchange.operation_cases import CASES, Case
from layerloom.exchange.keras.operation_table import REASONS, TABLE
from layerloom.exchange.keras.operations import (
    UnsupportedOperation,
    is_operation,
    read_operation,
    write_operation,
)
from layerloom.layers.catalogue import layer_types
from layerloom.tensors import TensorSpec
from layers import calls
from layers.reference import keras

BATCH = 3
UNTESTED = {("Nonlinearity", "sparsemax")}
"""Keras sums its threshold wrongly; ours is that of its paper."""

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def saved(case: Case) -> dict[str, Any]:
    """The JSON of a model of one operation."""
    inputs = [keras.Input(shape, dtype=dtype, name=f"x{i}") for i, (shape, dtype) in enumerate(case.inputs)]
    return json.loads(keras.Model(inputs, case.call(*inputs)).to_json())


def node_of(model: dict[str, Any]) -> dict[str, Any]:
    (entry,) = [each for each in model["config"]["layers"] if each["class_name"] != "InputLayer"]
    return entry


def arrays(case: Case) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    found = []
    for shape, dtype in case.inputs:
        sizes = (BATCH, *shape)
        values = random.normal(size=sizes)
        if case.domain != "any":
            values = np.abs(values) + 0.1
        if case.domain == "matrix":
            values = random.normal(size=sizes)
            values = values @ values.swapaxes(1, 2) + np.eye(3)
        if case.domain == "unit":
            values = random.uniform(-0.9, 0.9, sizes)
        if case.domain == "above_one":
            values += 1.1
        if dtype != "float32":
            values = random.integers(0, 4 if dtype == "int32" else 2, sizes)
        found.append(values.astype(dtype))
    return found


def read(entry: dict[str, Any]) -> Any:
    (node,) = entry["inbound_nodes"]
    return read_operation(entry["module"], entry["class_name"], entry["config"], node["args"], node["kwargs"])


def ours(
    case: Case, entry: dict[str, Any], given: list[np.ndarray]
) -> tuple[calls.Made, tuple[torch.Tensor, ...], list[torch.Tensor]]:
    operation = read(entry)
    tensors = [torch.tensor(array) for array in given]
    for tensor in tensors:
        if tensor.is_floating_point() and case.is_smooth:
            tensor.requires_grad_()
    by_name = {f"x{index}": tensor for index, tensor in enumerate(tensors)}
    fed, specs = {}, {}
    for port, sources in operation.inputs.items():
        names = [source["config"]["keras_history"][0] for source in sources]
        fed[port] = [by_name[name] for name in names]
        specs[port] = [
            TensorSpec(tuple(source["config"]["shape"]), source["config"]["dtype"]) for source in sources
        ]
    made = calls.make(operation.type, operation.config, specs)
    outputs, _ = made.call(fed)
    return made, outputs, tensors


@every_case
def test_numbers_types_and_shapes_are_those_of_keras(case: Case) -> None:
    entry, given = node_of(saved(case)), arrays(case)
    theirs = case.call(*map(keras.ops.convert_to_tensor, given))
    expected = [np.asarray(each) for each in (theirs if isinstance(theirs, list | tuple) else [theirs])]

    made, received, _ = ours(case, entry, given)

    assert len(received) == len(expected) == len(made.specs)
    for have, want, spec in zip(received, expected, made.specs.values(), strict=True):
        assert str(have.dtype) == f"torch.{spec.dtype}"
        assert spec.dtype == str(want.dtype)
        assert tuple(have.shape) == want.shape
        assert len(spec.shape) == want.ndim
        assert all(size in (None, real) for size, real in zip(spec.shape, want.shape, strict=True)), spec
        np.testing.assert_allclose(have.detach().numpy(), want, rtol=1e-5, atol=1e-5)


@every_case
def test_open_axes_are_open_as_in_keras(case: Case) -> None:
    inputs = [keras.Input(shape, dtype=dtype, name=f"x{i}") for i, (shape, dtype) in enumerate(case.inputs)]
    theirs = case.call(*inputs)

    made, _, _ = ours(case, node_of(saved(case)), arrays(case))

    for spec, want in zip(
        made.specs.values(), theirs if isinstance(theirs, list | tuple) else [theirs], strict=True
    ):
        assert spec.shape == tuple(want.shape)


@pytest.mark.parametrize("case", [each for each in CASES if each.is_smooth], ids=lambda case: case.name)
def test_gradients_are_those_of_keras(case: Case) -> None:
    import jax

    entry, given = node_of(saved(case)), arrays(case)
    _, received, tensors = ours(case, entry, given)
    random = np.random.default_rng(2)
    weights = [random.normal(size=tuple(each.shape)).astype("float32") for each in received]
    floats = [index for index, array in enumerate(given) if array.dtype == "float32"]

    def weighed(*some: Any) -> Any:
        values = [keras.ops.convert_to_tensor(array) for array in given]
        for index, value in zip(floats, some, strict=True):
            values[index] = value
        result = case.call(*values)
        parts = zip(result if isinstance(result, list | tuple) else [result], weights, strict=True)
        return sum((part * weight).sum() for part, weight in parts if part.dtype in ("float32", "float16"))

    expected = jax.grad(weighed, argnums=tuple(range(len(floats))))(*(given[index] for index in floats))
    parts = [
        (part * torch.tensor(weight)).sum()
        for part, weight in zip(received, weights, strict=True)
        if part.requires_grad
    ]
    if parts:
        sum(parts).backward()

    for index, want in zip(floats, expected, strict=True):
        have = tensors[index].grad
        have = torch.zeros_like(tensors[index]) if have is None else have
        np.testing.assert_allclose(have.numpy(), np.asarray(want), rtol=1e-4, atol=1e-5)


@every_case
def test_an_operation_read_and_written_is_what_keras_saved_and_loads(case: Case) -> None:
    model = saved(case)
    entry = node_of(model)
    (node,) = entry["inbound_nodes"]
    operation = read(entry)
    layer = layer_types()[operation.type].model_validate(json.loads(json.dumps(operation.config)))

    written = write_operation(layer, operation.inputs)

    assert (written.module, written.class_name) == (entry["module"], entry["class_name"])
    assert json.loads(json.dumps(written.config)) == entry["config"]
    assert json.dumps(written.args) == json.dumps(node["args"])
    assert json.dumps(written.kwargs) == json.dumps(node["kwargs"])
    entry["config"], entry["inbound_nodes"] = (
        written.config,
        [{"args": written.args, "kwargs": written.kwargs}],
    )
    again = keras.models.model_from_json(json.dumps(model))
    assert json.loads(again.to_json()) == model


def test_every_operation_of_keras_is_in_the_table_or_has_a_reason() -> None:
    from keras.src.ops.operation import Operation

    missing = []
    for name in ("numpy", "nn", "core", "math", "linalg", "einops", "image"):
        module = importlib.import_module(f"keras.src.ops.{name}")
        for class_name, each in vars(module).items():
            if inspect.isclass(each) and issubclass(each, Operation) and each.__module__ == module.__name__:
                is_here = (module.__name__, class_name) in TABLE
                if is_here == (class_name in REASONS):
                    missing.append(class_name)

    assert not missing


def test_the_table_names_only_what_there_is() -> None:
    for entry in TABLE.values():
        module = importlib.import_module(entry.module)
        assert inspect.isclass(getattr(module, entry.class_name))
        fields = layer_types()[entry.type].model_fields
        assert set(entry.config) <= set(fields)
        assert all(argument.literal is None or argument.literal in fields for argument in entry.arguments)


def test_every_function_of_every_family_is_in_the_table_and_has_a_case() -> None:
    tested = set()
    for case in CASES:
        operation = read(node_of(saved(case)))
        tested.add((operation.type, operation.config.get("function")))

    untested = {(entry.type, entry.function) for entry in TABLE.values()} - tested
    assert sorted(untested - UNTESTED, key=str) == []
    for name, each in layer_types().items():
        if each.category == "operations" and "function" in each.model_fields:
            known = {entry.function for entry in TABLE.values() if entry.type == name}
            assert known == set(each.model_fields["function"].annotation.__args__)


def test_what_has_no_counterpart_says_why() -> None:
    with pytest.raises(
        UnsupportedOperation, match=r"`FFT` is not supported: it computes with complex numbers"
    ):
        read_operation("keras.src.ops.math", "FFT", {}, [], {})
    with pytest.raises(UnsupportedOperation, match="not known"):
        read_operation("keras.src.ops.numpy", "Frobnicate", {}, [], {})
    with pytest.raises(UnsupportedOperation, match="a setting `warp`"):
        read_operation("keras.src.ops.numpy", "Exp", {"warp": 9}, [], {})
    with pytest.raises(UnsupportedOperation, match="dtype"):
        read_operation("keras.src.ops.core", "Cast", {"dtype": "complex64"}, [], {})


def test_layers_are_told_from_operations_by_their_module() -> None:
    assert is_operation("keras.src.ops.numpy")
    assert not is_operation("keras.layers")
    assert not is_operation(None)
