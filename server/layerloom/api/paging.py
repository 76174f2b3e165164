"""Lists: `?limit=&cursor=` in, `{"items": […], "next": cursor or null}` out."""

from typing import Annotated

from fastapi import Query

LimitQuery = Annotated[int, Query(ge=1, le=1000, description="Most items in this page.")]
CursorQuery = Annotated[
    str | None, Query(max_length=500, description="The `next` of the page before; none for the first page.")
]
