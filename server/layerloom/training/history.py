"""An epoch's numbers under Keras' keys: `loss`, `<output>_loss`, `<output>_accuracy`, `val_…`."""

from collections.abc import Mapping

from layerloom.events import EpochEnded, Number


def keras_logs(event: EpochEnded) -> dict[str, float | None]:
    """What Keras' `History` holds for this epoch. With one output, nothing bears the output's name."""
    logs = _logs(event.loss, event.losses, event.metrics)
    if event.validation is not None:
        seen = event.validation
        logs |= {f"val_{key}": value for key, value in _logs(seen.loss, seen.losses, seen.metrics).items()}
    return logs


def _logs(
    loss: float | None, losses: Mapping[str, Number], metrics: Mapping[str, Mapping[str, Number]]
) -> dict[str, float | None]:
    outputs = sorted({*losses, *metrics})
    logs = {"loss": loss}
    if len(outputs) > 1:
        logs |= {f"{name}_loss": losses[name] for name in sorted(losses)}
    for output in outputs:
        for name, value in metrics.get(output, {}).items():
            logs[name if len(outputs) == 1 else f"{output}_{name}"] = value
    return logs
