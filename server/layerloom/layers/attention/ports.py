"""What all attention layer types share: ports, masks, dropout, and checks of the tensors that come."""

from typing import Any, ClassVar

from pydantic import Field

from layerloom.layers.base import Category, Inputs, KerasLayer, Outputs, Port, one, refuse
from layerloom.layers.fields.numbers import SEED, Rate, Seed
from layerloom.tensors import TensorSpec

QUERY = Port("query", "Steps that look: (batch, queries, features).")
VALUE = Port("value", "Steps that are looked at, and what is taken of them: (batch, keys, features).")
KEY = Port("key", "What the steps are found by; the value if nothing is wired.", least=0)


class AttentionLayer(KerasLayer):
    """Each step of `query` takes what it needs of the steps of `value`."""

    dropout: Rate = Field(default=0.0, description="Share of the attention that is dropped in training.")
    seed: Seed | None = Field(default=None, description=SEED)
    use_causal_mask: bool = Field(
        default=False,
        description="A step sees none that is after it. Keras gives it in the call.",
    )
    return_attention_scores: bool = Field(
        default=False,
        description="Gives too how much each step looked at which. Keras gives it in the call.",
    )

    category: ClassVar[Category] = "attention"
    mask_out: ClassVar = "pass"
    takes_mask: ClassVar[bool] = True
    mask_ports: ClassVar[tuple[str, ...]] = ("query", "value")
    depends_on_training: ClassVar[bool] = True
    call_fields: ClassVar[tuple[str, ...]] = ("use_causal_mask", "return_attention_scores")
    input_ports: ClassVar[tuple[Port, ...]] = (QUERY, VALUE, KEY)

    @property
    def is_random(self) -> bool:
        """True where training draws a dropout mask."""
        return self.dropout > 0

    def outputs(self) -> tuple[Port, ...]:
        output = Port("output", "What each query took of the values.")
        if not self.return_attention_scores:
            return (output,)
        return output, Port("scores", "How much each query looked at each key: from 0 to 1.")

    def _compared(self, query: TensorSpec, value: TensorSpec, key: TensorSpec) -> Outputs:
        """Outputs where queries and keys are compared as they are, feature by feature.

        Raises:
            ProblemError: `shape.mismatch`.
        """
        expect_same(query, key, tuple(range(1, query.rank - 2)))
        if None not in (query.features, key.features) and query.features != key.features:
            raise refuse(
                "shape.mismatch",
                f"got query of shape {query} and key of shape {key}; they are compared feature by feature.",
                "Give them the same number of features, with a Dense before one of them.",
                port="query",
            )
        output = TensorSpec(
            (*query.shape[:-1], value.features), "float32", query.axes, query.masked, query.mask_shape
        )
        if not self.return_attention_scores:
            return {"output": output}
        scores = TensorSpec((*query.shape[:-1], value.shape[-2]), axes=(*query.axes[:-1], "keys"))
        return {"output": output, "scores": scores}

    def _switches(self) -> dict[str, Any]:
        """Constructor arguments of any attention that are not at their default."""
        names = ("dropout", *self.call_fields)
        return {name: value for name in names if (value := getattr(self, name))}


def attended(inputs: Inputs) -> tuple[TensorSpec, TensorSpec, TensorSpec]:
    """Specs of query, value and key, which are of one rank, the last two with as many steps.

    Raises:
        ProblemError: `shape.mismatch`.
    """
    query, value = one(inputs, "query"), one(inputs, "value")
    key = one(inputs, "key") if inputs.get("key") else value
    for port, spec in (("query", query), ("value", value), ("key", key)):
        if spec.rank < 3 or spec.rank != query.rank:
            wanted = "(batch, time, features)" if query.rank < 4 else f"{query.rank} axes as `query` has"
            raise refuse(
                "shape.mismatch",
                f"got shape {spec} at `{port}`; expected {wanted}.",
                "Bring it to a sequence: Reshape, RepeatVector, or an LSTM with `return_sequences`.",
                port=port,
            )
        if spec.masked and (spec.rank > 3 or len(spec.mask_shape) != 2):
            raise refuse(
                "shape.mismatch",
                f"got shape {spec} at `{port}` with a mask; masks are for (batch, time, features), one entry a step.",
                "Drop the mask before, or give tensors of three axes.",
                port=port,
            )
    if not _agree(value.shape[1:-1], key.shape[1:-1]):
        raise refuse(
            "shape.mismatch",
            f"got value of shape {value} and key of shape {key}; every value needs a key.",
            "Take both of one sequence, or leave `key` unwired.",
            port="key",
        )
    return query, value, key


def expect_same(query: TensorSpec, key: TensorSpec, axes: tuple[int, ...]) -> None:
    """Refuse axes along which nothing is attended and that differ.

    Raises:
        ProblemError: `shape.mismatch`.
    """
    for axis in axes:
        if None not in (query.shape[axis], key.shape[axis]) and query.shape[axis] != key.shape[axis]:
            raise refuse(
                "shape.mismatch",
                f"got query of shape {query} and value of shape {key}; along axis {axis} they are taken pair by "
                "pair, so they must be of one size there.",
                "Bring them to one size along that axis.",
                port="value",
            )


def _agree(first: tuple[int | None, ...], second: tuple[int | None, ...]) -> bool:
    return all(one is None or two is None or one == two for one, two in zip(first, second, strict=True))
