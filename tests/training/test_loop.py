"""The fit loop: events in order, the same numbers for the same seed, obedience within a step."""

import math
import threading
from typing import Any

import numpy as np
import pytest
import torch

from layerloom.events import EpochEnded, Event, RunFinished, RunStarted, StepEnded, TrainingChanged
from layerloom.problems import ProblemError
from layerloom.training.control import Control
from layerloom.training.data import TrainingData
from layerloom.training.loop import fit
from layerloom.training.state import FitState
from training.small_models import SmallModel, binary_data, numbers, rows, training, yes_or_no

TWO = (("main", 1, "sigmoid"), ("side", 2, None))
TWO_LOSSES = {
    "main": {"loss": "binary_crossentropy", "loss_weight": 1.0, "metrics": ["accuracy"]},
    "side": {"loss": "mse", "loss_weight": 0.2, "metrics": ["mae"]},
}


def two_output_data(count: int = 37) -> TrainingData:
    features = rows(count)
    return TrainingData({"features": features}, {"main": yes_or_no(features), "side": numbers(features)})


def losses(events: list[Event]) -> list[float | None]:
    return [event.loss for event in events if isinstance(event, StepEnded)]


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


def test_a_run_starts_steps_ends_epochs_and_finishes() -> None:
    events = list(fit(SmallModel(), binary_data(20), training(epochs=2)))

    steps = ["step_ended"] * 3
    assert kinds(events) == ["run_started", *steps, "epoch_ended", *steps, "epoch_ended", "run_finished"]


def test_the_start_tells_what_is_to_come() -> None:
    model = SmallModel()

    started = next(iter(fit(model, binary_data(20), training(epochs=2))))

    assert isinstance(started, RunStarted)
    assert (started.outputs, started.epochs, started.steps_per_epoch, started.device) == (
        ["main"],
        2,
        3,
        "cpu",
    )
    assert started.weights == sum(parameter.numel() for parameter in model.parameters())
    assert started.seed == 7


def test_steps_count_within_the_epoch() -> None:
    events = list(fit(SmallModel(), binary_data(20), training(epochs=2)))

    steps = [(event.epoch, event.step) for event in events if isinstance(event, StepEnded)]
    assert steps == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]


def test_the_loss_is_the_weighted_sum_of_the_losses_and_the_regularization() -> None:
    model = SmallModel(outputs=TWO, penalty=0.01)

    events = list(fit(model, two_output_data(), training(TWO_LOSSES)))

    for event in events:
        if isinstance(event, StepEnded | EpochEnded):
            assert event.loss is not None
            assert event.regularization is not None
            total = event.losses["main"] + 0.2 * event.losses["side"] + event.regularization  # type: ignore[operator]
            assert event.loss == pytest.approx(total, rel=1e-12)


def test_an_epoch_is_the_mean_of_its_steps_weighted_by_rows() -> None:
    events = list(fit(SmallModel(), binary_data(20), training(epochs=1)))

    first, second, last = (loss for loss in losses(events) if loss is not None)
    ended = next(event for event in events if isinstance(event, EpochEnded))
    assert ended.loss == pytest.approx((8 * first + 8 * second + 4 * last) / 20, rel=1e-12)


def test_losses_fall() -> None:
    events = list(
        fit(
            SmallModel(),
            binary_data(200),
            training(epochs=20, optimizer={"type": "Adam", "config": {"learning_rate": 0.01}}),
        )
    )

    ended = [event for event in events if isinstance(event, EpochEnded)]
    assert ended[-1].loss < 0.5 * ended[0].loss  # type: ignore[operator]
    assert ended[-1].metrics["main"]["accuracy"] > 0.9  # type: ignore[operator]


def test_the_same_seed_gives_the_same_losses_bit_for_bit() -> None:
    first = list(fit(SmallModel(dropout=0.5), binary_data(), training()))
    second = list(fit(SmallModel(dropout=0.5), binary_data(), training()))

    assert losses(first) == losses(second)


def test_another_seed_gives_another_order() -> None:
    first = list(fit(SmallModel(), binary_data(), training(seed=1)))
    second = list(fit(SmallModel(), binary_data(), training(seed=2)))

    assert losses(first) != losses(second)


def test_a_seed_is_drawn_where_none_is_given_and_gives_the_run_again() -> None:
    first = list(fit(SmallModel(), binary_data(), training(seed=None)))
    started = first[0]
    assert isinstance(started, RunStarted)

    second = list(fit(SmallModel(), binary_data(), training(seed=started.seed)))

    assert losses(first) == losses(second)


