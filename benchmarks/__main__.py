"""`make bench`: every benchmark in turn, as tables."""

from benchmarks import training

training.main()
