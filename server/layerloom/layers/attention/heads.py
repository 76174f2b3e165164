"""What the attention layer types with heads share: projections, gate, window, and their weights."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from layerloom.layers.attention.ports import KEY, QUERY, VALUE, AttentionLayer, attended, expect_same
from layerloom.layers.base import Inputs, Outputs, Port, Weight, known, refuse
from layerloom.layers.calls import Call
from layerloom.layers.fields.numbers import Size
from layerloom.layers.kernels import KernelLayer
from layerloom.tensors import TensorSpec

_WHY = "it is the height of a projection's kernel"


class HeadsLayer(AttentionLayer, KernelLayer):
    """Projects query, key and value into heads, attends in each, and projects what comes out."""

    use_gate: bool = Field(
        default=False, description="Multiplies what a head took by a learned gate of the query, from 0 to 1."
    )
    sliding_window: Size | None = Field(
        default=None, description="A step sees none that is this many steps away or more; empty: all."
    )
    flash_attention: bool | None = Field(
        default=None, description="Kept for Keras' calls; torch picks the fastest kernel by itself."
    )

    penalized: ClassVar[Literal["outputs", "inside", "both"]] = "inside"
    mask_ports: ClassVar[tuple[str, ...]] = ("query", "value", "key")
    input_ports: ClassVar[tuple[Port, ...]] = (
        QUERY,
        VALUE,
        KEY,
        Port(
            "attention_mask",
            "Which query may look at which key, true or not 0: (batch, queries, keys), or an axis of heads before.",
            least=0,
        ),
    )

    def _heads(self) -> tuple[int, int, int, int]:
        """Heads of the queries, heads of keys and values, features of a key, features of a value."""
        raise NotImplementedError

    def _output_shape(self, query: TensorSpec) -> tuple[int, ...]:
        return (known(query, -1, why=_WHY, port="query"),)

    def _attention_axes(self, query: TensorSpec) -> tuple[int, ...]:
        return tuple(range(1, query.rank - 1))

    def infer(self, inputs: Inputs) -> Outputs:
        query, _, key = attended(inputs)
        self._features(inputs)
        axes = self._attention_axes(query)
        expect_same(query, key, tuple(axis for axis in range(1, query.rank - 1) if axis not in axes))
        self._check_mask(inputs, query, key, axes)
        shape = (*query.shape[:-1], *self._output_shape(query))
        names = query.axes if len(shape) == query.rank else ()
        output = TensorSpec(shape, "float32", names, query.masked, query.mask_shape)
        if not self.return_attention_scores:
            return {"output": output}
        kept = [axis for axis in range(query.rank - 1) if axis not in axes]
        scores = TensorSpec(
            (
                *(query.shape[axis] for axis in kept),
                self._heads()[0],
                *(query.shape[axis] for axis in axes),
                *(key.shape[axis] for axis in axes),
            ),
            axes=(
                *(query.axes[axis] for axis in kept),
                "heads",
                *(query.axes[axis] for axis in axes),
                *(f"key_{key.axes[axis]}" for axis in axes),
            ),
        )
        return {"output": output, "scores": scores}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        query, value, key = self._features(inputs)
        heads, shared, key_dim, value_dim = self._heads()
        output = self._output_shape(attended(inputs)[0])
        gate = self._projection("gate", (query,), (heads, value_dim)) if self.use_gate else ()
        return (
            *self._projection("query", (query,), (heads, key_dim)),
            *self._projection("key", (key,), (shared, key_dim)),
            *gate,
            *self._projection("value", (value,), (shared, value_dim)),
            *self._projection("output", (heads, value_dim), output),
        )

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        query, _, key = attended(inputs)
        heads, _, key_dim, value_dim = self._heads()
        steps = [1, 1]
        for place, spec in enumerate((query, key)):
            for size in spec.shape[1:-1]:
                steps[place] *= size or 1
        own = sum(weight.size for weight in self.weights(inputs) if weight.group.lstrip("_") in _OF_QUERIES)
        other = sum(
            weight.size for weight in self.weights(inputs) if weight.group.lstrip("_") not in _OF_QUERIES
        )
        looks = steps[0] * steps[1] * heads * (key_dim + value_dim)
        return 2 * (steps[0] * own + steps[1] * other + looks)

    def torch_call(self, inputs: Inputs) -> Call:
        heads, shared, key_dim, value_dim = self._heads()
        arguments: dict[str, Any] = {
            "features": self._features(inputs),
            "num_heads": heads,
            "key_dim": key_dim,
        }
        usual: dict[str, tuple[object, object]] = {
            "value_dim": (value_dim, key_dim),
            "num_key_value_heads": (shared, heads),
            "bias": (self.use_bias, True),
            "use_gate": (self.use_gate, False),
            "sliding_window": (self.sliding_window, None),
            "keeps_activities": (self.activity_regularizer is not None, False),
        }
        further = {name: value for name, (value, default) in usual.items() if value != default}
        return Call(
            "layerloom.layers.modules.heads.MultiHeadAttention",
            arguments | further | self._more_arguments() | self._switches(),
        )

    def _more_arguments(self) -> dict[str, Any]:
        return {}

    def _projection(self, name: str, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> tuple[Weight, ...]:
        group = f"{name}_dense"
        said = "attention_output" if name == "output" else name
        kernel = Weight(
            f"{said}_kernel", (*inputs, *outputs), self.kernel_initializer, f"{group}.weight",
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint, group=self._saved_as(group),
        )  # fmt: skip
        if not self.use_bias:
            return (kernel,)
        bias = Weight(
            f"{said}_bias", outputs, self.bias_initializer, f"{group}.bias",
            regularizer=self.bias_regularizer, constraint=self.bias_constraint, group=self._saved_as(group),
        )  # fmt: skip
        return kernel, bias

    def _saved_as(self, group: str) -> str:
        """Keras' attribute that holds a projection: the one without an underscore where there is one."""
        return f"_{group}" if group == "gate_dense" else group

    def _features(self, inputs: Inputs) -> tuple[int, int, int]:
        query, value, key = attended(inputs)
        return (
            known(query, -1, why=_WHY, port="query"),
            known(value, -1, why=_WHY, port="value"),
            known(key, -1, why=_WHY, port="key"),
        )

    def _check_mask(self, inputs: Inputs, query: TensorSpec, key: TensorSpec, axes: tuple[int, ...]) -> None:
        """The masks of order and distance are over axis 1, so they lie over the scores only where it is attended.

        Raises:
            ProblemError: `config.invalid`, `shape.mismatch`.
        """
        field = "use_causal_mask" if self.use_causal_mask else "sliding_window"
        if getattr(self, field) and axes != (1,):
            raise refuse(
                "config.invalid",
                f"attends along the axes {list(axes)} of {query}; `{field}` is for axis 1 alone.",
                "Give (batch, time, features), or take it off.",
                field=field,
            )
        if not inputs.get("attention_mask"):
            return
        mask = inputs["attention_mask"][0]
        kept = [query.shape[axis] for axis in range(query.rank - 1) if axis not in axes]
        over = [
            *kept,
            self._heads()[0],
            *(query.shape[axis] for axis in axes),
            *(key.shape[axis] for axis in axes),
        ]
        wanted = (
            over if mask.rank == len(over) else [*over[: mask.rank - 2 * len(axes)], *over[-2 * len(axes) :]]
        )
        if (
            not 2 * len(axes) < mask.rank <= len(over)
            or len(wanted) != mask.rank
            or not _lies_over(mask.shape, wanted)
        ):
            raise refuse(
                "shape.mismatch",
                f"got attention_mask of shape {mask}; it lies over {_shown(over)}, heads at place {len(kept)}.",
                f"Give it the shape {_shown([*kept[:1], *over[-2 * len(axes) :]])}.",
                port="attention_mask",
            )


_OF_QUERIES = frozenset({"query_dense", "gate_dense", "output_dense"})


def _lies_over(shape: tuple[int | None, ...], wanted: list[int | None]) -> bool:
    return all(None in (size, want) or size in (1, want) for size, want in zip(shape, wanted, strict=True))


def _shown(shape: list[int | None]) -> str:
    return "(batch, " + ", ".join("…" if size is None else str(size) for size in shape[1:]) + ")"
