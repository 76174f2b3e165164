"""States that last from batch to batch: every batch must have as many samples as the one before."""

from typing import Any

from layerloom.problems import Problem, ProblemError


def refuse_other_batches(model: Any, rows: int, batch_size: int, steps: int | None = None) -> None:
    """Refuse rows that would not fall into batches of one size, that of the states that the model has.

    Raises:
        ProblemError: `data.batch`, where a layer is stateful.
    """
    if not getattr(model, "is_stateful", False):
        return
    known = model.state_rows
    first = min(rows, batch_size)
    last = rows % batch_size or first
    if known is not None and known != first:
        raise _refused(
            f"got batches of {first} samples; its states are those of {known}.",
            f"Set `batch_size` to {known}, or reset the states.",
        )
    is_whole = steps is None or steps * batch_size > rows
    if is_whole and last != first:
        raise _refused(
            f"got {rows} rows in batches of {batch_size}; the last batch would have {last}.",
            f"Choose a `batch_size` that divides {rows}, or leave out {last} rows.",
        )


def _refused(said: str, hint: str) -> ProblemError:
    message = f"A layer is `stateful`, so all batches must have one size; {said}"
    return ProblemError(
        Problem(code="data.batch", message=message, hint=hint, field="training.fit.batch_size")
    )
