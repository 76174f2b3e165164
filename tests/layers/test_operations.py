"""What operations refuse, and how their configs are written by hand; Keras' numbers are in `exchange`."""

from typing import Any

import pytest
import torch

from layerloom.layers.catalogue import layer_types
from layerloom.problems import ProblemError
from layerloom.tensors import TensorSpec
from layers import calls

X, WHOLE, TRUTH = TensorSpec((None, 4, 6)), TensorSpec((None, 4, 6), "int32"), TensorSpec((None, 4), "bool")


def spec_of(type_name: str, config: dict[str, Any], **ports: TensorSpec | list[TensorSpec]) -> TensorSpec:
    inputs = {port: [each] if isinstance(each, TensorSpec) else each for port, each in ports.items()}
    layer = layer_types()[type_name].model_validate(config)
    return next(iter(layer.infer(inputs).values()))


REFUSED: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    ("Arithmetic", {}, {"x1": X}, "port.missing", "nothing connected to `x2`"),
    ("Arithmetic", {"x2": 1}, {"x1": X, "x2": X}, "config.invalid", "expected one of the two"),
    ("Arithmetic", {}, {"x1": X, "x2": TensorSpec((None, 5))}, "shape.mismatch", "must be equal or 1"),
    ("Arithmetic", {"function": "gcd"}, {"x1": X, "x2": X}, "config.invalid", "whole numbers"),
    ("Arithmetic", {"function": "subtract"}, {"x1": TRUTH, "x2": TRUTH}, "config.invalid", "booleans"),
    ("Elementwise", {"function": "bitwise_not"}, {"x": X}, "config.invalid", "float32"),
    ("Reduction", {"axis": 3}, {"x": X}, "config.invalid", "`axis` is 3"),
    ("Reduction", {"axis": [1, -2]}, {"x": X}, "config.invalid", "twice"),
    ("Reduction", {"function": "argmax", "axis": [1, 2]}, {"x": X}, "config.invalid", "one axis"),
    ("Matmul", {}, {"x1": X, "x2": TensorSpec((None, 5, 2))}, "shape.mismatch", "6 and 5"),
    ("Einsum", {"subscripts": "bij,bjk->bik"}, {"operands": [X]}, "shape.mismatch", "names 2 operands"),
    ("Einsum", {"subscripts": "bi->b"}, {"operands": [X]}, "shape.mismatch", "2 letters"),
    ("Slicing", {"key": [":", 9]}, {"x": X}, "shape.mismatch", "place 9"),
    ("Slicing", {"key": [":", 0, 0, 0]}, {"x": X}, "shape.mismatch", "names 4 axes"),
    ("Transposition", {"axes": [0, 1]}, {"x": X}, "config.invalid", "names 2 axes"),
    ("Reshaping", {"function": "squeeze", "axis": 1}, {"x": X}, "shape.mismatch", "size 4, expected 1"),
    ("Reshaping", {"newshape": [5]}, {"x": TensorSpec((2, 3))}, "shape.mismatch", "6 numbers"),
    ("Stacking", {"axis": 1}, {"xs": [X, TensorSpec((None, 4, 5))]}, "shape.mismatch", "except along axis 1"),
    ("Splitting", {"axis": -1, "indices_or_sections": 4}, {"x": X}, "shape.mismatch", "4 equal parts"),
    ("Padding", {"pad_width": [[0, 0], [1, 1]]}, {"x": X}, "config.invalid", "2 pairs"),
    ("OneHot", {"num_classes": 3}, {"x": X}, "config.invalid", "whole numbers"),
    ("TopK", {"k": 7}, {"x": X}, "shape.mismatch", "`k` = 7"),
    ("Gathering", {"axis": 1}, {"x": X, "indices": X}, "config.invalid", "indices of type float32"),
]


