"""Checks the training section of a document against the specs of its model. Arithmetic only; no torch."""

import difflib
from collections.abc import Collection, Iterator, Mapping

from layerloom.document import Training
from layerloom.problems import Problem, Severity
from layerloom.tensors import TensorSpec
from layerloom.training.callbacks.swap_ema_weights import SwapEMAWeights
from layerloom.training.recipe import OutputRecipe, Recipe, read

_MOST_UNKNOWN = 100
_MOST_COMPARED = 200
_MOST_NAMED = 12


def check(
    training: Training, inputs: Mapping[str, TensorSpec], outputs: Mapping[str, TensorSpec]
) -> list[Problem]:
    """Everything that keeps this training from starting (errors), and likely mistakes (warnings).

    `inputs` and `outputs` are the specs of the trained model's inputs and outputs, as far as they are known.
    """
    recipe, problems = read(training)
    problems += _outputs(training, recipe, outputs)
    problems += _inputs(training, inputs)
    problems += _class_weights(training, outputs)
    for name, output in recipe.outputs.items():
        if name in outputs:
            problems += _one_output(name, output, outputs[name])
    problems += _callbacks(training, recipe)
    return problems


def _outputs(training: Training, recipe: Recipe, outputs: Mapping[str, TensorSpec]) -> Iterator[Problem]:
    unknown = [name for name in recipe.outputs if outputs and name not in outputs]
    for name in unknown[:_MOST_UNKNOWN]:
        near = _near(name, outputs)
        yield Problem(
            code="training.output_unknown",
            message=f"`training.outputs` names `{name}`; the model's outputs are {_names(outputs)}.",
            hint=f"Did you mean `{near}`?" if near else f"Remove `{name}`, or add such an Output.",
            field=f"training.outputs.{name}",
        )
    if not any(output.loss is not None for output in training.outputs.values()):
        yield Problem(
            code="training.no_loss",
            message="No output has a loss, so there is nothing to learn.",
            hint=f"Give at least one of {_names(outputs)} a loss."
            if outputs
            else "Add an Output with a loss.",
            field="training.outputs",
        )
    for name, chosen in training.outputs.items():
        if chosen.loss_weight < 0:
            yield Problem(
                code="training.loss_weight",
                message=f"The loss weight of `{name}` is {chosen.loss_weight:g}; it must not be negative.",
                hint="Use 0 to watch a loss without learning from it.",
                node=name,
                field=f"training.outputs.{name}.loss_weight",
            )
    weights = [output.loss_weight for output in training.outputs.values() if output.loss is not None]
    if weights and not any(weights):
        yield Problem(
            code="training.loss_weight",
            severity=Severity.WARNING,
            message="Every loss weight is 0, so nothing is learned.",
            hint="Give at least one output a loss weight above 0.",
            field="training.outputs",
        )


def _class_weights(training: Training, outputs: Mapping[str, TensorSpec]) -> Iterator[Problem]:
    for name in training.fit.class_weight:
        if outputs and name not in outputs:
            near = _near(name, outputs)
            hint = f"Did you mean `{near}`?" if near else f"Remove `{name}`, or add such an Output."
            message = f"`class_weight` names `{name}`; the model's outputs are {_names(outputs)}."
        elif name not in training.outputs or training.outputs[name].loss is None:
            hint = f"Give `{name}` a loss, or remove its class weights."
            message = f"`{name}` has class weights, but no loss that they could count in."
        else:
            continue
        yield Problem(
            code="training.class_weight",
            message=message,
            hint=hint,
            node=name if name in outputs else None,
            field=f"training.fit.class_weight.{name}",
        )


def _inputs(training: Training, inputs: Mapping[str, TensorSpec]) -> Iterator[Problem]:
    unknown = [
        (index, name) for index, name in enumerate(training.inputs or ()) if inputs and name not in inputs
    ]
    for index, name in unknown[:_MOST_UNKNOWN]:
        near = _near(name, inputs)
        yield Problem(
            code="training.input_unknown",
            message=f"`training.inputs` names `{name}`; the model's inputs are {_names(inputs)}.",
            hint=f"Did you mean `{near}`?" if near else f"Remove `{name}`, or add such an Input.",
            field=f"training.inputs.{index}",
        )


