"""Callbacks: what looks at an epoch's numbers and asks the loop to act. One callback, one file; no torch."""
