"""What a layer type is: a frozen pydantic model whose fields are Keras' config, with its ports and its
arithmetic.

One type, one file in `layers/<category>/`. By hand: the fields, `infer`, `weights` and `torch_call`; the
inspector's form, checking, documentation and tests derive from them. No torch here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from layerloom.layers.calls import Call
from layerloom.problems import Problem, ProblemError, Severity
from layerloom.tensors import DType, Shape, TensorSpec

Category = Literal[
    "core", "activations", "recurrent", "convolution", "pooling", "normalization", "regularization",
    "reshaping", "attention", "merging", "preprocessing", "wrappers", "operations",
]  # fmt: skip

Inputs = Mapping[str, Sequence[TensorSpec]]
"""Specs by input port, in edge order; a port with nothing wired is absent."""

Outputs = dict[str, TensorSpec]
"""Specs by output port."""


@dataclass(frozen=True, slots=True)
class Port:
    """A named input or output. An input takes `least` to `most` edges (`most=None`: any number)."""

    name: str
    description: str = ""
    least: int = 1
    most: int | None = 1

    @property
    def is_variadic(self) -> bool:
        return self.most is None or self.most > 1


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight of a layer, by Keras' name and shape.

    `initializer` is Keras' (`{"type": "GlorotUniform", "config": {}}`); `path` is its dotted name below the
    module that `torch_call` makes; `layout` says how Keras' array becomes torch's: the permutation of its
    axes, or a name that `layers.modules.layouts` knows. `trainable=False` for statistics, such as a moving
    mean. `regularizer` and `constraint` are Keras' too, read by `layers.modules.regularizers` and
    `constraints`. `group` is the object below the layer that holds it in Keras' weights file: `cell`,
    `query_dense`, `forward_layer/cell`; weights of one group stand there in this order (`vars/0`, `vars/1`, …).
    `copies` are groups that hold it once more.
    """

    name: str
    shape: tuple[int, ...]
    initializer: Mapping[str, Any]  # Any: an initializer's config holds any JSON
    path: str
    layout: tuple[int, ...] | str | None = None
    trainable: bool = True
    regularizer: Mapping[str, Any] | None = None
    constraint: Mapping[str, Any] | None = None
    group: str = ""
    copies: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        total = 1
        for size in self.shape:
            total *= size
        return total


@dataclass(frozen=True, slots=True)
class Example:
    """A use of a layer type: shown in its help, run by the contract test."""

    title: str
    config: Mapping[str, Any]  # Any: JSON
    inputs: Mapping[str, Sequence[TensorSpec]] = field(default_factory=dict)
    layers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # Any: JSON
    """Further layers that the config names, as a document holds them: `{"lstm": {"type": "LSTM", …}}`."""


POLICIES = ("float32", "mixed_bfloat16")
"""Keras' dtype policies that layers have here."""


def policy_name(value: object) -> object:
    """Keras' dtype policy, given by its name or as saved.

    Raises:
        ValueError: Layers have no such policy here.
    """
    name = value
    if isinstance(value, Mapping):  # Keras' DTypePolicy as saved
        config = value.get("config")
        name = config.get("name") if isinstance(config, Mapping) else None
    if name is not None and name not in POLICIES:
        raise ValueError(f"layers compute in float32 or mixed_bfloat16; received {value!r}")
    return name


