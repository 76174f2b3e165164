"""The examples of the gallery against scikit-learn's multi-layer perceptrons, on rows that neither has seen.

    python -m benchmarks.baselines [--folds 5] [--shuffles 3]

Each set is cut into folds, and each fold is kept back once: both learn from the others and are scored on it; this for
several orders of the rows, for a fold of a small set is a handful of rows. The table
is written to docs/baselines.md.
"""

import argparse
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from layerloom.data.table import Table
    from layerloom.document import Document

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Contest:
    """An example, its output that is scored, and what scikit-learn gets instead."""

    example: str
    output: str
    columns: tuple[str, ...]
    target: str
    score: str


@dataclass(frozen=True)
class Outcome:
    """A score for each fold."""

    ours: list[float]
    theirs: list[float]
    rows: int


def contests() -> list[Contest]:
    from layerloom.data.built_in import tables

    def scalars(dataset: Any) -> tuple[str, ...]:
        return tuple(column.name for column in dataset.columns if column.kind == "number")

    measures = tuple(name for name in scalars(tables.DIABETES) if not name.startswith("progression"))
    return [
        Contest("diabetes", "progression", measures, "progression", "R²"),
        Contest("digits-cnn", "digit", ("pixels",), "digit", "accuracy"),
        Contest("wine", "grower", scalars(tables.WINE), "grower", "accuracy"),
        Contest("breast-cancer", "diagnosis", scalars(tables.BREAST_CANCER), "diagnosis", "accuracy"),
    ]


def ours(contest: Contest, table: "Table", training_rows: int) -> float:
    """The example, trained on the first rows as it says itself, scored on the others."""
    from layerloom.data.binding import bind
    from layerloom.data.datasets import find
    from layerloom.graph.build import build
    from layerloom.runs.preparation import losses_of, prepare
    from layerloom.training.evaluation import predict
    from layerloom.training.loop import fit

    document = _document(contest)
    plan, training = prepare(document).plan, document.training
    assert plan is not None
    assert training is not None
    assert training.data is not None
    share = {"validation_split": 1 - (training_rows + 0.5) / table.rows}
    training = training.model_copy(update={"fit": training.fit.model_copy(update=share)})
    dataset = find(training.data.dataset)
    assert dataset is not None
    data = bind(training.data, dataset, table, plan.inputs, plan.outputs, losses_of(training), training.fit)
    kept = data.validation
    assert kept is not None
    assert (data.rows, kept.rows) == (training_rows, table.rows - training_rows)
    model = build(plan, training.fit.seed)
    for _ in fit(model, data, training):
        pass
    predicted = predict(model, kept.inputs)[contest.output]
    target = kept.targets[contest.output].reshape(-1)
    if contest.score == "R²":
        return _r2(target, predicted.reshape(-1))
    chosen = predicted.argmax(1) if predicted.shape[1] > 1 else predicted[:, 0] > 0.5
    return float((chosen == target).mean())


def theirs(contest: Contest, table: "Table", training_rows: int) -> float:
    """`MLPClassifier` or `MLPRegressor` as scikit-learn sets them, on standardized columns, until they converge."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    inputs = np.concatenate([table[name].reshape(table.rows, -1) for name in contest.columns], axis=1)
    target = table[contest.target]
    options = {"max_iter": 2000, "random_state": 7}
    network = (
        TransformedTargetRegressor(MLPRegressor(**options), transformer=StandardScaler())
        if contest.score == "R²"
        else MLPClassifier(**options)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = make_pipeline(StandardScaler(), network).fit(
            inputs[:training_rows], target[:training_rows]
        )
    return float(pipeline.score(inputs[training_rows:], target[training_rows:]))


def run(folds: int, shuffles: int, say: Callable[[str], None] = print) -> dict[str, Outcome]:
    """Scores of both, by example."""
    from layerloom.data.datasets import load
    from layerloom.data.table import Table

    found: dict[str, Outcome] = {}
    for contest in contests():
        training = _document(contest).training
        assert training is not None
        assert training.data is not None
        table = load(training.data.dataset)
        edges = np.linspace(0, table.rows, folds + 1).round().astype(int)
        outcome = Outcome([], [], table.rows)
        for shuffle, (start, stop) in product(range(shuffles), pairwise(edges.tolist())):
            kept_last = np.r_[0:start, stop : table.rows, start:stop]
            order = np.random.default_rng(shuffle).permutation(table.rows)[kept_last]
            turned = Table({name: column[order] for name, column in table.columns.items()})
            outcome.ours.append(ours(contest, turned, table.rows - (stop - start)))
            outcome.theirs.append(theirs(contest, turned, table.rows - (stop - start)))
        found[contest.example] = outcome
        say(f"{contest.example}: {_shown(outcome.ours)}, scikit-learn {_shown(outcome.theirs)}")
    return found


def page(outcomes: dict[str, Outcome], folds: int, shuffles: int) -> str:
    """docs/baselines.md."""
    rows = [
        f"| `{contest.example}` | {contest.score} of `{contest.output}` | {outcome.rows:,} | "
        f"{_shown(outcome.ours)} | {_shown(outcome.theirs)} |"
        for contest in contests()
        for outcome in [outcomes[contest.example]]
    ]
    return f"""# The examples against scikit-learn

Written by `python -m benchmarks.baselines`; do not edit it by hand.

Scores on rows that neither has learned from: each set is cut into {folds} folds, and each is kept back once while both
learn from the others; this for {shuffles} orders of the rows, drawn by the seeds from 0 on. Encoders and scalers are
fitted on the rows that are learned from. Layerloom trains the example as it stands in the gallery; scikit-learn takes
`MLPRegressor` and `MLPClassifier` as they are set by default, on standardized columns, with up to 2,000 iterations so
that they converge. The mean over all folds, and the lowest and highest.

| example | score | rows | Layerloom | scikit-learn |
|---|---|---|---|---|
{chr(10).join(rows)}
"""


def _document(contest: Contest) -> "Document":
    from layerloom.versions import load_document

    return load_document((ROOT / "examples" / f"{contest.example}.json").read_bytes())


def _r2(target: Any, predicted: Any) -> float:
    target = np.asarray(target, dtype=np.float64)
    return float(1 - np.sum((target - predicted) ** 2) / np.sum((target - target.mean()) ** 2))


def _shown(scores: list[float]) -> str:
    return f"{np.mean(scores):.3f} ({min(scores):.3f} to {max(scores):.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--shuffles", type=int, default=3)
    chosen = parser.parse_args()
    outcomes = run(chosen.folds, chosen.shuffles)
    text = page(outcomes, chosen.folds, chosen.shuffles)
    (ROOT / "docs" / "baselines.md").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
