"""The operation type `Einsum`."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from layerloom.layers.base import Example, Inputs, Outputs, Port, refuse
from layerloom.layers.operations.base import Operation, product
from layerloom.layers.operations.dtypes import promoted
from layerloom.problems import ProblemError
from layerloom.tensors import TensorSpec


def _valid(text: str) -> str:
    left, arrow, right = text.replace(" ", "").partition("->")
    letters = [part.replace("...", "", 1) for part in left.split(",")]
    if not all(
        part.isascii() and (part.isalpha() or not part) for part in [*letters, right.replace("...", "", 1)]
    ):
        raise ValueError("expected letters for axes, such as `bij,bjk->bik`; `...` stands for any others")
    result = right.replace("...", "", 1)
    if arrow and (len(set(result)) < len(result) or not set(result) <= set("".join(letters))):
        raise ValueError("each letter after `->` must stand there once, and before it")
    return text


class Einsum(Operation):
    """Products summed as letters say: `bij,bjk->bik`.

    Each operand's axes have letters. Axes of one letter go together, and letters that are not in the result are
    summed over: `bij,bjk->bik` multiplies matrices, `bi,bi->b` is a scalar product, `bij->bji` turns. `...`
    stands for any further axes. Without `->` the result has the letters that occur once, in order.
    """

    subscripts: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_valid)] = Field(
        description="Letters of each operand's axes, parted by commas, `->`, those of the result."
    )

    module: ClassVar[str] = "products.Einsum"
    search_words: ClassVar[tuple[str, ...]] = ("ops", "einsum", "einstein", "contraction", "爱因斯坦求和")
    input_ports: ClassVar[tuple[Port, ...]] = (
        Port("operands", "Tensors, in the order of the letters.", least=1, most=None),
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Scores of attention",
            {"subscripts": "bqd,bkd->bqk"},
            {"operands": (TensorSpec((None, 4, 8)), TensorSpec((None, 5, 8)))},
        ),
        Example("Scalar product", {"subscripts": "bi,bi->b"}, {"operands": (TensorSpec((None, 6)),) * 2}),
        Example("Turned", {"subscripts": "b...i->bi..."}, {"operands": (TensorSpec((None, 3, 4)),)}),
    )

    def infer(self, inputs: Inputs) -> Outputs:
        specs = inputs["operands"]
        sizes, spread, result = self._letters(tuple(specs))
        shape: list[int | None] = []
        for part in result:
            shape += spread if part == "." else [sizes[part]]
        return {"output": TensorSpec(tuple(shape), promoted(*(spec.dtype for spec in specs)))}

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        specs = tuple(inputs["operands"])
        sizes, spread, _ = self._letters(specs)
        batch = {letter for letter, size in sizes.items() if size is None}
        count = product(tuple(size for letter, size in sizes.items() if letter not in batch))
        return len(specs) * (count or 0) * (product(tuple(size or 1 for size in spread)) or 0)

    def _letters(self, specs: tuple[TensorSpec, ...]) -> tuple[dict[str, int | None], list[int | None], str]:
        """Sizes by letter, those that `...` stands for, and the result with `.` for `...`."""
        left, arrow, right = self.subscripts.replace(" ", "").replace("...", ".").partition("->")
        parts = left.split(",")
        if len(parts) != len(specs):
            raise self._refused(f"names {len(parts)} operands; {len(specs)} are connected", specs)
        sizes: dict[str, int | None] = {}
        spread: list[int | None] = []
        for letters, spec in zip(parts, specs, strict=True):
            more = spec.rank - len(letters.replace(".", ""))
            if more < 0 or (more and "." not in letters):
                raise self._refused(f"has {len(letters)} letters for {spec}", specs)
            place = 0
            for letter in letters:
                if letter == ".":
                    spread = self._stretched(spread, spec.shape[place : place + more], specs)
                    place += more
                    continue
                size, known = spec.shape[place], sizes.get(letter)
                if None not in (size, known) and size != known and 1 not in (size, known):
                    raise self._refused(f"has sizes {known} and {size} for `{letter}`", specs)
                sizes[letter] = known if size is None or (size == 1 and known is not None) else size
                place += 1
        if not arrow:
            once = sorted(letter for letter in sizes if "".join(parts).count(letter) == 1)
            right = "." * ("." in left) + "".join(once)
        return sizes, spread, right

    def _stretched(
        self, one: list[int | None], other: tuple[int | None, ...], specs: tuple[TensorSpec, ...]
    ) -> list[int | None]:
        rank = max(len(one), len(other))
        found: list[int | None] = []
        for place in range(rank):
            here = {part[place - rank] for part in (one, other) if len(part) >= rank - place} - {1}
            if len(here - {None}) > 1:
                raise self._refused("has unequal sizes for `...`", specs)
            found.append(next((size for size in here if size is not None), None) if here else 1)
        return found

    def _refused(self, why: str, specs: tuple[TensorSpec, ...]) -> ProblemError:
        return refuse(
            "shape.mismatch",
            f"got {', '.join(map(str, specs))}; `{self.subscripts}` {why}.",
            "Write one letter for each axis, and the same letter for axes of one size.",
            field="subscripts",
        )
