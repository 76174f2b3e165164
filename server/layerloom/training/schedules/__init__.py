"""Learning rates that change with the number of finished steps. One schedule, one file."""
