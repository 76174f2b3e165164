"""`digits`: hand-written digits of 8 by 8 pixels, with several targets."""

from layerloom.data.built_in.digit_images import images
from layerloom.data.dataset import BuiltIn, Dataset, category, tensor
from layerloom.data.table import Array, shuffled

DIGITS = Dataset(
    id="digits",
    name="Digits",
    kind="bundled",
    description="1,797 hand-written digits of 8 by 8 grey pixels, scaled to 0..1 (scikit-learn, from UCI). "
    "Besides the digit itself: whether it is odd, and whether it is large.",
    rows=1797,
    columns=(
        tensor("image", 8, 8, 1),
        tensor("pixels", 64),
        category("digit", *range(10)),
        category("parity", "even", "odd"),
        category("large", "0 to 4", "5 to 9"),
    ),
)


def _load() -> dict[str, Array]:
    pictures, digit = images()
    columns = {
        "image": pictures[..., None],
        "pixels": pictures.reshape(-1, 64),
        "digit": digit,
        "parity": digit % 2,
        "large": (digit >= 5).astype(digit.dtype),
    }
    return shuffled(columns, seed=1)


DATASETS = (BuiltIn(DIGITS, _load),)