def test_each_epoch_has_its_own_order() -> None:
    seen: list[list[float]] = []
    model = SmallModel()
    model.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0][:, 0].tolist()))
    model.forward_with_masks = lambda features: (model(features), None)  # type: ignore[method-assign]
    forward = model.forward

    def watched(features: torch.Tensor) -> Any:
        seen.append(features[:, 0].tolist())
        return forward(features)

    model.forward = watched  # type: ignore[method-assign]
    data = binary_data(16)
    list(fit(model, data, training(epochs=2, batch_size=16)))

    first, second = seen[-2], seen[-1]
    assert first != second
    assert sorted(first) == sorted(second) == sorted(data.inputs["features"][:, 0].tolist())


def test_validation_comes_after_the_epoch_and_learns_nothing() -> None:
    with_validation = list(fit(SmallModel(dropout=0.5), binary_data(37, validation=11), training()))
    without = list(fit(SmallModel(dropout=0.5), binary_data(37), training()))

    ended = [event for event in with_validation if isinstance(event, EpochEnded)]
    assert all(event.validation is not None for event in ended)
    assert {"accuracy"} == set(ended[0].validation.metrics["main"])  # type: ignore[union-attr]
    assert np.isfinite(ended[0].validation.loss or math.nan)  # type: ignore[union-attr]
    assert len(losses(with_validation)) == len(losses(without))


def test_an_output_without_a_loss_keeps_its_weights() -> None:
    model = SmallModel(outputs=TWO)
    before = model.heads[1].weight.detach().clone()
    data = two_output_data()

    events = list(fit(model, data, training({"main": {"loss": "bce"}}, {"type": "AdamW"})))

    assert torch.equal(model.heads[1].weight, before)
    assert all(set(event.losses) == {"main"} for event in events if isinstance(event, StepEnded))


def test_a_stop_is_obeyed_within_one_step() -> None:
    control = Control()
    events: list[Event] = []

    for event in fit(SmallModel(), binary_data(), training(epochs=100), control):
        events.append(event)
        if isinstance(event, StepEnded) and (event.epoch, event.step) == (2, 3):
            control.stop()

    assert events[-1].kind == "run_stopped"
    assert isinstance(events[-2], StepEnded)
    assert (events[-2].epoch, events[-2].step) == (2, 3)


def test_a_stop_after_the_last_step_of_an_epoch_is_obeyed() -> None:
    control = Control()
    events: list[Event] = []

    for event in fit(SmallModel(), binary_data(16), training(epochs=9), control):
        events.append(event)
        if isinstance(event, StepEnded) and event.step == 2:
            control.stop()

    assert kinds(events) == ["run_started", "step_ended", "step_ended", "run_stopped"]


def test_a_pause_sleeps_until_resumed_and_changes_no_number() -> None:
    control = Control()
    events: list[Event] = []
    for event in fit(SmallModel(dropout=0.5), binary_data(), training(), control):
        events.append(event)
        if isinstance(event, StepEnded) and (event.epoch, event.step) == (1, 2):
            control.pause()
        if event.kind == "run_paused":
            threading.Timer(0.05, control.resume).start()

    undisturbed = list(fit(SmallModel(dropout=0.5), binary_data(), training()))

    at = kinds(events).index("run_paused")
    assert kinds(events)[at - 1 : at + 3] == ["step_ended", "run_paused", "run_resumed", "step_ended"]
    assert losses(events) == losses(undisturbed)


def test_a_paused_run_can_be_stopped() -> None:
    control = Control()
    events: list[Event] = []
    for event in fit(SmallModel(), binary_data(), training(), control):
        events.append(event)
        if event.kind == "step_ended":
            control.pause()
        if event.kind == "run_paused":
            threading.Timer(0.05, control.stop).start()

    assert kinds(events) == ["run_started", "step_ended", "run_paused", "run_stopped"]


def test_loss_weights_and_learning_rate_change_while_it_trains() -> None:
    control = Control()
    events: list[Event] = []
    for event in fit(SmallModel(outputs=TWO), two_output_data(), training(TWO_LOSSES, epochs=2), control):
        events.append(event)
        if isinstance(event, StepEnded) and (event.epoch, event.step) == (1, 2):
            control.change({"side": 0.7}, learning_rate=0.125)

    changed = next(event for event in events if isinstance(event, TrainingChanged))
    assert (changed.loss_weights, changed.learning_rate) == ({"main": 1.0, "side": 0.7}, 0.125)
    at = events.index(changed)
    after = events[at + 1]
    assert isinstance(after, StepEnded)
    assert after.loss == pytest.approx(after.losses["main"] + 0.7 * after.losses["side"])  # type: ignore[operator]
    ended = next(event for event in events if isinstance(event, EpochEnded))
    assert ended.learning_rate == 0.125


