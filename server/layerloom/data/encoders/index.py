"""The place of the value."""

from typing import ClassVar

from layerloom.data.encoders.categories import Categories


class Index(Categories):
    """The number of the value among all values, from 0: for an `Embedding`, or as the number of a class.

    An unknown value that is ignored gets the number after the last one, so an `Embedding` needs one place more.
    """

    type_name: ClassVar[str] = "index"
