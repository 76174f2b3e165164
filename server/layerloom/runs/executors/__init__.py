"""Engines that give a run a process: local forks today; each is a small implementation of `base.Executor`."""