def test_changed_loss_weights_change_what_is_learned() -> None:
    def end(change: bool) -> torch.Tensor:
        control, model = Control(), SmallModel(outputs=TWO)
        for event in fit(model, two_output_data(), training(TWO_LOSSES, epochs=1), control):
            if change and isinstance(event, StepEnded) and event.step == 1:
                control.change({"side": 5.0})
        return model.trunk.weight.detach().clone()

    assert not torch.equal(end(True), end(False))


def test_a_loss_that_is_not_finite_is_null_and_names_the_node() -> None:
    model = SmallModel()
    model.broken = True

    events = list(fit(model, binary_data(), training(epochs=1)))

    step = events[1]
    assert isinstance(step, StepEnded)
    assert step.loss is None
    assert step.losses == {"main": None}
    assert step.problem is not None
    assert step.problem.code == "training.not_finite"
    assert step.problem.node == "trunk"
    assert "`main`" in step.problem.message
    assert events[-1].kind == "run_finished"


def test_a_loss_that_grew_beyond_every_number_names_its_output() -> None:
    data = binary_data()
    huge = TrainingData(data.inputs, {"main": data.targets["main"] + np.float32(1e30)})

    step = list(fit(SmallModel(), huge, training({"main": {"loss": "mse"}}, epochs=1)))[1]

    assert isinstance(step, StepEnded)
    assert step.loss is None
    assert step.problem is not None
    assert step.problem.node == "main"


def test_a_target_of_another_shape_is_a_problem_that_names_both_shapes() -> None:
    data = binary_data()
    wide = TrainingData(data.inputs, {"main": np.zeros((37, 2, 5), np.float32)})

    with pytest.raises(ProblemError) as caught:
        list(fit(SmallModel(outputs=(("main", 3, None),)), wide, training({"main": {"loss": "mse"}})))

    problem = caught.value.problems[0]
    assert (problem.code, problem.node) == ("target.shape", "main")
    assert "(8, 2, 5)" in problem.message
    assert "(8, 3)" in problem.message


def test_terminate_on_nan_ends_the_run() -> None:
    model = SmallModel()
    model.broken = True

    events = list(fit(model, binary_data(), training(callbacks=[{"type": "TerminateOnNaN"}])))

    assert kinds(events) == ["run_started", "step_ended", "run_finished"]


def test_unknown_outputs_missing_data_and_uneven_rows_are_problems() -> None:
    features = rows()
    uneven = TrainingData({"features": features}, {"main": yes_or_no(features)[:-1]})
    cases = {
        "training.output_unknown": (binary_data(), training({"other": {"loss": "mse"}})),
        "training.no_loss": (binary_data(), training({"main": {"loss": None}})),
        "loss.unknown": (binary_data(), training({"main": {"loss": "msee"}})),
        "data.target_missing": (TrainingData({"features": features}, {}), training()),
        "data.input_missing": (TrainingData({}, {"main": yes_or_no(features)}), training()),
        "data.rows": (uneven, training()),
        "data.type": (
            TrainingData({"features": features.astype(str)}, {"main": yes_or_no(features)}),
            training(),
        ),
    }

    for code, (data, chosen) in cases.items():
        with pytest.raises(ProblemError) as caught:
            next(iter(fit(SmallModel(), data, chosen)))
        assert caught.value.problems[0].code == code


def test_frozen_models_are_only_measured() -> None:
    model = SmallModel()
    model.requires_grad_(False)

    events = list(fit(model, binary_data(), training(epochs=1)))

    assert isinstance(events[-1], RunFinished)


def test_a_stopped_fit_ends_with_its_averaged_weights_as_in_keras() -> None:
    control, model, state = Control(), SmallModel(), FitState()
    averaged = {"type": "SGD", "config": {"learning_rate": 0.5, "use_ema": True, "ema_momentum": 0.5}}

    for event in fit(model, binary_data(), training(optimizer=averaged), control, state):
        if isinstance(event, StepEnded) and event.step == 3:
            before = model.trunk.weight.detach().clone()
            control.stop()

    average = state.save()[0]["optimizer/average/trunk.weight"]
    assert torch.equal(model.trunk.weight, average)
    assert not torch.equal(model.trunk.weight, before)