def _one_output(name: str, output: OutputRecipe, spec: TensorSpec) -> Iterator[Problem]:
    field = f"training.outputs.{name}"
    if output.loss is not None:
        mismatch = output.loss.mismatch(spec)
        if mismatch is not None:
            message, hint = mismatch
            yield Problem(
                code="loss.mismatch",
                message=f"`{name}`: {message}",
                hint=hint,
                node=name,
                field=f"{field}.loss",
            )
        if spec.dtype not in ("float32", "float16", "bfloat16", "float64"):
            yield Problem(
                code="loss.mismatch",
                message=f"`{name}` gives {spec.dtype}; a loss needs numbers that a gradient can move.",
                hint="Put a layer with weights, such as Dense, before the output, or remove its loss.",
                node=name,
                field=f"{field}.loss",
            )
    targets = output.loss.targets if output.loss is not None else "any"
    for index, (shown, metric) in enumerate(output.metrics.items()):
        if "any" in (targets, metric.targets) or metric.targets == targets:
            continue
        classes = targets == "classes"
        received, expected = ("class numbers", "one-hot targets") if classes else ("numbers", "class numbers")
        yield Problem(
            code="metric.mismatch",
            message=f"`{name}`: `{shown}` needs {expected}, but the loss takes {received} as targets.",
            hint="Use `accuracy`, which fits itself to the loss."
            if "accuracy" in metric.type_name
            else f"Remove `{shown}`, or change the loss.",
            node=name,
            field=f"{field}.metrics.{index}",
        )


def _callbacks(training: Training, recipe: Recipe) -> Iterator[Problem]:
    known = _keys(recipe)
    fit = training.fit
    if fit.initial_epoch >= fit.epochs:
        yield Problem(
            code="fit.epochs",
            message=f"`initial_epoch` is {fit.initial_epoch} and `epochs`, the total, is {fit.epochs}: none is left.",
            hint=f"Set `epochs` to more than {fit.initial_epoch}, or `initial_epoch` to 0.",
            field="training.fit.initial_epoch",
        )
    for index, callback in enumerate(recipe.callbacks):
        if isinstance(callback, SwapEMAWeights) and not recipe.optimizer.use_ema:
            yield Problem(
                code="callback.no_average",
                message=f"SwapEMAWeights needs the moving average of the weights, which {recipe.optimizer.type_name} "
                "does not keep.",
                hint="Switch on `use_ema` in the optimizer, or remove the callback.",
                field=f"training.fit.callbacks.{index}",
            )
        monitor = callback.monitored()
        if monitor is None or not recipe.trained:
            continue
        field = f"training.fit.callbacks.{index}.config.monitor"
        if monitor.startswith("val_") and not _keeps_validation(training):
            yield Problem(
                code="callback.monitor",
                severity=Severity.WARNING,
                message=f"{callback.type_name} follows `{monitor}`, but no rows are kept for validation.",
                hint="Keep some (a split of the data set, or `validation_split`), or follow `loss`.",
                field=field,
            )
        elif not _is_reported(monitor.removeprefix("val_"), recipe, known):
            near = _near(monitor.removeprefix("val_"), known)
            yield Problem(
                code="callback.monitor",
                severity=Severity.WARNING,
                message=f"{callback.type_name} follows `{monitor}`; this training reports {_names(known)}.",
                hint=f"Did you mean `{near}`?" if near else "Follow one of those, or its `val_` twin.",
                field=field,
            )


def _keeps_validation(training: Training) -> bool:
    split = training.data.split if training.data is not None else None
    if split is None:
        return bool(training.fit.validation_split)
    return split.by == "column" or bool(split.validation)


def _keys(recipe: Recipe) -> list[str]:
    several = len(recipe.outputs) > 1
    keys = ["loss", "learning_rate"]
    for name, output in recipe.outputs.items():
        if several and output.loss is not None:
            keys.append(f"{name}_loss")
        keys += [f"{name}_{metric}" if several else metric for metric in output.metrics]
    return keys


def _is_reported(key: str, recipe: Recipe, known: Collection[str]) -> bool:
    """Whether a key is known, or one of the numbers of a metric that has several: `precision_1`."""
    name, _, number = key.rpartition("_")
    metrics = {metric for output in recipe.outputs.values() for metric in output.several}
    return key in known or (
        number.isdigit() and name in known and any(name.endswith(item) for item in metrics)
    )


def _near(word: str, words: Collection[str]) -> str | None:
    """The word that was probably meant, where looking for it takes little time."""
    found = difflib.get_close_matches(word, words, n=1) if len(words) <= _MOST_COMPARED else []
    return found[0] if found else None


def _names(names: Collection[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in sorted(names)[:_MOST_NAMED])
    return f"{shown}, …" if len(names) > _MOST_NAMED else shown or "none"