@pytest.mark.parametrize(("type_name", "config", "ports", "code", "said"), REFUSED)
def test_what_does_not_fit_is_refused_with_a_hint(
    type_name: str, config: dict[str, Any], ports: dict[str, Any], code: str, said: str
) -> None:
    with pytest.raises(ProblemError) as raised:
        spec_of(type_name, config, **ports)

    (problem,) = raised.value.problems
    assert problem.code == code
    assert said in problem.message
    assert problem.hint


@pytest.mark.parametrize(
    ("type_name", "config"),
    [
        ("Arithmetic", {"x2": [[1, 2], [3]]}),
        ("Arithmetic", {"x2": "seven"}),
        ("Arithmetic", {"x2": {"class_name": "__numpy__", "config": {"value": [1], "dtype": "complex64"}}}),
        ("Slicing", {"key": ["1:2:0"]}),
        ("Slicing", {"key": ["...", "..."]}),
        ("Slicing", {"key": [True]}),
        ("Einsum", {"subscripts": "b1->b"}),
        ("Einsum", {"subscripts": "ab->c"}),
        ("Reshaping", {"newshape": [-1, -1]}),
        ("Reshaping", {"function": "expand_dims"}),
        ("Splitting", {"function": "unstack"}),
        ("Casting", {}),
    ],
)
def test_configs_that_mean_nothing_are_refused(type_name: str, config: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        layer_types()[type_name].model_validate(config)


def test_a_list_stands_for_an_array_and_words_for_infinities() -> None:
    made = calls.make(
        "Arithmetic", {"function": "minimum", "x2": [1, "inf"]}, {"x1": [TensorSpec((None, 2))]}
    )

    (output,), _ = made.call({"x1": [torch.tensor([[5.0, 7.0]])]})

    assert output.tolist() == [[1.0, 7.0]]


def test_a_number_takes_the_type_of_the_tensor_beside_it() -> None:
    assert spec_of("Arithmetic", {"x2": 2}, x1=TensorSpec((None,), "uint8")).dtype == "uint8"
    assert spec_of("Arithmetic", {"x2": 2}, x1=TRUTH).dtype == "int32"
    assert spec_of("Arithmetic", {"x2": 2.0}, x1=WHOLE).dtype == "float32"
    assert spec_of("Arithmetic", {"function": "divide", "x2": 2}, x1=WHOLE).dtype == "float32"
    assert spec_of("Arithmetic", {"x2": 2.0}, x1=TensorSpec((None,), "float16")).dtype == "float16"


def test_slices_read_as_keras_saves_them_are_those_written_by_hand() -> None:
    saved = [
        {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}},
        {"class_name": "__slice__", "config": {"start": 1, "stop": -1, "step": 2}},
        {"class_name": "__ellipsis__", "config": {}},
        None,
    ]
    slicing = layer_types()["Slicing"]

    assert slicing.model_validate({"key": saved}) == slicing.model_validate(
        {"key": [":", "1:-1:2", "...", None]}
    )


def test_axes_keep_their_names() -> None:
    image = TensorSpec((None, 8, 9, 3))

    assert str(spec_of("Reduction", {"axis": 1}, x=TensorSpec((None, None, None, 3)))) == "(batch, width, 3)"
    assert spec_of("Transposition", {"axes": [0, 3, 1, 2]}, x=image).axes == (
        "batch",
        "channels",
        "height",
        "width",
    )
    assert spec_of("Slicing", {"key": [":", 0]}, x=image).axes == ("batch", "width", "channels")


def test_no_mask_goes_on() -> None:
    masked = TensorSpec((None, 4, 6), masked=True)

    for type_name, config, port in (
        ("Elementwise", {}, "x"),
        ("Arithmetic", {"x2": 1}, "x1"),
        ("Slicing", {"key": [":", "1:"]}, "x"),
        ("Limiting", {"x_min": 0}, "x"),
        ("Casting", {"dtype": "int32"}, "x"),
    ):
        assert not spec_of(type_name, config, **{port: masked}).masked
