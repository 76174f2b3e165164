"""Runs: a supervisor in the server, workers forked from a process with torch loaded, a journal between them.

The way of an event: `training.loop` yields it → `worker` → `outbox` → socket → `ingest` → `journal`
(numbered, committed) → `hub` → every viewer. Nothing that the server imports from here imports torch.
"""