class LayerType(BaseModel):
    """Base of every layer type. Fields bear Keras' names and defaults exactly.

    Masks: `mask_out` says what becomes of an input's mask: `drop`, `pass` (the mask of the first input port
    goes on with the first output) or `own` (`infer` alone knows whether there is one, and the module has
    `compute_mask(*inputs, mask=...)`, which gives one mask or None for each output port: bare if there is
    one port, else a tuple). In every case the specs that `infer` returns say `masked` and `mask_shape`
    truly. With `takes_mask` the module's forward has a keyword `mask`: the mask of the first input port, or
    None; a list of them (or Nones) if that port is variadic. With `mask_ports` it is a sequence with the mask,
    or None, of each port named there, and None where there is none at all.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        protected_namespaces=(),
        field_title_generator=lambda name, info: name.replace("_", " ").capitalize(),
    )

    category: ClassVar[Category]
    search_words: ClassVar[tuple[str, ...]] = ()
    input_ports: ClassVar[tuple[Port, ...]] = (Port("inputs", "Tensor that the layer is called on."),)
    examples: ClassVar[tuple[Example, ...]] = ()
    mask_out: ClassVar[Literal["drop", "pass", "own"]] = "drop"
    takes_mask: ClassVar[bool] = False
    mask_ports: ClassVar[tuple[str, ...]] = ()
    """Ports, none of them variadic, whose masks a forward that `takes_mask` gets; empty: the first port's."""
    penalized: ClassVar[Literal["outputs", "inside", "both"]] = "outputs"
    """What `activity_regularizer` looks at: the outputs, or what the module's `activities()` gives after a call."""
    keras_name: ClassVar[str | None] = None
    """Class name in Keras where it differs from ours; empty string: Keras has none."""
    depends_on_training: ClassVar[bool] = False
    """True where training and inference differ (dropout, batch statistics): not to be folded over time."""
    call_fields: ClassVar[tuple[str, ...]] = ()
    """Config fields of ours that Keras takes in the call instead (`use_causal_mask`)."""
    binds: ClassVar[tuple[str, ...]] = ()
    """Config fields that name layers whose configs this one copies (`layers.binding`); no weights are shared."""
    is_callable: ClassVar[bool] = True
    """False for what only another layer's config names, such as a recurrent cell: a node can't call it."""
    structural: ClassVar[bool] = False
    """True where the graph does the work (Input, Output, Join, Model, TimeDistributed): no `torch_call`."""

    def outputs(self) -> tuple[Port, ...]:
        """The output ports, which may depend on the config (`return_state`)."""
        return (Port("output", "The layer's result."),)

    def infer(self, inputs: Inputs) -> Outputs:
        """Specs of the outputs, by arithmetic alone.

        Required ports are wired when this is called. Raises `ProblemError` with `shape.mismatch`,
        `config.invalid`, … (use `refuse`); model and node are filled in by the caller.
        """
        raise NotImplementedError(type(self).__name__)

    def call_arguments(self, inputs: Inputs) -> Mapping[str, Any]:  # Any: JSON
        """What Keras takes in a call on such inputs: values of `call_fields`."""
        return {name: getattr(self, name) for name in self.call_fields}

    def weights(self, inputs: Inputs) -> tuple[Weight, ...]:
        """The weights that a first call on such inputs makes, in Keras' order."""
        return ()

    def flops(self, inputs: Inputs, outputs: Outputs) -> int:
        """Floating point operations of one sample's forward pass, a multiply-add counted as two."""
        return sum(spec.elements or 0 for spec in outputs.values())

    def torch_call(self, inputs: Inputs) -> Call:
        """The constructor call that makes the module, and can be printed as source."""
        raise NotImplementedError(type(self).__name__)


_POLICY_SCHEMA: dict[str, Any] = {"anyOf": [{"type": "string", "enum": list(POLICIES)}, {"type": "null"}]}


