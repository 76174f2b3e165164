"""Normalization and activation layers against real Keras, beyond the examples of each type."""

from collections.abc import Mapping
from typing import Any

import pytest

from layerloom.layers.base import Inputs
from layers.agreement import assert_gradients_agree, assert_results_agree, on, spec

pytestmark = pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask")

PICTURE = spec(4, 5, 6)
WHOLE = on(spec(5, dtype="int32"))

CASES: list[tuple[str, Mapping[str, Any], Inputs]] = [
    ("GroupNormalization", {"groups": 3}, on(PICTURE)),
    ("GroupNormalization", {"groups": -1, "scale": False}, on(PICTURE)),
    ("GroupNormalization", {"groups": 1, "epsilon": 0.1}, on(spec(5, 4, masked=True))),
    ("GroupNormalization", {"groups": 2, "axis": -3}, on(PICTURE)),
    ("GroupNormalization", {"groups": 5, "axis": 2, "center": False}, on(PICTURE)),
    ("GroupNormalization", {"groups": 2}, on(spec(2, 3, 2, 4))),
    ("RMSNormalization", {"epsilon": 0.1}, on(spec(5, 4, masked=True))),
    ("RMSNormalization", {"axis": [2, 3]}, on(PICTURE)),
    ("RMSNormalization", {"axis": [-1, -2]}, on(PICTURE)),
    ("RMSNormalization", {"axis": 1}, on(spec(4, 4))),
    ("UnitNormalization", {}, on(spec(5, 4, masked=True))),
    ("UnitNormalization", {"axis": [1, -1]}, on(PICTURE)),
    ("PReLU", {"shared_axes": [1]}, on(spec(5, 4, masked=True))),
    ("PReLU", {"shared_axes": 2}, on(spec(5, 4))),
    ("PReLU", {"shared_axes": []}, on(PICTURE)),
    ("BatchNormalization", {"renorm": True}, on(spec(5))),
    ("BatchNormalization", {"renorm": True, "axis": 1, "momentum": 0.5, "renorm_momentum": 0.8}, on(PICTURE)),
    (
        "BatchNormalization",
        {"renorm": True, "renorm_clipping": {"rmax": 1.1, "rmin": 0.9, "dmax": 0.1}, "scale": False},
        on(spec(5, 4, masked=True)),
    ),
    ("BatchNormalization", {"renorm": True, "renorm_clipping": {"dmax": 0.2}, "center": False}, on(PICTURE)),
    ("BatchNormalization", {"axis": 2}, on(PICTURE)),
    ("LayerNormalization", {"axis": [1, 2]}, on(PICTURE)),
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 3}, on(spec(5))),
    ("EinsumDense", {"equation": "abc,bcd->ad", "output_shape": [3], "bias_axes": "d"}, on(spec(5, 4))),
    (
        "EinsumDense",
        {"equation": "abc,cde->aebd", "output_shape": [2, 5, 3], "bias_axes": "eb"},
        on(spec(5, 4)),
    ),
    (
        "EinsumDense",
        {"equation": "abcd,ed->abce", "output_shape": [None, 5, 3], "bias_axes": "ce"},
        on(PICTURE),
    ),
    (
        "EinsumDense",
        {"equation": "...ab,bc->...ac", "output_shape": [None, 3], "bias_axes": "c"},
        on(PICTURE),
    ),
    ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 3, "bias_axes": "y"}, on(spec(5))),
    (
        "EinsumDense",
        {"equation": "abc...,cd->abd...", "output_shape": [4, 3], "bias_axes": "bd"},
        on(PICTURE),
    ),
    (
        "EinsumDense",
        {"equation": "abc,cd->abd", "output_shape": [None, 4], "activation": "softmax"},
        on(spec(5, 4, masked=True)),
    ),
    ("ReversibleEmbedding", {"input_dim": 7, "output_dim": 4, "mask_zero": True}, on(spec(5, dtype="int32"))),
    ("ReversibleEmbedding", {"input_dim": 7, "output_dim": 4, "reverse": True}, on(spec(5, 4, masked=True))),
    ("Normalization", {"axis": [1, 3]}, on(PICTURE)),
    ("Normalization", {"axis": None, "invert": True}, on(spec(5, 4, masked=True))),
    ("Normalization", {"mean": 2, "variance": 0.25}, WHOLE),
    ("Normalization", {"mean": 2.0, "variance": 0.0, "axis": [1, 2]}, on(spec(2, 3))),
    ("Normalization", {"axis": [1, 2], "mean": [1.0, 2.0, 3.0], "variance": [1.0, 2.0, 0.5]}, on(spec(2, 3))),
    (
        "Normalization",
        {"axis": [2, 1], "mean": [[1.0], [2.0]], "variance": [[1.0], [2.0]]},
        on(spec(2, 3, 4)),
    ),
    *(
        ("CategoryEncoding", {"num_tokens": 4, "output_mode": mode}, on(spec(*shape, dtype="int32")))
        for mode in ("one_hot", "multi_hot", "count")
        for shape in ((6,), (1,), (3, 2), (3, 1))
    ),
    ("CategoryEncoding", {"num_tokens": 3, "output_mode": "one_hot"}, on(spec(dtype="int32"))),
    *(
        ("Discretization", {"bin_boundaries": [-0.5, 0.0, 0.0, 0.5], "output_mode": mode}, on(spec(*shape)))
        for mode in ("int", "one_hot", "multi_hot", "count")
        for shape in ((6,), (1,), (3, 2))
    ),
    ("Discretization", {"bin_boundaries": [1, 3], "output_mode": "int"}, on(spec(6, dtype="int32"))),
    ("Discretization", {"bin_boundaries": [], "output_mode": "int"}, on(spec(6))),
    (
        "ReversibleEmbedding",
        {"input_dim": 7, "output_dim": 4, "reverse": True, "tie_weights": False, "logit_soft_cap": 2.0},
        on(spec(5, 4)),
    ),
]
every_case = pytest.mark.parametrize(
    ("type_name", "config", "inputs"),
    CASES,
    ids=[f"{name}-{place}" for place, (name, *_) in enumerate(CASES)],
)


@every_case
def test_results_masks_and_statistics_are_those_of_keras(
    type_name: str, config: Mapping[str, Any], inputs: Inputs
) -> None:
    assert_results_agree(type_name, config, inputs)


@pytest.mark.parametrize(
    ("type_name", "config", "inputs"),
    [case for case in CASES if case[0] not in ("CategoryEncoding", "Discretization") and case[2] != WHOLE],
)
def test_gradients_are_those_of_keras(type_name: str, config: Mapping[str, Any], inputs: Inputs) -> None:
    assert_gradients_agree(type_name, config, inputs)
