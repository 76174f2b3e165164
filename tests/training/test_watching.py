"""Measuring layers while they train: the numbers are right, and the training's own do not change."""

from typing import Any

import numpy as np
import pytest
import torch

from layerloom.document import Training
from layerloom.events import Event, LayersMeasured, StepEnded
from layerloom.training import loop
from layerloom.training.loop import fit
from layerloom.training.watching import BINS
from training.small_models import SmallModel, binary_data, training
from training.test_gallery import NAMES, example, made, shown


def watched(chosen: Training, every: int = 1) -> Training:
    return chosen.model_copy(update={"fit": chosen.fit.model_copy(update={"watch_every": every})})


def measured(events: list[Event]) -> list[LayersMeasured]:
    return [event for event in events if isinstance(event, LayersMeasured)]


@pytest.mark.parametrize("name", NAMES)
def test_a_training_that_is_watched_gives_the_same_numbers_bit_for_bit(name: str) -> None:
    model, data, chosen = made(example(name))
    plain = shown(list(fit(model, data, chosen)))
    model, data, chosen = made(example(name))

    events = list(fit(model, data, watched(chosen)))

    assert shown(events) == plain
    seen = measured(events)
    assert len(seen) == sum(isinstance(event, StepEnded) for event in events)
    assert set(seen[0].layers) == {path.rpartition("/")[0] for path, _, _ in model.weights()}
    called = {step.node for step in model.plan.steps}
    assert called <= {node.split("/")[0] for node in seen[0].nodes}


def test_norms_ratios_and_histograms_are_those_of_the_step() -> None:
    model, data, chosen = made(example("two-outputs"))
    before = {path: tensor.detach().clone() for path, tensor, _ in model.weights()}
    gradients: dict[str, torch.Tensor] = {}
    for path, tensor, _ in model.weights():
        tensor.register_hook(lambda gradient, path=path: gradients.__setitem__(path, gradient.clone()))
    optimizer = {"type": "SGD", "config": {"learning_rate": 0.5, "clipnorm": 0.01}}
    chosen = Training.model_validate({**watched(chosen, 1000).model_dump(), "optimizer": optimizer})

    events = fit(model, data, chosen)
    seen = next(event for event in events if isinstance(event, LayersMeasured))

    after = {path: tensor.detach() for path, tensor, _ in model.weights()}
    for layer, numbers in seen.layers.items():
        paths = [path for path in before if path.rpartition("/")[0] == layer]

        def norm(tensors: list[torch.Tensor]) -> float:
            return float(torch.cat([tensor.reshape(-1) for tensor in tensors]).norm())

        assert numbers.weight_norm == pytest.approx(norm([before[path] for path in paths]), rel=1e-5)
        assert numbers.gradient_norm == pytest.approx(norm([gradients[path] for path in paths]), rel=1e-4)
        change = norm([after[path] - before[path] for path in paths])
        assert numbers.update_ratio == pytest.approx(change / (numbers.weight_norm or 1), rel=1e-3)
        values = np.concatenate([before[path].numpy().reshape(-1) for path in paths])
        counts, edges = np.histogram(values, BINS)
        assert sum(numbers.weights.counts) == values.size
        assert numbers.weights.edges == pytest.approx(edges, rel=1e-4, abs=1e-6)
        assert np.abs(np.array(numbers.weights.counts) - counts).sum() <= 4  # values on an edge


def test_a_unit_that_gives_0_for_the_whole_batch_is_dead() -> None:
    model, data, chosen = made(example("digits-cnn"))
    path, weight, _ = next(item for item in model.weights() if item[0].endswith("/bias"))
    weight.data[0] = -1e6
    node = path.rpartition("/")[0]

    seen = measured(list(fit(model, data, watched(chosen, 1000))))[0]

    assert seen.nodes[node].dead_fraction is not None
    assert seen.nodes[node].dead_fraction >= 1 / weight.numel()
    assert all(0 <= (numbers.dead_fraction or 0) <= 1 for numbers in seen.nodes.values())


def test_the_first_and_every_nth_step_is_measured_before_its_own_event() -> None:
    events = list(fit(SmallModel(), binary_data(40), training(batch_size=8, watch_every=3)))

    places = [(event.epoch, event.step) for event in measured(events)]
    assert places == [(1, 1), (1, 4), (2, 2), (2, 5), (3, 3)]
    for index, event in enumerate(events):
        if isinstance(event, LayersMeasured):
            following: Any = events[index + 1]
            assert (following.kind, following.step) == ("step_ended", event.step)


def test_what_is_not_a_number_is_none() -> None:
    model = SmallModel()
    model.trunk.weight.data[0, 0] = float("nan")

    seen = measured(list(fit(model, binary_data(), training(epochs=1, watch_every=100))))[0]

    assert seen.layers["trunk"].weight_norm is None
    assert sum(seen.layers["trunk"].weights.counts) == model.trunk.weight.numel() + 8 - 1


def test_measuring_counts_for_nothing_where_the_work_of_a_step_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """How many threads a step is worth follows from that count, and the last bits of sums from the threads."""
    counted: list[tuple[int, int]] = []

    class Noted(loop.WorkCount):
        def threads(self, available: int) -> int:
            counted.append((self.calls, self.operations))
            return super().threads(available)

    monkeypatch.setattr(loop, "WorkCount", Noted)
    for every in (None, 1):
        model, data, chosen = made(example("digits-cnn"))
        fit_section = chosen.fit.model_copy(update={"watch_every": every})
        next(
            event
            for event in fit(model, data, chosen.model_copy(update={"fit": fit_section}))
            if isinstance(event, StepEnded)
        )

    assert counted[0] == counted[1]
    assert counted[0][1] > 0
