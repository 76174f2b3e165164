"""Wrong graphs, each beside the lines of Keras that make the same mistake: for tests and for the documentation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from builder import ModelBuilder, plain_document

Made = ModelBuilder | dict[str, Any]


@dataclass(frozen=True)
class WrongGraph:
    """`says` are words that the message must have: what was received, what was expected."""

    title: str
    make: Callable[[], Made]
    node: str
    code: str
    says: tuple[str, ...]
    keras: str

    def document(self) -> dict[str, Any]:
        made = self.make()
        return plain_document(made) if isinstance(made, ModelBuilder) else made


def graph() -> ModelBuilder:
    return ModelBuilder()


def one(
    shape: list[int | None], kind: str, port: str = "inputs", **config: Any
) -> Callable[[], ModelBuilder]:
    """`x` → `wrong` → `y`."""
    return lambda: graph().input("x", shape).call("wrong", kind, "x", port, **config).output("y", "wrong")


def two(
    first: list[int | None], second: list[int | None], kind: str, **config: Any
) -> Callable[[], ModelBuilder]:
    """`a` and `b` → `wrong` → `y`."""
    return lambda: (
        graph()
        .input("a", first)
        .input("b", second)
        .call("wrong", kind, ["a", "b"], **config)
        .output("y", "wrong")
    )


def states(*sizes: int) -> Callable[[], ModelBuilder]:
    def make() -> ModelBuilder:
        main = graph().input("x", [5, 3]).layer("wrong", "LSTM", units=4)
        for index, size in enumerate(sizes):
            main.input(f"s{index}", [size])
        sources = [f"s{index}" for index in range(len(sizes))]
        return main.node("wrong", "wrong", "sequence", "x", initial_state=sources).output("y", "wrong")

    return make


def nested(shape: list[int], *inputs: str) -> Callable[[], dict[str, Any]]:
    """A model of inputs `p` and `q`, called with `inputs` of one shape."""

    def make() -> dict[str, Any]:
        inner = graph().input("p", [4]).input("q", [4]).call("sum", "Add", ["p", "q"]).output("r", "sum")
        main = graph().input("x", shape).layer("wrong", "Model", model="inner")
        first, *rest = inputs
        main.node("wrong", "wrong", first, "x", **dict.fromkeys(rest, "x"))
        return plain_document(main.output("y", "wrong"), inner=inner)

    return make


def recursive() -> dict[str, Any]:
    inner = graph().input("p", [4]).layer("wrong", "Model", model="inner").node("wrong", "wrong", "p", "p")
    main = graph().input("x", [4]).call("call", "Model", "x", "p", model="inner").output("y", "call")
    return plain_document(main, inner=inner.output("r", "wrong"))


def shared(first: list[int], second: list[int], kind: str, **config: Any) -> Callable[[], ModelBuilder]:
    """One layer called on `a`, then as `wrong` on `b`."""
    return lambda: (
        graph()
        .input("a", first)
        .input("b", second)
        .layer("layer", kind, **config)
        .node("first", "layer", "inputs", "a")
        .node("wrong", "layer", "inputs", "b")
        .output("y", "first")
        .output("z", "wrong")
    )


def timed(shape: list[int], kind: str, **config: Any) -> Callable[[], ModelBuilder]:
    return lambda: (
        graph()
        .input("x", shape)
        .layer("step", kind, **config)
        .call("wrong", "TimeDistributed", "x", layer="step")
        .output("y", "wrong")
    )


def cycle() -> ModelBuilder:
    return (
        graph()
        .input("x", [8])
        .call("wrong", "Add", ["x", "back"])
        .call("back", "Dense", "wrong", units=8)
        .output("y", "back")
    )


def flat_open() -> ModelBuilder:
    return (
        graph()
        .input("x", [None, 3])
        .call("flat", "Flatten", "x")
        .call("wrong", "Dense", "flat", units=2)
        .output("y", "wrong")
    )


def unwired() -> ModelBuilder:
    return graph().input("x", [8]).call("wrong", "Dense", units=4).output("y", "wrong")


def two_steps_counts() -> ModelBuilder:
    return (
        graph()
        .input("a", [5, 3])
        .input("b", [6, 3])
        .layer("merge", "Add")
        .call("wrong", "TimeDistributed", ["a", "b"], layer="merge")
        .output("y", "wrong")
    )


_X = "x = Input((%s,))\n"

CASES: tuple[WrongGraph, ...] = (
    WrongGraph(
        "Concatenate over different lengths", two([7, 8], [5, 8], "Concatenate"), "wrong", "shape.mismatch",
        ("(batch, 7, 8)", "(batch, 5, 8)", "axis -1"),
        "layers.Concatenate()([Input((7, 8)), Input((5, 8))])",
    ),
    WrongGraph(
        "Add of different widths", two([3], [4], "Add"), "wrong", "shape.mismatch",
        ("(batch, 3)", "(batch, 4)"), "layers.Add()([Input((3,)), Input((4,))])",
    ),
    WrongGraph(
        "Multiply of a sequence and a vector of its length", two([5, 4], [5], "Multiply"), "wrong",
        "shape.mismatch", ("(batch, 5, 4)", "(batch, 5)"), "layers.Multiply()([Input((5, 4)), Input((5,))])",
    ),
    WrongGraph(
        "Maximum over different pictures", two([8, 8, 1], [4, 4, 1], "Maximum"), "wrong", "shape.mismatch",
        ("(batch, 8, 8, 1)", "(batch, 4, 4, 1)"), "layers.Maximum()([Input((8, 8, 1)), Input((4, 4, 1))])",
    ),
    WrongGraph(
        "Dot over axes of different size", two([3], [4], "Dot", axes=1), "wrong", "shape.mismatch",
        ("size 3", "4"), "layers.Dot(axes=1)([Input((3,)), Input((4,))])",
    ),
    WrongGraph(
        "Dot over an axis that is not there", two([3], [3], "Dot", axes=2), "wrong", "config.invalid",
        ("axis 2", "(batch, 3)"), "layers.Dot(axes=2)([Input((3,)), Input((3,))])",
    ),
    WrongGraph(
        "Dot of three tensors",
        lambda: graph().input("a", [3]).input("b", [3]).input("c", [3])
        .call("wrong", "Dot", ["a", "b", "c"], axes=1).output("y", "wrong"),
        "wrong", "port.too_many", ("takes 2", "3 are connected"),
        "layers.Dot(axes=1)([Input((3,)), Input((3,)), Input((3,))])",
    ),
    WrongGraph(
        "Subtract of one tensor", one([3], "Subtract"), "wrong", "port.missing", ("1 of at least 2",),
        "layers.Subtract()([Input((3,))])",
    ),
    WrongGraph(
        "Concatenate along an axis that is not there", two([3], [3], "Concatenate", axis=4), "wrong",
        "config.invalid", ("axis", "4", "(batch, 3)"),
        "layers.Concatenate(axis=4)([Input((3,)), Input((3,))])",
    ),
    WrongGraph(
        "LSTM on a vector", one([8], "LSTM", "sequence", units=4), "wrong", "shape.mismatch",
        ("(batch, 8)", "(batch, time, features)"), "layers.LSTM(4)(Input((8,)))",
    ),
    WrongGraph(
        "GRU on a picture", one([8, 8, 3], "GRU", "sequence", units=4), "wrong", "shape.mismatch",
        ("(batch, 8, 8, 3)", "(batch, time, features)"), "layers.GRU(4)(Input((8, 8, 3)))",
    ),
    WrongGraph(
        "A second LSTM on the first one's last step",
        lambda: graph().input("x", [5, 3]).call("first", "LSTM", "x", "sequence", units=4)
        .call("wrong", "LSTM", "first", "sequence", units=4).output("y", "wrong"),
        "wrong", "shape.mismatch", ("(batch, 4)", "(batch, time, features)"),
        "layers.LSTM(4)(layers.LSTM(4)(Input((5, 3))))",
    ),
    WrongGraph(
        "LSTM with one state of two", states(4), "wrong", "port.count", ("1 tensors", "state_h, state_c"),
        "layers.LSTM(4)(Input((5, 3)), initial_state=[Input((4,))])",
    ),
    WrongGraph(
        "LSTM with a state of another size", states(4, 6), "wrong", "shape.mismatch",
        ("state_c", "(batch, 6)", "(batch, 4)"),
        "layers.LSTM(4)(Input((5, 3)), initial_state=[Input((4,)), Input((6,))])",
    ),
    WrongGraph(
        "Conv2D on a grey picture without channels", one([28, 28], "Conv2D", filters=8, kernel_size=3), "wrong",
        "shape.mismatch", ("(batch, 28, 28)", "channels"), "layers.Conv2D(8, 3)(Input((28, 28)))",
    ),
    WrongGraph(
        "Conv2D with a kernel larger than the picture", one([4, 4, 1], "Conv2D", filters=8, kernel_size=5),
        "wrong", "shape.mismatch", ("(batch, 4, 4, 1)", "[5, 5]"), "layers.Conv2D(8, 5)(Input((4, 4, 1)))",
    ),
    WrongGraph(
        "Conv2D on an unknown number of channels", one([8, 8, None], "Conv2D", filters=8, kernel_size=3),
        "wrong", "shape.unknown", ("channels", "depth of the kernel"),
        "layers.Conv2D(8, 3)(Input((8, 8, None)))",
    ),
    WrongGraph(
        "Conv2D with groups that do not divide the channels",
        one([8, 8, 3], "Conv2D", filters=4, kernel_size=3, groups=2), "wrong", "shape.mismatch",
        ("3 channels", "`groups` 2"), "layers.Conv2D(4, 3, groups=2)(Input((8, 8, 3)))",
    ),
    WrongGraph(
        "Conv2D with groups that do not divide the filters",
        one([8, 8, 4], "Conv2D", filters=5, kernel_size=3, groups=2), "wrong", "config.invalid",
        ("`filters` 5", "`groups` 2"), "layers.Conv2D(5, 3, groups=2)",
    ),
    WrongGraph(
        "Conv2D with strides and dilation",
        one([8, 8, 4], "Conv2D", filters=5, kernel_size=3, strides=2, dilation_rate=2), "wrong",
        "config.invalid", ("`strides`", "`dilation_rate`"), "layers.Conv2D(5, 3, strides=2, dilation_rate=2)",
    ),
    WrongGraph(
        "Conv1D on a vector", one([100], "Conv1D", filters=8, kernel_size=3), "wrong", "shape.mismatch",
        ("(batch, 100)",), "layers.Conv1D(8, 3)(Input((100,)))",
    ),
    WrongGraph(
        "MaxPooling2D with a window larger than the picture", one([3, 3, 1], "MaxPooling2D", pool_size=4),
        "wrong", "shape.mismatch", ("(batch, 3, 3, 1)", "[4, 4]"), "layers.MaxPooling2D(4)(Input((3, 3, 1)))",
    ),
    WrongGraph(
        "GlobalAveragePooling2D on a vector", one([10], "GlobalAveragePooling2D"), "wrong", "shape.mismatch",
        ("(batch, 10)",), "layers.GlobalAveragePooling2D()(Input((10,)))",
    ),
    WrongGraph(
        "BatchNormalization along an axis that is not there", one([8, 8], "BatchNormalization", axis=3),
        "wrong", "config.invalid", ("(batch, 8, 8)", "`axis` is 3"),
        "layers.BatchNormalization(axis=3)(Input((8, 8)))",
    ),
    WrongGraph(
        "Dense after Flatten of an open length", flat_open, "wrong", "shape.unknown", ("must be known",),
        "layers.Dense(2)(layers.Flatten()(Input((None, 3))))",
    ),
    WrongGraph(
        "Reshape to another number of entries", one([8], "Reshape", target_shape=[3, 3]), "wrong",
        "shape.mismatch", ("(batch, 8)", "9"), "layers.Reshape((3, 3))(Input((8,)))",
    ),
    WrongGraph(
        "Reshape with two open sizes", one([8], "Reshape", target_shape=[-1, -1]), "wrong", "config.invalid",
        ("-1", "only once"), "layers.Reshape((-1, -1))(Input((8,)))",
    ),
    WrongGraph(
        "Permute with too few axes", one([8, 4, 2], "Permute", dims=[2, 1]), "wrong", "shape.mismatch",
        ("(batch, 8, 4, 2)", "[2, 1]"), "layers.Permute((2, 1))(Input((8, 4, 2)))",
    ),
    WrongGraph(
        "RepeatVector of a sequence", one([8, 4], "RepeatVector", n=3), "wrong", "shape.mismatch",
        ("(batch, 8, 4)", "(batch, features)"), "layers.RepeatVector(3)(Input((8, 4)))",
    ),
    WrongGraph(
        "glu over an odd width", one([7], "Activation", activation="glu"), "wrong", "shape.mismatch",
        ("size 7", "even"), "layers.Activation('glu')(Input((7,)))",
    ),
    WrongGraph(
        "A cycle", cycle, "wrong", "graph.cycle", ("`wrong`", "back"),
        "'a cycle cannot be written down in Keras: a tensor exists before it is used'",
    ),
    WrongGraph(
        "A layer that nothing is connected to", unwired, "wrong", "port.missing", ("nothing is connected",),
        "Model(Input((8,)), layers.Dense(4)())",
    ),
    WrongGraph(
        "Two tensors into a Dense", two([3], [3], "Dense", units=4), "wrong", "port.too_many",
        ("takes 1", "2 are connected"), "layers.Dense(4)([Input((3,)), Input((3,))])",
    ),
    WrongGraph(
        "One Dense on two widths", shared([3], [4], "Dense", units=2), "wrong", "weights.conflict",
        ("(batch, 4)", "(batch, 3)", "`layer`"),
        "layer = layers.Dense(2)\nlayer(Input((3,)))\nlayer(Input((4,)))",
    ),
    WrongGraph(
        "One Conv2D on pictures of other channels", shared([8, 8, 1], [8, 8, 3], "Conv2D", filters=2, kernel_size=3),
        "wrong", "weights.conflict", ("(batch, 8, 8, 3)", "(batch, 8, 8, 1)"),
        "layer = layers.Conv2D(2, 3)\nlayer(Input((8, 8, 1)))\nlayer(Input((8, 8, 3)))",
    ),
    WrongGraph(
        "A model called on another shape", nested([5], "p", "q"), "wrong", "shape.mismatch",
        ("(batch, 5)", "(batch, 4)"),
        "p, q = Input((4,)), Input((4,))\nModel([p, q], layers.Add()([p, q]))([Input((5,)), Input((5,))])",
    ),
    WrongGraph(
        "A model called without one of its inputs", nested([4], "p"), "wrong", "port.missing", ("`q`",),
        "p, q = Input((4,)), Input((4,))\nModel([p, q], layers.Add()([p, q]))([Input((4,))])",
    ),
    WrongGraph(
        "A model that contains itself", recursive, "wrong", "model.recursive", ("can't contain itself",),
        "'a model cannot be called before it is there'",
    ),
    WrongGraph(
        "TimeDistributed on a tensor without time", timed([], "Dense", units=2), "wrong", "shape.mismatch",
        ("(batch, time",), "layers.TimeDistributed(layers.Dense(2))(Input(()))",
    ),
    WrongGraph(
        "TimeDistributed pictures without a time axis", timed([28, 28, 1], "Conv2D", filters=2, kernel_size=3),
        "wrong", "shape.mismatch", ("channels",),
        "layers.TimeDistributed(layers.Conv2D(2, 3))(Input((28, 28, 1)))",
    ),
    WrongGraph(
        "TimeDistributed over sequences of different lengths", two_steps_counts, "wrong", "shape.mismatch",
        ("5 steps", "6"), "layers.TimeDistributed(layers.Add())([Input((5, 3)), Input((6, 3))])",
    ),
    WrongGraph(
        "A layer type that is not there", one([3], "Dens", units=4), "wrong", "layer.unknown", ("`Dens`",),
        "layers.Dens(4)",
    ),
    WrongGraph(
        "Dense without units", one([3], "Dense"), "wrong", "config.missing", ("`units`",), "layers.Dense()",
    ),
    WrongGraph(
        "Dense with a negative number of units", one([3], "Dense", units=-4), "wrong", "config.invalid",
        ("`units`", "-4", "greater than or equal to 1"), "layers.Dense(-4)",
    ),
    WrongGraph(
        "Dense with a text for its units", one([3], "Dense", units="many"), "wrong", "config.invalid",
        ("`units`", "'many'", "integer"), "layers.Dense('many')",
    ),
    WrongGraph(
        "A config field that is not there", one([3], "Dense", units=4, actvation="relu"), "wrong",
        "config.unknown", ("`actvation`",), "layers.Dense(4, actvation='relu')",
    ),
    WrongGraph(
        "An activation that is misspelt", one([3], "Dense", units=4, activation="rellu"), "wrong",
        "config.invalid", ("'rellu'", "did you mean `relu"), "layers.Dense(4, activation='rellu')",
    ),
    WrongGraph(
        "An initializer that is misspelt", one([3], "Dense", units=4, kernel_initializer="glorot"), "wrong",
        "config.invalid", ("`glorot`", "did you mean"), "layers.Dense(4, kernel_initializer='glorot')",
    ),
    WrongGraph(
        "A dropout rate above 1", one([3], "Dropout", rate=1.5), "wrong", "config.invalid",
        ("`rate`", "1.5", "less than or equal to 1"), "layers.Dropout(1.5)",
    ),
    WrongGraph(
        "A matrix's initializer on a picture's kernel",
        one([8, 8, 3], "Conv2D", filters=4, kernel_size=3, kernel_initializer="identity"), "wrong",
        "config.invalid", ("`Identity`", "(3, 3, 3, 4)"),
        "layers.Conv2D(4, 3, kernel_initializer='identity')(Input((8, 8, 3)))",
    ),
)  # fmt: skip
