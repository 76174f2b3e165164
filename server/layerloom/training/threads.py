"""How many threads a model's steps are worth, by counting the work of one step.

Counted, not timed: the number of threads may change the last bits of a sum, and a clock on a busy machine
would make the same seed give other losses.
"""

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

_WORTH = 2_500_000
"""Floating point operations a kernel call from which several threads pay; below, waking them costs more.

On two cores, one thread against two in ms a step: 4.1 and 5.8 at 1.4 million (digits-cnn), 6.3 and 44 at 1.1 million
(a model under TimeDistributed), 2.8 and 2.3 at 0.9 million (shared-lstm).
"""


class WorkCount(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch has no types there
    """Counts the kernels that its block calls and their floating point operations, backward pass included."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls = 0
        self.operations = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """torch asks; by its default it would import its whole compiler at the first step, for two seconds."""
        return False

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]  # torch's own
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        self.calls += 1
        packet = func._overloadpacket
        if packet in flop_registry:
            self.operations += flop_registry[packet](*args, **kwargs, out_val=result)
        elif "rnn" in str(packet) or "lstm" in str(packet):
            self.operations += _recurrent(args)
        return result

    def threads(self, available: int) -> int:
        """One, or all that are available."""
        return available if self.operations > _WORTH * max(1, self.calls) else 1


def _recurrent(args: tuple[object, ...]) -> int:
    """A fused recurrent kernel: each row of each step meets every weight once."""
    tensors = [argument for argument in args if isinstance(argument, torch.Tensor)]
    if not tensors:
        return 0
    rows = tensors[0].numel() // max(1, tensors[0].shape[-1])
    return 2 * rows * sum(tensor.numel() for tensor in tensors[1:] if tensor.dim() == 2)
