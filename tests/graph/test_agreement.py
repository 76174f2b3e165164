"""What the check allows can be built, and gives the shapes, types and masks that the check says."""

from collections.abc import Iterator

import pytest
import torch

from layerloom.graph.build import build
from layerloom.graph.check import check
from layerloom.graph.plan import Plan, plan
from layerloom.problems import ProblemError
from layerloom.versions import load_document
from random_documents import SMALL, grown

BATCH = 3
DOCUMENTS = 200
_MOST_BYTES = 100_000_000


def test_random_models_compute_what_the_check_says() -> None:
    """Seeds are in the failure's message: `grown(seed)` gives the document again."""
    built = 0
    for seed in range(DOCUMENTS):
        found = check(load_document(grown(seed)), SMALL)
        assert found.ok, (seed, found.problems)
        if found.totals.memory_bytes < _MOST_BYTES:
            built += not list(disagreements(seed, plan(found.inferred)))

    assert built > 0.9 * DOCUMENTS


def disagreements(seed: int, planned: Plan) -> Iterator[str]:
    """Asserts; yields what says nothing about us, such as a random id that an Embedding does not know."""
    assert not planned.problems, (seed, planned.problems)
    model = build(planned, seed=1)
    generator = torch.Generator().manual_seed(seed)
    tensors = []
    for spec in planned.inputs.values():
        shape = (BATCH, *(size or 1 for size in spec.shape[1:]))
        values = torch.rand(shape, generator=generator)
        tensors.append(values if spec.dtype == "float32" else (values * 2).to(getattr(torch, spec.dtype)))
    for is_training in (False, True):
        model.train(is_training)
        try:
            outputs, masks = model.forward_with_masks(*tensors)
        except ProblemError as error:
            yield str(error)
            return
        except Exception as error:
            pytest.fail(f"seed {seed}, training {is_training}: {type(error).__name__}: {error}")
        for (name, spec), output, mask in zip(planned.outputs.items(), outputs, masks, strict=True):
            where = f"seed {seed}, output {name}, training {is_training}"
            assert tuple(output.shape) == (BATCH, *spec.shape[1:]), where
            assert output.dtype == getattr(torch, spec.dtype), where
            assert (mask is not None) == spec.masked, where
            assert mask is None or tuple(mask.shape) == (BATCH, *spec.mask_shape[1:]), where
    roots = [output.mean() for output in outputs if output.requires_grad]
    penalty = model.regularization()
    roots += [penalty] if penalty is not None and penalty.requires_grad else []
    if roots:
        torch.stack(roots).sum().backward()
    model.set_weights(model.get_weights())
