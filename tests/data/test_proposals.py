"""A first binding by names and shapes."""

from layerloom.data.binding import check
from layerloom.data.datasets import find
from layerloom.data.proposals import propose
from layerloom.tensors import TensorSpec


def spec(*shape, dtype="float32"):
    return TensorSpec((None, *shape), dtype)


def proposed(dataset_id, inputs, outputs, losses=None):
    binding = propose(find(dataset_id), inputs, outputs, losses)
    return binding.inputs, binding.targets


def test_equal_names_are_bound():
    inputs, targets = proposed("digit-pairs", {"second": spec(8, 8), "first": spec(8, 8)}, {"same": spec(1)})

    assert inputs == {"first": "first", "second": "second"}
    assert targets == {"same": "same"}


def test_other_names_are_bound_by_shape_in_order():
    inputs, targets = proposed("digit-pairs", {"a": spec(8, 8), "b": spec(8, 8)}, {"answer": spec(1)})

    assert inputs == {"a": "first", "b": "second"}
    assert targets == {"answer": "same"}


def test_the_loss_chooses_among_targets():
    losses = {"out": "sparse_categorical_crossentropy"}

    _, targets = proposed("digits", {"x": spec(8, 8, 1)}, {"out": spec(10)}, losses)

    assert targets == {"out": "digit"}


def test_similar_names_win_over_order():
    inputs, targets = proposed("digits", {"images": spec(8, 8, 1)}, {"is_large": spec(1), "parity_": spec(1)})

    assert inputs == {"images": "image"}
    assert targets == {"is_large": "large", "parity_": "parity"}


def test_an_input_of_k_numbers_gets_k_columns():
    inputs, targets = proposed("linnerud", {"exercise": spec(3)}, {"weight": spec(1)})
    assert inputs == {"exercise": "features"}
    assert targets == {"weight": "weight"}

    inputs, _ = proposed("iris", {"a": spec(4), "b": spec(4)}, {"species": spec(3)})
    assert inputs == {
        "a": "features",
        "b": ["sepal_length", "sepal_width", "petal_length", "petal_width"],
    }


def test_what_fits_nothing_is_left_out():
    inputs, targets = proposed("iris", {"image": spec(28, 28, 1)}, {"box": spec(4, 4)})

    assert inputs == {}
    assert targets == {}


def test_a_proposal_passes_its_check():
    inputs = {"words": spec(100, dtype="int32"), "facts": spec(5)}
    outputs = {"main_output": spec(1), "aux_output": spec(1)}
    losses = dict.fromkeys(outputs, "binary_crossentropy")

    binding = propose(find("headlines"), inputs, outputs, losses)

    assert binding.inputs == {"words": "tokens", "facts": "extra"}
    assert binding.targets == {"main_output": "popular", "aux_output": "popular"}
    assert not check(binding, find("headlines"), inputs, outputs, losses)


def test_made_to_measure_data_needs_no_columns():
    assert proposed("generated", {"x": spec(3)}, {"y": spec(1)}) == ({}, {})
