"""What the first requests would wait for, done behind the start: the catalogue, the gallery, one check of
each example.
"""

import asyncio
import gc

from layerloom.api.examples import gallery
from layerloom.api.gallery import examples
from layerloom.api.layers import encoded_catalogue
from layerloom.api.services import Services
from layerloom.runs.preparation import prepare
from layerloom.versions import load_document

GC_THRESHOLDS = (100_000, 50, 100)


async def warm_up(services: Services) -> None:
    """Takes a second of a thread's time; requests are answered meanwhile.

    Then what lives as long as the server is taken out of the garbage collector's sight: without that every
    other check of a large document waits 90 ms for a full collection (measured).
    """
    await asyncio.to_thread(_touch, services)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def _touch(services: Services) -> None:
    encoded_catalogue()
    gallery()
    for example in examples():
        prepare(load_document(example.text, services.limits), services.datasets_dir, services.limits)