class KerasLayer(LayerType):
    """Base of the layer types that Keras has too: what every Keras layer's config holds."""

    name: str | None = Field(
        default=None,
        max_length=200,
        description="Keras' name of the layer. The layer's id is what counts here.",
    )
    trainable: bool = Field(
        default=True, description="Off: training leaves the layer's weights as they are (frozen)."
    )
    dtype: Annotated[str | None, BeforeValidator(policy_name), WithJsonSchema(_POLICY_SCHEMA)] = Field(
        default=None,
        description="Keras' policy: `float32`, or `mixed_bfloat16` (computes in bfloat16, keeps float32 weights).",
    )

    left_out: ClassVar[Mapping[str, str]] = {}
    """Keys of Keras' config that are read only where they are null, with what they would do."""

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_left_out(cls, value: Any) -> Any:  # Any: what somebody gave
        if not isinstance(value, Mapping) or not cls.left_out.keys() & value.keys():
            return value
        for key, meaning in cls.left_out.items():
            if value.get(key) is not None:
                raise ValueError(
                    f"`{key}` is {value[key]!r}, which asks for {meaning}; that is not supported: take it out"
                )
        return {key: each for key, each in value.items() if key not in cls.left_out}

    @property
    def computes_in(self) -> DType:
        """Type to which what comes in is turned, and which comes out."""
        return "bfloat16" if self.dtype == "mixed_bfloat16" else "float32"


def one(inputs: Inputs, port: str = "inputs") -> TensorSpec:
    """The single spec of a port."""
    return inputs[port][0]


def refuse(
    code: str, message: str, hint: str = "", *, port: str | None = None, field: str | None = None
) -> ProblemError:
    """`raise refuse("shape.mismatch", "got rank 2, …", "add Reshape …")`."""
    return ProblemError(
        Problem(code=code, severity=Severity.ERROR, message=message, hint=hint, port=port, field=field)
    )


def known(spec: TensorSpec, axis: int, *, why: str, port: str = "inputs") -> int:
    """The size of an axis that must be known before run time (it shapes a weight).

    Raises:
        ProblemError: `shape.unknown`.
    """
    size = spec.shape[axis]
    if size is None:
        raise refuse(
            "shape.unknown",
            f"got shape {spec}; the size of its axis `{spec.axes[axis]}` must be known, because {why}.",
            "Give that axis a size in the Input's `shape`.",
            port=port,
        )
    return size


def expect_rank(spec: TensorSpec, rank: int, wanted: str, hint: str, *, port: str = "inputs") -> None:
    """Refuse an input of another rank: `expect_rank(spec, 3, "(batch, time, features)", "add Reshape")`.

    Raises:
        ProblemError: `shape.mismatch`.
    """
    if spec.rank != rank:
        raise refuse("shape.mismatch", f"got shape {spec}; expected {wanted}.", hint, port=port)


def expect_axis(spec: TensorSpec, axis: int, *, field: str = "axis", port: str = "inputs") -> int:
    """An axis of the config, counted from the front; the batch is 0.

    Raises:
        ProblemError: `config.invalid` where the tensor has no such axis, or it is the batch.
    """
    position = axis + spec.rank if axis < 0 else axis
    if not 0 < position < spec.rank:
        raise refuse(
            "config.invalid",
            f"got shape {spec}; `{field}` is {axis}, which is not one of its axes after the batch.",
            f"Set `{field}` to a number from 1 to {spec.rank - 1}, or to -1 for the last axis.",
            port=port,
            field=field,
        )
    return position


def as_float(dtype: DType) -> DType:
    """The type of a result that is computed with weights or divisions."""
    return dtype if dtype in ("float32", "float64", "float16", "bfloat16") else "float32"


def floating(spec: TensorSpec) -> TensorSpec:
    """The same tensor with decimal points, as `as_float` says."""
    dtype = as_float(spec.dtype)
    return spec if dtype == spec.dtype else replace(spec, dtype=dtype)


def conv_output(size: int | None, kernel: int, stride: int, padding: str, dilation: int = 1) -> int | None:
    """Cells after a convolution or pooling window along one axis; may be less than 1 (the caller refuses)."""
    if size is None:
        return None
    if padding == "same" or padding == "causal":
        return -(-size // stride)
    return -(-(size - (kernel - 1) * dilation) // stride)


__all__ = [
    "Category", "Example", "Inputs", "KerasLayer", "LayerType", "Outputs", "Port", "Shape", "Weight",
    "as_float", "conv_output", "expect_axis", "expect_rank", "floating", "known", "one", "policy_name",
    "refuse",
]  # fmt: skip
