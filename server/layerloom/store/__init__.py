"""What outlives the process: projects, data sets, runs and their events in SQL, files in a blob folder."""

from layerloom.store.errors import NotFound, StoreRefused, StoreUnavailable, VersionConflict
from layerloom.store.paging import Page
from layerloom.store.store import Store

__all__ = ["NotFound", "Page", "Store", "StoreRefused", "StoreUnavailable", "VersionConflict"]
