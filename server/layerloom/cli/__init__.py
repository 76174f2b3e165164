"""The command line: `layerloom serve`, `train`, `check` and the smaller ones. Put together in `app.py`."""
