"""A model's ends: their order, and a model that is not to be trained."""

from builder import ModelBuilder, plain_document
from layerloom.graph.build import build
from layerloom.graph.infer import infer
from layerloom.graph.plan import plan
from layerloom.graph.resolve import resolve
from layerloom.versions import load_document


def test_ends_stand_in_the_order_that_the_model_gives_and_then_by_id() -> None:
    main = ModelBuilder()
    for name in ("a", "b", "c"):
        main.input(name, [4]).output(f"out_{name}", name)
    data = plain_document(main)
    data["models"]["main"] |= {"inputs": ["c", "gone", "a"], "outputs": {"y": "out_a", "x": ["out_c"]}}

    model = resolve(load_document(data)).models["main"]

    assert model.inputs == ("c", "a", "b")
    assert model.outputs == ("out_c", "out_a", "out_b")


def test_a_model_that_is_not_to_be_trained_has_no_trainable_weight_wherever_it_is_called() -> None:
    vision = ModelBuilder().input("x", [4]).call("dense", "Dense", "x", units=3).output("y", "dense")
    main = (
        ModelBuilder().input("x", [4]).call("vision", "Model", "x", "x", model="vision").output("y", "vision")
    )
    data = plain_document(main, vision=vision)
    data["models"]["vision"]["trainable"] = False

    inferred = infer(resolve(load_document(data)))

    assert inferred.models["main"].weights == 15
    assert inferred.models["main"].trainable == 0
    assert not any(weight.requires_grad for _, weight, _ in build(plan(inferred)).weights())
