"""The sets that come with the program: their descriptions are true, and they suit what they are for."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from layerloom.data.built_in import digit_images, digit_pairs, digit_sequences
from layerloom.data.datasets import built_in, find, load
from layerloom.problems import ProblemError

SETS = [dataset for dataset in built_in() if dataset.id != "generated"]


@pytest.mark.parametrize("dataset", SETS, ids=lambda dataset: dataset.id)
def test_the_description_of_a_built_in_set_is_true(dataset):
    table = load(dataset.id)

    assert table.rows == dataset.rows
    assert set(table.columns) == {column.name for column in dataset.columns}
    for column in dataset.columns:
        values = table[column.name]
        assert values.shape[1:] == column.shape, column.name
        assert values.dtype.name == column.dtype, column.name
        assert np.isfinite(values).all(), column.name
        if column.kind == "category":
            assert set(np.unique(values)) == set(range(len(column.classes))), column.name


@pytest.mark.parametrize("dataset", SETS, ids=lambda dataset: dataset.id)
def test_a_set_is_the_same_each_time(dataset):
    first, second = load(dataset.id), load(dataset.id)

    assert all(np.array_equal(first[name], second[name]) for name in first.columns)


def test_the_ids_that_documents_name_exist():
    expected = {
        "digits", "digit-pairs", "digit-sequences", "headlines", "iris", "wine", "breast-cancer", "diabetes",
        "linnerud", "generated",
    }  # fmt: skip

    assert {dataset.id for dataset in built_in()} == expected
    assert find("digit-pairs").rows == 12_000
    assert find("no-such-set") is None


def test_descriptions_need_neither_scikit_learn_nor_torch():
    code = (
        "import sys; from layerloom.data.datasets import built_in; import layerloom.data.binding; built_in();"
        "assert not {'sklearn', 'torch', 'keras'} & set(sys.modules)"
    )
    folder = Path(__file__).parents[2] / "server"

    result = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)

    assert result.returncode == 0, result.stderr


def test_only_the_named_columns_are_given_and_an_unknown_one_names_its_neighbour():
    assert set(load("iris", columns=["species"]).columns) == {"species"}

    with pytest.raises(ProblemError) as caught:
        load("iris", columns=["specis"])
    assert caught.value.problems[0].code == "column.unknown"
    assert "`species`" in caught.value.problems[0].hint


def test_digit_pairs_are_balanced_and_scaled():
    table = load("digit-pairs")

    for part in (table.slice(0, 9_600), table.slice(9_600, 12_000)):
        assert part["same"].mean() == 0.5
    for name in ("first", "second"):
        assert (table[name].min(), table[name].max()) == (0.0, 1.0)
    assert np.array_equal(table["same"] == 1, table["first_digit"] == table["second_digit"])
    assert np.array_equal(table["sum"], table["first_digit"] + table["second_digit"])
    assert np.array_equal(table["larger"] == 1, table["first_digit"] > table["second_digit"])


def test_no_image_of_a_validation_pair_is_in_a_training_pair():
    first, second = digit_pairs.pair_indices()

    training = set(first[:9_600]) | set(second[:9_600])
    held_out = set(first[9_600:]) | set(second[9_600:])
    assert not training & held_out
    assert len(held_out) > 300
    assert not (first == second).any()


def test_no_image_of_a_validation_sequence_is_in_a_training_sequence():
    frames, single = digit_sequences.sequence_indices()

    training = set(frames[:4_800].ravel()) | set(single[:4_800])
    held_out = set(frames[4_800:].ravel()) | set(single[4_800:])
    assert not training & held_out


def test_targets_of_digit_sequences_say_what_the_images_show():
    table = load("digit-sequences")

    digits, single = table["digits"], table["digit"]
    assert np.array_equal(table["odd_count"], (digits % 2).sum(axis=1))
    assert np.array_equal(table["largest"], digits.max(axis=1))
    assert np.array_equal(table["contains"] == 1, (digits == single[:, None]).any(axis=1))
    assert 0.4 < table["contains"].mean() < 0.6


@pytest.mark.parametrize(
    ("name", "target"), [("iris", "species"), ("wine", "grower"), ("breast-cancer", "diagnosis")]
)
def test_the_last_fifth_of_a_sorted_set_holds_every_class(name, target):
    labels = load(name)[target]

    last = labels[int(len(labels) * 0.8) :]
    assert set(np.unique(last)) == set(np.unique(labels))


@pytest.mark.parametrize("name", ["iris", "wine", "breast-cancer", "diabetes", "linnerud"])
def test_features_are_standardized(name):
    features = load(name)["features"]

    assert np.allclose(features.mean(axis=0), 0, atol=1e-5)
    assert np.allclose(features.std(axis=0), 1, atol=1e-5)


def test_in_headlines_words_and_facts_both_matter():
    from sklearn.linear_model import LogisticRegression

    table = load("headlines")
    counts = np.stack([np.bincount(row, minlength=1_000) for row in table["tokens"]])[:, 1:]
    words = counts / np.sqrt(counts.sum(axis=1, keepdims=True))
    target = table["popular"]

    def accuracy(features):
        model = LogisticRegression(max_iter=300).fit(features[:3_200], target[:3_200])
        return model.score(features[3_200:], target[3_200:])

    words_alone = accuracy(words)
    facts_alone = accuracy(table["extra"])
    both = accuracy(np.concatenate([words, table["extra"]], axis=1))
    assert 0.7 < words_alone < 0.9
    assert 0.55 < facts_alone < 0.75
    assert both > words_alone + 0.08


def test_images_are_held_out_in_proportion_to_their_digit():
    _, digit = digit_images.images()

    train, held = digit_images.held_out(digit, seed=1)

    assert len(train) + len(held) == 1_797
    shares = [(digit[held] == value).sum() / (digit == value).sum() for value in range(10)]
    assert all(0.18 < share < 0.22 for share in shares)
