"""One place for each value."""

from typing import ClassVar

from layerloom.data.encoders.categories import Categories


class OneHot(Categories):
    """As many numbers as there are values: 1 at the place of the value, else 0.

    An unknown value that is ignored becomes zeros.
    """

    type_name: ClassVar[str] = "one-hot"