def test_a_change_that_comes_just_before_the_stop_is_told() -> None:
    """While the loop is between two looks at its control."""
    control, events = Control(), list[Event]()

    for event in fit(SmallModel(), binary_data(), training(), control):
        events.append(event)
        if len(events) == 2:
            control.pause()
        elif event.kind == "run_paused":
            control.resume()
        elif event.kind == "run_resumed":
            control.change(learning_rate=0.5)
            control.stop()

    assert [event.kind for event in events[-3:]] == ["run_resumed", "training_changed", "run_stopped"]


@pytest.mark.parametrize("pause_after", range(13))
@pytest.mark.parametrize("fitting", [{}, {"epochs": 5, "steps_per_epoch": 3}], ids=["whole", "part"])
def test_a_fit_saved_while_it_is_paused_goes_on_bit_for_bit(
    fitting: dict[str, int], pause_after: int
) -> None:
    """Between two epochs, too, where the next epoch has its order but no step yet."""
    chosen = training(**fitting)
    whole = losses(list(fit(SmallModel(dropout=0.5), binary_data(), chosen)))
    control, state, seen = Control(), FitState(), list[Event]()
    for event in fit(SmallModel(dropout=0.5), binary_data(), chosen, control, state):
        if event.kind == "run_paused":
            saved = state.save()
            break
        seen.append(event)
        if len(seen) == pause_after + 1:
            control.pause()

    resumed = list(fit(SmallModel(dropout=0.5, seed=9), binary_data(), chosen, state=FitState.load(*saved)))

    assert losses(seen) + losses(resumed) == whole


@pytest.mark.parametrize("stop_after", range(1, 12))
def test_a_fit_of_part_epochs_is_resumed_bit_for_bit(stop_after: int) -> None:
    chosen = training(steps_per_epoch=3, epochs=5)  # a pass over the rows has 5 steps
    whole = list(fit(SmallModel(), binary_data(), chosen))
    state = FitState()
    for number, _ in enumerate(fit(SmallModel(), binary_data(), chosen, state=state)):
        if number == stop_after:
            saved = state.save()
            break

    resumed = list(fit(SmallModel(seed=9), binary_data(), chosen, state=FitState.load(*saved)))

    assert losses(resumed) == losses(whole[stop_after + 1 :])
    assert [event.step for event in whole if isinstance(event, StepEnded)] == [1, 2, 3, 1, 2] * 2 + [1, 2, 3]


@pytest.mark.parametrize(
    ("optimizer", "config"),
    [
        *((kind, {}) for kind in ("SGD", "RMSprop", "Adam", "AdamW", "Nadam")),
        ("Adam", {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 4}),
        ("RMSprop", {"gradient_accumulation_steps": 3, "clipnorm": 0.5}),
        ("Adafactor", {"use_ema": True, "gradient_accumulation_steps": 2}),
        ("ScheduleFreeAdamW", {"warmup_steps": 4}),
        ("Muon", {"global_clipnorm": 1.0, "loss_scale_factor": 8.0}),
    ],
    ids=str,
)
@pytest.mark.parametrize("stop_after", [0, 1, 4, 5, 6, 9])
def test_a_resumed_fit_goes_on_bit_for_bit(optimizer: str, config: dict[str, Any], stop_after: int) -> None:
    chosen = training(
        TWO_LOSSES,
        {
            "type": optimizer,
            "config": {"learning_rate": {"type": "CosineDecay", "config": {"decay_steps": 20}}, **config},
        },
        callbacks=[{"type": "EarlyStopping", "config": {"monitor": "loss", "restore_best_weights": True}}],
    )
    model = SmallModel(outputs=TWO, dropout=0.5)
    whole = list(fit(model, two_output_data(), chosen))
    state = FitState()
    for number, _ in enumerate(
        fit(SmallModel(outputs=TWO, dropout=0.5), two_output_data(), chosen, state=state)
    ):
        if number == stop_after:
            saved = state.save()
            break

    resumed_model = SmallModel(outputs=TWO, dropout=0.5, seed=99)
    torch.manual_seed(12345)
    resumed = list(fit(resumed_model, two_output_data(), chosen, state=FitState.load(*saved)))

    def numbers_of(events: list[Event]) -> list[Any]:
        epochs = [(e.loss, e.losses, e.metrics, e.learning_rate) for e in events if isinstance(e, EpochEnded)]
        return [*losses(events), *epochs]

    expected = numbers_of(whole[stop_after + 1 :])
    assert numbers_of(resumed) == expected
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, resumed_model.state_dict()[name]), name
