"""Chunk by chunk and on disk: the same arrays as all at once in memory, and nothing left behind."""

import errno
import os
from dataclasses import dataclass

import numpy as np
import pytest

from data.encoded import ROWS, columns, dataset, spec
from data.test_encoders import EVERY
from layerloom.data import filling, scratch
from layerloom.data.binding import bind
from layerloom.data.encoders.scaling import low_and_range, mean_and_deviation
from layerloom.data.scratch import ScaledBytes, allocate
from layerloom.data.source import Held
from layerloom.data.table import Table
from layerloom.document import DataBinding, Fit, Split
from layerloom.problems import ProblemError


@dataclass(frozen=True, slots=True)
class FewAtATime(Held):
    """Five rows a chunk."""

    @property
    def chunk_rows(self):
        return 5


SPLITS = [
    None,
    Split(by="order", validation=0.25, test=0.25),
    Split(by="random", validation=0.25, test=0.25),
    Split(by="time", column="day", validation=0.25, test=0.25),
]


def chunked(value, wanted, split, folder, rows=None, kind="input"):
    binding = DataBinding(
        dataset="every-kind",
        inputs={"x": value},
        targets={"y": "age"},
        sample_weights={"y": "rooms"},
        split=split,
    )
    arguments = {"x": wanted}, {"y": spec(1)}, {"y": "mean_squared_error"}, Fit(validation_split=0.25)
    table = Table(rows or columns())
    return bind(binding, dataset(), FewAtATime(table) if folder else table, *arguments, folder)


@pytest.fixture
def on_disk(monkeypatch):
    monkeypatch.setattr(filling, "IN_MEMORY_BYTES", 0)


@pytest.mark.parametrize("split", SPLITS, ids=lambda split: split.by if split else "keras")
@pytest.mark.parametrize("name", EVERY)
@pytest.mark.usefixtures("on_disk")
def test_rows_on_disk_are_those_in_memory(name, split, tmp_path):
    value, wanted = EVERY[name]
    if name == "window" and split is not None and split.by == "random":
        return

    held = chunked(value, wanted, split, None)
    disk = chunked(value, wanted, split, tmp_path)

    for one, other in ((held, disk), (held.validation, disk.validation), (held.test, disk.test)):
        if one is None:
            assert other is None
            continue
        assert np.allclose(np.asarray(other.inputs["x"]), one.inputs["x"], rtol=1e-6, atol=1e-7)
        assert other.inputs["x"].dtype == one.inputs["x"].dtype
        assert np.array_equal(other.targets["y"], one.targets["y"])
        assert np.array_equal(other.sample_weight["y"], one.sample_weight["y"])
        assert np.array_equal(other.numbers, one.numbers)
    assert isinstance(disk.targets["y"], np.memmap)
    assert isinstance(disk.inputs["x"], ScaledBytes) == (name == "image")
    assert list(tmp_path.iterdir()) == [], "no file has a name"


def test_statistics_of_chunks_are_those_of_all_rows():
    values = np.random.default_rng(0).normal(1e4, 3, (10_007, 3))

    for measure in (mean_and_deviation, low_and_range):
        whole, parts = measure([values]), measure(np.array_split(values, 13))
        assert np.allclose(whole, parts, rtol=1e-12)
    assert mean_and_deviation([values])[1] == tuple(values.std(axis=0))


@pytest.mark.usefixtures("on_disk")
def test_a_problem_names_the_row_of_the_set_and_not_of_the_chunk(tmp_path):
    rows = columns()
    rows["age"][8] = np.nan

    with pytest.raises(ProblemError, match="the first is row 9"):
        chunked("age", spec(1), None, tmp_path, rows)


def test_a_full_disk_is_a_problem_before_anything_is_written(tmp_path, monkeypatch):
    def full(descriptor, offset, size):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(scratch.os, "posix_fallocate", full)

    with pytest.raises(ProblemError, match=r"store\.full: The encoded rows need 1\.00 GiB"):
        allocate(tmp_path, (2**28,), np.float32)
    assert list(tmp_path.iterdir()) == []


def test_the_parts_of_a_large_set_lie_on_disk_by_its_size(tmp_path):
    rows = columns()

    assert not isinstance(chunked("age", spec(1), None, tmp_path, rows).targets["y"], np.memmap)
    assert len(rows["age"]) == ROWS
