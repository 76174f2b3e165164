"""The small classic tables of scikit-learn: iris, wine, breast cancer, diabetes, linnerud."""

from collections.abc import Callable
from functools import partial

import numpy as np

from layerloom.data.dataset import BuiltIn, Column, Dataset, category, number, tensor
from layerloom.data.table import Array, shuffled, standardized

_SEED = 3

_IRIS = ("sepal_length", "sepal_width", "petal_length", "petal_width")
_WINE = (
    "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
    "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280_od315_of_diluted_wines",
    "proline",
)  # fmt: skip
_CELL = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points",
    "symmetry", "fractal_dimension",
)  # fmt: skip
_BREAST_CANCER = (
    *(f"mean_{name}" for name in _CELL),
    *(f"{name}_error" for name in _CELL),
    *(f"worst_{name}" for name in _CELL),
)
_DIABETES = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
_EXERCISE = ("chins", "situps", "jumps")
_PHYSIOLOGY = ("weight", "waist", "pulse")


def _dataset(
    dataset_id: str, name: str, description: str, rows: int, features: tuple[str, ...], *targets: Column
) -> Dataset:
    columns = (*map(number, features), tensor("features", len(features)), *targets)
    return Dataset(
        id=dataset_id, name=name, kind="bundled", description=description, rows=rows, columns=columns
    )


IRIS = _dataset(
    "iris",
    "Iris",
    "150 flowers of three species, measured in centimetres (Fisher, 1936). `features` holds all four "
    "measures, standardized. In a fixed random order.",
    150,
    _IRIS,
    category("species", "setosa", "versicolor", "virginica"),
)
WINE = _dataset(
    "wine",
    "Wine",
    "178 wines from three growers, with 13 chemical measures. `features` holds all of them, standardized. "
    "In a fixed random order.",
    178,
    _WINE,
    category("grower", "class 0", "class 1", "class 2"),
)
BREAST_CANCER = _dataset(
    "breast-cancer",
    "Breast cancer",
    "569 tumours with 30 measures of their cell nuclei, malignant or benign (Wisconsin). `features` holds "
    "all of them, standardized. In a fixed random order.",
    569,
    _BREAST_CANCER,
    category("diagnosis", "malignant", "benign"),
)
DIABETES = _dataset(
    "diabetes",
    "Diabetes",
    "442 patients: ten measures (centred and scaled by its authors) and how far the illness had gone a "
    "year later. `features` holds all ten, standardized; `progression_scaled` is the target at mean 0 and "
    "deviation 1.",
    442,
    _DIABETES,
    number("progression"),
    number("progression_scaled"),
)
LINNERUD = _dataset(
    "linnerud",
    "Linnerud",
    "20 men of a fitness club: three exercises, and three measures of the body to predict from them. "
    "`features` and `targets` hold three each, standardized. Tiny: for several outputs of regression at "
    "once.",
    20,
    _EXERCISE,
    *map(number, _PHYSIOLOGY),
    tensor("targets", 3),
)


def _features(loader: str, names: tuple[str, ...]) -> tuple[dict[str, Array], Array]:
    from sklearn import datasets

    bunch = getattr(datasets, loader)()
    data = np.asarray(bunch.data)
    columns: dict[str, Array] = {name: data[:, place].astype(np.float32) for place, name in enumerate(names)}
    columns["features"] = standardized(data)
    return columns, np.asarray(bunch.target)


def _load_classes(loader: str, names: tuple[str, ...], target: str) -> dict[str, Array]:
    columns, labels = _features(loader, names)
    columns[target] = labels.astype(np.int64)
    return shuffled(columns, _SEED)


def _load_diabetes() -> dict[str, Array]:
    columns, progression = _features("load_diabetes", _DIABETES)
    columns["progression"] = progression.astype(np.float32)
    columns["progression_scaled"] = standardized(progression[:, None])[:, 0]
    return shuffled(columns, _SEED)


def _load_linnerud() -> dict[str, Array]:
    columns, measures = _features("load_linnerud", _EXERCISE)
    for place, name in enumerate(_PHYSIOLOGY):
        columns[name] = measures[:, place].astype(np.float32)
    columns["targets"] = standardized(measures)
    return shuffled(columns, _SEED)


def _classes(dataset: Dataset, loader: str, names: tuple[str, ...]) -> BuiltIn:
    load: Callable[[], dict[str, Array]] = partial(_load_classes, loader, names, dataset.columns[-1].name)
    return BuiltIn(dataset, load)


DATASETS = (
    _classes(IRIS, "load_iris", _IRIS),
    _classes(WINE, "load_wine", _WINE),
    _classes(BREAST_CANCER, "load_breast_cancer", _BREAST_CANCER),
    BuiltIn(DIABETES, _load_diabetes),
    BuiltIn(LINNERUD, _load_linnerud),
)
