"""Statistics of columns against NumPy's of the whole."""

import json

import numpy as np
import pytest

from layerloom.data import statistics as module
from layerloom.data.datasets import find
from layerloom.data.statistics import statistics
from layerloom.data.upload import import_file


def described(tmp_path, content, name="people.csv"):
    source = tmp_path / "incoming"
    source.write_text(content)
    dataset = import_file(source, name, tmp_path / "datasets")
    return statistics(dataset, tmp_path / "datasets"), tmp_path / "datasets" / dataset.id


@pytest.fixture
def in_small_pieces(monkeypatch):
    """So that a short column has several pieces."""
    monkeypatch.setattr(module, "_PIECE_NUMBERS", 64)
    monkeypatch.setattr(module, "_PIECE_TEXTS", 64)


@pytest.mark.usefixtures("in_small_pieces")
def test_numbers_are_those_of_numpy(tmp_path):
    values = np.random.default_rng(0).normal(1e6, 0.5, 1000)
    lines = [repr(float(value)) for value in values]
    lines[5] = ""

    found, _ = described(tmp_path, "x,y\n" + "".join(f"{line},1\n" for line in lines))

    column, kept = found.columns["x"], np.delete(values, 5)
    assert (column.missing, column.distinct) == (1, 999)
    assert (column.min, column.max) == (kept.min(), kept.max())
    assert column.mean == pytest.approx(kept.mean(), rel=1e-14)
    assert column.deviation == pytest.approx(kept.std(), rel=1e-9)
    counts, edges = np.histogram(kept, 20)
    assert column.histogram.counts == counts.tolist()
    assert column.histogram.edges == pytest.approx(edges.tolist())


@pytest.mark.usefixtures("in_small_pieces")
def test_classes_are_counted_the_most_frequent_first(tmp_path):
    rows = ["red"] * 50 + ["blue"] * 100 + [""] * 3

    found, _ = described(
        tmp_path, "n,colour\n" + "".join(f"{place % 3},{word}\n" for place, word in enumerate(rows))
    )

    colour, number = found.columns["colour"], found.columns["n"]
    assert (colour.missing, colour.distinct) == (3, 2)
    assert colour.top == [("blue", 100), ("red", 50)]
    assert number.top == [(0, 51), (1, 51), (2, 51)]
    assert (number.min, number.max, number.mean) == (0, 2, 1)


@pytest.mark.usefixtures("in_small_pieces")
def test_texts_have_lengths(tmp_path):
    words = [f"word {'é' * (place % 7)}{place}" for place in range(200)]

    found, _ = described(tmp_path, "a,b\n" + "".join(f"{word},1\n" for word in [*words, words[0], ""]))

    column = found.columns["a"]
    assert (column.missing, column.distinct, column.top) == (1, 200, [(words[0], 2)])
    lengths = [len(word) for word in [*words, words[0]]]
    assert (column.lengths.min, column.lengths.max) == (min(lengths), max(lengths))
    assert column.lengths.mean == pytest.approx(np.mean(lengths))


def test_times_have_a_range_in_words_and_a_histogram(tmp_path):
    found, _ = described(tmp_path, "day,n\n2024-01-01,1\n2024-01-21,2\n,3\n")

    day = found.columns["day"]
    assert (day.missing, day.distinct, day.min, day.max) == (1, 2, "2024-01-01", "2024-01-21")
    assert day.histogram.counts == [1, *[0] * 18, 1]


def test_images_of_a_built_in_set_have_the_range_of_their_numbers(tmp_path):
    found = statistics(find("digits"), tmp_path)

    image = found.columns[find("digits").columns[0].name]
    assert image.min == 0
    assert sum(image.histogram.counts) == found.rows * 64


def test_a_column_without_values_and_one_with_a_single_value(tmp_path):
    found, _ = described(tmp_path, "empty,same\n,2.5\n,2.5\n")

    assert found.columns["empty"].missing == 2
    assert found.columns["same"].deviation == 0
    assert sum(found.columns["same"].histogram.counts) == 2


def test_they_are_kept_beside_the_set(tmp_path):
    found, folder = described(tmp_path, "a,b\n1,2\n3,4\n")

    kept = folder / "statistics.json"
    assert json.loads(kept.read_text()) == json.loads(found.model_dump_json())
    kept.write_text(kept.read_text().replace('"rows":2', '"rows":7'))
    assert statistics(find(folder.name, folder.parent), folder.parent).rows == 7
    kept.write_text("{")
    assert statistics(find(folder.name, folder.parent), folder.parent) == found


def test_numbers_too_large_for_a_mean_are_no_failure(tmp_path):
    found, _ = described(tmp_path, "x,y\n1.5e308,1\n-1.5e308,1\n1.5e308,2\n")

    column = found.columns["x"]
    assert (column.min, column.max, column.deviation, column.histogram) == (-1.5e308, 1.5e308, None, None)
