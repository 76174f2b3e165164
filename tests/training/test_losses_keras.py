"""Losses against real Keras."""

from typing import Any

import numpy as np
import pytest
import torch

from layerloom.problems import ProblemError
from layerloom.training.losses.base import Loss, create_loss, losses
from training.reference import keras

jax = pytest.importorskip("jax")

RANDOM = np.random.default_rng(3)


def probabilities(*shape: int) -> np.ndarray[Any, Any]:
    values = RANDOM.uniform(0, 1, shape).astype(np.float32)
    values.reshape(-1)[:3] = (0.0, 1.0, 1e-9)  # where clipping shows
    return values


def distributions(*shape: int) -> np.ndarray[Any, Any]:
    values = RANDOM.uniform(0.01, 1, shape).astype(np.float32)
    return values / values.sum(-1, keepdims=True)


def one_hot(rows: int, classes: int) -> np.ndarray[Any, Any]:
    return np.eye(classes, dtype=np.float32)[RANDOM.integers(0, classes, rows)]


def normal(*shape: int) -> np.ndarray[Any, Any]:
    return RANDOM.normal(size=shape).astype(np.float32)


def cases_for(kind: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Target and output that this loss is meant for."""
    if kind == "circle":
        vectors = normal(9, 4)
        return RANDOM.integers(0, 3, 9), vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    if kind == "ctc":
        labels = RANDOM.integers(1, 5, (9, 3))
        labels[2:5, 2] = 0
        return labels, normal(9, 8, 5)
    if kind == "crossentropy":
        return RANDOM.integers(0, 2, (9, 1)).astype(np.float32), probabilities(9, 1)
    if kind == "categorical_generalized_cross_entropy":
        return RANDOM.integers(0, 5, 9), distributions(9, 5)
    if kind.startswith("binary") or kind in ("dice", "tversky"):
        return RANDOM.integers(0, 2, (9, 3)).astype(np.float32), probabilities(9, 3)
    if kind.startswith("sparse"):
        return RANDOM.integers(0, 5, 9), distributions(9, 5) * 1.5
    if kind.startswith("categorical_hinge"):
        return one_hot(9, 5), normal(9, 5)
    if kind.startswith("categorical"):
        return one_hot(9, 5), distributions(9, 5) * 1.5
    if kind == "kl_divergence":
        return distributions(9, 5), distributions(9, 5)
    if "hinge" in kind:
        return RANDOM.integers(0, 2, (9, 3)).astype(np.float32), normal(9, 3)
    if kind in ("poisson", "mean_squared_logarithmic_error"):
        return RANDOM.integers(0, 9, (9, 3)).astype(np.float32), RANDOM.uniform(0, 5, (9, 3)).astype(
            np.float32
        )
    return normal(9, 3), normal(9, 3)


def ours(loss: Loss, target: Any, output: Any, mask: Any = None, weight: Any = None) -> float:
    tensors = [None if item is None else torch.from_numpy(np.asarray(item)) for item in (mask, weight)]
    return float(loss.measure(torch.from_numpy(target), torch.from_numpy(output), *tensors))


CONFIGS = [
    *((kind, {}) for kind in losses() if kind != "crossentropy"),
    ("categorical_generalized_cross_entropy", {"q": 0.8}),
    ("circle", {"gamma": 10.0, "margin": 0.2, "remove_diagonal": False}),
    ("dice", {"axis": -1}),
    ("dice", {"axis": [0]}),
    ("dice", {"reduction": "sum"}),
    ("tversky", {"alpha": 0.3, "beta": 0.7, "axis": 1}),
    ("binary_crossentropy", {"axis": 0}),
    ("binary_focal_crossentropy", {"from_logits": True, "axis": 0}),
    ("categorical_crossentropy", {"axis": 0}),
    ("categorical_crossentropy", {"axis": 0, "from_logits": True, "label_smoothing": 0.1}),
    ("categorical_focal_crossentropy", {"axis": 0, "from_logits": True}),
    ("cosine_similarity", {"axis": 0}),
    ("sparse_categorical_crossentropy", {"ignore_class": -1, "reduction": "sum"}),
    ("squared_hinge", {"reduction": "sum"}),
    ("binary_crossentropy", {"label_smoothing": 0.2}),
    ("binary_focal_crossentropy", {"apply_class_balancing": True, "gamma": 1.5, "label_smoothing": 0.1}),
    ("categorical_crossentropy", {"label_smoothing": 0.2}),
    ("categorical_focal_crossentropy", {"gamma": 1.0, "alpha": 0.5}),
    ("sparse_categorical_crossentropy", {"ignore_class": 2}),
    ("huber", {"delta": 0.3}),
    ("mean_squared_error", {"reduction": "sum"}),
    ("mean_absolute_error", {"reduction": "mean_with_sample_weight"}),
]


@pytest.mark.parametrize(("kind", "config"), CONFIGS, ids=lambda item: str(item))
def test_a_loss_equals_keras(kind: str, config: dict[str, Any]) -> None:
    target, output = cases_for(kind)
    theirs = their_loss(kind, config)

    expected = float(theirs(target, output))

    assert ours(create_loss(kind, config, ""), target, output) == pytest.approx(expected, rel=1e-6, abs=1e-7)


ROWWISE = [kind for kind in losses() if kind not in ("circle", "crossentropy")]


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight"])
@pytest.mark.parametrize("kind", ROWWISE)
def test_sample_weights_and_masks_count_in_every_loss_as_in_keras(kind: str, reduction: str) -> None:
    target, output = cases_for(kind)
    weight = RANDOM.uniform(0, 2, 9).astype(np.float32)
    mask = np.arange(9) % 3 != 1
    config = {"reduction": reduction}
    theirs = their_loss(kind, config)
    masked = keras.ops.convert_to_tensor(output)
    keras.src.backend.set_keras_mask(masked, keras.ops.convert_to_tensor(mask))

    expected = float(theirs(target, masked, sample_weight=weight))
    unweighted = float(theirs(target, masked))

    loss = create_loss(kind, config, "")
    assert ours(loss, target, output, mask, weight) == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert ours(loss, target, output, mask) == pytest.approx(unweighted, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("kind", losses())
def test_gradients_of_a_loss_equal_those_of_keras(kind: str) -> None:
    target, output = cases_for(kind)
    if "categorical" in kind or kind.startswith("binary"):
        output = distributions(*output.shape)
    name = "binary_crossentropy" if kind == "crossentropy" else kind
    theirs = their_loss(name, {})

    expected = jax.grad(lambda output: theirs(target, output))(output)
    tensor = torch.from_numpy(output).requires_grad_()
    create_loss(kind, {}, "").measure(torch.from_numpy(target), tensor).backward()

    assert tensor.grad is not None
    np.testing.assert_allclose(tensor.grad.numpy(), np.asarray(expected), rtol=1e-3, atol=1e-5)


def test_rows_without_a_partner_lose_nothing_in_circle_and_give_no_nan() -> None:
    vectors = torch.nn.functional.normalize(torch.randn(4, 3), dim=-1).requires_grad_()

    loss = create_loss("Circle", {}, "").measure(torch.tensor([0, 0, 1, 2]), vectors)
    loss.backward()

    assert loss.isfinite()
    assert vectors.grad is not None
    assert vectors.grad.isfinite().all()


def test_ignored_classes_and_logits_along_another_axis_equal_keras() -> None:
    target, output = RANDOM.integers(0, 4, (3, 6)), normal(3, 4, 6)
    config = {"axis": 1, "from_logits": True, "ignore_class": 2}
    # On JAX Keras refuses any axis but the last, so it is given the classes there.
    theirs = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=2)

    found = ours(create_loss("SparseCategoricalCrossentropy", config, ""), target, output)

    assert found == pytest.approx(float(theirs(target, np.moveaxis(output, 1, -1))), rel=1e-6)


@pytest.mark.parametrize(
    ("target", "output", "meant"),
    [((9, 1), (9, 1), "binary_crossentropy"), ((9, 5), (9, 5), "categorical_crossentropy"),
     ((9,), (9, 5), "sparse_categorical_crossentropy"), ((9, 1), (9, 5), "sparse_categorical_crossentropy")],
)  # fmt: skip
def test_crossentropy_fits_itself_to_the_shapes(
    target: tuple[int, ...], output: tuple[int, ...], meant: str
) -> None:
    labels = RANDOM.integers(0, 2, target).astype(np.float32)
    guesses = distributions(*output[:-1], 5)[..., : output[-1]]
    kind = "int64" if meant.startswith("sparse") else "float32"

    found = ours(create_loss("ce", {}, ""), labels, guesses)

    assert found == pytest.approx(ours(create_loss(meant, {}, ""), labels.astype(kind), guesses))


def test_a_loss_without_a_reduction_is_refused_in_words() -> None:
    with pytest.raises(ProblemError) as caught:
        create_loss("mse", {"reduction": "none"}, "training.outputs.main.loss")

    assert "a gradient needs one" in caught.value.problems[0].message


@pytest.mark.parametrize("name", [name for name in dir(keras.losses) if name[0].isupper() and name != "Loss"])
def test_a_loss_that_keras_has_saved_is_read(name: str) -> None:
    saved = keras.losses.serialize(getattr(keras.losses, name)())

    assert create_loss(saved["class_name"], saved["config"], "")


@pytest.mark.parametrize(
    "kind", ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"]
)
def test_logits_are_judged_as_by_keras(kind: str) -> None:
    target, output = cases_for(kind)
    logits = normal(*output.shape) * 5
    theirs = their_loss(kind, {"from_logits": True})

    found = ours(create_loss(kind, {"from_logits": True}, ""), target, logits)

    assert found == pytest.approx(float(theirs(target, logits)), rel=1e-6)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean", "sum", "mean_with_sample_weight"])
@pytest.mark.parametrize("with_mask", [False, True])
@pytest.mark.parametrize("with_weight", [False, True])
def test_masks_and_weights_count_as_in_keras(reduction: str, with_mask: bool, with_weight: bool) -> None:
    target, output = normal(4, 5, 3), normal(4, 5, 3)
    mask = RANDOM.integers(0, 2, (4, 5)).astype(bool) if with_mask else None
    weight = RANDOM.uniform(0, 2, (4, 5)).astype(np.float32) if with_weight else None
    theirs = keras.losses.MeanSquaredError(reduction=reduction)

    expected = float(
        keras.src.losses.loss.reduce_weighted_values(
            theirs.call(target, output), sample_weight=weight, mask=mask, reduction=reduction
        )
    )

    found = ours(create_loss("mse", {"reduction": reduction}, ""), target, output, mask, weight)
    assert found == pytest.approx(expected, rel=1e-6)


def test_a_batch_that_is_masked_everywhere_loses_nothing() -> None:
    target, output = normal(4, 5, 3), normal(4, 5, 3)

    assert ours(create_loss("mse", {}, ""), target, output, np.zeros((4, 5), dtype=bool)) == 0.0


def test_probabilities_of_zero_and_one_cost_at_most_what_clipping_allows() -> None:
    target = np.array([[1.0], [0.0]], dtype=np.float32)
    output = np.array([[0.0], [1.0]], dtype=np.float32)

    found = ours(create_loss("bce", {}, ""), target, output)

    assert found == pytest.approx(float(keras.losses.binary_crossentropy(target, output).mean()), rel=1e-6)


def test_a_loss_of_nan_is_nan_and_no_crash() -> None:
    output = np.full((4, 3), np.nan, dtype=np.float32)

    for kind in losses():
        if kind in ("circle", "ctc"):
            continue
        classes = create_loss(kind, {}, "").targets == "classes"
        target = np.zeros(4, dtype=np.int64) if classes else np.zeros((4, 3), dtype=np.float32)
        assert np.isnan(ours(create_loss(kind, {}, ""), target, output)), kind


def test_the_usual_short_names_are_known() -> None:
    names = {"mse": "mean_squared_error", "MAE": "mean_absolute_error", "bce": "binary_crossentropy",
             "MeanSquaredError": "mean_squared_error", "KLDivergence": "kl_divergence",
             "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy"}  # fmt: skip

    assert {name: create_loss(name, {}, "").type_name for name in names} == names


def their_loss(kind: str, config: dict[str, Any]) -> Any:
    return getattr(keras.losses, keras_class(kind))(**config)


def keras_class(kind: str, of: str = "losses") -> str:
    """Keras' class name of one of our types."""
    module = getattr(keras, of)
    wanted = kind.replace("_", "")
    return next(
        name for name in dir(module) if name.lower() == wanted and isinstance(getattr(module, name), type)
    )
