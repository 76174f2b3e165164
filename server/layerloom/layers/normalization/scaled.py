"""What the normalizations that learn a factor and an offset share: the fields and the two weights."""

from pydantic import Field

from layerloom.layers.base import KerasLayer, Weight
from layerloom.layers.fields.constraint import Constraint
from layerloom.layers.fields.initializer import Initializer, initializer
from layerloom.layers.fields.regularizer import Regularizer


class ScaledLayer(KerasLayer):
    """Learns gamma, a factor, and beta, an offset, after the input is normalised."""

    center: bool = Field(default=True, description="Learns an offset, beta.")
    scale: bool = Field(default=True, description="Learns a factor, gamma.")
    beta_initializer: Initializer = initializer("zeros", "How beta starts.")
    gamma_initializer: Initializer = initializer("ones", "How gamma starts.")
    beta_regularizer: Regularizer = Field(default=None, description="Penalty on beta, added to the loss.")
    gamma_regularizer: Regularizer = Field(default=None, description="Penalty on gamma, added to the loss.")
    beta_constraint: Constraint = Field(default=None, description="Bound on beta, kept after each step.")
    gamma_constraint: Constraint = Field(default=None, description="Bound on gamma, kept after each step.")

    def _gamma(self, shape: tuple[int, ...]) -> Weight:
        return Weight(
            "gamma", shape, self.gamma_initializer, "weight",
            regularizer=self.gamma_regularizer, constraint=self.gamma_constraint,
        )  # fmt: skip

    def _beta(self, shape: tuple[int, ...]) -> Weight:
        return Weight(
            "beta", shape, self.beta_initializer, "bias",
            regularizer=self.beta_regularizer, constraint=self.beta_constraint,
        )  # fmt: skip

    def _scaling(self, shape: tuple[int, ...]) -> tuple[Weight, ...]:
        """Gamma and beta, those that the config asks for."""
        return (
            *((self._gamma(shape),) if self.scale else ()),
            *((self._beta(shape),) if self.center else ()),
        )
