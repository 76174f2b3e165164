"""Rows on disk train as rows in memory do, to the last bit, and their reading is nobody's business but the thread's."""

import threading
import tracemalloc
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from layerloom.data.encoders.window import windows
from layerloom.data.scratch import ScaledBytes, allocate
from layerloom.events import Event, StepEnded
from layerloom.training import on_disk
from layerloom.training.batches import Batches, input_tensors, to_tensor
from layerloom.training.data import TrainingData
from layerloom.training.evaluation import evaluate, predict
from layerloom.training.loop import fit
from layerloom.training.state import FitState
from training.small_models import SmallModel, rows, training, yes_or_no

COUNT = 213


@pytest.fixture(autouse=True)
def _small_maps_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_disk, "IN_MEMORY_BYTES", 0)


@pytest.fixture
def by_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 4 rows, 4 of them together."""
    monkeypatch.setattr(on_disk, "SHUFFLED_WHOLE_BYTES", 0)
    monkeypatch.setattr(on_disk, "_BLOCK_BYTES", 4 * 7 * 4)
    monkeypatch.setattr(on_disk, "_BLOCKS_TOGETHER", 4)


def mapped(folder: Path, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    stored = allocate(folder, array.shape, array.dtype)
    stored[:] = array
    return stored


def both(folder: Path) -> tuple[TrainingData, TrainingData]:
    """The same rows in memory and on disk, with validation and sample weights."""
    features = rows(COUNT)
    target = yes_or_no(features)
    weights = np.linspace(0.5, 1.5, COUNT, dtype=np.float32)
    seen = TrainingData({"features": features[:40]}, {"main": target[:40]})
    held = TrainingData({"features": features}, {"main": target}, seen, {"main": weights})
    disk_seen = TrainingData(
        {"features": mapped(folder, features[:40])}, {"main": mapped(folder, target[:40])}
    )
    disk = TrainingData(
        {"features": mapped(folder, features)},
        {"main": mapped(folder, target)},
        disk_seen,
        {"main": mapped(folder, weights)},
    )
    return held, disk


def told(events: Iterator[Event]) -> list[dict[str, Any]]:
    timed = {"time", "seconds", "samples_per_second", "seq"}
    return [event.model_dump(exclude=timed) for event in events]


def test_a_fit_from_disk_is_that_from_memory_bit_for_bit(tmp_path: Path) -> None:
    held, disk = both(tmp_path)

    from_memory = told(fit(SmallModel(dropout=0.2), held, training(epochs=3)))
    from_disk = told(fit(SmallModel(dropout=0.2), disk, training(epochs=3)))

    assert from_disk == from_memory
    assert "validation" in from_disk[-2]
    model = SmallModel()
    assert evaluate(model, disk, training()) == evaluate(model, held, training())
    assert np.array_equal(predict(model, disk.inputs)["main"], predict(model, held.inputs)["main"])


@pytest.mark.usefixtures("by_blocks")
def test_a_fit_from_disk_goes_on_from_any_step_bit_for_bit(tmp_path: Path) -> None:
    _, disk = both(tmp_path)
    whole = [
        event.loss for event in fit(SmallModel(), disk, training(epochs=3)) if isinstance(event, StepEnded)
    ]
    per_epoch = len(whole) // 3

    for steps in (1, per_epoch, per_epoch + 5):
        state = FitState()
        first = []
        for event in fit(SmallModel(), disk, training(epochs=3), state=state):
            if isinstance(event, StepEnded):
                first.append(event.loss)
            if len(first) == steps:
                saved = state.save()
                break
        rest = fit(SmallModel(), disk, training(epochs=3), state=FitState.load(*saved))
        assert first + [event.loss for event in rest if isinstance(event, StepEnded)] == whole


@pytest.mark.usefixtures("by_blocks")
def test_many_rows_are_shuffled_by_blocks() -> None:
    def drawn(seed: int) -> list[int]:
        order: list[int] = on_disk.shuffled(COUNT, 28, torch.Generator().manual_seed(seed)).tolist()
        return order

    order = drawn(1)

    assert sorted(order) == list(range(COUNT))
    assert drawn(1) == order
    assert drawn(2) != order
    together = [{row // 4 for row in order[start : start + 16]} for start in range(0, 160, 16)]
    assert all(len(blocks) <= 8 for blocks in together), "16 rows come from few blocks"
    assert any(max(blocks) - min(blocks) > 20 for blocks in together), "from all over the set"
    assert not any(order[start : start + 4] == sorted(order[start : start + 4]) for start in (0, 16, 32))


def test_few_rows_on_disk_are_shuffled_as_in_memory(tmp_path: Path) -> None:
    held, disk = (Batches(input_tensors(["features"], data.inputs)) for data in both(tmp_path))

    assert torch.equal(*(batches.order(torch.Generator().manual_seed(3)) for batches in (held, disk)))


def test_pixels_are_scaled_when_they_are_read(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (50, 4, 5, 3), dtype=np.uint8)
    images = ScaledBytes(mapped(tmp_path, pixels), 1 / 127.5, -1.0)

    batches = Batches(input_tensors(["x"], {"x": images}))  # type: ignore[dict-item]
    [first, *_] = batches.epoch(8, torch.arange(49, -1, -1))

    assert first.inputs[0].dtype == torch.float32
    assert np.array_equal(first.inputs[0].numpy(), np.asarray(images)[:-9:-1])
    assert first.inputs[0].numpy() == pytest.approx(pixels[:-9:-1] / 127.5 - 1, abs=1e-6)


def test_overlapping_windows_are_never_written_out(tmp_path: Path) -> None:
    series = np.arange(20_000, dtype=np.float32)[:, None]
    expected = np.arange(100, 110)[:, None] + np.arange(500)
    for rows_of in (series, mapped(tmp_path, series)):
        tracemalloc.start()
        column = input_tensors(["x"], {"x": windows(rows_of, 500)})[0]
        [batch] = islice(Batches([column]).epoch(10, torch.arange(100, 19_000)), 1)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert np.array_equal(batch.inputs[0][..., 0].numpy(), expected)
        assert peak < 20 * 2**20, "all windows are 37 MiB"


def test_the_thread_that_reads_ends_with_the_epoch(tmp_path: Path) -> None:
    _, disk = both(tmp_path)
    batches = Batches(input_tensors(["features"], disk.inputs))

    epoch = batches.epoch(8)
    next(epoch)
    epoch.close()  # type: ignore[attr-defined]

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("rows")]


def test_a_failure_to_read_reaches_who_asks() -> None:
    def read(start: int) -> int:
        if start == 2:
            raise OSError("the disk is gone")
        return start

    found = on_disk.read_ahead(read, range(5))

    assert [next(found), next(found)] == [0, 1]
    with pytest.raises(OSError, match="the disk is gone"):
        next(found)


@pytest.mark.parametrize(
    ("dtype", "becomes"), [("float64", torch.float32), ("int16", torch.int64), ("bool", torch.bool)]
)
def test_a_map_becomes_what_models_compute_with(tmp_path: Path, dtype: str, becomes: torch.dtype) -> None:
    array = np.ones((9, 2), dtype)

    [column] = input_tensors(["x"], {"x": mapped(tmp_path, array)})

    assert isinstance(column, on_disk.OnDisk)
    assert (
        column.take(slice(2, 4)).dtype
        == column.take(np.array([1, 0])).dtype
        == becomes
        == to_tensor(array).dtype
    )
