"""A loss of sequences without an alignment: speech, handwriting."""

from typing import TYPE_CHECKING, ClassVar, Literal

from layerloom.tensors import TensorSpec
from layerloom.training.losses.base import Loss

if TYPE_CHECKING:
    from torch import Tensor


class CTC(Loss):
    """Connectionist temporal classification: any alignment of the labels with the steps will do.

    Outputs are logits, (batch, time, classes); targets are class numbers, (batch, labels), filled up with
    0, which is also the class of no label. Graves et al., 2006.
    """

    type_name: ClassVar[str] = "ctc"
    targets: ClassVar[Literal["numbers", "classes"]] = "classes"

    def mismatch(self, output: TensorSpec) -> tuple[str, str] | None:
        if output.rank == 3:
            return None
        return (
            f"`ctc` needs logits for each step, (batch, time, classes); received {output}.",
            "Keep the steps: `return_sequences` in a recurrent layer, and a Dense layer after it.",
        )

    def values(self, target: "Tensor", output: "Tensor") -> "Tensor":
        from torch.nn import functional

        steps = output.shape[1]
        return functional.ctc_loss(
            output.log_softmax(-1).transpose(0, 1),
            target,
            input_lengths=target.new_full((len(target),), steps),
            target_lengths=(target != 0).sum(-1),
            blank=0,
            reduction="none",
        )
