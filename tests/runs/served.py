"""A server to kill: a supervisor in a process of its own that trains and prints every event that it shows.

`python served.py FOLDER [RUN_ID]`: without a run it submits one. Each line is one event, flushed before the next.
"""

import asyncio
import sys
from pathlib import Path

import orjson
import structlog

from runs.builder import Server, digits


async def main() -> None:
    async with Server(Path(sys.argv[1])) as supervisor:
        if len(sys.argv) > 2:
            run_id = sys.argv[2]
        else:
            run_id = (await supervisor.submit(digits(epochs=20, batch_size=16))).id
            print(orjson.dumps({"run": run_id}).decode(), flush=True)
        async for data in supervisor.follow(run_id):
            for event in orjson.loads(data):
                print(orjson.dumps(event).decode(), flush=True)


structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
asyncio.run(main())
