"""What every layer type promises; a new one is tested by being there."""

import importlib
import json
import re
from typing import Any

import pytest
import torch

import layerloom
from layerloom.layers.base import Example, LayerType
from layerloom.layers.catalogue import describe, layer_types
from layerloom.problems import ProblemError
from layerloom.tensors import TensorSpec
from layers import calls

TYPES = list(layer_types().values())
CALLABLE = [each for each in TYPES if not each.structural and each.is_callable]
EXAMPLES = [(each, example) for each in CALLABLE for example in each.examples]


def _name(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else value.title.replace(" ", "-")


every_type = pytest.mark.parametrize("layer_type", TYPES, ids=_name)
every_example = pytest.mark.parametrize(("layer_type", "example"), EXAMPLES, ids=_name)


@every_type
def test_a_type_is_documented(layer_type: type[LayerType]) -> None:
    summary, _, rest = (layer_type.__doc__ or "").strip().partition("\n")

    assert summary.endswith(".")
    assert len(summary) <= 70
    assert len(rest.strip()) > 40
    assert layer_type.search_words


@every_type
def test_every_field_is_described_and_titled_in_words(layer_type: type[LayerType]) -> None:
    schema = next(each for each in describe() if each["type"] == layer_type.__name__)["schema"]

    for name, field in schema.get("properties", {}).items():
        assert field.get("description", "").endswith("."), name
        assert field["title"] == name.replace("_", " ").capitalize()


@every_type
def test_a_type_has_two_examples_and_their_configs_are_valid(layer_type: type[LayerType]) -> None:
    assert len(layer_type.examples) >= 2

    for example in layer_type.examples:
        layer = layer_type.model_validate(dict(example.config))
        assert layer == layer_type.model_validate_json(json.dumps(dict(example.config)))


@every_type
def test_an_unknown_config_key_is_refused(layer_type: type[LayerType]) -> None:
    with pytest.raises(ValueError, match="no_such_key"):
        layer_type.model_validate({**layer_type.examples[0].config, "no_such_key": 1})


@every_type
def test_every_edge_needs_a_described_port(layer_type: type[LayerType]) -> None:
    for example in layer_type.examples:
        layer = calls.example_config(layer_type, example)
        for port in (*layer.input_ports, *layer.outputs()):
            assert port.description.endswith(".")
            assert re.fullmatch(r"[a-z_][a-z0-9_]*", port.name)


@every_example
def test_the_module_gives_what_was_inferred(layer_type: type[LayerType], example: Example) -> None:
    made = calls.make_example(layer_type, example)

    for is_training in (True, False):
        made.module.train(is_training)
        outputs, masks = made.call(calls.tensors(example.inputs), calls.masks(example.inputs))
        assert list(made.specs) == [port.name for port in made.layer.outputs()]
        for spec, output, mask in zip(made.specs.values(), outputs, masks, strict=True):
            assert _fits(spec.shape, output.shape), f"{spec} is not {tuple(output.shape)}"
            assert str(output.dtype) == f"torch.{spec.dtype}"
            assert spec.masked == (mask is not None)
            if mask is not None:
                assert _fits(spec.mask_shape, mask.shape)
                assert mask.dtype is torch.bool


@every_example
def test_weights_are_the_parameters_of_the_module(layer_type: type[LayerType], example: Example) -> None:
    made = calls.make_example(layer_type, example)

    trainable = {weight.path for weight in made.weights if weight.trainable}
    kept = {weight.path for weight in made.weights if not weight.trainable}

    assert trainable == {name for name, _ in made.module.named_parameters()}
    assert kept == set(made.module.state_dict()) - trainable
    for weight in made.weights:
        assert made.parameter(weight).numel() == weight.size


@every_example
def test_gradients_reach_every_trainable_weight(layer_type: type[LayerType], example: Example) -> None:
    made = calls.make_example(layer_type, example)
    made.module.eval()  # so that no dropout mask happens to hide a weight
    torch.manual_seed(0)

    outputs, _ = made.call(calls.tensors(example.inputs), calls.masks(example.inputs))
    if any(output.requires_grad for output in outputs):
        sum((output * torch.randn_like(output)).sum() for output in outputs).backward()

    for name, parameter in made.module.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


@every_example
def test_the_source_of_the_call_makes_an_equal_module(layer_type: type[LayerType], example: Example) -> None:
    made = calls.make_example(layer_type, example)
    source = made.layer.torch_call(example.inputs).source()

    for target in made.layer.torch_call(example.inputs).targets():
        importlib.import_module(target.rpartition(".")[0])
    again = eval(source, {"torch": torch, "layerloom": layerloom})  # noqa: S307 our own source
    again.load_state_dict(made.module.state_dict())

    assert repr(again) == repr(made.module)
    first, second = made.module.eval(), again.eval()
    tensors, masks = calls.tensors(example.inputs), calls.masks(example.inputs)
    made.module = first
    expected, _ = made.call(tensors, masks)
    made.module = second
    received, _ = made.call(tensors, masks)
    for one, other in zip(expected, received, strict=True):
        assert torch.equal(one, other)


@every_example
def test_flops_are_a_whole_number(layer_type: type[LayerType], example: Example) -> None:
    made = calls.make_example(layer_type, example)

    flops = made.layer.flops(example.inputs, made.specs)

    assert isinstance(flops, int)
    assert flops >= 0


@every_example
def test_one_axis_too_many_or_too_few_is_a_problem_or_works(
    layer_type: type[LayerType], example: Example
) -> None:
    layer = calls.example_config(layer_type, example)

    for change in (lambda shape: shape[:-1], lambda shape: (*shape, 3)):
        inputs = {
            port: [TensorSpec(change(spec.shape), spec.dtype) for spec in specs]
            for port, specs in example.inputs.items()
        }
        try:
            layer.infer(inputs)
            layer.weights(inputs)
            layer.torch_call(inputs)
        except ProblemError as error:
            for problem in error.problems:
                assert problem.hint
                assert problem.message.endswith(".")


def test_the_catalogue_is_json_and_names_each_type_once() -> None:
    catalogue = describe()

    assert json.loads(json.dumps(catalogue)) == catalogue
    names = [each["type"] for each in catalogue]
    assert len(names) == len(set(names))
    assert {"Input", "Output", "Dense", "LSTM", "Conv2D", "Join", "TimeDistributed", "Model"} <= set(names)


def test_schemas_have_the_own_fields_of_a_type_before_those_of_every_keras_layer() -> None:
    dense = next(each for each in describe() if each["type"] == "Dense")["schema"]

    assert dense["required"] == ["units"]
    names = list(dense["properties"])
    assert names[:2] == ["units", "activation"]
    assert names[-3:] == ["name", "trainable", "dtype"]


def _fits(expected: tuple[int | None, ...], received: tuple[int, ...]) -> bool:
    return len(expected) == len(received) and all(
        want in (None, have) for want, have in zip(expected, received, strict=True)
    )
